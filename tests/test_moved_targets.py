"""A target's name that stands for another server by now: its ids start anew, and mean nothing of what was before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.cli import Cli
from kit.platforms import Desk
from servers.paddleflow import PaddleFlow, serve
from servers.web import Server, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """Two of a kind, which give the same ids."""
    with serving(serve()) as old, serving(serve()) as new:
        yield old, new


def desk(server: Server, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The same folder, with that server behind its target."""
    assert isinstance(server.service, PaddleFlow)
    made = Desk(Path.cwd(), server.service, server.url)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.mark.parametrize("command", ["stop", "start", "delete", "logs", "status", "wait", "resolve"])
def test_nothing_is_done_to_another_servers_job(
    command: str, servers: tuple[Server, Server], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The id that was given by one server is not used at the next: both addresses are named instead."""
    old, new = servers
    first = desk(old, monkeypatch)
    spec = first.spec("one", command=["sleep", "60"])
    before = cli.good("submit", spec, "--format", "json").document
    desk(new, monkeypatch)
    after = cli.good("submit", spec, "--format", "json").document
    refused = cli(command, before["id"])
    assert refused.code == 3
    assert f"{before['id']} was submitted to {old.url}, and {before['target']} is {new.url} now" in refused.err
    assert f"{before['target']}:NATIVE-ID" in refused.err
    (job,) = cli.good("status", after["id"], "--format", "json").document["submissions"]
    assert job["state"] in {"pending", "running"}


def test_a_native_id_means_the_job_of_the_server_that_is_there(
    servers: tuple[Server, Server], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TARGET:NATIVE-ID is the submission that has it at the present address, or a job that lading did not submit."""
    old, new = servers
    spec = desk(old, monkeypatch).spec("one", command=["echo", "one"])
    before = cli.good("submit", spec, "--wait", "--format", "json").document
    name = f"{before['target']}:{before['nativeId']}"
    desk(new, monkeypatch)
    assert cli("status", name).code == 3  # nobody knows it there
    desk(old, monkeypatch)
    (found,) = cli.good("status", name, "--format", "json").document["submissions"]
    assert found["id"] == before["id"]


def test_what_another_server_has_is_not_there_already(
    servers: tuple[Server, Server], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--if-absent`` asks about the server that the target is now."""
    old, new = servers
    spec = desk(old, monkeypatch).spec("one", command=["echo", "one"])
    first = cli.good("submit", spec, "--wait", "--if-absent", "-q").out
    desk(new, monkeypatch)
    second = cli.good("submit", spec, "--wait", "--if-absent", "-q").out
    assert first != second
    assert cli.good("submit", spec, "--if-absent", "-q").out == second
