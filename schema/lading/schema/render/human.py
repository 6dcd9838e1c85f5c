"""Diagnostics for people: the sentence, the lines it is about with what is wrong marked below them, one thing to do.

Whatever stands in a user's file is shown and never obeyed: control characters are written out before anything is drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from lading.schema.codes import Severity
from lading.schema.diagnostics import Diagnostic, Place
from lading.schema.render.lines import NARROWEST, Paint, Row, marked
from lading.schema.visible import visible

Sources = Mapping[str, Sequence[str]]

_STYLES = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}
_BOLD, _BLUE = "1", "1;34"


class _Mark(NamedTuple):
    """A place, what is said below it, and how it is drawn."""

    place: Place
    text: str
    sign: str
    style: str


def human(diagnostics: Iterable[Diagnostic], sources: Sources, *, color: bool = False, width: int = 100) -> str:
    """Every diagnostic as a paragraph. ``sources`` are the lines of the files; a file that it lacks is only named."""
    paint = _ansi if color else _as_it_is
    return "\n".join(_paragraph(diagnostic, sources, paint, width) for diagnostic in diagnostics)


def _ansi(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if text else ""


def _as_it_is(text: str, _: str) -> str:
    return text


def _paragraph(diagnostic: Diagnostic, sources: Sources, paint: Paint, width: int) -> str:
    style = _STYLES[diagnostic.severity]
    marks = _marks(diagnostic, style)
    gutter = len(str(max((mark.place.end_line for mark in marks), default=1)))
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", style)
    lines = [head + paint(f": {visible(diagnostic.message)}", _BOLD)]
    for index, (file, group) in enumerate(groupby(marks, key=lambda mark: mark.place.file)):
        of_file = list(group)
        lines += [" " * gutter + paint(" |", _BLUE)] * (index > 0)
        arrow = " " * gutter + paint("-->" if index == 0 else ":::", _BLUE)
        first = diagnostic.place if index == 0 and diagnostic.place else of_file[0].place
        lines.append(f"{arrow} {visible(file)}:{first.line}:{first.column}")
        lines += _snippet(of_file, sources.get(file, ()), gutter, paint, width)
    lines += [" " * gutter + paint(" = ", _BLUE) + said for said in _advice(diagnostic)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _advice(diagnostic: Diagnostic) -> list[str]:
    return [f"help: {visible(diagnostic.help)}"] if diagnostic.help else []


def _marks(diagnostic: Diagnostic, style: str) -> list[_Mark]:
    """What is to be marked, file by file, the file of the diagnostic first, from top to bottom."""
    if diagnostic.place is None:
        return []
    file = diagnostic.place.file
    marks = [_Mark(diagnostic.place, diagnostic.caption, "^", style)]
    marks += [_Mark(label.place, label.text, "-", _BLUE) for label in diagnostic.labels]
    return sorted(marks, key=lambda mark: (mark.place.file != file, mark.place))


def _snippet(marks: Sequence[_Mark], lines: Sequence[str], gutter: int, paint: Paint, width: int) -> list[str]:
    """The marked lines behind their numbers, dots where lines are left out."""
    drawn: list[str] = []
    last = 0
    for mark in marks:
        if mark.place.line > len(lines):
            continue
        if last and mark.place.line > last + 1:
            drawn.append(paint("...", _BLUE))
        rows = marked(mark.place, lines, visible(mark.text), mark.sign, max(width - gutter - 3, NARROWEST))
        drawn += [_row(row, gutter, paint, mark.style) for row in rows if row.number != last or not last]
        last = mark.place.end_line
    bar = " " * gutter + paint(" |", _BLUE)
    return [bar, *drawn] if drawn else []


def _row(row: Row, gutter: int, paint: Paint, style: str) -> str:
    number = "" if row.number is None else str(row.number)
    return paint(f"{number:>{gutter}} |", _BLUE) + f" {paint(row.margin, style)}{row.text}{paint(row.mark, style)}"
