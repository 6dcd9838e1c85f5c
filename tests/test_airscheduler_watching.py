"""What AirScheduler tells of a task at work: its log and what it uses, over HTTP and by the real-time monitor."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from kit.air import Air, envelope
from kit.events import Events
from servers.airscheduler import TASK, AirschedulerService
from servers.web import Reply, as_json

from lading.runner.errors import (
    NotSupported,
    RunnerError,
)
from lading.runner.http import connection
from lading.runner.platform import Context, LogLine, LogQuery, Usage
from lading.runner.platforms.airscheduler import logs as log_module
from lading.runner.platforms.airscheduler import monitor as monitor_module
from lading.runner.platforms.airscheduler.client import Client
from lading.runner.platforms.airscheduler.logs import WHOLE, Log, Piece
from lading.runner.platforms.airscheduler.monitor import Monitor, NoMonitor
from lading.runner.states import State, Status

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Make = Callable[..., Air]


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for anything."""
    monkeypatch.setattr(connection, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(log_module, "SOONEST", 0.02)
    monkeypatch.setattr(log_module, "LATEST", 0.05)


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes platforms, which are gone after the test."""
    made: list[Air] = []

    def one(kind: type[AirschedulerService] = AirschedulerService, **settings: Any) -> Air:
        made.append(Air(kind(**{"monitored": False, **settings})))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def lasting() -> Iterator[Air]:
    """A platform of the first edition, without a monitor, for all tests."""
    made = Air(AirschedulerService(monitored=False))
    yield made
    made.close()


@pytest.fixture
def air(lasting: Air) -> Air:
    """The same as if it were new."""
    lasting.renew()
    return lasting


# logs


def texts(client: Client, native_id: str, **query: Any) -> list[str]:
    """The lines of a task's log."""
    return [line.text for line in client.logs(native_id, LogQuery(**query))]


COUNTING = [
    {"api": "v1"},
    {"api": "v2"},
    {"api": "v1", "first_line": 1},
    {"api": "v1", "last_is_in": False},
    {"api": "v1", "first_line": 1, "last_is_in": False},
]


@pytest.mark.parametrize("settings", COUNTING)
def test_lines_are_the_same_however_the_platform_counts(
    make: Make, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 0 or 1, with the last or without: the first answer shows it. Long logs come in pieces."""
    air = make(**settings)
    monkeypatch.setattr(log_module, "AT_ONCE", 3)
    native_id = air.submit("for i in 1 2 3 4 5 6 7 8; do echo $i; done; printf '\\n9'")
    air.ended(native_id)
    everything = [*"12345678", "", "9"]
    assert texts(air.client, native_id) == everything
    assert texts(air.client, native_id, lines=(3, 7)) == everything[2:7]
    assert texts(air.client, native_id, lines=(9, None)) == everything[8:]
    assert texts(air.client, native_id, lines=(11, 20)) == []
    assert texts(air.client, native_id, follow=True, replica=0, role="worker") == everything


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_log_with_nothing_in_it(make: Make, api: str) -> None:
    """No lines are no error; no container is one."""
    air = make(api=api)
    quiet, held = air.submit(), air.submit(start_now=False)
    air.ended(quiet)
    assert texts(air.client, quiet) == texts(air.client, quiet, follow=True) == []
    with pytest.raises(RunnerError, match="3, the task's container was not made, or not found"):
        texts(air.client, held)


@pytest.mark.parametrize("monitored", [False, True])
def test_a_log_is_followed_to_its_end(make: Make, monitored: bool) -> None:
    """By the monitor where there is one; the platform's log route is not asked then."""
    air = make(monitored=monitored)
    native_id = air.submit("for i in 1 2 3; do echo $i; sleep 0.1; done; printf end")
    assert texts(air.client, native_id, follow=True) == ["1", "2", "3", "end"]
    assert any("/logs" in line for line in air.asked()) is not monitored


@pytest.mark.parametrize("query", [{"role": "master"}, {"replica": 1}, {"container": "side"}, {"index": 0}])
def test_there_is_only_one_log(air: Air, query: dict[str, Any]) -> None:
    """A choice among several is refused at once."""
    native_id = air.submit()
    with pytest.raises(NotSupported, match="there is one log and no choice of it"):
        air.client.logs(native_id, LogQuery(**query))


def test_a_line_without_an_end_is_shown_when_it_stays_so() -> None:
    """What is added to it later is shown by itself; nothing is shown twice, and nothing lost."""
    looks = iter(["a\nb", "a\nb", "a\nbc\nd", "a\nbc\ndd", "a\nbc\ndd\n"])
    states = iter([State.RUNNING] * 4 + [State.SUCCEEDED])
    current = ""

    def read(first: int, last: int) -> Piece:
        nonlocal current
        if (first, last) == (0, 0):
            current = next(looks)
        lines = current.splitlines(keepends=True)
        return Piece("".join(lines[first : last + 1]), len(lines))

    log = Log(read, WHOLE["v1"], LogQuery(follow=True), lambda: next(states))
    assert [line.text for line in log.lines()] == ["a", "b", "c", "dd"]


@pytest.mark.parametrize(
    "reply",
    [
        as_json({"code": 0, "logs": ["a"], "total_lines": 1}),
        as_json({"code": 0, "logs": "a"}),
        as_json({"code": 0, "logs": "a", "total_lines": "1"}),
        as_json({"code": 0, "data": "a"}),
        envelope(2, "Traceback"),
        envelope(193000),
        envelope(111001),
        envelope(1),
    ],
)
def test_a_log_that_is_told_oddly_is_an_error(air: Air, reply: Reply) -> None:
    """Of a task that has ended, whether its lines are followed or not."""
    native_id = air.submit()
    air.ended(native_id)
    for follow in (False, True):
        air.meets(reply, "/logs", times=2)
        with pytest.raises(RunnerError):
            texts(air.client, native_id, follow=follow)


def test_an_odd_count_of_lines_is_no_endless_loop(air: Air) -> None:
    """A log that claims to have more lines than it has, or fewer than none, is read as it is."""
    native_id = air.submit()
    for total in (10**12, -5):
        air.meets(as_json({"code": 0, "logs": "a\nb\n", "total_lines": total}), "/logs", times=3)
        assert texts(air.client, native_id) == ["a", "b"]
        air.service.faults.clear()


# usage


def test_usage_is_told_in_known_units_where_the_totals_show_them(make: Make) -> None:
    """By the monitor and by the scheduler alike."""
    air = make(monitored=True)
    native_id, ended = air.submit("sleep 60"), air.submit()
    air.ended(ended)
    for client in (air.client, air.another(monitor=None)):
        assert client.usage(native_id) == [Usage("", 0.5, 2**20)]
        assert client.usage(ended) == []
    assert [line for line in air.asked() if "resources" in line] == [
        f"GET {TASK}{native_id}/resources",
        f"GET {TASK}{ended}/resources",
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"cpu_usage": "12%", "memory_usage": 5}, Usage("cpu_usage=12%, memory_usage=5", None, None)),
        (
            {"cpu_usage": 2, "cpu_total": 1, "memory_usage": True, "memory_total": 1024},
            Usage("cpu_usage=2, cpu_total=1, memory_usage=True, memory_total=1024", 2.0, None),
        ),
        ({"cpu_usage": -1, "cpu_total": 1}, Usage("cpu_usage=-1, cpu_total=1", None, None)),
        ([{"cpu": {"a": 1}}], Usage('[{"cpu": {"a": 1}}]', None, None)),
        ("\x1b[2J busy", Usage(r"\e[2J busy", None, None)),
        (None, Usage("null", None, None)),
        ("x" * 10_000, Usage("x" * 300 + " …", None, None)),
    ],
)
def test_usage_in_unknown_units_is_shown_as_it_comes(air: Air, data: Any, expected: Usage) -> None:
    """In one short line that moves no cursor."""
    native_id = air.submit("sleep 60")
    air.meets(envelope(0, data=data), "resources")
    assert air.client.usage(native_id) == [expected]


