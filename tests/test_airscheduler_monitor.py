"""AirScheduler's hostile monitor: whatever comes is an answer or one sentence, in bounded time and memory."""

import gzip
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from kit.cli import Cli
from kit.platforms import Desk, service_of
from kit.raw_events import NOTHING, SEPARATOR, WELCOME, RawEvents, event
from servers.web import Reply, Service, serving

from lading.runner.commands import usage as usage_command
from lading.runner.platform import Context
from lading.runner.platforms.airscheduler import logs as log_module
from lading.runner.platforms.airscheduler import monitor as monitor_module
from lading.runner.platforms.airscheduler.monitor import Complaint, Monitor, NoMonitor, as_text
from lading.runner.submission import watch

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CPU = "monitor_cpu"
USED = {"task_id": 7, "cpu_usage": 1}
MIB = 2**20


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for anything."""
    monkeypatch.setattr(monitor_module, "PATIENCE", 0.7)
    monkeypatch.setattr(log_module, "SOONEST", 0.02)
    monkeypatch.setattr(log_module, "LATEST", 0.05)
    monkeypatch.setattr(usage_command, "INTERVAL", 0.02)


@contextmanager
def asking(raw: RawEvents) -> Iterator[Callable[[], str]]:
    """What the monitor's answer to one question comes to, as a text: its data, or the sentence of an error."""
    with serving(raw) as server:
        monitor = Monitor(Context("air", {"monitor": server.url}))

        def ask() -> str:
            try:
                return as_text(monitor.cpu(7))
            except (NoMonitor, Complaint) as error:
                return f"{type(error).__name__}: {str(error).partition(server.url.partition('//')[2])[2].strip()}"

        try:
            yield ask
        finally:
            raw.is_over.set()
            monitor.close()


def nested(depth: int) -> str:
    """Lists within lists."""
    return f"{'[' * depth}7{']' * depth}"


ONCE: Mapping[str, tuple[str | bytes, str]] = {
    "binary": (f'451-["{CPU}",{{"_placeholder":true,"num":0}}]{SEPARATOR}bQUJD', "b'ABC'"),
    "too few attachments": (f'459-["{CPU}",{{"_placeholder":true,"num":0}}]{SEPARATOR}bQUJD', "gave no answer"),
    "no such attachment": (f'451-["{CPU}",{{"_placeholder":true,"num":7}}]{SEPARATOR}bQUJD', "can not be understood"),
    "many attachments": (f'45{"9" * 20}-["{CPU}"]', "can not be understood: too many attachments"),
    "deep": (f'42["{CPU}",{nested(400)}]', "sends what is nested too deeply"),
    "deep id": (f'42["{CPU}",{{"task_id":{nested(950)}}}]', "sends what is nested too deeply"),
    "deeper": (f'42["{CPU}",{nested(100_000)}]', "can not be understood"),
    "several": (event(CPU, 1, 2, 3), "[1, 2, 3]"),
    "nothing": (event(CPU), "[]"),
    "no name": ("42[]", "can not be understood"),
    "a number as name": ("42[7]", "gave no answer"),
    "a list as name": ("42[[1]]", "can not be understood"),
    "an object": ("42{}", "can not be understood"),
    "null": ("42null", "can not be understood"),
    "a name of the library's": (event("disconnect"), "hung up"),
    "everybody's name": (event("*", USED), "gave no answer"),
    "wants a receipt": (f"42{'9' * 99}{event(CPU, USED)[2:]}", "task_id=7, cpu_usage=1"),
    "wants a long receipt": (f"42{'9' * 200}{event(CPU, USED)[2:]}", "can not be understood"),
    "receipts of nothing": (SEPARATOR.join(f'43{number}["x"]' for number in range(16)), "gave no answer"),
    "another namespace": (f"42/x,{event(CPU, USED)[2:]}", "gave no answer"),
    "half a character": (f'42["{CPU}","\\ud800 \\u001b[2J"]', "\ufffd \x1b[2J"),
    "no number": (f'42["{CPU}",{{"cpu_usage":NaN}}]', "cpu_usage=nan"),
    "a long number": (f'42["{CPU}",{"9" * 5000}]', "can not be understood"),
    "an error": ('44{"message":"no"}', "gave no answer"),
    "the end": ("1", "hung up"),
    "the end again and again": (SEPARATOR.join(["41"] * 16), "hung up"),
    "no type": ("4x", "can not be understood"),
    "bytes": (b"\xff\xfe\x00", "hung up"),
    "many packets": (SEPARATOR.join([NOTHING] * 10_000), "hung up"),
    "too large": (event(CPU, "x" * (5 * MIB)), "sends more than 4 MiB at once"),
}


