"""What a real Slurm has of a job now, as the request that would make it: by its own commands, and behind a service."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.cli import Cli
from kit.platforms import Desk, client_of, service_of
from kit.slurm import compiled, outgoing, running, target_of
from servers.web import serving
from test_live_jobs import difference, made

from lading.runner.errors import NoSuchJob
from lading.runner.platform import Context
from lading.runner.platforms.slurm.client import Client, connect

pytestmark = [pytest.mark.slurm, pytest.mark.allow_hosts(["127.0.0.1"])]

RICH = """
lading: v1
name: rich
script: |
  echo begin
  #SBATCH --time=1
env: {A: "1 $HOME", PASSWORD: {secret: password}}
resources: {cpu: 2, memory: 512Mi}
schedule: {hold: true, timeLimit: 10m, priority: low, queue: short}
array: {indices: "0-8:2", parallelism: 5}
native: {slurm: {comment: "what it is for"}}
"""
LEAST = "{lading: v1, name: least, command: [sleep, '0'], schedule: {hold: true}}"
CHANGES = {
    "TimeLimit=5": (RICH, "-#SBATCH --time=00:10:00", "+#SBATCH --time=5:00"),
    "Nice=7": (RICH, "-#SBATCH --nice=1000", "+#SBATCH --nice=7"),
    "JobName=poor": (RICH, "-#SBATCH --job-name=rich", "+#SBATCH --job-name=poor"),
    "Partition=debug": (RICH, "-#SBATCH --partition=short", "+#SBATCH --partition=debug"),
    "ArrayTaskThrottle=2": (RICH, "-#SBATCH --array=0-8:2%5", "+#SBATCH --array=0-8:2%2"),
    "MinMemoryNode=1024": (RICH, "-#SBATCH --mem=512M", "+#SBATCH --mem=1G"),
    "TimeLimit=20": (LEAST, "+#SBATCH --time=20:00"),
    "Nice=1000": (LEAST, "+#SBATCH --nice=1000"),
    "Partition=short": (LEAST, "+#SBATCH --partition=short"),
}
"""What is changed of which job, and the lines of its script that say so."""


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """A running cluster."""
    yield from running()


@pytest.fixture
def client() -> Client:
    """A client of it."""
    return connect(Context("cluster"))


def update(native_id: str, change: str) -> None:
    """Somebody has changed the job."""
    subprocess.run(["scontrol", "update", f"JobId={native_id}", change], check=True, capture_output=True)


def lines_changed(before: str, after: str) -> tuple[str, ...]:
    """The lines that differ between two scripts."""
    old, new = before.splitlines(), after.splitlines()
    gone = [f"-{line}" for line in old if line not in new]
    return (*gone, *(f"+{line}" for line in new if line not in old))


@pytest.mark.parametrize("change", CHANGES)
def test_what_somebody_changed_differs_and_nothing_else(client: Client, change: str) -> None:
    """First nothing does; then the option that was changed, also one of which the script said nothing."""
    text, *lines = CHANGES[change]
    compilation = compiled(text, target_of("bare"))
    sent = compilation.requests[0].body
    native_id = client.submit(outgoing(compilation)).native_id
    assert difference(sent, client.live(native_id, sent)) == {}
    update(native_id, change)
    now = client.live(native_id, sent)
    assert difference(sent, now).keys() == {"/script"}
    assert lines_changed(sent["script"], now["script"]) == tuple(lines)


def test_the_comment_is_told_and_who_is_not_there_is_not(client: Client) -> None:
    """The word of our own stays out of it."""
    compilation = compiled(RICH, target_of("bare"))
    sent = compilation.requests[0].body
    native_id = client.submit(outgoing(compilation)).native_id
    token = client.now(native_id).comment.split(" ")[0]
    update(native_id, f"Comment={token} another")
    assert difference(sent, client.live(native_id, sent)) == {"/comment": ("what it is for", "another")}
    for absent in ("4000000", "none"):
        with pytest.raises(NoSuchJob):
            client.live(absent, sent)


def test_a_job_behind_a_service(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form without the token and with the names of other jobs; the settings beside the script differ on change."""
    with serving(service_of("newt")) as server:
        desk = Desk(Path.cwd(), server.service, server.url)  # type: ignore[arg-type]
        for name, value in desk.environ.items():
            monkeypatch.setenv(name, value)
        hold = {"schedule": {"hold": True, "timeLimit": "10m"}}
        desk.spec("plain", resources={"cpu": 2, "memory": "1Gi"}, env={"A": "1 $HOME"}, **hold)
        steps = {"one": {"command": ["sleep", "1"]}, "two": {"after": ["one"], "command": ["true"]}}
        (Path.cwd() / "steps.yaml").write_text(f"{{lading: v1, kind: workflow, name: steps, steps: {steps}}}")
        for name in ("steps", "plain"):
            cli.good("submit", f"{name}.yaml")
        client = client_of(desk.service, server.url)
        jobs = made(desk)
        assert [difference(sent, client.live(native_id, sent)) for native_id, sent, _ in jobs] == [{}] * 3
        native_id, sent, _ = jobs[0]
        update(native_id, "TimeLimit=20")
        assert difference(sent, client.live(native_id, sent)) == {"/jobconf/time_limit": (10, 20)}
        update(native_id, "Nice=5")
        assert difference(sent, client.live(native_id, sent)).keys() == {"/jobconf/time_limit", "/jobscript"}
        client.close()
