"""A real Slurm for tests: the one that $SLURM_CONF names, or a private one that lives as long as the tests."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kit import compiling
from lading.compiler.pipeline import Compilation
from lading.compiler.registry import language, platform
from lading.compiler.target import Target
from lading.runner.platform import LogQuery, Outgoing
from lading.runner.platforms.slurm.client import Client
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import Status
from lading.runner.submission.ids import Ids, token
from lading.runner.submission.late import filled
from lading.schema.load import load_site
from lading.schema.site import SiteFile

FOLDER = Path(__file__).parents[1] / "slurm"
CLUSTER = FOLDER / "cluster"
CASES = sorted((FOLDER / "cases").glob("*.yaml"))
IDS = Ids()


def running() -> Iterator[None]:
    """A cluster is there, and $SLURM_CONF names it. Without one the tests are skipped, or fail where it is required.

    With $LADING_SLURM_ACCOUNTING a private one remembers jobs that have ended.
    """
    if "SLURM_CONF" in os.environ:
        yield
        return
    if why_not := _missing():
        refuse = pytest.fail if os.environ.get("LADING_REQUIRE_SLURM") else pytest.skip
        refuse(f"no Slurm to test against: {why_not}")
    extra = ["--accounting"] if os.environ.get("LADING_SLURM_ACCOUNTING") else []
    with TemporaryDirectory(prefix="lading-slurm-") as folder:  # not below pytest's own, which only its user can enter
        subprocess.run([CLUSTER, "up", folder, *extra], check=True, timeout=60)
        os.environ["SLURM_CONF"] = f"{folder}/slurm.conf"
        try:
            yield
        finally:
            del os.environ["SLURM_CONF"]
            subprocess.run([CLUSTER, "down", folder], check=True, timeout=60)


def _missing() -> str:
    commands = [name for name in ("slurmctld", "slurmd", "sbatch") if shutil.which(name) is None]
    if commands:
        return f"{', '.join(commands)} not installed (tests/slurm/install does that)"
    return "" if os.geteuid() == 0 else "starting one takes root; set SLURM_CONF to use one that runs"


@cache
def _site() -> SiteFile:
    site = load_site("site.yaml", (FOLDER / "site.yaml").read_bytes(), language())
    assert [d.message for d in site.diagnostics] == []
    return site


def target_of(name: str) -> Target:
    """One of the clusters of ``tests/slurm/site.yaml``."""
    value, found = _site().value["targets"][name], platform("slurm")
    assert found is not None
    return Target(name, found, options=value.get("options", {}), catalog=value.get("catalog", {}))


def compiled(text: str, target: Target, *, bare: bool = False) -> Compilation:
    """The spec for the target; an error in it fails the test."""
    compilation = compiling.compiled(text, target, bare=bare)
    assert [d.message for d in compilation.diagnostics if d.is_error] == []
    return compilation


def compiled_case(case: Path) -> Compilation:
    """One of ``tests/slurm/cases``, for the target that its first line names."""
    data = case.read_bytes()
    target = target_of(data.decode().splitlines()[0].removeprefix("# target: "))
    return compiling.compiled(data, target, name=case.name)


def outgoing(compilation: Compilation, place: int = 0, **after: str) -> Outgoing:
    """One request of the compilation on its way out, with a token of its own; secrets are ``value of NAME``."""
    request = compilation.requests[place]
    body = filled(request.body, {where: SecretValue(f"value of {name}") for where, name in request.secrets.items()})
    return Outgoing(token(IDS.new()), compilation.name, request.method, request.path, body, after)


def wait(
    client: Client,
    ids: Sequence[str],
    until: Callable[[Status], bool] = lambda status: status.state.is_final,
    seconds: float = 60,
) -> list[Status]:
    """The status of each job once all are as wanted; asks with one question at a time."""
    end = time.monotonic() + seconds
    while True:
        found = client.status(ids)
        if len(found) == len(ids) and all(until(status) for status in found.values()):
            return [found[job] for job in ids]
        assert time.monotonic() < end, f"after {seconds} s: {found}"
        time.sleep(0.1)


def log(client: Client, job: str, **query: object) -> list[str]:
    """The lines of the job's output, with the name of their source before them where there is one."""
    lines = client.logs(job, LogQuery(**query))  # type: ignore[arg-type] # a test's own keywords
    return [f"{line.source}| {line.text}" if line.source else line.text for line in lines]
