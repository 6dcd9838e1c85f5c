"""The processes of a job, or of one element of its array: they start together, and one that fails ends the others.

::

    start ─► running ─► ending ─► (again, while attempts are left) ─► outcome
                          SIGTERM to all, then SIGKILL after the grace period, until nothing of it is left

A gang is told the time and never waits; ``due`` says when it wants to be told again.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lading.runner.platforms.local import procfs
from lading.runner.platforms.local.program import Program
from lading.runner.platforms.local.spawn import NOT_STARTED, spawn

TIMED_OUT = 124
"""The exit code of a job that ran out of time, as in timeout(1): its processes may well end with 0 on SIGTERM."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
"""Seconds before a process is started again in place: doubled each time, until one lives longer than the longest."""

_LOOK_AGAIN = 0.05


class Rules(NamedTuple):
    """When and how often a gang runs. Times are in seconds."""

    retries: int = 0
    restart: str = "never"
    time_limit: float | None = None
    grace: float = 10.0

    def again(self, code: int) -> bool:
        """Whether a process that ended so is started again in place."""
        return self.restart == "always" or (self.restart == "on-failure" and code != 0)


class Outcome(NamedTuple):
    """How it ended. Only an outcome that is not ``settled`` gets another attempt."""

    state: str
    exit_code: int | None = None
    reason: str = ""
    settled: bool = False


STOPPED = Outcome("stopped", 128 + signal.SIGTERM, "stopped on request", settled=True)


class Instance:
    """One process of a gang, the same through its restarts. ``due`` is when it is started again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.pid: int | None = None
        self.code: int | None = None
        self.due: float | None = None
        self.began = 0.0
        self.pause = FIRST_PAUSE
        self.problem = ""

    def ended(self, code: int, now: float) -> None:
        """The process is no more; if it comes back, then after this pause."""
        lived = now - self.began
        self.pid, self.code = None, code
        self.pause = FIRST_PAUSE if lived > LONGEST_PAUSE else min(self.pause * 2, LONGEST_PAUSE)

    @property
    def state(self) -> str:
        """The portable word for how it is."""
        if self.pid is not None or self.due is not None:
            return "running"
        return "succeeded" if self.code == 0 else "failed"


class Gang:
    """``programs`` makes the processes of one attempt; ``mark`` is how the marks of all of them begin."""

    def __init__(self, programs: Callable[[], list[Program]], mark: str, logs: Path, rules: Rules) -> None:
        self.outcome: Outcome | None = None
        self.instances: list[Instance] = []
        self.attempt = 0
        self._programs, self._mark, self._logs, self._rules = programs, mark, logs, rules
        self._groups: set[int] = set()
        self._deadline: float | None = None
        self._ending: Outcome | None = None
        self._kill_at = 0.0
        self._look_at = 0.0

    def start(self, now: float) -> None:
        """Its processes run, and its time counts."""
        if self._rules.time_limit is not None:
            self._deadline = now + self._rules.time_limit
        self._begin(now)

    def stop(self, outcome: Outcome, now: float) -> None:
        """It is on its way to this end, whatever its processes do now."""
        if self._ending is None or not self._ending.settled:
            self._end(outcome, now)

    def ended(self, pid: int, code: int, now: float) -> bool:
        """Whether the process that ended was one of its own, which is then accounted for."""
        instance = next((one for one in self.instances if one.pid == pid), None)
        if instance is None:
            return False
        instance.ended(code, now)
        if self._ending:
            self._look_at = now
        elif self._rules.again(code):
            self._sweep(instance)
            instance.due = now + instance.pause
        elif code:
            self._end(Outcome("failed", code, _failure(instance, code, several=len(self.instances) > 1)), now)
        elif all(one.code == 0 and one.due is None for one in self.instances):
            self._end(Outcome("succeeded", 0), now)
        return True

    def tick(self, now: float) -> None:
        """What was due has been done."""
        if self._ending:
            self._press(now)
        elif self._deadline is not None and now >= self._deadline:
            limit = self._rules.time_limit
            self._end(Outcome("failed", TIMED_OUT, f"the time limit of {limit:g}s was reached", settled=True), now)
        else:
            for instance in [one for one in self.instances if one.due is not None and one.due <= now]:
                self._spawn(instance, now)

    def due(self) -> float | None:
        """When it wants to be told the time again, None where only a process can change anything."""
        if self.outcome:
            return None
        if self._ending:
            return self._look_at
        return min(
            (at for at in (self._deadline, *(one.due for one in self.instances)) if at is not None), default=None
        )

    def _begin(self, now: float) -> None:
        self.attempt += 1
        self._ending = None
        self._groups = set()
        self.instances = [Instance(program) for program in self._programs()]
        for instance in self.instances:
            if not self._ending:
                self._spawn(instance, now)

    def _spawn(self, instance: Instance, now: float) -> None:
        instance.due, instance.began = None, now
        log = self._logs / f"{instance.program.source.key}.log"
        try:
            instance.pid, instance.problem = spawn(instance.program, log)
        except OSError as error:
            self._end(Outcome("failed", NOT_STARTED, f"no process can be started: {error.strerror}"), now)
        else:
            self._groups.add(instance.pid)

    def _end(self, outcome: Outcome, now: float) -> None:
        self._ending, self._kill_at, self._look_at = outcome, now + self._rules.grace, now
        for instance in self.instances:
            instance.due = None
        for process in self._members():
            procfs.send(signal.SIGTERM, process)
            procfs.send(signal.SIGCONT, process)

    def _press(self, now: float) -> None:
        left = self._members()
        if now >= self._kill_at:
            for process in left:
                procfs.send(signal.SIGKILL, process)
        if not left and all(one.pid is None for one in self.instances):
            self._settle(now)
        self._look_at = now + _LOOK_AGAIN

    def _settle(self, now: float) -> None:
        assert self._ending
        if self._ending.state == "failed" and not self._ending.settled and self.attempt <= self._rules.retries:
            self._begin(now)
        else:
            self.outcome = self._ending

    def _sweep(self, instance: Instance) -> None:
        """What a process leaves behind does not meet the process that takes its place."""
        own = instance.program.env[procfs.MARK]
        for process in procfs.members(lambda pid: procfs.mark_of(pid) == own):
            procfs.send(signal.SIGKILL, process)

    def _members(self) -> list[procfs.Process]:
        """All that belongs to the gang: what is in its process groups, and what left them but carries its mark."""
        session, groups, mark = os.getpid(), self._groups, self._mark
        return procfs.members(lambda pid: procfs.is_in(pid, session, groups) or procfs.mark_of(pid).startswith(mark))


def _failure(instance: Instance, code: int, *, several: bool) -> str:
    source = instance.program.source
    who = f"{source.role}-{source.replica}" if several else "the program"
    if instance.problem:
        return instance.problem
    if code > 128 and code - 128 in {one.value for one in signal.Signals}:
        return f"{who} was ended by {signal.Signals(code - 128).name}"
    return f"{who} ended with exit code {code}"
