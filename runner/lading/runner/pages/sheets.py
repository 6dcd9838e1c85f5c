"""The lines of files that a page shows: as they are, or as they were and are in one."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import NamedTuple

from lading.runner.specs.trees import DISK, Tree
from lading.schema.document import lines_of


class Sheet(NamedTuple):
    """The lines of a file in order, those that are gone with the sign ``-``, those that are new with ``+``.

    ``then`` and ``now`` say for the lines of each version, from 1, where they stand among them.
    """

    lines: Sequence[str]
    signs: Sequence[str]
    numbers: Sequence[int]
    then: Mapping[int, int]
    now: Mapping[int, int]


class Texts:
    """The lines of files by name: those that were read already, else what the tree has; None where there is none."""

    def __init__(self, known: Mapping[str, Sequence[str]], tree: Tree = DISK) -> None:
        self._known, self._tree = known, tree
        self.lines = cache(self._lines)

    def _lines(self, name: str) -> Sequence[str] | None:
        if name in self._known:
            return self._known[name]
        if not self._tree.is_file(name):
            return None
        try:
            with self._tree.open(name) as file:
                return lines_of(file.read())
        except OSError:
            return None


class Sheets:
    """The sheets of files by name; None of one that is in neither version."""

    def __init__(self, then: Texts, now: Texts) -> None:
        self._then, self._now = then, now
        self.of = cache(self._of)

    def _of(self, name: str) -> Sheet | None:
        then, now = self._then.lines(name), self._now.lines(name)
        return None if then is None and now is None else sheet(then, now)


def sheet(then: Sequence[str] | None, now: Sequence[str] | None) -> Sheet:
    """Both versions as one."""
    if then is None or now is None or then == now:
        return _sheet(("", place, place, line) for place, line in enumerate(now or then or (), 1))
    found: list[tuple[str, int, int, str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, then, now).get_opcodes():
        if tag == "equal":
            found += (("", i1 + step + 1, j1 + step + 1, now[j1 + step]) for step in range(j2 - j1))
        else:
            found += (("-", place + 1, 0, then[place]) for place in range(i1, i2))
            found += (("+", 0, place + 1, now[place]) for place in range(j1, j2))
    return _sheet(found)


def _sheet(found: Iterable[tuple[str, int, int, str]]) -> Sheet:
    signs, then, now, lines = zip(*found, strict=True)
    return Sheet(
        lines,
        signs,
        [new or old for old, new in zip(then, now, strict=True)],
        {line: place for place, line in enumerate(then) if line},
        {line: place for place, line in enumerate(now) if line},
    )
