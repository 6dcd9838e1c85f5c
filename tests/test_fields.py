"""Answers in which one field is not what it should be: whatever a command makes of it, it is no bug of ours.

A sample with a seed; ``LADING_FUZZ`` multiplies it.
"""

import json
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from kit.cli import Cli
from kit.platforms import NAMES, Desk, hurry, service_of
from servers.web import Reply, Request, serving

from lading.runner.submission import watch

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SAMPLES = 10 * int(os.environ.get("LADING_FUZZ", "1"))
"""How often each command meets an odd field."""

MISSING, ENDLESS = object(), "@endless@"
VALUES: Sequence[Any] = (
    *(MISSING, None, [], {}, True, "text", -1, 0, 10**18, 10**29, 10**40, 1e308, 0.5, float("nan"), ENDLESS),
    *("", "x" * 100_000, "a\x1b[31mb\n\r\t\0\x9b2J\u202e\u2028c", "\ud800", "../../x", "7", "-7", "9" * 5000, "\u0663"),
    *([None], [7], {"a": None}, [[[[7]]]], "-rf", "%s{0}[bold]"),
)
INSIDE = "JSON in a string"

Path_ = tuple[Any, ...]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line waits for nobody."""
    hurry(monkeypatch)
    monkeypatch.setattr(watch.Pace, "not_below", lambda pace, _: pace)


class Odd:
    """Stands before a service, and changes one field of one of its answers."""

    def __init__(self, service: Any, chance: random.Random) -> None:
        self._answer, self._chance = service.answer, chance
        self.place, self.count, self.changed = -1, 0, ""
        service.answer = self.answer

    def answer(self, request: Request) -> Reply:
        """The service's own answer, or what was made of it."""
        reply: Reply = self._answer(request)
        self.count += 1
        return self._changed(request, reply) if self.count - 1 == self.place else reply

    def expect(self, place: int) -> None:
        """The answer at that place from now on is changed; none at -1."""
        self.place, self.count, self.changed = place, 0, ""

    def _changed(self, request: Request, reply: Reply) -> Reply:
        try:
            data = json.loads(reply.body)
        except ValueError:
            return reply
        path, value = self._chance.choice(list(paths(data))), self._chance.choice(VALUES)
        self.changed = f"{request.method} {request.target} {path} {value!r:.40}"
        body = json.dumps(put(data, path, value)).replace(f'"{ENDLESS}"', "1e400")
        return Reply(reply.status, body.encode(), reply.headers)


def paths(data: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Where fields are, also in JSON that stands in a string; of a list the first two entries."""
    if path:
        yield path
    if isinstance(data, dict):
        for key, item in data.items():
            yield from paths(item, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data[:2]):
            yield from paths(item, (*path, index))
    elif isinstance(data, str) and data[:1] == "{":
        yield from paths(json.loads(data), (*path, INSIDE))
    if not path:
        yield path


def put(data: Any, path: Path_, value: Any) -> Any:
    """The data with the value there."""
    if not path:
        return None if value is MISSING else value
    key, *rest = path
    if key == INSIDE:
        return json.dumps(put(json.loads(data), tuple(rest), value))
    entries = dict(data) if isinstance(data, dict) else dict(enumerate(data))
    if value is MISSING and not rest:
        del entries[key]
    else:
        entries[key] = put(entries[key], tuple(rest), value)
    return entries if isinstance(data, dict) else list(entries.values())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("runs", [False, True])
def test_no_field_brings_the_command_line_down(
    name: str, runs: bool, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One diagnostic or a result, nothing that a terminal obeys, and a ledger that can be read afterwards."""
    service = service_of(name, runs=runs)
    odd = Odd(service, random.Random(f"{name} {runs}"))
    with serving(service) as server:
        desk = Desk(Path.cwd(), service, server.url)
        for variable, value in desk.environ.items():
            monkeypatch.setenv(variable, value)
        desk.spec("long", command=["sh", "-c", "echo one; sleep 600"])
        id_ = cli.good("submit", "long.yaml", "--format", "json").document["id"]
        of_a_job = [[word, id_] for word in ("status", "usage", "logs")]
        for words in (["submit", "hello.yaml"], ["doctor"], ["catalog", "pull"], ["resolve", "--all"], *of_a_job):
            odd.expect(-1)
            cli(*words)
            answers = max(odd.count, 1)
            for number in range(SAMPLES):
                odd.expect(number % answers)
                answer = cli(*words)
                assert answer.code in {0, 1, 3, 4}, (words, odd.changed, answer.err)
                said = answer.err + ("" if words[0] == "logs" else answer.out)
                assert not set(said) & set("\x1b\r\0\x9b\u202e\u2028"), (words, odd.changed)
                assert len(answer.err) < 20_000, (words, odd.changed)
        odd.expect(-1)
        assert cli("ledger").code == 0
        assert cli("catalog", "show").code == 0
