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
from lading.runner.invocation.options import WrongUsage
from lading.runner.jobs import wait
from lading.runner.jobs.files import landing
from lading.runner.platforms.local.client import Client as Machine
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
    assert answer.err.count("; trying again") == 2
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


def test_what_doctor_reached_is_what_it_says(cli: Cli) -> None:
    """A login that can not be read or is not there is not tried, a wrong one was answered, and nobody may be there."""
    service = service_of("paddleflow")
    login = Path("password")
    login.write_text("wrong")
    with serving(service) as server:
        auth = {**service.target("")["auth"], "password": {"file": "./password"}}
        Desk(Path.cwd(), service, server.url, auth=auth)
        login.chmod(0o644)
        assert re.search(r"there +reachable +not tried", cli("doctor", "there").out)
        login.chmod(0o600)
        assert re.search(r"there +reachable +yes, it answered", cli("doctor", "there").out)
        Desk(Path.cwd(), service, server.url, auth={})
        assert re.search(r"there +reachable +not tried", cli("doctor", "there").out)
        Desk(Path.cwd(), service, server.url, auth=auth)
    assert re.search(r"there +reachable +no\n", cli("doctor", "there").out)


def test_a_job_whose_exit_code_nobody_tells_ends_with_1_and_says_so(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line has the reason for lading's own code."""
    service = service_of("airscheduler")
    with serving(service) as server:
        desk = Desk(Path.cwd(), service, server.url)
        for name, value in service.environ.items():
            monkeypatch.setenv(name, value)
        spec = desk.spec("fails", command=["sh", "-c", "exit 3"])
        answer = cli("run", spec)
    assert (answer.code, answer.err.splitlines()[-1].endswith("there tells no exit code")) == (1, True)


@pytest.mark.parametrize("command", [["wait"], ["watch"], ["submit", "hello.yaml", "--wait"]])
def test_an_interrupt_says_that_the_job_goes_on(command: list[str], cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """And how to see it, and how to end it."""
    id_ = cli.good("submit", "hello.yaml", "-q").out.strip()

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Machine, "status", interrupted)
    answer = cli(*command, *([] if "--wait" in command else [id_]))
    said = r"the job goes on; `lading logs -f (\w+)` shows it, `lading stop \1` ends it"
    assert (answer.code, bool(re.search(said, answer.err))) == (130, True)


def test_a_copy_lands_in_the_folder_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under its own name, as cp has it; a folder that is not there is not made."""
    monkeypatch.chdir(tmp_path)
    Path("kept").mkdir()
    asked = {None: "a.bin", ".": "./a.bin", "kept": "kept/a.bin", "kept/": "kept/a.bin", "kept/b": "kept/b", "c": "c"}
    assert {file: landing("~/x/a.bin", file) for file in asked} == asked
    for missing in ("gone/", "gone/a.bin"):
        with pytest.raises(WrongUsage, match="there is no folder gone"):
            landing("~/x/a.bin", missing)
    with pytest.raises(WrongUsage, match="names no file"):
        landing("/", None)


def test_another_file_is_only_offered_for_one_that_is_like_it(cli: Cli) -> None:
    """The ending says nothing: every spec has it."""
    assert "did you mean" not in cli("submit", "nosuch.yaml").err
    assert "did you mean hello.yaml?" in cli("submit", "helo.yaml").err
