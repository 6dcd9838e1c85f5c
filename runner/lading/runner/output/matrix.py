"""A matrix, in the format that was asked for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lading.compiler.matrix import Line, as_html, as_markdown
from lading.runner.output.screen import Screen
from lading.runner.output.tables import Column


def show_matrix(screen: Screen, lines: Sequence[Line], first: str) -> None:
    """The matrix stands on standard output; ``first`` says what its rows are."""
    _WRITERS[screen.settings.format](screen, lines, first)


def _human(screen: Screen, lines: Sequence[Line], first: str) -> None:
    names = list(lines[0].cells)
    columns = [Column(first.upper()), *(Column(name.upper(), stays_whole=True) for name in names)]
    screen.table(columns, [[line.name, *(str(line.cells[name].fidelity) for name in names)] for line in lines])
    screen.remark("\n`--format markdown`, html and json say why")


def _markdown(screen: Screen, lines: Sequence[Line], first: str) -> None:
    screen.result(as_markdown(lines, first))


def _html(screen: Screen, lines: Sequence[Line], first: str) -> None:
    screen.result(as_html(lines, first))


def _json(screen: Screen, lines: Sequence[Line], first: str) -> None:
    screen.document({"rows": first, "matrix": [_line_data(line) for line in lines]})


def _line_data(line: Line) -> Mapping[str, Any]:
    return {
        "name": line.name,
        "doc": line.doc,
        "cells": [
            {"name": name, "fidelity": str(cell.fidelity), "native": cell.native or None, "why": cell.why or None}
            for name, cell in line.cells.items()
        ],
    }


_WRITERS: Mapping[str, Callable[[Screen, Sequence[Line], str], None]] = {
    "human": _human,
    "markdown": _markdown,
    "html": _html,
    "json": _json,
}
