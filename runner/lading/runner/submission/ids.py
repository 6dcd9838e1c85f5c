"""Names that nothing else has: a submission's id, and the token by which a platform finds its job again.

An id is a ULID: 48 bits of milliseconds and 80 of chance, written as 26 letters and digits that sort by time. Chance
tells sources apart, and is asked once by each: within one, the time and counting do.
"""

import hashlib
import os
import re
import threading
import time
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which people misread."""

LENGTH = 26
_CHANCE = 80
_STEP = 1 << 60
"""Between two ids of the same millisecond, so that they differ early: people write the beginning of one."""

_TOKEN_AT_END = re.compile(rf"-[{ALPHABET.lower()}]{{{LENGTH}}}(?:-[a-z0-9-]{{1,32}})?\Z")
_PART = re.compile(r"[a-z0-9-]{1,32}\Z")


class Ids:
    """A source of ids: each greater than the one before, from any thread, also when the clock jumps back."""

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._clock = clock
        self._chance = int.from_bytes(entropy(_CHANCE // 8), "big")
        self._last = 0
        self._lock = threading.Lock()

    def new(self) -> str:
        """An id that was never given before."""
        with self._lock:
            fresh = int(self._clock() * 1000) << _CHANCE | self._chance
            is_later = fresh >> _CHANCE > self._last >> _CHANCE
            self._last = fresh if is_later else self._last + _STEP
            return _written(self._last)


def _written(number: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


def time_of(token: str) -> float:
    """When the token's submission was made, in seconds since the epoch. Raises ValueError where it does not say."""
    letters = token[:LENGTH].upper()
    if len(letters) < LENGTH:
        raise ValueError(f"{token} is no token")
    number = 0
    for letter in letters:
        number = number << 5 | ALPHABET.index(letter)
    return (number >> _CHANCE) / 1000


def without_token(name: str) -> str:
    """The name without the token that stands after a ``-`` at its end."""
    return _TOKEN_AT_END.sub("", name)


def token(submission: str, part: str = "") -> str:
    """What the platform is given to find the job by: the id in lowercase, then the part of a submission of several.

    At most 60 characters of ``a-z``, ``0-9`` and ``-``; a part that does not fit is told apart by a digest of its name.
    """
    if not part:
        return submission.lower()
    if not _PART.match(part):
        part = hashlib.sha256(part.encode()).hexdigest()[:16]
    return f"{submission.lower()}-{part}"
