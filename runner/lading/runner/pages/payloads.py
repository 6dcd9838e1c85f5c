"""Payloads as panes: JSON line by line, scripts as the text that they are, before and after in one."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from lading.compiler.payload import Request
from lading.runner.pages.fields import Fields
from lading.runner.pages.rows import Piece, Row
from lading.runner.review.difference import ABSENT, Causes, Pair, inside, same
from lading.runner.review.shape import Shape
from lading.schema.paths import Path

INDENT = "  "


class Made:
    """Which fields made each value of a request, and how that is shown."""

    def __init__(self, request: Request | None, fields: Fields) -> None:
        self._causes, self._fields = Causes(request), fields
        self._is_known = request is not None

    def value(self, pointer: str, text: str) -> Piece:
        """The value at the pointer, written so."""
        return self._piece(text, pointer.removeprefix("/body"), self._sources(pointer))

    def line(self, pointer: str, number: int, text: str) -> Piece:
        """A line of the text at the pointer."""
        where = f"{pointer.removeprefix('/body')}, line {number}"
        return self._piece(text, where, self._causes.of_line(pointer, number) or self._sources(pointer))

    def _sources(self, pointer: str) -> Sequence[Path]:
        """What made the value, or what it is inside of."""
        while pointer and not (found := self._causes.of(pointer)):
            pointer = pointer.rpartition("/")[0]
        return found if pointer else ()

    def _piece(self, text: str, where: str, sources: Sequence[Path]) -> Piece:
        if not sources:
            return Piece(text, (), ("default",) if self._is_known else (), where)
        origins = [self._fields.origin(path) for path in sources]
        look = "spec" if "spec" in origins else next(filter(None, origins), "spec")
        return Piece(text, self._fields.keys_of(sources), (f"by-{look}",), where)


def rows(pair: Pair, shape: Shape, old: Made, new: Made, both: Made, label: str = "") -> Iterator[Row]:
    """Both versions as one: what only one of them has stands with its sign, what ``both`` have without."""
    return _Writing(old, new, both).value(pair, shape, label, "", 0)


class _Writing:
    """The state of writing: what made the values before, those after, and those that are the same."""

    def __init__(self, old: Made, new: Made, both: Made) -> None:
        self._old, self._new, self._both = old, new, both

    def value(self, pair: Pair, shape: Shape, label: str, comma: str, depth: int) -> Iterator[Row]:
        """The rows of one value, which is an entry under the label."""
        entries = inside(pair, shape)
        if entries:
            return self._holder(pair, entries, label, comma, depth)
        if pair.before is ABSENT and pair.after is ABSENT:
            return iter(())
        if entries is not None or same(pair.before, pair.after, shape):
            return self._leaf("", pair.new, pair.after, self._both, label, comma, depth)
        if _is_text(pair.before) and _is_text(pair.after):
            return self._texts(pair, label, depth)
        return self._then_and_now(pair, label, comma, depth)

    def _holder(self, pair: Pair, entries: Sequence[Any], label: str, comma: str, depth: int) -> Iterator[Row]:
        sign = "+" if pair.before is ABSENT else "-" if pair.after is ABSENT else ""
        is_map = isinstance(pair.before if pair.after is ABSENT else pair.after, Mapping)
        yield _row(sign, depth, Piece(label + ("{" if is_map else "[")))
        last = len(entries) - 1
        for place, entry in enumerate(entries):
            key = "" if entry.key is None else f"{_json(entry.key)}: "
            yield from self.value(entry.pair, entry.shape, key, "" if place == last else ",", depth + 1)
        yield _row(sign, depth, Piece(("}" if is_map else "]") + comma))

    def _then_and_now(self, pair: Pair, label: str, comma: str, depth: int) -> Iterator[Row]:
        """What was, and then what is."""
        for sign, pointer, value, made in (
            ("-", pair.old, pair.before, self._old),
            ("+", pair.new, pair.after, self._new),
        ):
            if isinstance(value, Mapping | list) and value:
                one = Pair(pointer, pointer, value, ABSENT) if sign == "-" else Pair(pointer, pointer, ABSENT, value)
                yield from self.value(one, Shape({}), label, comma, depth)
            elif value is not ABSENT:
                yield from self._leaf(sign, pointer, value, made, label, comma, depth)

    def _leaf(
        self, sign: str, pointer: str, value: Any, made: Made, label: str, comma: str, depth: int
    ) -> Iterator[Row]:
        if not _is_text(value):
            yield _row(sign, depth, Piece(label), made.value(pointer, _json(value)), Piece(comma))
            return
        yield _row(sign, depth, Piece(label.rstrip()))
        for number, line in enumerate(_lines(value), 1):
            yield Row([made.line(pointer, number, line)], number, sign, is_text=True)

    def _texts(self, pair: Pair, label: str, depth: int) -> Iterator[Row]:
        """Two texts as one, line by line."""
        yield _row("", depth, Piece(label.rstrip()))
        was, now = _lines(pair.before), _lines(pair.after)
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
            if tag == "equal":
                yield from _numbered("", range(j1, j2), now, pair.new, self._both.line)
                continue
            yield from _numbered("-", range(i1, i2), was, pair.old, self._old.line)
            yield from _numbered("+", range(j1, j2), now, pair.new, self._new.line)


def _numbered(
    sign: str, places: range, lines: Sequence[str], pointer: str, piece: Callable[[str, int, str], Piece]
) -> Iterator[Row]:
    for place in places:
        yield Row([piece(pointer, place + 1, lines[place])], place + 1, sign, is_text=True)


def _row(sign: str, depth: int, *pieces: Piece) -> Row:
    first, *others = [piece for piece in pieces if piece.text] or [Piece("")]
    return Row([Piece(INDENT * depth), first, *others], sign=sign)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value


def _lines(text: str) -> list[str]:
    """The lines of a text; one that does not end with a line break says so."""
    *lines, last = text.split("\n")
    return [*lines, f"{last} [no line break at its end]"] if last else lines


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
