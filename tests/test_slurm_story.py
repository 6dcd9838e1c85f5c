"""The first user story: one file, unchanged, runs here and on a real Slurm, with its log and its exit code."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.cli import Cli
from kit.slurm import running

SPECS = Path(__file__).parents[1] / "specs"
SITE = "{lading: v1, kind: site, default: local, targets: {local: {platform: local}, cluster: {platform: slurm}}}"
FAILS = "lading: v1\nname: fails\nscript: |\n  echo before the end\n  exit 7\n"

pytestmark = pytest.mark.slurm


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """A running cluster."""
    yield from running()


@pytest.fixture(autouse=True)
def site(cli: Cli, home: Path) -> None:
    """The folder that commands start in has a site with both targets, and Slurm's jobs may write to the home."""
    home.chmod(0o755)
    Path("lading.site.yaml").write_text(SITE)
    Path("fails.yaml").write_text(FAILS)
    Path("hello.yaml").write_bytes((SPECS / "hello.yaml").read_bytes())


@pytest.mark.parametrize("target", ["local", "cluster"])
def test_one_file_runs_on_both(cli: Cli, target: str) -> None:
    """``run`` prints what the program printed and ends with the program's own exit code."""
    hello, fails = (cli("run", f"{name}.yaml", "-t", target) for name in ("hello", "fails"))
    assert (hello.code, hello.out) == (0, "Hello! This program was described in YAML, and lading ran it.\n")
    assert (fails.code, fails.out) == (7, "before the end\n")


def test_the_ledger_knows_what_became_of_both(cli: Cli) -> None:
    """Submissions to two platforms stand side by side, each in the same words."""
    for target in ("local", "cluster"):
        cli.good("submit", "hello.yaml", "-t", target, "--wait")
    listed = cli.good("list", "--format", "json").document["submissions"]
    assert {(one["target"], one["name"], one["state"]) for one in listed} == {
        ("local", "hello", "succeeded"),
        ("cluster", "hello", "succeeded"),
    }


def test_what_was_submitted_does_not_differ_from_its_file(cli: Cli) -> None:
    """``diff`` against the last submission is empty, until the file says something else."""
    cli.good("submit", "hello.yaml", "-t", "cluster", "--wait")
    assert cli("diff", "hello.yaml", "-t", "cluster").code == 0
    assert cli("diff", "hello.yaml", "-t", "cluster", "--set", "schedule.timeLimit=5m").code == 1
