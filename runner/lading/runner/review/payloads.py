"""Payloads that are kept in files: whether each is what its spec makes, and nothing is there that none makes."""

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from lading.schema.diagnostics import Diagnostic, Finding, Place, diagnosed

ENDINGS = (".json", ".sh")
"""Of the files that ``lading compile -o`` writes."""


class Made(NamedTuple):
    """What a spec makes."""

    spec: str
    text: str


class Kept(NamedTuple):
    """A file of the folder: what it holds, and what the spec of that name makes; None where there is nothing."""

    file: str
    spec: str
    was: str | None
    now: str | None

    @property
    def diff(self) -> Iterator[str]:
        """Line by line what has to change, as ``diff -u`` shows it."""
        from difflib import unified_diff

        was, now = ((text or "").splitlines(keepends=True) for text in (self.was, self.now))
        for line in unified_diff(was, now, self.file, self.spec or os.devnull):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"

    @property
    def diagnostic(self) -> Diagnostic:
        """What is wrong with it, at its first line that is another."""
        words = {"file": self.file, "spec": self.spec, "folder": os.path.dirname(self.file)}
        if self.was is None or self.now is None:
            return diagnosed(Finding("LD458" if self.was is None else "LD459", (), words), None)
        pairs = zip_longest(self.was.splitlines(), self.now.splitlines())
        number, was, now = next((n, old, new) for n, (old, new) in enumerate([*pairs, ("", None)], 1) if old != new)
        words["line"] = "nothing here" if now is None else f"`{now.strip()}`"
        place = Place(self.file, number, 1, number, len(was or "") + 1)
        return diagnosed(Finding("LD457", (), words), place)


def out_of_date(folder: str, made: Mapping[str, Made]) -> list[Kept]:
    """Every file of the folder that is not as it should be, ``made`` being what specs make, by the file's name."""
    there = {name: _text(os.path.join(folder, name)) for name in _names(folder)}
    kept = []
    for name in sorted({*there, *made}):
        spec, text = made.get(name, ("", None))
        kept.append(Kept(os.path.join(folder, name), spec, there.get(name), text))
    return [one for one in kept if one.was != one.now]


def _names(folder: str) -> Sequence[str]:
    try:
        return [name for name in os.listdir(folder) if name.endswith(ENDINGS)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _text(file: str) -> str:
    with open(file, encoding="utf-8", errors="surrogateescape", newline="") as opened:
        return opened.read()
