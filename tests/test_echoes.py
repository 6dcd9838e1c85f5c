"""A server that repeats whatever it was sent: a job's own secrets are in no output and no file, on every platform."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kit.cli import Answer, Cli
from kit.platforms import NAMES, Desk, hurry, service_of
from servers.web import Fault, Reply, Request, Server, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PLAIN = "Zq7plainXw9"
QUOTED = """Kp3quote"Lm5back\\Tr8slash'Nb2apostrophe $Vc6dollar&Hd4ampersand%Gf1percent"""
FOREIGN = "Яу8foreign密钥Js5end"
SECRETS = {"plain": PLAIN, "quoted": QUOTED, "foreign": FOREIGN, "long": "Wm2" + "x" * 400 + "Ty6"}
TELLING = (
    *("Zq7plainXw9", "Kp3quote", "Lm5back", "Tr8slash", "Nb2apostrophe", "Vc6dollar", "Hd4ampersand", "Gf1percent"),
    *("8foreign", "Js5end", "x" * 30),
)
"""Parts of the values, of which none may be seen."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line waits for nobody."""
    hurry(monkeypatch)


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each platform, which accepts jobs and never starts one."""
    with serving(service_of(request.param, runs=False).newest()) as started:
        yield started


@pytest.fixture
def desk(request: pytest.FixtureRequest, server: Server, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder to work with it from, and a spec with secrets that come from the environment or from files."""
    made = Desk(Path.cwd(), server.service, server.url)  # type: ignore[arg-type]
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    source, sources = getattr(request, "param", "env"), {}
    for name, value in SECRETS.items():
        if source == "env":
            monkeypatch.setenv(f"CANARY_{name}", value)
            sources[name] = {"env": f"CANARY_{name}"}
        else:
            Path(name).touch(mode=0o600)
            Path(name).write_text(value)
            sources[name] = {"file": f"./{name}"}
    site = json.loads(Path("lading.site.yaml").read_text())
    Path("lading.site.yaml").write_text(json.dumps({**site, "secrets": sources}))
    made.spec("hello", env={name.upper(): {"secret": name} for name in SECRETS})
    return made


Echo = Callable[[str], Reply]


def as_error(status: int) -> Echo:
    """An error in whose every field the request stands."""

    def reply(said: str) -> Reply:
        fields = dict.fromkeys(("message", "msg", "error", "detail", "output"), said)
        whole = {"code": 193000, "status": "ERROR", "status_code": status, "data": None, **fields}
        return Reply(status, json.dumps(whole).encode(), {"content-type": "application/json"})

    return reply


ECHOES: dict[str, Echo] = {
    "error 500": as_error(500),
    "error 200": as_error(200),
    "error 400": as_error(400),
    "characters": lambda said: Reply(500, json.dumps({"message": said}, ensure_ascii=False).encode()),
    "text": lambda said: Reply(500, said.encode()),
    "page": lambda said: Reply(502, f"<html><title>{said}</title></html>".encode()),
    "redirect": lambda said: Reply(302, b"", {"location": f"/{said.encode('ascii', 'replace').decode()[:60_000]}"}),
}


def echoing(echo: Echo, seen: list[str]) -> Callable[[Request], Reply]:
    """Repeats the request, and every one before: what another command sent is told again."""

    def reply(request: Request) -> Reply:
        seen.append(request.body.decode("utf-8", "replace"))
        return echo(" ".join([request.target, *reversed(seen[-20:])]).replace("\r", " ").replace("\n", " "))

    return reply


def told(answer: Answer) -> list[str]:
    """What of the secrets is in the answer."""
    return [part for part in TELLING if part in answer.out + answer.err]


CASES = [*(("env", name) for name in ECHOES), ("file", "error 500")]


@pytest.mark.parametrize(("desk", "name"), CASES, indirect=["desk"])
def test_no_secret_of_a_job_is_seen_in_an_echo(name: str, server: Server, desk: Desk, cli: Cli) -> None:
    """By whatever command it is met, with which of its requests, and whatever another command had sent before."""
    id_ = cli.good("submit", "hello.yaml", "--format", "json").document["id"]
    seen = [one.body.decode("utf-8", "replace") for one in server.service.seen]
    assert any(PLAIN in body for body in seen)
    of_a_job = [[word, id_] for word in ("status", "logs", "usage", "stop", "delete")]
    for words in (
        *(["submit", "hello.yaml"], ["submit", "hello.yaml", "--if-absent"], ["doctor"], ["catalog", "pull"]),
        *(*of_a_job, ["update", id_, "--set", "schedule.priority=low"], ["exec", "there", "true"]),
        *(["files", "there:/tmp"], ["resolve", "--all"], ["list"], ["ledger"], ["ledger", "--format", "json"]),
    ):
        for skip in (0, 1, 2) if words[0] == "submit" else (0, 1):  # the first request may be one that logs in
            server.service.faults = [Fault(reply=echoing(ECHOES[name], seen), times=50, skip=skip)]
            answer = cli(*words, "-v")
            assert answer.code in {0, 1, 2, 3, 4}
            assert told(answer) == [], (words, skip)
    files = [path for path in Path("state").rglob("*") if path.is_file()]
    assert any(path.name == "ledger.db" for path in files)
    kept = b"".join(path.read_bytes() for path in files).decode("utf-8", "replace")
    assert [part for part in TELLING if part in kept] == []


@pytest.mark.parametrize("desk", ["env", "file"], indirect=True)
def test_no_secret_is_seen_by_a_process_that_never_sent_it(server: Server, desk: Desk) -> None:
    """Another command, in a process of its own, is told what the first one sent."""
    with desk.start("submit", "hello.yaml", "-q") as first:
        out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    seen = [one.body.decode("utf-8", "replace") for one in server.service.seen]
    for skip in (0, 1):  # the first request may be one that logs in
        server.service.faults = [Fault(reply=echoing(as_error(500), seen), times=50, skip=skip)]
        with desk.start("status", out.decode().strip(), "-v") as second:
            said = b"".join(second.communicate(timeout=60)).decode()
        assert second.returncode in {0, 3}
        assert [part for part in TELLING if part in said] == []
