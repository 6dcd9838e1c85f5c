"""What differs between two payloads, value by value, and which line of the spec made the new one so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lading.compiler.payload import Request
from lading.compiler.pointers import leaves
from lading.schema.paths import Path

ABSENT: Any = object()
"""Stands for a value that one of the two payloads does not have."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value of the payload, before and after; ``sources`` are the spec paths that made it."""

    request: str
    pointer: str
    before: Any
    after: Any
    sources: tuple[Path, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether both are texts of several lines, such as a script."""
        return all(isinstance(value, str) and "\n" in value for value in (self.before, self.after))


def changes(before: Sequence[Mapping[str, Any]], after: Sequence[Request]) -> list[Change]:
    """Every value that differs, request by request; a request that only one side has counts with all its values."""
    old = {_key(data, place): data for place, data in enumerate(before)}
    new = {_key(request.as_data(), place): request for place, request in enumerate(after)}
    found: list[Change] = []
    for key in dict.fromkeys([*new, *old]):
        found += _of_request(key, old.get(key, {}), new.get(key))
    return found


def _key(data: Mapping[str, Any], place: int) -> str:
    """A request's name, else its place: what tells it from the others of its payload."""
    return str(data.get("name", "")) or (f"#{place + 1}" if place else "")


def _of_request(key: str, before: Mapping[str, Any], after: Request | None) -> Iterator[Change]:
    old = dict(leaves(dict(before))) if before else {}
    new = dict(leaves(after.as_data())) if after else {}
    for pointer in dict.fromkeys([*old, *new]):
        was, now = old.get(pointer, ABSENT), new.get(pointer, ABSENT)
        if was != now or type(was) is not type(now):
            yield Change(key, pointer, was, now, _sources(after, pointer))


def _sources(request: Request | None, pointer: str) -> tuple[Path, ...]:
    if request is None:
        return ()
    inner = pointer.removeprefix("/body")
    found = [origin.sources for origin in request.origins if origin.line is None and origin.pointer == inner]
    return found[0] if found else ()


def text_changes(change: Change, request: Request | None) -> Iterator[tuple[str, tuple[Path, ...]]]:
    """The lines that differ in a text, as ``difflib`` marks them, each new one with the paths that made it."""
    from difflib import SequenceMatcher

    was, now = change.before.splitlines(), change.after.splitlines()
    made = _lines_of(request, change.pointer.removeprefix("/body"))
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from ((f"- {line}", ()) for line in was[i1:i2])
            yield from ((f"+ {line}", made.get(number + 1, ())) for number, line in enumerate(now[j1:j2], start=j1))


def _lines_of(request: Request | None, pointer: str) -> dict[int, tuple[Path, ...]]:
    origins = request.origins if request else ()
    return {origin.line: origin.sources for origin in origins if origin.pointer == pointer and origin.line is not None}
