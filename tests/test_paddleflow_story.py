"""PaddleFlow from the command line: every kind of job from its spec to its record's end, and ids of the user's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.cli import Cli
from kit.platforms import Desk
from servers.paddleflow import PaddleFlow, serve
from servers.web import Fault, Reply, Server, serving

from lading.runner.http import connection
from lading.runner.submission import resolve, send, settle

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
OK, REFUSED, UNKNOWN = 0, 3, 4


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that runs what it is given."""
    with serving(serve()) as started:
        yield started


@pytest.fixture
def desk(server: Server, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder to work with it from, in which nobody waits."""
    monkeypatch.setattr(settle.ask, "__defaults__", ((0.0,),))
    monkeypatch.setattr(resolve, "PATIENCE", (0.0,))
    monkeypatch.setattr(send, "RETRY_DELAYS", (0.0,))
    monkeypatch.setattr(connection, "PAUSES", (0.0,))
    assert isinstance(server.service, PaddleFlow)
    made = Desk(Path.cwd(), server.service, server.url)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    return made


KINDS: dict[str, tuple[str, dict[str, Any], str]] = {
    "single": ("single", {"command": ["echo", "one"]}, "one\n"),
    "object": ("single", {"command": ["echo", "two"], "resources": {"shm": "1Gi"}}, "two\n"),
    "distributed": (
        "distributed",
        {"framework": "paddle", "replicas": 2, "command": ["echo", "three"]},
        "worker-0 | three\nworker-1 | three\n",
    ),
    "workflow": ("workflow", {"array": {"indices": "0-1"}, "command": ["echo", "four"]}, "a workflow ran\n"),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_job_runs_to_its_end(name: str, desk: Desk, server: Server, cli: Cli) -> None:
    """Validated, submitted, waited for, listed, read, deleted."""
    kind, fields, output = KINDS[name]
    spec = desk.spec(name, **fields)
    cli.good("validate", spec)
    done = cli.good("submit", spec, "--wait", "--format", "json").document
    assert (done["state"], done["nativeState"]) == ("succeeded", "succeeded")
    assert server.service.jobs[done["nativeId"]].kind == kind  # type: ignore[attr-defined]
    assert cli.good("logs", done["id"]).out == output
    assert [one["id"] for one in cli.good("list", "--format", "json").document["submissions"]] == [done["id"]]
    cli.good("update", done["id"], "--set", "labels.team=vision", "--set", "annotations.why=tried")
    assert server.service.jobs[done["nativeId"]].body["annotations"]["why"] == "tried"  # type: ignore[attr-defined]
    cli.good("stop", done["id"])
    cli.good("delete", done["id"])
    assert server.service.jobs == {}  # type: ignore[attr-defined]


FAULTS: dict[str, dict[str, Any]] = {
    "cut before": {"cut": "before"},
    "cut during": {"cut": "during"},
    "cut after": {"cut": "after"},
    "502 after": {"reply": Reply(502, b"<html>"), "carried_out": True},
    "garbage after": {"reply": Reply(200, b"{"), "carried_out": True},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_job_with_an_id_of_the_users_own_is_there_once(name: str, desk: Desk, server: Server, cli: Cli) -> None:
    """Whatever becomes of the answer, the ledger knows if the server has the job, by its token and not by its id."""
    spec = desk.spec("mine", native={"paddleflow": {"raw": {"/id": "mine"}}})
    server.service.faults = [Fault(match="POST .*/job/", **FAULTS[name])]
    answer = cli("submit", spec)
    assert answer.code == (REFUSED if name == "cut before" else OK), answer.err
    assert desk.believed() == desk.service.accepted() == ([] if name == "cut before" else ["mine"])


def test_an_id_that_another_job_has_is_refused(desk: Desk, cli: Cli) -> None:
    """The first job stays the only one, and the ledger does not take it for the second."""
    spec = desk.spec("mine", native={"paddleflow": {"raw": {"/id": "mine"}}})
    cli.good("submit", spec)
    answer = cli("submit", spec)
    assert (answer.code, "Duplicate entry 'mine'" in answer.err) == (REFUSED, True)
    assert desk.believed() == desk.service.accepted() == ["mine"]


def test_an_id_is_unknown_while_the_server_can_not_be_asked(desk: Desk, server: Server, cli: Cli) -> None:
    """Neither by the id that we would have made, nor by the label; `resolve` settles it later."""
    spec = desk.spec("mine", native={"paddleflow": {"raw": {"/id": "mine"}}})
    server.service.faults = [
        Fault(match="POST .*/job/", cut="after"),
        Fault(match="GET .*labels", reply=Reply(500, b"<html>"), times=99),
    ]
    assert cli("submit", spec).code == UNKNOWN
    server.service.faults = []
    cli.good("resolve", "--all")
    assert desk.believed() == ["mine"]
