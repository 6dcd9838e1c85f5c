"""Watching: what the platforms say of their jobs goes into the ledger, one question for all the jobs of a target."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from lading.runner.errors import RunnerError, Unreachable
from lading.runner.ledger.record import Part, Submission, observed
from lading.runner.platform import Client
from lading.runner.secrets.scrub import scrubber
from lading.runner.states import State, Status
from lading.runner.targets.channel import Channel

if TYPE_CHECKING:
    from queue import SimpleQueue

Item = TypeVar("Item")

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

    def not_below(self, least: float) -> "Pace":
        """The same for a platform that does not want to be asked more often than every so many seconds."""
        return replace(self, first=max(self.first, least), longest=max(self.longest, least))


def refresh(channel: Channel, submissions: Sequence[Submission]) -> list[Submission]:
    """The submissions of one target as they are now, and the ledger knows it. The target is asked once, for what is
    alive.
    """
    parts = [part for one in submissions for part in one.parts if part.is_live]
    said = channel.client.status([part.native_id for part in parts]) if parts else {}
    clean = scrubber()
    for part in parts:
        event = observed(judged(said.get(part.native_id, FORGOTTEN), part, channel.client))
        event = replace(event, data=clean.scrub(event.data))
        if event.data != observed(part.status).data:
            channel.ledger.note(part.token, event)
    return channel.ledger.current([one.id for one in submissions])


def judged(status: Status, part: Part, client: Client) -> Status:
    """What the platform says, in the light of what it was told: some have no word for a job that was stopped."""
    if not part.stop_requested or status.reason == FORGOTTEN.reason:
        return status
    if not client.tells_stopped and status.state in {State.FAILED, State.PENDING}:
        return replace(status, state=State.STOPPED)  # what was stopped before it ran looks as if it never had been
    if not status.state.is_final and status.state is not State.UNKNOWN:
        return replace(status, state=State.STOPPING)
    return status


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


def at_once(streams: Sequence[Iterator[Item]]) -> Iterator[Item]:
    """What comes from any of them, as it comes; what one raises ends them all."""
    if len(streams) == 1:
        yield from streams[0]
        return
    from queue import SimpleQueue

    arrivals: SimpleQueue[Item | BaseException | None] = SimpleQueue()
    for stream in streams:
        threading.Thread(target=_drain, args=(stream, arrivals), daemon=True).start()
    ended = 0
    while ended < len(streams):
        arrival = arrivals.get()
        if isinstance(arrival, BaseException):
            raise arrival
        if arrival is None:
            ended += 1
        else:
            yield arrival


def _drain(stream: Iterator[Item], arrivals: "SimpleQueue[Item | BaseException | None]") -> None:
    try:
        for item in stream:
            arrivals.put(item)
    except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for it
        arrivals.put(error)
    else:
        arrivals.put(None)
