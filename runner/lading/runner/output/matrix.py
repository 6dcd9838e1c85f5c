"""A matrix, in the format that was asked for."""

from collections.abc import Callable, Mapping
from typing import Any

from lading.compiler.matrix import Line, Matrix, alike
from lading.compiler.matrix_pages import SIGNS, as_html, as_markdown, as_text
from lading.runner.output.screen import Screen
from lading.runner.output.tables import STYLES, Column


def show_matrix(screen: Screen, matrix: Matrix) -> None:
    """The matrix stands on standard output."""
    _WRITERS[screen.settings.format](screen, matrix)


def _human(screen: Screen, matrix: Matrix) -> None:
    """In words where there is room for them, or nobody looks; else in signs."""
    columns = [Column(matrix.first.upper()), *(Column(name.upper(), stays_whole=True) for name in matrix.names)]
    rows = [[line.name, *(str(cell.fidelity) for cell in line.cells.values())] for line in alike(matrix).lines]
    if screen.has_room(columns, rows):
        screen.table(columns, rows)
    else:
        screen.drawing(as_text(matrix), {sign: STYLES[fidelity] for fidelity, sign in SIGNS.items()})
    screen.remark("\n`--format markdown`, html and json say why")


def _markdown(screen: Screen, matrix: Matrix) -> None:
    screen.result(as_markdown(matrix))


def _html(screen: Screen, matrix: Matrix) -> None:
    screen.result(as_html(matrix))


def _json(screen: Screen, matrix: Matrix) -> None:
    screen.document({"rows": matrix.first, "matrix": [_line_data(line) for line in matrix.lines]})


def _line_data(line: Line) -> Mapping[str, Any]:
    return {
        "name": line.name,
        "doc": line.doc,
        "cells": [
            {"name": name, "fidelity": str(cell.fidelity), "native": cell.native or None, "why": cell.why or None}
            for name, cell in line.cells.items()
        ],
    }


_WRITERS: Mapping[str, Callable[[Screen, Matrix], None]] = {
    "human": _human,
    "markdown": _markdown,
    "html": _html,
    "json": _json,
}
