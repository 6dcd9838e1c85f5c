"""One container's output, put together from what a server gives of it: the first 500,000 bytes, the last 5,000 lines.

Neither end says where it stands in the whole, so that what is new is found by what was read before.
"""

import re
from collections.abc import Iterator

from lading.runner.errors import RunnerError

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d) ?")
"""What Kubernetes writes before each line where it is asked to. Few programs write nine digits of a second."""

MISSING = "[PaddleFlow gives only both ends of this output: lines may be missing here]"


class Text:
    """What was read of one output; ``lines`` are the first and the last that are wanted, counted from 1.

    ``may_be_stamped`` is whether the server is one of those that have Kubernetes write the time before each line.
    """

    def __init__(self, lines: tuple[int, int | None] | None, *, may_be_stamped: bool = False) -> None:
        self._first, self._last = lines or (1, None)
        self._is_counted, self._may_be_stamped = lines is not None, may_be_stamped
        self._read: list[str] = []
        self._number = 0

    def fresh(self, head: str, tail: str | None) -> Iterator[str]:
        """The wanted lines that were not there the last time. ``tail`` is said where the head is not all there is."""
        if tail is None:
            yield from self._from_start(_lines(head))
            return
        if not self._read:
            yield from self._from_start(_lines(head)[:-1])  # it ends in the middle of a line
        yield from self._from_end(_lines(tail))

    def _from_start(self, now: list[str]) -> Iterator[str]:
        """All of it from its beginning; where that is another one, a container was started again."""
        known = len(self._read) if now[: len(self._read)] == self._read else 0
        if not known:
            self._number = 0
        self._read = now
        yield from self._wanted(now[known:])

    def _from_end(self, now: list[str]) -> Iterator[str]:
        has_all = self._last is not None and self._number >= self._last
        if has_all or not now:
            return
        known = _overlap(self._read, now)
        self._read = now
        if not known and self._is_counted:
            raise RunnerError(
                "PaddleFlow gives only both ends of this output, and the lines between them can not be counted",
                "leave out --lines",
            )
        if not known:
            yield MISSING
        yield from self._wanted(now[known:])

    def _wanted(self, lines: list[str]) -> Iterator[str]:
        is_stamped = self._may_be_stamped and all(_STAMP.match(line) for line in lines)
        for line in lines:
            self._number += 1
            if self._first <= self._number and (self._last is None or self._number <= self._last):
                yield _STAMP.sub("", line, count=1) if is_stamped else line


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _overlap(before: list[str], now: list[str]) -> int:
    """How many lines at the beginning of ``now`` are the last ones of what was there before."""
    for start, line in enumerate(before):
        size = len(before) - start
        if line == now[0] and size <= len(now) and before[start:] == now[:size]:
            return size
    return 0
