"""Who is at a submission now: a lock that its sender holds, and that the system takes away when the sender dies.

Without it, ``lading resolve`` could ask a platform for a job whose request is still on its way, and believe it absent.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lading.runner.ledger.database import telling

FOLDER = "in-flight"


@contextmanager
def in_flight(state_dir: Path, submission: str) -> Iterator[bool]:
    """Yields whether this process alone may send or settle the submission; inside, nobody else may."""
    file = state_dir / FOLDER / submission
    with telling(file):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if _is_free(handle):
            try:
                yield True
            finally:
                file.unlink(missing_ok=True)
        else:
            yield False
    finally:
        os.close(handle)


def _is_free(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
