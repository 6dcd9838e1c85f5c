"""A NEWT service through the command line: one that only counts, and one in front of a real Slurm."""

import json
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from kit.ascii_yaml import written
from kit.cli import Cli
from kit.machine import until
from kit.slurm import running
from servers.newt import NewtService, serve
from servers.web import Fault, Server, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def site(server: Server, monkeypatch: pytest.MonkeyPatch) -> NewtService:
    """The folder that commands start in has a site with the service as its target."""
    assert isinstance(server.service, NewtService)
    for name, value in {**server.service.environ, "KEY": "c4n4ry 'value'"}.items():
        monkeypatch.setenv(name, value)
    target = server.service.target(server.url)
    content = {"lading": "v1", "kind": "site", "default": "hpc", "targets": {"hpc": target}}
    Path("lading.site.yaml").write_text(written({**content, "secrets": {"key": {"env": "KEY"}}}))
    return server.service


def spec(name: str, **fields: Any) -> str:
    """The name of a file with the spec."""
    Path(f"{name}.yaml").write_text(written({"lading": "v1", "name": name, **fields}))
    return f"{name}.yaml"


@pytest.fixture
def counting(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewtService]:
    """A service whose jobs wait for ever, which the site names."""
    with serving(serve(runs=False)) as server:
        yield site(server, monkeypatch)


def test_a_job_is_submitted_watched_and_stopped(cli: Cli, counting: NewtService) -> None:
    """By the same commands as anywhere; what the service lacks is said, and who has it."""
    cli.good("validate", spec("waits", command=["sleep", "9"]))
    cli.good("doctor", "hpc")
    cli.good("submit", "waits.yaml")
    (listed,) = cli.good("list", "--format", "json").document["submissions"]
    assert (listed["nativeId"], listed["state"], listed["name"]) == ("4816213", "pending", "waits")
    assert json.loads(cli.good("status", "hpc:4816213", "--format", "json").out)["submissions"][0]["state"] == "pending"
    (counting.home / "logs" / "4816213.out").write_text("so far\n")
    assert cli.good("logs", listed["id"]).out == "so far\n"
    cli.good("stop", listed["id"])
    (listed,) = cli.good("status", listed["id"], "--format", "json").document["submissions"]
    assert listed["state"] == "stopped"
    deleted = cli("delete", listed["id"])
    assert (deleted.code, "can not be had on NEWT" in deleted.err) == (3, True)
    assert counting.accepted() == ["4816213"]


def test_an_answer_may_be_lost(cli: Cli, counting: NewtService) -> None:
    """A job of which no answer came is found by its token, and submitted once."""
    counting.faults.append(Fault(match="POST /api/job", cut="after"))
    answer = cli("submit", spec("lost", command=["true"]))
    assert (answer.code, counting.accepted()) == (0, ["4816213"])
    (listed,) = cli.good("list", "--format", "json").document["submissions"]
    assert listed["nativeId"] == "4816213"


