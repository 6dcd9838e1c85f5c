"""Work on many files in several processes: forked after everything is imported, each with its own share.

Importing ``multiprocessing`` and starting fresh interpreters costs more than checking a thousand files.
"""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_IT = 150
"""Files from which on a second process pays."""

ENOUGH = 8
"""More processes than that have been of no use."""


def job_count(files: int) -> int:
    """How many processes to use where nobody said: one inside pre-commit, which starts several by itself."""
    if files < WORTH_IT or os.environ.get("PRE_COMMIT") == "1":
        return 1
    return min(len(os.sched_getaffinity(0)), ENOUGH)


def in_parallel(work: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> list[Result]:
    """The results of the items, in their order. An exception in any process is raised here."""
    gc.disable()  # trees are made here, which reference counting frees; looking for cycles takes a tenth of the time
    shares = [items[start::jobs] for start in range(min(jobs, len(items)))]
    if len(shares) < 2:
        return [work(item) for item in items]
    sys.stdout.flush()
    sys.stderr.flush()
    children = [_start(work, share) for share in shares[1:]]
    done = [_tried(work, shares[0]), *(_result(child) for child in children)]
    for failure in (outcome for outcome in done if isinstance(outcome, BaseException)):
        raise failure
    answers = [outcome for outcome in done if not isinstance(outcome, BaseException)]
    return [answers[place % len(answers)][place // len(answers)] for place in range(len(items))]


def _tried(work: Callable[[Item], Result], share: Sequence[Item]) -> list[Result] | Exception:
    try:
        return [work(item) for item in share]
    except Exception as error:  # noqa: BLE001 - it is raised in the process that waits
        return error


def _start(work: Callable[[Item], Result], share: Sequence[Item]) -> tuple[int, int]:
    """A child that works on the share and writes the pickled outcome: its pid, and the end to read from."""
    import pickle

    end, far_end = os.pipe()
    if pid := os.fork():
        os.close(far_end)
        return pid, end
    try:
        os.close(end)
        with open(far_end, "wb") as pipe:
            pickle.dump(_tried(work, share), pipe, pickle.HIGHEST_PROTOCOL)
    finally:
        os._exit(0)


def _result(child: tuple[int, int]) -> list[Result] | Exception:
    import pickle

    pid, end = child
    try:
        with open(end, "rb") as pipe:
            outcome: list[Result] | Exception = pickle.load(pipe)  # noqa: S301 - our own child wrote it
    except EOFError:
        outcome = RuntimeError("a process that checked files has ended without an answer")
    finally:
        os.waitpid(pid, 0)
    return outcome
