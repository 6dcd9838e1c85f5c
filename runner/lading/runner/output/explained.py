"""What became of each field of a spec, as a table and as data."""

import json
from collections.abc import Sequence
from typing import Any

from lading.compiler.explain import Explained, Value
from lading.compiler.pipeline import Compilation
from lading.runner.output.screen import Screen
from lading.runner.output.tables import Column
from lading.schema.render.json import as_data
from lading.schema.visible import visible

COLUMNS = (
    Column("LINE", stays_whole=True),
    Column("FIELD"),
    Column("VALUE"),
    Column("FIDELITY", stays_whole=True),
    Column("PAYLOAD"),
    Column("NOTE"),
)
WIDEST = 60
"""A longer value is cut in the table; ``lading compile`` has it whole."""

Pairs = Sequence[tuple[Compilation, Sequence[Explained]]]


def show_explained(screen: Screen, found: Pairs) -> None:
    """One table for each compilation, under a line that names it where there are several."""
    if not screen.is_human:
        screen.document({"explanations": [_data(compilation, rows) for compilation, rows in found]})
        return
    for place, (compilation, rows) in enumerate(found):
        if len(found) > 1:
            gap = "\n" if place else ""
            screen.result(f"{gap}{compilation.name} on {compilation.target.name}\n")
        told = [_row(compilation, row) for row in rows]
        if screen.has_room_for_words(COLUMNS, told):
            screen.table(COLUMNS, told)
        else:
            screen.result("".join(map(_block, told)))


def _block(cells: Sequence[str]) -> str:
    """A row as a few lines, for where its columns would be narrower than its words."""
    line, field, value, fidelity, payload, note = map(visible, cells)
    head = "  ".join(filter(None, (line, field, value and f"= {value}", f"({fidelity})")))
    return "".join(f"{text}\n" for text in (head, payload and f"    {payload}", note and f"    {note}") if text)


def _row(compilation: Compilation, row: Explained) -> list[str]:
    return [
        _line(compilation, row),
        row.field,
        _short(row.written),
        row.fidelity,
        "; ".join(map(_made, row.values)),
        row.note,
    ]


def _line(compilation: Compilation, row: Explained) -> str:
    """The line of the spec; of another file, its name too."""
    if row.place is None:
        return ""
    is_spec = row.place.file == compilation.spec.file
    return str(row.place.line) if is_spec else f"{row.place.file}:{row.place.line}"


def _made(made: Value) -> str:
    """A line of a text is itself; any other value stands behind its pointer."""
    where = f"{made.request}:" if made.request else ""
    return where + (_short(made.value) if made.line is not None else f"{made.pointer} = {_short(made.value)}")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _data(compilation: Compilation, rows: Sequence[Explained]) -> dict[str, Any]:
    return {
        "name": compilation.name,
        "target": compilation.target.name,
        "platform": compilation.target.platform.NAME,
        "fields": [_row_data(row) for row in rows],
        "diagnostics": as_data(compilation.diagnostics),
    }


def _row_data(row: Explained) -> dict[str, Any]:
    return {
        "path": row.field or None,
        "file": row.place.file if row.place else None,
        "line": row.place.line if row.place else None,
        "column": row.place.column if row.place else None,
        "value": row.value,
        "fidelity": row.fidelity,
        "native": row.native or None,
        "note": row.note or None,
        "payload": [
            {"request": made.request or None, "pointer": made.pointer, "line": made.line, "value": made.value}
            for made in row.values
        ],
    }