def test_a_refusal_says_why(cli: Cli, counting: NewtService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password, and what sbatch does not take; nothing is submitted."""
    spec("refused", command=["true"])
    monkeypatch.setenv("NEWT_PASSWORD", "wrong")
    answer = cli("submit", "refused.yaml")
    assert (answer.code, "did not take the login" in answer.err) == (3, True)
    assert counting.accepted() == []


@pytest.fixture(scope="module")
def slurm() -> Iterator[None]:
    """A running cluster."""
    yield from running()


@pytest.fixture
def real(slurm: None, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewtService]:
    """A service in front of a real Slurm."""
    with serving(serve()) as server:
        yield site(server, monkeypatch)


@pytest.mark.slurm
def test_a_job_runs_behind_the_service(cli: Cli, real: NewtService) -> None:
    """``run`` prints what the program printed, and ends with the program's own exit code."""
    hello = cli("run", spec("hello", command=["sh", "-c", "echo hello from $LADING_NAME; exit 7"]))
    assert (hello.code, hello.out) == (7, "hello from hello\n")
    (listed,) = cli.good("list", "--format", "json").document["submissions"]
    assert (listed["state"], listed["exitCode"]) == ("failed", 7)
    assert real.accepted() == [listed["nativeId"]]


@pytest.mark.slurm
def test_a_secret_arrives_and_leaves_nothing_behind(cli: Cli, real: NewtService) -> None:
    """The job has the value; its file is gone, and nothing that was printed or kept holds it."""
    file = spec("secret", script='printf %s "$TOKEN" | sha256sum\n', env={"TOKEN": {"secret": "key"}})
    answer = cli("run", file)
    assert (answer.code, answer.out.split()[0]) == (0, sha256(b"c4n4ry 'value'").hexdigest())
    assert list((real.home / ".lading").iterdir()) == []
    scripts = [path.read_text() for path in (real.home / "newt").rglob("newt_*")]
    assert [("c4n4ry" in text, "--comment" in text) for text in scripts] == [(False, True)]


@pytest.mark.slurm
def test_the_token_stands_before_the_users_own_comment(cli: Cli, real: NewtService) -> None:
    """sbatch takes the script's last comment, and keeps it whole; an answer that is lost is found by it."""
    real.faults.append(Fault(match="POST /api/job", cut="after", times=2))
    cli("submit", spec("noted", command=["true"], native={"slurm": {"comment": "for me: a|b"}}))
    until(lambda: cli("resolve", "--all").code == 0)  # a machine with much to do takes its time to run sbatch
    (listed,) = cli.good("list", "--format", "json").document["submissions"]
    asked = real.machine.shell(f"squeue --noheader --states=all --format=%k --jobs={listed['nativeId']}")
    comment = f"lading:{listed['id'].lower()} for me: a|b"
    assert asked.stdout.decode() == f"Welcome to the machine, ada.\n{comment}\n"
    assert real.accepted() == [listed["nativeId"]]


@pytest.mark.slurm
def test_a_script_that_is_there_runs_with_its_arguments(cli: Cli, real: NewtService) -> None:
    """It is named and not written, and runs where the settings say; it needs no token to be run."""
    file = real.home / "there.sh"
    file.write_text('#!/bin/bash\n#SBATCH --output=x-%j.out\necho "$1|$2|${PWD##*/}"\n')
    native = {"newt": {"jobfile": str(file)}}
    answer = cli("run", spec("there", args=["a b", "it's"], workdir=f"{real.home}/logs", native=native))
    assert (answer.code, answer.out) == (0, "a b|it's|logs\n")


@pytest.mark.slurm
def test_a_workflow_runs_in_its_order(cli: Cli, real: NewtService) -> None:
    """Each step waits for the ids of those before it; one that can not start any more ends the whole."""
    steps = {
        "first": {"command": ["sh", "-c", "echo one"]},
        "second": {"command": ["sh", "-c", "echo two"], "after": ["first"]},
    }
    Path("flow.yaml").write_text(written({"lading": "v1", "kind": "workflow", "name": "flow", "steps": steps}))
    cli.good("submit", "flow.yaml", "--wait")
    (listed,) = cli.good("list", "--format", "json").document["submissions"]
    assert listed["state"] == "succeeded"
    assert cli.good("logs", listed["id"]).out == "first | one\nsecond | two\n"


@pytest.mark.slurm
def test_an_array_and_its_logs(cli: Cli, real: NewtService) -> None:
    """Each element has an output of its own; one that fails makes the array fail."""
    cli(
        "submit",
        spec("many", script="echo $LADING_ARRAY_INDEX; exit $LADING_ARRAY_INDEX\n", array={"indices": "0-1"}),
        "--wait",
    )
    (listed,) = cli.good("list", "--format", "json").document["submissions"]
    assert listed["state"] == "failed"
    assert sorted(cli.good("logs", listed["id"]).out.splitlines()) == ["0 | 0", "1 | 1"]
    assert cli.good("logs", listed["id"], "--index", "1").out == "1 | 1\n"


@pytest.mark.slurm
def test_a_running_job_is_followed_and_stopped(cli: Cli, real: NewtService) -> None:
    """Its memory is told while it runs; a cancelled job is stopped, though the service calls it failed."""
    cli.good("submit", spec("long", command=["sh", "-c", "echo begun; sleep 60"], schedule={"timeLimit": "5m"}))
    (listed,) = cli.good("list", "--format", "json").document["submissions"]
    while not cli.good("logs", listed["id"]).out.startswith("begun\n"):
        time.sleep(0.1)
    assert cli.good("status", listed["id"], "--format", "json").document["submissions"][0]["state"] == "running"
    cli.good("usage", listed["id"])
    cli.good("update", listed["id"], "--set", "schedule.timeLimit=10m")
    cli.good("stop", listed["id"])
    cli("wait", listed["id"])
    assert cli.good("status", listed["id"], "--format", "json").document["submissions"][0]["state"] == "stopped"
    assert cli.good("logs", listed["id"]).out.startswith("begun\n")
