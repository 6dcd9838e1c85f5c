"""The elements of an array, so many at a time; a job without an array is a batch of one."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from lading.runner.platforms.local.gang import STOPPED, Gang, Outcome

Index = int | None


def elements(body: Mapping[str, Any]) -> tuple[Iterator[Index], int]:
    """The indices of the array in order, and how many they are; one None where there is no array."""
    if "array" not in body:
        return iter((None,)), 1
    ranges = [range(first, last + 1, step) for first, last, step in body["array"]["indices"]]
    return iter(chain.from_iterable(ranges)), sum(map(len, ranges))


def width(body: Mapping[str, Any]) -> int:
    """How many elements run at once: what the spec says, else as many as this machine has cores."""
    return int(body.get("array", {}).get("parallelism") or len(os.sched_getaffinity(0)))


class Batch:
    """``make`` gives the gang of one element."""

    def __init__(self, indices: Iterator[Index], total: int, at_once: int, make: Callable[[Index], Gang]) -> None:
        self.outcome: Outcome | None = None
        self._waiting, self._total, self._at_once, self._make = indices, total, at_once, make
        self._running: dict[Index, Gang] = {}
        self._done: Counter[str] = Counter()
        self._failure: tuple[Index, Outcome] | None = None
        self._stopped: Outcome | None = None

    def tick(self, now: float) -> None:
        """Everything due has been done, and there is an outcome if nothing more can happen."""
        for index, gang in list(self._running.items()):
            gang.tick(now)
            self._account(index, gang)
        while not self._stopped and len(self._running) < self._at_once and self._start_next(now):
            pass
        if not self._running:
            self.outcome = self._whole()

    def due(self) -> float | None:
        """When it wants to be told the time again."""
        return min((at for at in (gang.due() for gang in self._running.values()) if at is not None), default=None)

    def ended(self, pid: int, code: int, now: float) -> None:
        """The process that ended is accounted for."""
        for gang in self._running.values():
            if gang.ended(pid, code, now):
                return

    def stop(self, now: float, outcome: Outcome = STOPPED) -> None:
        """Nothing more starts, and what runs is on its way to its end."""
        self._stopped = self._stopped or outcome
        for gang in self._running.values():
            gang.stop(self._stopped, now)

    def counts(self) -> dict[str, int]:
        """How many elements are in which state; without an array, how many processes; empty where there is one."""
        if self._total > 1:
            running = len(self._running)
            pending = self._total - running - self._done.total()
            return _positive({"pending": pending, "running": running, **self._done})
        instances = [one for gang in self._running.values() for one in gang.instances]
        return _positive(Counter(one.state for one in instances)) if len(instances) > 1 else {}

    def note(self) -> str:
        """What is worth saying of a batch that runs: which attempt it is."""
        attempts = [gang.attempt for gang in self._running.values() if gang.attempt > 1]
        return f"attempt {attempts[0]}" if attempts and self._total == 1 else ""

    def _start_next(self, now: float) -> bool:
        try:
            index = next(self._waiting)
        except StopIteration:
            return False
        gang = self._running[index] = self._make(index)
        gang.start(now)
        return True

    def _account(self, index: Index, gang: Gang) -> None:
        if gang.outcome is None:
            return
        del self._running[index]
        self._done[gang.outcome.state] += 1
        if gang.outcome.state == "failed" and not self._failure:
            self._failure = (index, gang.outcome)

    def _whole(self) -> Outcome:
        if self._stopped:
            return self._stopped
        if not self._failure:
            return Outcome("succeeded", 0)
        index, first = self._failure
        if index is None:
            return first
        reason = f"{self._done['failed']} of {self._total} elements failed, first {index}: {first.reason}"
        return Outcome("failed", first.exit_code, reason)


def _positive(counts: Mapping[str, int]) -> dict[str, int]:
    return {state: count for state, count in counts.items() if count}
