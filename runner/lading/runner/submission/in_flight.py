"""Who is at a submission now: a lock that its sender holds, and that the system takes away when the sender dies.

Without it, ``lading resolve`` could ask a platform for a job whose request is still on its way, and believe it absent.

All submissions share one file, of which each has a byte of its own to lock: to make and remove a file for each takes as
long as writing its rows. The system knows such locks by process, and takes all of them away when the process closes the
file anywhere: so it is open once in this process, while anything is in flight, and threads are told apart here.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from lading.runner.ledger.database import telling

FILE = "in-flight.lock"


@contextmanager
def in_flight(state_dir: Path, submission: str) -> Iterator[bool]:
    """Yields whether this thread alone may send or settle the submission; inside, nobody else may."""
    file = os.path.join(state_dir, FILE)
    with telling(file):
        is_ours = _taken(file, submission)
    try:
        yield is_ours
    finally:
        if is_ours:
            _given_back(file, submission)


@dataclass(frozen=True, slots=True)
class _Locks:
    """The open file, and the submissions that threads of this process are at, or about to be."""

    handle: int
    ours: set[str] = field(default_factory=set)


_threads = threading.Lock()  # never held while the system is asked for a lock: all senders would queue for it
_open: dict[str, _Locks] = {}


def _taken(file: str, submission: str) -> bool:
    handle = _entered(file, submission)
    if handle is None:
        return False
    is_free = False
    try:
        is_free = _is_free(handle, submission)
    finally:
        if not is_free:
            _left(file, submission)
    return is_free


def _given_back(file: str, submission: str) -> None:
    try:
        fcntl.lockf(_open[file].handle, fcntl.LOCK_UN, 1, _place(submission))
    finally:
        _left(file, submission)


def _entered(file: str, submission: str) -> int | None:
    """The open file, which stays open until this submission is left; None where another thread is at it."""
    with _threads:
        if file not in _open:
            os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
            _open[file] = _Locks(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        locks = _open[file]
        if submission in locks.ours:
            return None
        locks.ours.add(submission)
        return locks.handle


def _left(file: str, submission: str) -> None:
    with _threads:
        locks = _open[file]
        locks.ours.remove(submission)
        if not locks.ours:
            del _open[file]
            os.close(locks.handle)


def _is_free(handle: int, submission: str) -> bool:
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(submission))
    except (BlockingIOError, PermissionError):  # POSIX leaves open which of the two it is
        return False
    return True


def _place(submission: str) -> int:
    """The submission's own byte, far beyond the end of the file, which stays empty."""
    return int.from_bytes(blake2b(submission.encode(), digest_size=7).digest(), "big")
