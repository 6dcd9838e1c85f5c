"""Several targets at once: whatever goes wrong says where, and nothing that failed is left out of what is shown."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from kit.cli import Cli
from kit.platforms import Desk, service_of
from servers.web import serving

from lading.runner.errors import Unreachable
from lading.runner.http import connection
from lading.runner.jobs import wait
from lading.runner.platforms.paddleflow.client import Client
from lading.runner.submission import send

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(autouse=True)
def _site(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine, and two platforms at an address where nobody is."""
    monkeypatch.setattr(connection, "PAUSES", (0.0,))
    monkeypatch.setattr(send, "RETRY_DELAYS", (0.0,))
    service = service_of("paddleflow")
    for name, value in service.environ.items():
        monkeypatch.setenv(name, value)
    away = service.target("http://127.0.0.1:9")
    here = {"platform": "local", "accept": ["image", "schedule.queue"]}
    targets = {"here": here, "too": here, "one": away, "two": away}
    site = {"lading": "v1", "kind": "site", "default": "here", "targets": targets}
    Path("lading.site.yaml").write_text(json.dumps(site))
    Path("hello.yaml").write_text("lading: v1\nname: hello\ncommand: [echo, hello]\n")


def test_what_could_not_be_submitted_is_in_the_table_and_says_where(cli: Cli) -> None:
    """A row for each job on each target, and two failures of the same words are two."""
    answer = cli("submit", "hello.yaml", "-t", "one", "-t", "here", "-t", "two", "--wait")
    assert answer.code == 3
    rows = {row.split()[2]: row.split() for row in answer.out.splitlines()[1:]}
    assert {target: row[3] for target, row in rows.items()} == {"here": "succeeded", "one": "failed", "two": "failed"}
    assert len(rows["one"][0]) == 26
    assert "error[LD603]: hello on one: 127.0.0.1:9" in answer.err
    assert "error[LD603]: hello on two: 127.0.0.1:9" in answer.err


def test_progress_says_where_only_if_there_are_several(cli: Cli) -> None:
    """One target is known to whoever asked for it."""
    assert "hello succeeded" in cli("submit", "hello.yaml", "--wait").err
    several = cli("submit", "hello.yaml", "-t", "here", "-t", "too", "--wait").err
    assert ("hello on here succeeded" in several, "hello on too succeeded" in several) == (True, True)


def test_a_target_that_can_not_be_asked_is_named(cli: Cli) -> None:
    """In what doctor, logs and stop say of it."""
    assert "error[LD603]: one: 127.0.0.1:9" in cli("doctor", "one").err
    assert "error[LD603]: two: 127.0.0.1:9" in cli("logs", "two:x").err
    asked = cli("status", "one:x", "two:x").err
    assert ("error[LD603]: one: " in asked, "error[LD603]: two: " in asked) == (True, True)
    stopped = cli("stop", "two:x", "one:x").err
    assert ("two:x on two: 127.0.0.1:9" in stopped, "one:x on one: 127.0.0.1:9" in stopped) == (True, True)


def test_a_server_that_is_gone_for_a_while_is_told_once_and_when_it_is_back(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits knows why nothing comes."""
    service = service_of("paddleflow")
    with serving(service) as server:
        Desk(Path.cwd(), service, server.url)
        id_ = cli.good("submit", "hello.yaml", "-q").out.strip()
        monkeypatch.setattr(wait, "_sleeper", lambda _: lambda _: None)
        monkeypatch.setattr(Client, "status", failing(Client.status, 3))
        answer = cli("wait", id_)
    away, back = (line for line in answer.err.splitlines() if "reached" in line)
    assert re.fullmatch(r"there can not be reached since \d\d:\d\d:\d\d; trying again", away)
    assert (back, answer.code) == ("there can be reached again", 0)


def failing(status: Callable[..., Any], times: int) -> Callable[..., Any]:
    """The same operation, which can not be had the first times."""
    left = [Unreachable("no route")] * times

    def asked(client: Client, ids: Sequence[str]) -> Any:
        if left:
            raise left.pop()
        return status(client, ids)

    return asked


def test_what_is_stale_says_how_old_it_is(cli: Cli) -> None:
    """The ledger's own word is shown where the platform gives none; a log that breaks off does not end the job."""
    service = service_of("paddleflow", runs=False)
    with serving(service) as server:
        Desk(Path.cwd(), service, server.url)
        id_ = cli.good("submit", "hello.yaml", "-q").out.strip()
    answer = cli("status", id_)
    assert (answer.code, "pending" in answer.out) == (3, True)
    assert re.search(rf"{id_} on there is shown as of \d{{4}}-\d\d-\d\dT", answer.err)
    assert f"the job may go on; `lading logs -f {id_}` shows it again" in cli("logs", "-f", id_).err


def test_a_job_that_its_platform_has_forgotten_is_settled_and_unknown(cli: Cli) -> None:
    """``resolve`` has nothing to find out about it, and says why its state is unknown all the same."""
    service = service_of("paddleflow", runs=False)
    with serving(service) as server:
        Desk(Path.cwd(), service, server.url)
        id_ = cli.good("submit", "hello.yaml", "-q").out.strip()
        service.jobs.clear()  # type: ignore[attr-defined]
        assert " unknown " in cli.good("status").out
        for arguments in (["--all"], [id_]):
            answer = cli.good("resolve", *arguments)
            assert f"{id_}: there took it, and does not say how it is: the platform no longer knows" in answer.err
            assert ("everything is settled" in answer.err) == (arguments == ["--all"])
