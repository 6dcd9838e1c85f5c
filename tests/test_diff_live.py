"""``lading diff --against live``: nothing differs of a job that was just submitted, and what somebody changed does."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.cli import Cli
from kit.platforms import NAMES, TARGET, Desk, at_work
from kit.slurm import running

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LOCAL = {"env": {"B": "2", "A": "1"}, "resources": {"cpu": 1}}
RICH = {
    "env": {"B": "2", "A": "1"},
    "resources": {"cpu": 2, "memory": "1536Mi"},
    "labels": {"team": "vision"},
    "accept": ["labels", "resources", "schedule", "retries"],
}


@pytest.fixture(params=NAMES)
def desk(request: pytest.FixtureRequest, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Each platform, and a folder to work with it from."""
    yield from at_work(request.param, monkeypatch)


def test_nothing_differs_of_what_was_just_submitted(desk: Desk, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the server adds, sorts or writes in another way; a secret is compared and never shown."""
    site = json.loads(Path("lading.site.yaml").read_text())
    site["secrets"] = {"key": {"env": "KEY"}}
    Path("lading.site.yaml").write_text(json.dumps(site))
    monkeypatch.setenv("KEY", "c4n4ry-one")
    specs = [desk.spec("plain"), desk.spec("rich", **RICH), desk.spec("secret", env={"S": {"secret": "key"}})]
    taken = [spec for spec in specs if cli("submit", spec, "-q").code == 0]
    assert taken[0] == "plain.yaml"
    for spec in taken:
        answer = cli("diff", spec, "--against", "live")
        assert (answer.code, answer.out) == (0, ""), answer
    monkeypatch.setenv("KEY", "c4n4ry-two")
    if "secret.yaml" in taken and desk.service.name != "newt":  # which takes its secrets out of a file, and shows none
        answer = cli("diff", "secret.yaml", "--against", "live")
        assert answer.code == 1
        assert "c4n4ry" not in answer.out + answer.err


def test_what_the_spec_says_now_differs_from_what_is_there(desk: Desk, cli: Cli) -> None:
    """The line of the spec is told, as in any other comparison."""
    cli.good("submit", desk.spec("job"))
    desk.spec("job", command=["sh", "-c", "echo changed"])
    answer = cli("diff", "job.yaml", "--against", "live")
    assert (answer.code, "echo changed" in answer.out, "job.yaml:1" in answer.out) == (1, True, True), answer


def test_a_job_that_is_gone_can_not_be_compared(desk: Desk, cli: Cli) -> None:
    """It says so, and the exit code is neither yes nor no."""
    id_ = cli.good("submit", desk.spec("job"), "--format", "json").document["id"]
    cli("stop", id_)
    cli("wait", id_)
    if cli("delete", id_).code == 0:
        answer = cli("diff", "job.yaml", "--against", "live")
        assert answer.code == 3, answer
        assert "error[LD60" in answer.err
    answer = cli("diff", desk.spec("other"), "--against", "live")
    assert (answer.code, f"other was not submitted to {TARGET} yet" in answer.err) == (1, True)


def test_nothing_differs_of_what_runs_on_this_machine(cli: Cli) -> None:
    """Until somebody edits the script that the next attempt runs."""
    Path("job.yaml").write_text(json.dumps({"lading": "v1", "name": "job", "script": "sleep 30\n", **LOCAL}))
    id_ = cli.good("submit", "job.yaml", "-q").out.strip()
    answer = cli("diff", "job.yaml", "--against", "live")
    cli.good("stop", id_)
    assert (answer.code, answer.out) == (0, ""), answer


@pytest.mark.slurm
@pytest.mark.skipif("not __import__('shutil').which('sbatch')")
def test_nothing_differs_of_what_slurm_has(cli: Cli, home: Path) -> None:
    """Whatever Slurm fills in; a job that scontrol has changed differs in just that."""
    site = {"lading": "v1", "kind": "site", "targets": {"cluster": {"platform": "slurm"}}}
    Path("lading.site.yaml").write_text(json.dumps(site))
    home.chmod(0o755)
    spec = {
        "lading": "v1",
        "name": "job",
        "script": "sleep 30\n",
        "schedule": {"timeLimit": "1h", "hold": True},
        **LOCAL,
    }
    for _ in running():
        Path("job.yaml").write_text(json.dumps(spec))
        id_ = cli.good("submit", "job.yaml", "-q").out.strip()
        native = cli.good("status", id_, "--format", "json").document["submissions"][0]["nativeId"]
        equal = cli("diff", "job.yaml", "--against", "live")
        subprocess.run(["scontrol", "update", f"jobid={native}", "timelimit=120"], check=True)
        changed = cli("diff", "job.yaml", "--against", "live")
        cli.good("stop", id_)
        assert (equal.code, equal.out) == (0, ""), equal
        assert changed.code == 1
        lines = [line.split("    #")[0] for line in changed.out.splitlines()[1:]]
        assert [line[:9] for line in lines] == ["- #SBATCH", "+ #SBATCH"], changed.out