def test_usage_that_can_not_be_had_says_what_is_missing(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option, or the package."""
    air = make(monitored=True)
    native_id = air.submit("sleep 60")
    bare: dict[str, Any] = {"routes": {"filter": "GET /f"}}
    with pytest.raises(NotSupported, match="which is not configured, or by a route"):
        air.another(monitor=None, **bare).usage(native_id)
    with pytest.raises(
        NotSupported, match=r"said to speak Engine\.IO 3, while the package that is installed speaks 4"
    ) as no:
        air.another(engineIo=3, **bare).usage(native_id)
    assert no.value.help == "install the other one: pip install 'python-socketio[client]<5'"
    monkeypatch.setattr(monitor_module, "installed", lambda: None)
    bare_client = air.another(**bare)
    for action in (bare_client.usage, lambda native_id: bare_client.logs(native_id, LogQuery(follow=True))):
        with pytest.raises(NotSupported) as none:
            action(native_id)
        assert none.value.help == "install it: pip install 'lading[monitor]'"
    assert air.client.usage(native_id) == [Usage("", 0.5, 2**20)]  # by HTTP, without a word


# the monitor


@pytest.fixture
def watched(make: Make, monkeypatch: pytest.MonkeyPatch) -> Air:
    """A platform with a monitor, of which nothing but that tells anything, and a running task."""
    monkeypatch.setattr(monitor_module, "PATIENCE", 0.4)
    air = make(monitored=True)
    air.client = air.another(routes=None)
    air.submit("echo one; sleep 60")
    return air


def answering(air: Air, event: str, answer: Callable[[Any], Any]) -> None:
    """What the monitor answers from now on."""
    assert air.service.monitor
    air.service.monitor.handlers[event] = answer


def test_states_of_many_tasks_come_from_the_monitor_where_no_filter_tells_them(watched: Air) -> None:
    """In one question, and what its answer does not tell is asked for."""
    ids = [watched.submit(start_now=False), "1"]
    watched.service.seen.clear()
    assert watched.client.status(ids) == {ids[0]: Status(State.PENDING, "-1"), "1": Status(State.RUNNING, "1")}
    assert watched.asked() == []
    assert set(watched.client.status([*ids, "99"])) == set(ids)
    assert len(watched.asked()) == 3


@pytest.mark.parametrize(
    "answer",
    [
        {"1": 0, "2": 5},
        {"data": [{"task_id": 1, "status": 0}, {"id": "2", "status": 5}]},
        {"code": 0, "data": {"1": {"status": 0, "name": "x"}, "2": {"status": 5}}},
    ],
)
def test_states_are_read_in_whatever_shape_they_come(watched: Air, answer: Any) -> None:
    """Under the id, or beside it."""
    answering(watched, "monitor_status", lambda _: answer)
    watched.service.seen.clear()
    assert watched.client.status(["1", "2"]) == {"1": Status(State.SUCCEEDED, "0"), "2": Status(State.RUNNING, "5")}
    assert watched.asked() == []


@pytest.mark.parametrize(
    "answer", [{"1": True}, {"status": 0}, [[[[[[{"1": 0}]]]]]], "x" * 100_000, 7, {"code": 1}, []]
)
def test_states_that_are_not_told_are_asked_for(watched: Air, answer: Any) -> None:
    """One by one, over HTTP."""
    answering(watched, "monitor_status", lambda _: answer)
    second = watched.submit(start_now=False)
    assert watched.client.status(["1", second]) == {
        "1": Status(State.RUNNING, "1"),
        second: Status(State.PENDING, "-1"),
    }


def test_a_monitor_that_wants_objects_gets_them(watched: Air) -> None:
    """The sample sends a number and the prose an object: the one that is answered is sent from then on."""
    assert watched.service.monitor
    usual = watched.service.monitor_cpu
    complaint = {"code": 1, "msg": "任务信息查询失败"}
    answering(watched, "monitor_cpu", lambda data: usual(data["task_id"]) if isinstance(data, dict) else complaint)
    assert watched.client.usage("1") == watched.client.usage("1") == [Usage("", 0.5, 2**20)]
    assert watched.service.monitor.seen == [("monitor_cpu", data) for data in (1, {"task_id": 1}, {"task_id": 1})]


def test_what_the_monitor_complains_of_is_said(watched: Air) -> None:
    """Its key is `msg`, and what it says moves no cursor."""
    answering(watched, "monitor_cpu", lambda _: {"code": 1, "msg": "\x1b[31m任务信息不存在"})
    with pytest.raises(RunnerError, match=r"the monitor at 127\.0\.0\.1:\d+ says \\e\[31m任务信息不存在"):
        watched.client.usage("1")


def test_a_log_in_a_shape_that_nobody_knows_is_shown_as_it_comes(watched: Air) -> None:
    """Each answer that differs from the last one, no more of it than a screen holds."""
    answers = iter(["x" * 10_000, {"log": "a"}, {"log": "a"}])
    answering(watched, "monitor_logs", lambda _: next(answers, {"log": "b"}))
    lines = watched.client.logs("1", LogQuery(follow=True))
    assert [next(lines), next(lines), next(lines)] == [LogLine("x" * 4096), LogLine("log=a"), LogLine("log=b")]
    answering(watched, "monitor_logs", lambda _: {"code": 1, "msg": "未获得任何日志信息"})
    watched.client.stop("1")
    assert list(lines) == []


def test_a_log_that_only_the_monitor_tells(watched: Air) -> None:
    """Once, and followed until the task has ended or the monitor is silent."""
    assert texts(watched.client, "1") == ["one"]
    answering(watched, "monitor_logs", lambda _: {"log": "x"})
    assert texts(watched.client, "1") == ["log=x"]
    lines = watched.client.logs("1", LogQuery(follow=True))
    assert next(lines).text == "log=x"
    answering(watched, "monitor_logs", lambda _: None)
    with pytest.raises(RunnerError, match="gave no answer in 0 s"):
        next(lines)
    with pytest.raises(RunnerError, match="gave no answer in 0 s"):
        texts(watched.client, "1", follow=True)
    with pytest.raises(NotSupported, match=r"monitor is silent, and options\.routes\.logs not set"):
        watched.client.logs("1", LogQuery())


def test_a_task_that_has_printed_nothing_has_no_lines_at_the_monitor(watched: Air) -> None:
    """It complains of that, which is no error."""
    native_id = watched.submit()
    watched.ended(native_id)
    assert texts(watched.client, native_id) == texts(watched.client, native_id, follow=True) == []


@pytest.mark.parametrize("answer", [None, {"log": "a"}])
def test_a_log_goes_on_over_http_where_the_monitor_fails(
    make: Make, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    """Silent or unreadable: no line is lost, and none comes twice."""
    monkeypatch.setattr(monitor_module, "PATIENCE", 0.4)
    air = make(monitored=True)
    native_id = air.submit("echo a; echo b; sleep 60")
    lines = air.client.logs(native_id, LogQuery(follow=True))
    assert next(lines).text == "a"
    answering(air, "monitor_logs", lambda _: answer)
    assert next(lines).text == "b"
    air.client.stop(native_id)
    assert list(lines) == []


HOSTILE: Mapping[str, Any] = {
    "nothing": None,
    "about another task": {"task_id": 999, "cpu_usage": 1},
    "too much": "x" * (5 * 2**20),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_monitor_that_does_not_answer_is_given_up(watched: Air, kind: str) -> None:
    """In a bounded time, with a sentence; after two times it is not asked again."""
    answering(watched, "monitor_cpu", lambda _: HOSTILE[kind])
    for _ in range(2):
        with pytest.raises(RunnerError, match=r"^the monitor at 127\.0\.0\.1:\d+ \w") as raised:
            watched.client.usage("1")
        assert "if it speaks Engine.IO 3" in raised.value.help
    with pytest.raises(NotSupported, match="AirScheduler's monitor, which is silent"):
        watched.client.usage("1")


def test_a_monitor_that_hangs_up_is_called_again(watched: Air) -> None:
    """A line that was broken is not used again."""
    assert watched.service.monitor
    assert watched.client.usage("1") == [Usage("", 0.5, 2**20)]
    watched.service.monitor.hang_up()
    with suppress(RunnerError):
        watched.client.usage("1")
    assert watched.client.usage("1") == [Usage("", 0.5, 2**20)]


STRANGERS: Mapping[str, Reply] = {
    "a page": Reply(200, b"<html>hello</html>"),
    "an error": Reply(400, b'{"code": 5, "message": "Unsupported protocol version"}'),
    "a redirect": Reply(302, b"", {"location": "http://127.0.0.1:1/"}),
    "an odd welcome": Reply(200, b'0{"sid": 7, "upgrades": null, "pingInterval": "x", "pingTimeout": 1}'),
    "a deep one": Reply(200, b"0" + b"[" * 100_000),
    "no end": Reply(200, b"x" * (5 * 2**20)),
    "half": Reply(200, b"0{", {"content-length": "100", "connection": "close"}),
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_what_is_no_monitor_is_said_to_be_none(
    air: Air, stranger: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever it sends: one sentence, and nothing of the library's on the screen. `doctor` says it too."""
    monkeypatch.setattr(monitor_module, "PATIENCE", 1.0)
    native_id = air.submit("sleep 60")
    client = air.another(monitor=air.server.url, routes=None)
    air.meets(STRANGERS[stranger], "socket.io", times=9)
    with pytest.raises(RunnerError, match=r"^the monitor at 127\.0\.0\.1:\d+ \w"):
        client.usage(native_id)
    assert dict(client.check())["monitor"] != "answers, in Engine.IO 4"
    assert capfd.readouterr() == ("", "")


def test_the_monitor_s_certificate_is_verified(tmp_path: Path) -> None:
    """Without the authority's file it is not believed, and nothing is asked of it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    events = Events({"monitor_cpu": lambda task: {"task_id": task, "cpu_usage": "1%"}}, context)
    try:
        for file, is_believed in ((None, False), (tmp_path / "ca.pem", True)):
            monitor = Monitor(Context("air", {"monitor": events.url}, ca_file=file))
            if is_believed:
                assert monitor.cpu(7) == {"task_id": 7, "cpu_usage": "1%"}
            else:
                with pytest.raises(NoMonitor, match="shows a certificate that nobody vouches for"):
                    monitor.cpu(7)
            monitor.close()
        assert events.seen == [("monitor_cpu", 7)]
    finally:
        events.close()


def test_a_monitor_that_is_not_there(air: Air) -> None:
    """Said in so many words."""
    client = air.another(monitor="http://127.0.0.1:1", routes=None)
    with pytest.raises(RunnerError, match=r"^the monitor at 127\.0\.0\.1:1 can not be reached: connection refused$"):
        client.usage(air.submit("sleep 60"))


def test_no_login_goes_to_the_monitor(air: Air) -> None:
    """Its sample sends none."""
    client = air.another(monitor=air.server.url, routes=None)
    native_id = air.submit("sleep 60")
    with pytest.raises(RunnerError):
        client.usage(native_id)
    asked = [one for one in air.service.seen if "socket.io" in one.target]
    assert asked
    assert not any("token" in one.headers or "authorization" in one.headers or "cookie" in one.headers for one in asked)
