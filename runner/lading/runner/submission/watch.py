"""Watching: what the platforms say of their jobs goes into the ledger, one question for all the jobs of a target."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lading.runner.errors import RunnerError, Unreachable
from lading.runner.ledger.record import Part, Submission, observed
from lading.runner.secrets.scrub import scrubber
from lading.runner.states import State, Status
from lading.runner.targets.channel import Channel

FORGOTTEN = Status(State.UNKNOWN, reason="the platform no longer knows this job, and how it ended was not seen")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to ask: soon after something has changed, ever more seldom while nothing does. In seconds.

    ``failures`` is how many questions in a row may fail before following gives up.
    """

    first: float = 0.2
    longest: float = 15.0
    growth: float = 1.5
    failures: int = 20


def refresh(channels: Mapping[str, Channel], submissions: Sequence[Submission]) -> list[Submission]:
    """The submissions as they are now, and the ledger knows it. Each target is asked once, for what is alive.

    A target that gives no answer is an error after all the others were asked.
    """
    problems = []
    for target in dict.fromkeys(submission.target for submission in submissions):
        parts = [part for one in submissions if one.target == target for part in one.parts if part.is_live]
        try:
            _ask(channels[target], parts)
        except RunnerError as problem:
            scrubber().error(problem)
            problems.append(problem)
    if problems:
        raise problems[0]
    return _known(channels, submissions)


def _known(channels: Mapping[str, Channel], submissions: Sequence[Submission]) -> list[Submission]:
    return [channels[one.target].ledger.get(one.id) for one in submissions]


def _ask(channel: Channel, parts: Sequence[Part]) -> None:
    said = channel.client.status([part.native_id for part in parts]) if parts else {}
    clean = scrubber()
    for part in parts:
        event = observed(said.get(part.native_id, FORGOTTEN))
        event = replace(event, data=clean.scrub(event.data))
        if event.data != observed(part.status).data:
            channel.ledger.note(part.token, event)


Look = Callable[[Sequence[Submission]], "tuple[Sequence[Submission], Sequence[RunnerError]]"]
"""The submissions as they are now, in their order, and what kept some of them from being asked about."""


def follow(
    look: Look,
    submissions: Sequence[Submission],
    pace: Pace = Pace(),
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Submission]:
    """Each submission as it is at first, and again whenever it has changed, until nothing more will happen to any.

    Only a target that can not be reached is asked again; any other answer would be the same the next time.
    """
    known: Sequence[Submission | None] = [None] * len(submissions)
    pause, failures = pace.first, 0
    current = submissions
    while True:
        current, errors = look(current)
        failures = failures + 1 if errors else 0
        lasting = [error for error in errors if failures > pace.failures or not isinstance(error, Unreachable)]
        if lasting:
            raise lasting[0]
        changed = [now for now, before in zip(current, known, strict=True) if now != before]
        yield from changed
        known = current
        if not any(_can_change(one) for one in current):
            return
        pause = pace.first if changed else min(pause * pace.growth, pace.longest)
        sleep(pause)


def _can_change(submission: Submission) -> bool:
    return any(part.is_live and part.status.reason != FORGOTTEN.reason for part in submission.parts)
