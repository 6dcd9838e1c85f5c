"""Measuring whole processes, one after the other in turns, so that a noisy moment hits all of them alike.

Nothing of lading is imported here: Linux counts the memory of a process from that of the one that starts it.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile


@dataclass(frozen=True, slots=True)
class Command:
    """One process to measure, ``repeats`` times."""

    name: str
    argv: Sequence[str]
    repeats: int = 15
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Timings:
    """What was seen of one command: seconds of each run, and the most memory of any, in bytes."""

    seconds: list[float] = field(default_factory=list)
    memory: int = 0

    @property
    def median(self) -> float:
        """The run in the middle."""
        return median(self.seconds)

    @property
    def least(self) -> float:
        """The quickest run."""
        return min(self.seconds)


NOTHING = Command("nothing", [sys.executable, "-c", "pass"])
"""The unit of every ratio: the same interpreter, told to do nothing."""


CACHES_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
"""Modules are compiled once, by the run that is not counted, whatever is said where this runs."""


def in_turns(commands: Iterable[Command]) -> dict[str, Timings]:
    """Every command timed, beside as many runs of a bare interpreter, by name."""
    waiting = {command.name: command for command in (NOTHING, *commands)}
    found = {name: Timings() for name in waiting}
    rounds = max(command.repeats for command in waiting.values())
    for turn in range(rounds + 1):
        for name, command in waiting.items():
            if turn <= command.repeats:
                _run(command, found[name], counts=turn > 0)
    return found


def _run(command: Command, timings: Timings, *, counts: bool) -> None:
    """One run; the first one of each fills the caches and is not counted."""
    environ = {**os.environ, **CACHES_BYTECODE, **command.environ}
    with TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command.argv, env=environ, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(command.argv)}: {errors.read().decode(errors='replace')}")
    if counts:
        timings.seconds.append(seconds)
        timings.memory = max(timings.memory, usage.ru_maxrss * 1024)


def command_beside_python(name: str) -> str:
    """The command that is installed beside this interpreter."""
    return str(Path(sys.executable).with_name(name))