@pytest.mark.parametrize("kind", ONCE)
def test_an_odd_answer_is_one_sentence(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    """And nothing of the library's is on the screen."""
    said, expected = ONCE[kind]
    raw = RawEvents(lambda _: raw.once(said))
    began = time.monotonic()
    with asking(raw) as ask:
        found = ask()
    assert expected in found
    assert len(found) < 700
    assert time.monotonic() - began < 5
    assert capfd.readouterr() == ("", "")


WELCOMES: Mapping[str, str | Reply] = {
    "no number": WELCOME.replace("25000", "NaN"),
    "less than nothing": WELCOME.replace("25000", "-25000").replace("20000", "-25000"),
    "for ever": WELCOME.replace("25000", "1e999"),
    "no sid": WELCOME.replace('"abc"', "null"),
    "a number as upgrades": WELCOME.replace("[]", "7"),
    "a list": "0[]",
    "nothing": "0",
    "the other version": '97:0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":5000}2:40',
    "a long header": Reply(200, WELCOME.encode(), {"x": "y" * 200_000}),
    "a deep error": Reply(400, b"[" * 100_000),
    "packed": Reply(200, gzip.compress(WELCOME.encode()), {"content-encoding": "gzip"}),
    "moved": Reply(302, b"", {"location": "http://127.0.0.1:1/"}),
}


@pytest.mark.parametrize("kind", WELCOMES)
def test_an_odd_welcome_is_one_sentence(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Intervals, names and versions that make no sense."""
    raw = RawEvents(lambda _: event(CPU, USED), WELCOMES[kind])
    with asking(raw) as ask:
        assert ask().startswith("NoMonitor: ")
    assert capfd.readouterr() == ("", "")


def test_a_sid_stays_one_part_of_the_address() -> None:
    """Whatever is in it, it begins no header of its own."""
    raw = RawEvents(lambda _: raw.once(event(CPU, USED)), WELCOME.replace('"abc"', '"a\\r\\nx-evil: y&b=c"'))
    with asking(raw) as ask:
        ask()
    assert not any("x-evil" in one.headers for one in raw.seen)


PIECE = "x" * 200_000
FLOODS: Mapping[str, Callable[[int], str | Reply]] = {
    "of answers": lambda _: SEPARATOR.join([event(CPU, {"task_id": 9, "x": PIECE})] * 16),
    "of other events": lambda _: SEPARATOR.join([event("x", PIECE)] * 16),
    "of pings": lambda _: SEPARATOR.join([f"2{PIECE}"] * 16),
    "of attachments": lambda _: SEPARATOR.join([f'45999999999-["{CPU}"]', *["b" + "QUJD" * 50_000] * 15]),
    "of receipts": lambda _: SEPARATOR.join([f'437["{PIECE}"]'] * 16),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_ends_the_line(kind: str) -> None:
    """Nobody reads much more than he has asked for."""
    raw = RawEvents(FLOODS[kind])
    with asking(raw) as ask:
        assert ask() == "NoMonitor: sends more than it was asked for"
    assert raw.polls < 10


def test_a_monitor_that_never_lets_us_rest_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of nothing count too."""
    monkeypatch.setattr(monitor_module, "PATIENCE", 30.0)
    monkeypatch.setattr("lading.runner.platforms.airscheduler.line.LEAST", 2**17)
    raw = RawEvents(lambda _: NOTHING)
    with asking(raw) as ask:
        assert ask() == "NoMonitor: sends more than it was asked for"


def test_what_is_packed_is_not_unpacked() -> None:
    """A few kilobytes would be a gigabyte."""
    packed = gzip.compress(bytes(100 * MIB), 9)
    raw = RawEvents(lambda _: Reply(200, packed, {"content-encoding": "gzip"}))
    with asking(raw) as ask:
        tracemalloc.start()
        try:
            assert ask() == "NoMonitor: sends packed answers, which nobody asked for"
            assert tracemalloc.get_traced_memory()[1] < 10 * MIB
        finally:
            tracemalloc.stop()


# from the command line


@pytest.fixture
def desk(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A folder to work with a platform from that runs what it is given, and whose monitor is to be named."""
    monkeypatch.setattr(watch.Pace, "not_below", lambda pace, _: pace)
    service = service_of("airscheduler")
    with serving(service) as server:
        made = Desk(Path.cwd(), service, server.url)
        for name, value in made.environ.items():
            monkeypatch.setenv(name, value)
        yield made


def watched_by(desk: Desk, url: str) -> None:
    """The monitor at the address is all that tells of tasks."""
    site = json.loads(Path("lading.site.yaml").read_text())
    site["targets"]["there"]["options"] |= {"monitor": url, "routes": {"filter": desk.service.routes()["filter"]}}  # type: ignore[attr-defined]
    Path("lading.site.yaml").write_text(json.dumps(site))


def running(desk: Desk, cli: Cli) -> str:
    """The id of a job that runs."""
    spec = desk.spec("long", command=["sleep", "60"])
    return str(cli.good("submit", spec, "--format", "json").document["id"])


COMMANDS = (["usage"], ["usage", "-f"], ["logs"], ["logs", "-f"])


@pytest.mark.parametrize("words", COMMANDS, ids=map(" ".join, COMMANDS))
@pytest.mark.parametrize(
    "said", [nested(400), nested(970), '"\\ud800\\u001b[2J"', f"9{'0' * 4000}", '{"code":1,"msg":"\\u001b[2J\\n\\n"}']
)
def test_commands_survive_what_a_monitor_says(words: list[str], said: str, desk: Desk, cli: Cli) -> None:
    """Each ends with a result or one diagnostic, also where it follows: the monitor is soon given up."""
    id_ = running(desk, cli)
    events = [f'42["{name}",{said}]' for name in (CPU, "monitor_logs", "monitor_status")]
    raw = RawEvents(lambda _: SEPARATOR.join(events) if raw.polls < 20 else "1")
    with serving(raw) as server:
        watched_by(desk, server.url)
        answer = cli(*words, id_)
    assert answer.code in {0, 3}, answer.err
    assert "\x1b" not in answer.err + (answer.out if words[0] == "usage" else "")
    assert answer.err.count("error[") == (answer.code == 3)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_monitor_that_sends_us_elsewhere_is_not_followed(status: int, desk: Desk, cli: Cli) -> None:
    """Neither a login nor anything else comes there, from the welcome or a later answer."""
    id_ = running(desk, cli)
    with serving(Service()) as other:
        moved = Reply(status, b"", {"location": f"{other.url}/socket.io/", "set-cookie": "a=b; Domain=127.0.0.1"})
        for raw in (RawEvents(lambda _: NOTHING, moved), RawEvents(lambda _: moved)):
            with serving(raw) as server:
                watched_by(desk, server.url)
                assert cli("usage", id_).code == 3
            sent = [f"{one.headers} {one.body!r} {one.target}" for one in raw.seen]
            assert not any(value in one for value in desk.service.hidden() for one in sent)
        assert other.service.seen == []


def test_a_monitor_that_hangs_up_again_and_again_ends_following(desk: Desk, cli: Cli) -> None:
    """After two times; the job goes on, and `watch` is told by the scheduler."""
    id_ = running(desk, cli)
    raw = RawEvents(lambda _: "1")
    with serving(raw) as server:
        watched_by(desk, server.url)
        for words in (["usage", "-f", id_], ["logs", "-f", id_]):
            answer = cli(*words)
            assert answer.code == 3
            assert "hung up" in answer.err
        cli.good("stop", id_)
        assert "stopped" in cli("watch", id_).out
