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
    with _threads, telling(file):
        is_ours = _taken(file, submission)
    try:
        yield is_ours
    finally:
        if is_ours:
            with _threads:
                _given_back(file, submission)


@dataclass(frozen=True, slots=True)
class _Locks:
    """The open file, and the submissions for which this process holds its lock."""

    handle: int
    held: set[str] = field(default_factory=set)


_threads = threading.Lock()
_open: dict[str, _Locks] = {}


def _taken(file: str, submission: str) -> bool:
    if file not in _open:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        _open[file] = _Locks(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    locks = _open[file]
    try:
        if submission in locks.held or not _is_free(locks.handle, submission):
            return False
        locks.held.add(submission)
        return True
    finally:
        _close_unused(file)


def _is_free(handle: int, submission: str) -> bool:
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(submission))
    except (BlockingIOError, PermissionError):  # POSIX leaves open which of the two it is
        return False
    return True


def _given_back(file: str, submission: str) -> None:
    locks = _open[file]
    locks.held.remove(submission)
    fcntl.lockf(locks.handle, fcntl.LOCK_UN, 1, _place(submission))
    _close_unused(file)


def _close_unused(file: str) -> None:
    if not _open[file].held:
        os.close(_open.pop(file).handle)


def _place(submission: str) -> int:
    """The submission's own byte, far beyond the end of the file, which stays empty."""
    return int.from_bytes(blake2b(submission.encode(), digest_size=7).digest(), "big")
