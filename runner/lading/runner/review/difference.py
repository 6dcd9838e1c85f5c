"""What differs between two payloads, value by value, and which line of a spec made each value.

Two payloads are compared by what they mean: maps by their keys, lists whose entries have a key of their own by that,
other lists by what they have in common in order, amounts by how much they are, texts of several lines line by line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lading.compiler.payload import Origin, Request, canonical
from lading.compiler.pipeline import Compilation
from lading.compiler.pointers import escape
from lading.compiler.verify import payload_schemas
from lading.runner.review.shape import Shape, amount, shape_of
from lading.schema.paths import Path

ABSENT: Any = object()
"""Stands for a value that one of the two payloads does not have."""

COMPARED = ("method", "path", "body", "needs")
"""What of a request is compared. Names of secrets and what comes late stand in the body too."""


class Version(NamedTuple):
    """One of the two: its requests as data, and the compilation that made them, where there was one."""

    requests: Sequence[Mapping[str, Any]] = ()
    compilation: Compilation | None = None


def version_of(compilation: Compilation) -> Version:
    """What the compilation would send."""
    return Version([request.as_data() for request in compilation.requests], compilation)


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a payload, before and after; each with the spec paths that made it.

    ``pointer`` is where it stands after; where it stood before, if it is gone.
    """

    request: str
    pointer: str
    before: Any
    after: Any
    sources: tuple[Path, ...] = ()
    before_sources: tuple[Path, ...] = ()
    lines: tuple["Line", ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether both are texts of several lines, such as a script; then ``lines`` are those that differ."""
        return bool(self.lines)


class Line(NamedTuple):
    """One line of a text that only one of the two versions has, and the spec paths that made it."""

    sign: str
    text: str
    sources: tuple[Path, ...] = ()


class Pair(NamedTuple):
    """A value in both versions, with where it stands in each; ABSENT where one has not got it."""

    old: str
    new: str
    before: Any
    after: Any


class Both(NamedTuple):
    """A request in both versions, as data and as it was compiled; of one that is not there, nothing."""

    key: str
    was: Mapping[str, Any]
    now: Mapping[str, Any]
    was_made: Request | None
    now_made: Request | None
    shape: Shape

    def pairs(self) -> Iterator[tuple[Pair, Shape]]:
        """Everything of it that is compared."""
        for name in COMPARED:
            inner = self.shape if name == "body" else Shape({})
            yield Pair(f"/{name}", f"/{name}", self.was.get(name, ABSENT), self.now.get(name, ABSENT)), inner


def beside(before: Version, after: Version) -> Iterator[Both]:
    """Each request beside the same one of the other version."""
    old = {_key(data, place): (data, _made(before, place)) for place, data in enumerate(before.requests)}
    new = {_key(data, place): (data, _made(after, place)) for place, data in enumerate(after.requests)}
    for key in dict.fromkeys([*new, *old]):
        was, was_made = old.get(key, ({}, None))
        now, now_made = new.get(key, ({}, None))
        shape = _shape(now_made or was_made, after.compilation or before.compilation)
        yield Both(key, was, now, was_made, now_made, shape)


def changes(before: Version, after: Version) -> list[Change]:
    """Every value that differs, request by request; a request that only one side has counts with all its values."""
    found: list[Change] = []
    for both in beside(before, after):
        causes = Causes(both.was_made), Causes(both.now_made)
        for pair, shape in both.pairs():
            found += (_change(both.key, each, *causes) for each in differing(pair, shape))
    return found


def _key(data: Mapping[str, Any], place: int) -> str:
    """A request's name, else its place: what tells it from the others of its payload."""
    return str(data.get("name", "")) or (f"#{place + 1}" if place else "")


def _made(version: Version, place: int) -> Request | None:
    """The compiled request that the data is of."""
    return version.compilation.requests[place] if version.compilation else None


def _shape(request: Request | None, compilation: Compilation | None) -> Shape:
    if compilation is None:
        return Shape({})
    platform, schema = compilation.target.platform.NAME, request.schema if request else "payload"
    return shape_of(platform, schema) if schema in payload_schemas(platform) else Shape({})


def differing(pair: Pair, shape: Shape) -> Iterator[Pair]:
    """The innermost values in which the two differ."""
    entries = inside(pair, shape)
    if entries is not None:
        for entry in entries:
            yield from differing(entry.pair, entry.shape)
    elif not same(pair.before, pair.after, shape):
        yield pair


class Entry(NamedTuple):
    """An entry of a map or list in both versions; ``key`` is its key in a map, None in a list."""

    key: str | None
    pair: Pair
    shape: Shape


def inside(pair: Pair, shape: Shape) -> list[Entry] | None:
    """The entries of two maps or lists, those that are the same beside each other; None where there is nothing to go
    into.
    """
    was, now = pair.before, pair.after
    if _are(was, now, Mapping):
        keys = dict.fromkeys([*(_entries(now)), *(_entries(was))])
        return [Entry(key, _inside(pair, key, key), shape.inside(key)) for key in keys]
    if _are(was, now, list):
        places = matched(_items(was), _items(now), shape.list_key)
        return [Entry(None, _inside(pair, old, new), shape.inside(0)) for old, new in places]
    return None


def _are(was: Any, now: Any, kind: Any) -> bool:
    """Whether there is something to go into: both are of the kind, or one is, and not empty, and the other absent."""
    if isinstance(was, kind) and isinstance(now, kind):
        return True
    return (was is ABSENT and isinstance(now, kind) and bool(now)) or (
        now is ABSENT and isinstance(was, kind) and bool(was)
    )


def _entries(value: Any) -> Mapping[str, Any]:
    return {} if value is ABSENT else value


def _items(value: Any) -> list[Any]:
    return [] if value is ABSENT else value


def _inside(pair: Pair, old: Any, new: Any) -> Pair:
    """The pair of the entries; None where one side has none."""
    was = ABSENT if old is None or pair.before is ABSENT else _entry(pair.before, old)
    now = ABSENT if new is None or pair.after is ABSENT else _entry(pair.after, new)
    old, new = (new if old is None else old), (old if new is None else new)
    return Pair(f"{pair.old}/{escape(str(old))}", f"{pair.new}/{escape(str(new))}", was, now)


def _entry(value: Any, step: Any) -> Any:
    return value[step] if isinstance(value, list) else value.get(step, ABSENT)


def matched(was: Sequence[Any], now: Sequence[Any], key: str | None) -> list[tuple[int | None, int | None]]:
    """Which entry of one list is which of the other, by place; None where there is none."""
    old, new = _by_key(was, key), _by_key(now, key)
    if old is not None and new is not None:
        gone = [(place, None) for name, place in old.items() if name not in new]
        return [*((old.get(name), place) for name, place in new.items()), *gone]
    return list(_aligned(was, now))


def _by_key(entries: Sequence[Any], key: str | None) -> dict[Any, int] | None:
    """The places of the entries by their key; None where it does not tell all of them apart."""
    if key is None or not all(
        isinstance(entry, Mapping) and isinstance(entry.get(key), str | int) for entry in entries
    ):
        return None
    found = {entry[key]: place for place, entry in enumerate(entries)}
    return found if len(found) == len(entries) else None


def _aligned(was: Sequence[Any], now: Sequence[Any]) -> Iterator[tuple[int | None, int | None]]:
    """By what both have in common in order; what was replaced, place by place."""
    from difflib import SequenceMatcher

    old, new = ([canonical(entry) for entry in entries] for entries in (was, now))
    for _, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for place in range(max(i2 - i1, j2 - j1)):
            yield (i1 + place if i1 + place < i2 else None, j1 + place if j1 + place < j2 else None)


def same(was: Any, now: Any, shape: Shape) -> bool:
    """Whether both mean the same; a number is none of truth, and ``1024Mi`` is ``1Gi`` where amounts are meant."""
    if was is ABSENT or now is ABSENT or isinstance(was, bool) != isinstance(now, bool):
        return was is now
    if was == now:
        return True
    if not (shape.is_quantity and isinstance(was, str) and isinstance(now, str)):
        return False
    much = amount(was)
    return much is not None and much == amount(now)


class Causes:
    """Which spec paths made each value of a request, and each line of its texts."""

    def __init__(self, request: Request | None) -> None:
        origins: Sequence[Origin] = request.origins if request else ()
        self.of_values = {origin.pointer: origin.sources for origin in origins if origin.line is None}
        self.of_lines = {(origin.pointer, origin.line): origin.sources for origin in origins if origin.line is not None}

    def of(self, pointer: str) -> tuple[Path, ...]:
        """What made the value at the pointer of a request as data."""
        return self.of_values.get(pointer.removeprefix("/body"), ())

    def of_line(self, pointer: str, line: int) -> tuple[Path, ...]:
        """What made a line, from 1, of the text there."""
        return self.of_lines.get((pointer.removeprefix("/body"), line), ())


def _change(request: str, pair: Pair, old: Causes, new: Causes) -> Change:
    is_text = all(isinstance(value, str) and "\n" in value for value in (pair.before, pair.after))
    return Change(
        request,
        pair.old if pair.after is ABSENT else pair.new,
        pair.before,
        pair.after,
        () if pair.after is ABSENT else new.of(pair.new),
        () if pair.before is ABSENT else old.of(pair.old),
        tuple(_lines(pair, old, new)) if is_text else (),
    )


def _lines(pair: Pair, old: Causes, new: Causes) -> Iterator[Line]:
    """The lines that differ in a text, each with what made it."""
    from difflib import SequenceMatcher

    was, now = pair.before.splitlines(), pair.after.splitlines()
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from (Line("-", was[place], old.of_line(pair.old, place + 1)) for place in range(i1, i2))
            yield from (Line("+", now[place], new.of_line(pair.new, place + 1)) for place in range(j1, j2))
    if was == now:  # only how the lines end
        yield from (Line("-", repr(pair.before[-3:])), Line("+", repr(pair.after[-3:])))
