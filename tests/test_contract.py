"""What every platform's client promises, held against its server: jobs are submitted exactly once whatever happens on
the way, no answer brings the command line down, and no secret is seen.
"""

import json
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from kit.cli import Answer, Cli
from kit.machine import until
from kit.platforms import NAMES, Desk, hurry, service_of
from servers.platform import PlatformService
from servers.web import Fault, Reply, Request, Server, Service, serving

from lading.runner.submission import watch

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
OK, REFUSED, UNKNOWN = 0, 3, 4


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each platform, which accepts jobs and never starts one."""
    with serving(service_of(request.param, runs=False)) as started:
        yield started


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line waits for nobody."""
    hurry(monkeypatch)


@pytest.fixture
def desk(server: Server, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder to work with it from; the command line is in it."""
    made = Desk(Path.cwd(), server.service, server.url)  # type: ignore[arg-type]
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    return made


def page(status: int) -> Reply:
    """What a proxy says."""
    body = b"<html><head><title>it is \x1b[31mbroken</title></head><body><h1>nginx</h1></body></html>"
    return Reply(status, body, {"content-type": "text/html"})


def text(body: str, status: int = 200) -> Reply:
    """What calls itself JSON."""
    return Reply(status, body.encode(), {"content-type": "application/json"})


HOSTILE: dict[str, Reply] = {
    "page 200": page(200),
    "page 404": page(404),
    "page 500": page(500),
    "page 503": page(503),
    "empty": Reply(200),
    "empty 204": Reply(204),
    "null": text("null"),
    "list": text("[]"),
    "number": text("7"),
    "wrong data": text('{"code": "7", "status": [], "data": 7, "output": {"a": []}, "id": {}, "message": {"x": 1}}'),
    "null data": text('{"code": 0, "status": "OK", "status_code": 200, "data": null, "output": null, "id": null}'),
    "success of nothing": text('{"code": "0000", "status": null, "data": {}, "output": {}}'),
    "boolean ids": text('{"code": 0, "id": true, "data": {"id": true, "task_id": true}, "output": {"jobid": true}}'),
    "negative": text('{"code": -1, "message": "no \\u001b]0;gotcha\\u0007\\u001b[2J", "msg": "no \\u001b[2J"}'),
    "surrogates": text('{"code": 0, "message": "\\ud800", "msg": "\\udfff", "error": "\\ud800", "id": "\\ud800"}'),
    "deep": text("[" * 50_000 + "]" * 50_000),
    "huge": text('"' + "x" * (17 * 2**20) + '"'),
    "cut JSON": text('{"code": 0, "data": {"id": 1'),
    "bytes": Reply(200, bytes(range(256))),
    "packed": Reply(200, b"\x1f\x8b" + b"0" * 100, {"content-encoding": "gzip"}),
    "no HTTP": Reply(status_line="220 mail.example.org ESMTP"),
    "long header": Reply(200, b"{}", {"x": "y" * 200_000}),
}
"""Answers that no platform gives."""

CUTS: dict[str, dict[str, Any]] = {
    "cut before": {"cut": "before"},
    "cut during": {"cut": "during"},
    "cut after": {"cut": "after"},
    "busy": {"reply": Reply(429, b"", {"retry-after": "0"})},
    "moved": {"reply": Reply(307, b"", {"location": "https://elsewhere.example.org/"})},
    "moved after": {"reply": Reply(301, b"", {"location": "https://elsewhere.example.org/"}), "carried_out": True},
    "not found after": {"reply": page(404), "carried_out": True},
    "500 after": {"reply": page(500), "carried_out": True},
    "502 after": {"reply": page(502), "carried_out": True},
    **{f"{name} after": {"reply": HOSTILE[name], "carried_out": True} for name in ("null data", "wrong data", "huge")},
}
"""Ways in which one request of a submission can go wrong; most of them once it was carried out."""


def fail(server: Server, **fault: Any) -> None:
    """The next requests go wrong like this."""
    server.service.faults = [Fault(**fault)]


def check_once(desk: Desk, cli: Cli, code: int) -> None:
    """The platform has what the ledger believes, once, and the exit code has said so; what was unknown is settled."""
    jobs = desk.service.accepted()
    assert len(jobs) == len(set(jobs)) <= 1
    assert code in {OK: [OK], REFUSED: [REFUSED], UNKNOWN: [UNKNOWN]}.get(code, [])
    if code == REFUSED:
        assert jobs == []
    if code == UNKNOWN:
        desk.service.faults = []
        settled = cli("resolve", "--all")
        assert settled.code == (OK if desk.service.can_find else UNKNOWN), settled.err
    if code != UNKNOWN or desk.service.can_find:
        assert desk.believed() == sorted(jobs)


def requests_of_a_submission(desk: Desk, cli: Cli) -> int:
    """How many requests a submission takes where nothing goes wrong."""
    assert cli("submit", "hello.yaml").code == OK
    assert desk.believed() == sorted(desk.service.accepted())
    return len(desk.service.seen)


@pytest.mark.parametrize("name", CUTS)
def test_whichever_request_fails_a_job_is_there_once_or_not_at_all(
    name: str, server: Server, desk: Desk, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request of a submission fails in turn: the exit code tells the truth, and ``resolve`` settles the rest."""
    for place, (own, service) in enumerate(fresh_desks(desk, cli, tmp_path, monkeypatch)):
        service.faults = [Fault(skip=place, **CUTS[name])]
        check_once(own, cli, cli("submit", "hello.yaml").code)


@pytest.mark.parametrize("moment", ["before intent", "after intent", "before outcome", "after outcome"])
def test_a_command_that_is_killed_at_a_commit_leaves_what_resolve_settles(
    moment: str, server: Server, desk: Desk, cli: Cli
) -> None:
    """SIGKILL around each commit of the ledger: afterwards the ledger believes in just the jobs that there are."""
    with desk.start(moment, "submit", "hello.yaml", program="doomed.py") as command:
        assert command.wait() == -signal.SIGKILL
    assert len(desk.service.accepted()) == (1 if "outcome" in moment else 0)
    settled = cli("resolve", "--all")
    if desk.service.can_find or moment in {"before intent", "after outcome"}:
        assert settled.code == OK, settled.err
        assert desk.believed() == sorted(desk.service.accepted())
    else:
        assert settled.code == UNKNOWN


def test_a_command_that_is_killed_while_it_waits_for_an_answer(
    server: Server, desk: Desk, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL once the server has carried out a request and before it says so, for each request of a submission."""
    for place, (own, service) in enumerate(fresh_desks(desk, cli, tmp_path, monkeypatch)):
        service.faults = [Fault(skip=place, lag=1.0)]
        with own.start("submit", "hello.yaml") as command:
            wait_for_requests(own, place, command)
            command.kill()
        time.sleep(0.01)
        jobs = service.accepted()
        assert len(jobs) <= 1
        settled = cli("resolve", "--all")
        if service.can_find:
            assert settled.code == OK, settled.err
            assert own.believed() == jobs
        else:
            assert set(own.believed()) <= set(jobs)


def test_a_command_that_is_killed_among_many_leaves_what_resolve_settles(server: Server, desk: Desk, cli: Cli) -> None:
    """SIGKILL while sixteen are on their way, some begun and not yet sent: each is there once or not at all."""
    files = [desk.spec(f"job-{number}") for number in range(60)]
    desk.service.faults = [Fault(latency=0.02, times=10_000)]
    with desk.start("submit", *files, "-j", "16") as command:
        wait_for_requests(desk, 30, command)
        command.kill()
    time.sleep(0.3)  # so that what is on its way has come
    jobs = desk.service.accepted()
    assert 0 < len(jobs) < 60
    assert len(set(jobs)) == len(jobs)
    settled = cli("resolve", "--all")
    if desk.service.can_find:
        assert settled.code == OK, settled.err
        assert desk.believed() == sorted(jobs)
    else:
        assert set(desk.believed()) <= set(jobs)
    assert desk.service.accepted() == jobs


def fresh_desks(
    desk: Desk, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Desk, PlatformService]]:
    """For each request that a submission takes a platform with nothing in it, and a folder to work with it from."""
    for place in range(requests_of_a_submission(desk, cli)):
        folder = tmp_path / f"{place}"
        folder.mkdir()
        monkeypatch.setenv("LADING_STATE", str(folder / "state"))
        monkeypatch.chdir(folder)
        service = service_of(desk.service.name, runs=False)
        with serving(service) as server:
            yield Desk(folder, service, server.url), service


def test_two_commands_at_once_make_two_jobs_or_one_if_absent(server: Server, desk: Desk) -> None:
    """Without --if-absent both submit knowingly; with it one of them finds the other's."""
    for arguments, jobs in ((["--if-absent"], 1), ([], 3)):
        commands = [desk.start("submit", "hello.yaml", *arguments) for _ in range(2)]
        ended = [command.communicate() for command in commands]
        assert [command.returncode for command in commands] == [0, 0], ended
        assert len(set(desk.service.accepted())) == len(desk.service.accepted()) == jobs


@pytest.fixture(params=NAMES)
def busy(request: pytest.FixtureRequest, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Each platform, which runs what it is given, and a folder to work with it from."""
    monkeypatch.setattr(watch.Pace, "not_below", lambda pace, _: pace)
    service = service_of(request.param)
    if service.lacks:
        pytest.skip("this machine can not run its jobs")
    with serving(service) as server:
        made = Desk(Path.cwd(), service, server.url)
        for name, value in made.environ.items():
            monkeypatch.setenv(name, value)
        yield made


def test_a_job_runs_and_is_told_of(busy: Desk, cli: Cli) -> None:
    """It succeeds, its output is printed, and the list has it; one that fails says so, and one that is stopped too."""
    busy.spec("good", command=["sh", "-c", "echo to be seen; echo and this"])
    done = cli.good("submit", "good.yaml", "--wait", "--format", "json").document
    assert done["state"] == "succeeded"
    assert cli.good("logs", done["id"]).out == "to be seen\nand this\n"
    assert cli.good("logs", done["id"], "--lines", "2:2").out == "and this\n"
    busy.spec("bad", command=["sh", "-c", "echo oh; exit 3"])
    failed = cli("run", "bad.yaml")
    assert (failed.code in {1, 3}, failed.out) == (True, "oh\n")
    busy.spec("long", command=["sleep", "60"])
    id_ = cli.good("submit", "long.yaml", "--format", "json").document["id"]
    cli.good("stop", id_)
    stopped = cli("wait", id_, "--format", "json")
    assert [one["state"] for one in stopped.document["submissions"]] == ["stopped"]
    cli.good("stop", id_)
    assert cli.good("doctor").out


def commands_of(id_: str) -> list[list[str]]:
    """Every command that asks a platform."""
    of_a_job = [[name, id_] for name in ("status", "logs", "usage", "stop", "start", "delete")]
    return [
        *(["doctor"], ["catalog", "pull"], ["submit", "hello.yaml"], *of_a_job),
        *(["status", "there:no/such"], ["update", id_, "--set", "schedule.priority=low"], ["resolve", "--all"]),
        *(["exec", "there", "true"], ["files", "there:/tmp"], ["download", "there:/tmp/x", "x"]),
        ["upload", "hello.yaml", "there:/tmp/x"],
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_answer_brings_the_command_line_down(name: str, server: Server, desk: Desk, cli: Cli) -> None:
    """Whatever every request is answered with: one diagnostic, no traceback, and nothing that a terminal obeys."""
    id_ = json.loads(cli.good("submit", "hello.yaml", "--format", "json").out)["id"]
    for words in commands_of(id_):
        for skip in (1, 2) if words[0] in {"submit", "logs"} else (1,):  # the first request logs in
            fail(server, reply=HOSTILE[name], times=50, skip=skip)
            answer = cli(*words)
            assert answer.code in {0, 1, 2, 3, 4}, (words, answer.err)
            assert_tame(answer, words)
    fail(server, reply=HOSTILE[name], times=50)
    assert_tame(cli("submit", "hello.yaml"), ["submit"])
    desk.service.faults = []
    cli("resolve", "--all")
    assert not desk.service.can_find or desk.believed() == sorted(desk.service.accepted())


def assert_tame(answer: Answer, words: list[str]) -> None:
    """Nothing moves a cursor, and nobody has to read for long."""
    said = answer.out + answer.err
    assert "\x1b" not in said, words
    assert "Traceback" not in said, words
    assert len(answer.err) < 20_000, words


def test_interrupting_again_and_again_ends_it_without_a_word(server: Server, desk: Desk, cli: Cli) -> None:
    """Whatever is on its way then is settled by ``resolve``: what happened is in the ledger, and not on the screen."""
    fail(server, lag=3.0, match="^POST", times=50)
    specs = [desk.spec(f"slow{place}") for place in range(4)]
    process = desk.start("submit", *specs, "-j", "2", "-q")
    until(lambda: desk.service.seen)
    for pause in (0.05, 0.1, 0.3, 0.5, 0.5):
        time.sleep(pause)
        process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode in {130, -signal.SIGINT}
    assert b"Traceback" not in told
    desk.service.faults = []
    cli("resolve", "--all")
    assert not desk.service.can_find or desk.believed() == sorted(desk.service.accepted())


ODD = ["9" * 5000, "training/" + "9" * 5000, "../../x", "a\nb\x1b[31m", "\u0663", "1?a=b#c", ""]


@pytest.mark.parametrize("id_", ODD, ids=range(len(ODD)))
def test_an_id_that_is_none_is_told_to_be_unknown(id_: str, desk: Desk, cli: Cli) -> None:
    """Whatever somebody types after the name of a target."""
    for words in (["status"], ["logs"], ["stop"]):
        answer = cli(*words, f"there:{id_}")
        assert answer.code in {2, 3}, (words, answer.err)
        assert_tame(answer, words)


def test_a_redirect_takes_no_login_along(server: Server, desk: Desk, cli: Cli) -> None:
    """Every request is sent on to another host: it never hears from us."""
    id_ = json.loads(cli.good("submit", "hello.yaml", "--format", "json").out)["id"]
    with serving(Service()) as other:
        for place, words in enumerate(commands_of(id_)):
            for skip in (0, 1):
                status = (301, 302, 303, 307, 308)[place % 5]
                fail(server, reply=Reply(status, b"", {"location": f"{other.url}/x"}), times=50, skip=skip)
                answer = cli(*words)
                assert answer.code in {0, 2, 3, 4}, (words, answer.err)
        assert other.service.seen == []


def test_a_login_that_has_expired_is_got_again_or_said_to_be_rejected(server: Server, desk: Desk, cli: Cli) -> None:
    """Between two commands and between two requests of one."""
    cli.good("submit", "hello.yaml")
    desk.service.expire()
    answer = cli("doctor")
    assert answer.code in {OK, REFUSED}
    if answer.code == REFUSED:
        assert "LD609" in answer.err or "token" in answer.err
        return
    for place in range(4):
        desk.service.faults = [Fault(skip=place, reply=expiring(desk))]
        cli.good("submit", "hello.yaml")
    assert desk.believed() == sorted(desk.service.accepted())


def expiring(desk: Desk) -> Callable[[Request], Reply | None]:
    """Answers nothing itself; from then on no token is taken any more."""

    def expire(_: Request) -> None:
        desk.service.expire()

    return expire


def echo(request: Request) -> Reply:
    """An error that repeats the whole request, in every field where an error may stand."""
    said = f"{request.target} {dict(request.headers)} {request.body.decode('utf-8', 'replace')}"
    fields = dict.fromkeys(("message", "msg", "error", "detail", "output"), said)
    return text(json.dumps({"code": 193000, "status": "ERROR", "status_code": 500, "data": None, **fields}), 500)


def test_no_secret_is_seen(server: Server, desk: Desk, cli: Cli, tmp_path: Path) -> None:
    """Passwords, tokens and signatures are in no output and no file, also where the server repeats a request."""
    outputs = [cli("submit", "hello.yaml", "--format", "json")]
    id_ = outputs[0].document["id"]
    for words in (*commands_of(id_), ["ledger", "--format", "json"], ["list", "-v"]):
        for skip in (1, 2):
            fail(server, reply=echo, times=50, skip=skip)
            outputs.append(cli(*words, "-v"))
            assert outputs[-1].code in {0, 1, 2, 3, 4}
    desk.service.faults = []
    hidden = {value for value in desk.service.hidden() if len(value) > 3} | signatures(desk.service)
    assert hidden
    said = "".join(answer.out + answer.err for answer in outputs)
    assert [value for value in hidden if value in said] == []
    files = [path for path in Path.cwd().rglob("*") if path.is_file()]
    assert any(path.name == "ledger.db" for path in files)
    assert [(path.name, value) for path in files for value in hidden if value.encode() in path.read_bytes()] == []


def test_what_another_command_sent_is_hidden_too(server: Server, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server repeats secrets that this command had no use for: what can be looked up silently is known, and what
    may ask somebody for a passphrase where it was sent before.
    """
    monkeypatch.setenv("CANARY", "c4n4ry-silent")
    asking = {name: {"command": ["sh", "-c", f"touch {name}; echo c4n4ry-{name}"]} for name in ("sent", "unused")}
    site = json.loads(Path("lading.site.yaml").read_text())
    secrets = {"silent": {"env": "CANARY"}, "gone": {"env": "NOT_SET"}, **asking}
    Path("lading.site.yaml").write_text(json.dumps({**site, "secrets": secrets}))
    submission = desk.start("submit", desk.spec("with-secret", env={"A": {"secret": "sent"}}))
    said = submission.communicate(timeout=60)
    was_sent = submission.returncode == OK
    assert was_sent == Path("sent").exists(), said  # an edition may be one that carries no secrets
    Path("sent").unlink(missing_ok=True)
    fail(server, reply=text("<title>TOKEN=c4n4ry-silent c4n4ry-sent</title>", 500), times=50, skip=1)
    out, err = desk.start("status", "there:1", "-v").communicate(timeout=60)
    assert out + err
    assert b"c4n4ry-silent" not in out + err
    assert b"c4n4ry-sent" not in out + err or not was_sent
    assert Path("sent").exists() == was_sent
    assert not Path("unused").exists()


def signatures(service: Service) -> set[str]:
    """What stood in headers that show who sends a request."""
    names = ("sign_str", "cookie", "authorization", "token", "x-pf-authorization")
    return {value for one in service.seen for name in names if (value := one.headers.get(name)) and len(value) > 3}


def test_tls_is_verified_and_a_file_of_certificates_is_the_way_round(
    request: pytest.FixtureRequest, cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without the authority's file nothing is sent at all; with it everything works."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path("ca.pem")
    for name in NAMES:
        service = service_of(name, runs=False)
        with serving(service, tls=context) as server:
            for more, code in (({}, REFUSED), ({"caFile": "ca.pem"}, OK)):
                desk = Desk(Path.cwd(), service, server.url, **more)
                for variable, value in desk.environ.items():
                    monkeypatch.setenv(variable, value)
                answer = cli("submit", "hello.yaml")
                assert answer.code == code, answer.err
                assert bool(service.seen) == (code == OK)
                assert ("caFile" in answer.err) == (code == REFUSED)


def test_many_submissions_on_a_bad_line(server: Server, desk: Desk, cli: Cli) -> None:
    """A hundred specs in one command, every third request cut somewhere: as many jobs as the ledger believes."""
    files = [desk.spec(f"job-{number}") for number in range(100)]
    cuts: list[dict[str, Any]] = [{"cut": "before"}, {"cut": "during"}, {"cut": "after"}, {"reply": page(502)}]
    desk.service.faults = [Fault(skip=5 * place, times=1, **cuts[place % 4]) for place in range(60)]
    answer = cli("submit", *files, "-j", "16")
    desk.service.faults = []
    settled = cli("resolve", "--all")
    assert answer.code in {OK, REFUSED, UNKNOWN}
    jobs = desk.service.accepted()
    assert len(set(jobs)) == len(jobs)
    if desk.service.can_find:
        assert settled.code == OK, settled.err
        assert desk.believed() == sorted(jobs)
    else:
        assert set(desk.believed()) <= set(jobs)


def wait_for_requests(desk: Desk, enough: int, command: subprocess.Popen[bytes]) -> None:
    """The server has seen that many requests, or the command has ended."""
    until(lambda: len(desk.service.seen) > enough or command.poll() is not None)


def test_commands_killed_at_any_moment(server: Server, desk: Desk, cli: Cli) -> None:
    """A hundred specs in ten commands, each killed a little later than the last: jobs are what the ledger says."""
    for killed in range(10):
        files = [desk.spec(f"job-{killed}-{number}") for number in range(10)]
        enough = len(desk.service.seen) + 3 * killed
        with desk.start("submit", *files, "-j", "4") as command:
            wait_for_requests(desk, enough, command)
            command.kill()
    time.sleep(0.2)
    settled = cli("resolve", "--all")
    jobs = desk.service.accepted()
    assert jobs
    assert len(set(jobs)) == len(jobs)
    if desk.service.can_find:
        assert settled.code == OK, settled.err
        assert desk.believed() == sorted(jobs)
    else:
        assert set(desk.believed()) <= set(jobs)


def test_many_jobs_are_watched_with_few_questions(server: Server, desk: Desk, cli: Cli) -> None:
    """One round over a hundred live jobs of a platform takes a handful of requests, logging in included."""
    files = [desk.spec(f"job-{number}") for number in range(100)]
    cli.good("submit", *files, "-j", "16")
    ids = [one.id for one in desk.ledger()]
    before = len(desk.service.seen)
    cli.good("status", *ids)
    assert len(desk.service.seen) - before <= 12


def test_an_interrupt_says_how_far_it_has_come(server: Server, desk: Desk, cli: Cli) -> None:
    """Ctrl-C while a hundred are submitted: the rest is never sent, and the ledger knows every job."""
    files = [desk.spec(f"job-{number}") for number in range(100)]
    desk.service.faults = [Fault(latency=0.05, times=10_000)]
    with desk.start("submit", *files, "-j", "4") as command:
        wait_for_requests(desk, 12, command)
        command.send_signal(signal.SIGINT)
        _, said = command.communicate(timeout=60)
    assert command.returncode == 130
    assert b" of 100 were submitted; `lading list` shows them" in said
    assert desk.believed() == sorted(desk.service.accepted())
    assert len(desk.service.accepted()) < 100
