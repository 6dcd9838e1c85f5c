"""Answers of which one field is not as it should be: a few of all that there are, the same ones each time."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.cli import Cli
from kit.odd import ODD, fields, oddly
from kit.platforms import NAMES, Desk, service_of
from servers.platform import PlatformService
from servers.web import Fault, Reply, Request, serving

from lading.runner.http import connection
from lading.runner.platforms.aihub import logs
from lading.runner.submission import resolve, send, settle, watch

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
EACH = 6
"""Fields that are changed of all that a command is told."""

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal, or whoever reads there, is led astray by."""

COMMANDS = (
    *(["doctor"], ["catalog", "pull"], ["submit", "hello.yaml"], ["status", "there:ID"]),
    *(["status", "there:ID", "--format", "json"], ["logs", "there:ID"], ["stop", "there:ID"], ["start", "there:ID"]),
    *(["exec", "there", "true"], ["files", "there:/tmp"], ["upload", "hello.yaml", "there:/tmp/x"]),
)


@pytest.fixture(params=NAMES)
def desk(request: pytest.FixtureRequest, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Each platform, which accepts jobs and never starts one, and a folder to work with it from, in no hurry."""
    monkeypatch.setattr(settle.ask, "__defaults__", ((0.0,),))
    for module, name in ((resolve, "PATIENCE"), (send, "RETRY_DELAYS"), (connection, "PAUSES"), (logs, "PAUSES")):
        monkeypatch.setattr(module, name, (0.0,))
    monkeypatch.setattr(watch.Pace, "not_below", lambda pace, _: pace)
    service = service_of(request.param, runs=False)
    with serving(service) as server:
        made = Desk(Path.cwd(), service, server.url)
        for name, value in made.environ.items():
            monkeypatch.setenv(name, value)
        yield made


def told(cli: Cli, service: PlatformService, words: list[str]) -> list[tuple[Request, Reply]]:
    """All that the command asks, and what is answered."""
    seen: list[tuple[Request, Reply]] = []

    def answer(request: Request) -> Reply:
        seen.append((request, service.answer(request)))
        return seen[-1][1]

    service.faults = [Fault(reply=answer, times=10**9)]
    cli(*words)
    return seen


def chosen(cli: Cli, service: PlatformService, words: list[str], chance: random.Random) -> Iterator[Fault]:
    """A few of the fields of all answers, each with something odd."""
    answers = [(request, reply) for request, reply in told(cli, service, words) if reply.body[:1] in {b"{", b"["}]
    for request, reply in chance.choices(answers, k=EACH) if answers else []:
        path, odd = chance.choice(list(fields(json.loads(reply.body)))), chance.choice(list(ODD))
        route = re.sub(r"\d+", r"\\d+", request.path.replace("+", r"\+"))
        yield Fault(reply=oddly(service, path, odd), match=f"^{request.method} {route}", times=10**9)


def test_no_field_brings_the_command_line_down(desk: Desk, cli: Cli) -> None:
    """One diagnostic, no traceback, nothing that a terminal obeys, and never a second job."""
    chance, service = random.Random(desk.service.name), desk.service
    cli.good("submit", "hello.yaml")
    (native_id,) = service.accepted()
    for command in COMMANDS:
        words = [word.replace("ID", native_id) for word in command]
        for fault in chosen(cli, service, words, chance):
            service.faults, before = [fault], len(service.accepted())
            answer = cli(*words)
            said = answer.out + answer.err
            assert answer.code in {0, 1, 2, 3, 4}, (words, fault, answer.err)
            assert not OBEYED.search(said), (words, fault, said)
            assert "Traceback" not in said
            assert len(service.accepted()) <= before + 1
