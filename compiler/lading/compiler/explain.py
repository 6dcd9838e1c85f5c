"""Explaining a compilation: every set field beside what became of it, and every payload value beside what made it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lading.compiler import pointers
from lading.compiler.native import raw_of
from lading.compiler.payload import Origin, Request
from lading.compiler.pipeline import Compilation
from lading.compiler.plan import Entry, Plan
from lading.compiler.reference import value_text
from lading.schema.diagnostics import Place, spot_of
from lading.schema.paths import Path, render, starts_with
from lading.schema.shape import Shape


class Value(NamedTuple):
    """One payload value: which request, where in its body, and (of a text) which line."""

    request: str
    pointer: str
    line: int | None
    value: Any


class Explained(NamedTuple):
    """One set field, or one payload value that no field made (``path`` is then empty and ``fidelity`` is ``default``).

    ``value`` is the language's, in base units; ``native`` the platform's name for it; ``values`` what it made in the
    payload.
    """

    path: Path
    place: Place | None
    value: Any
    fidelity: str
    native: str
    note: str
    values: tuple[Value, ...]
    written: str = ""
    """The value as people write it: ``64Gi``, where ``value`` is in bytes."""

    @property
    def field(self) -> str:
        """The path as people write it."""
        return render(self.path)


def explain(compilation: Compilation) -> list[Explained]:
    """What became of each set field, in the order of the file; then the payload values that come from defaults."""
    plan = compilation.plan
    if plan is None:
        return []
    made = _made_by(compilation.requests)
    rows = [_row(entry, plan, _values_of(entry, made)) for entry in plan.entries.values()]
    rows += _raw_rows(plan, made)
    return [*sorted(rows, key=lambda row: _where(row, compilation.spec.file)), *_defaults(compilation.requests)]


def _where(row: Explained, spec: str) -> tuple[int, str, int]:
    """The spec's own lines first, then those of other files."""
    return (int(row.place.file != spec), row.place.file, row.place.line) if row.place else (2, "", 0)


def _values_of(entry: Entry, made: Mapping[Path, list[Value]]) -> list[Value]:
    """What the field made, or something inside it: an entry of a native map is no field of its own."""
    return [value for path, values in made.items() if starts_with(path, entry.path) for value in values]


def _row(entry: Entry, plan: Plan, values: Sequence[Value]) -> Explained:
    spot = spot_of(entry.path, plan.job.places)
    note = "accepted: " + entry.note if entry.accepted else entry.note
    return Explained(
        path=entry.path,
        place=spot.place if spot else None,
        value=entry.value,
        fidelity=str(entry.fidelity),
        native=entry.row.name,
        note=note,
        values=tuple(values),
        written=_written(entry, plan),
    )


def _written(entry: Entry, plan: Plan) -> str:
    field = plan.job.field_at(entry.path)
    return value_text(field.shape if field else Shape("any"), entry.value)


def _raw_rows(plan: Plan, made: Mapping[Path, list[Value]]) -> Iterator[Explained]:
    for section, values in raw_of(plan.job, plan.target).items():
        for pointer, value in values.items():
            path = (*section, pointer)
            spot = spot_of(path, plan.job.places)
            note = "taken out" if value is None else "put there as it is"
            text = json.dumps(value, ensure_ascii=False)
            found = tuple(made.get(path, ()))
            yield Explained(path, spot.place if spot else None, value, "raw", pointer, note, found, text)


def _defaults(requests: Sequence[Request]) -> Iterator[Explained]:
    for request in requests:
        known = {origin.pointer for origin in request.origins}
        for pointer, value in pointers.leaves(request.body):
            is_made = any(pointers.is_within(pointer, other) for other in known)
            if not is_made and value not in ({}, [], None):
                found = Value(request.name, pointer, None, value)
                yield Explained((), None, None, "default", pointer, "nothing in the spec says otherwise", (found,))


def _made_by(requests: Sequence[Request]) -> dict[Path, list[Value]]:
    made: dict[Path, list[Value]] = {}
    for request in requests:
        for origin in request.origins:
            for path in origin.sources:
                made.setdefault(path, []).append(_value(request, origin))
    return made


def _value(request: Request, origin: Origin) -> Value:
    found = pointers.at(request.body, origin.pointer)
    if origin.line is not None:
        found = found.split("\n")[origin.line - 1]
    return Value(request.name, origin.pointer, origin.line, found)
