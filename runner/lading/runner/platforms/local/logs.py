"""Reading what a job has said, while it still speaks. No file is ever held in memory, whatever its size."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from lading.runner.platform import LogLine, LogQuery
from lading.runner.platforms.local.program import Source, source_of

SOONEST, LATEST = 0.02, 0.2
"""Seconds between two looks at logs that are being written: often while something comes, less so while nothing does."""

LONGEST_LINE = 2**20
"""Bytes after which a line is broken in two."""


def read(
    logs: Path, query: LogQuery, label: Callable[[Source], str], has_ended: Callable[[], bool]
) -> Iterator[LogLine]:
    """The lines that the query asks for. With ``follow`` until the job has ended and everything was read."""
    lines = _followed(logs, query, label, has_ended) if query.follow else _present(logs, query, label)
    first, last = query.lines or (1, None)
    return islice(lines, first - 1, last)


def _present(logs: Path, query: LogQuery, label: Callable[[Source], str]) -> Iterator[LogLine]:
    for tail in _tails(logs, query, label, known=()):
        yield from tail.lines()
        yield from tail.rest()


def _followed(
    logs: Path, query: LogQuery, label: Callable[[Source], str], has_ended: Callable[[], bool]
) -> Iterator[LogLine]:
    tails: dict[Source, Tail] = {}
    pause = SOONEST
    while True:
        is_last = has_ended()  # asked first: what was written before the end is then read after it
        tails |= {tail.source: tail for tail in _tails(logs, query, label, known=tails)}
        said = False
        for tail in tails.values():
            for line in tail.lines():
                said = True
                yield line
        if is_last:
            break
        pause = SOONEST if said else min(pause * 1.5, LATEST)
        time.sleep(pause)
    for tail in tails.values():
        yield from tail.rest()


def _tails(logs: Path, query: LogQuery, label: Callable[[Source], str], known: Iterable[Source]) -> "list[Tail]":
    """A tail for each log that the query asks for and that is not known yet, in the order of the processes."""
    sources = {source_of(path.name.removesuffix(".log")): path for path in logs.glob("*.log")}
    wanted = [source for source in sources.keys() - set(known) if _is_asked(source, query)]
    return [Tail(source, sources[source], label(source)) for source in sorted(wanted, key=_place)]


def _is_asked(source: Source, query: LogQuery) -> bool:
    asked = ((query.role, source.role), (query.replica, source.replica), (query.index, source.element))
    return all(want is None or want == have for want, have in asked)


def _place(source: Source) -> tuple[int, str, int, int]:
    return (source.element or 0, source.role, source.replica, source.slot)


class Tail:
    """One log, from where it was last read."""

    def __init__(self, source: Source, path: Path, label: str) -> None:
        self.source = source
        self._path, self._label = path, label
        self._at = 0
        self._begun = b""

    def lines(self) -> Iterator[LogLine]:
        """The lines that were finished since the last time."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            while piece := file.readline(LONGEST_LINE):
                self._at += len(piece)
                self._begun += piece
                if piece.endswith(b"\n") or len(self._begun) >= LONGEST_LINE:
                    yield from self.rest()

    def rest(self) -> Iterator[LogLine]:
        """What stands after the last newline."""
        if self._begun:
            text, self._begun = self._begun.decode(errors="surrogateescape"), b""
            yield LogLine(text.removesuffix("\n"), self._label)
