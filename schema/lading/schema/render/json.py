"""Diagnostics as the data that ``--format json`` promises."""

from collections.abc import Iterable
from typing import Any

from lading.schema.diagnostics import Diagnostic
from lading.schema.paths import render


def as_data(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """The list that stands under ``diagnostics`` in every JSON document of lading's."""
    return [_row(diagnostic) for diagnostic in diagnostics]


def _row(diagnostic: Diagnostic) -> dict[str, Any]:
    place = diagnostic.place
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "path": render(diagnostic.path),
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "endLine": place.end_line if place else None,
        "endColumn": place.end_column if place else None,
        "help": diagnostic.help or None,
        "target": diagnostic.target,
    }
