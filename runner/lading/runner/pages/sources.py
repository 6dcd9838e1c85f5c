"""Files as panes: each line with the fields that are written in it, and what there is to say of them below it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from lading.runner.pages.fields import Fields, Stretch
from lading.runner.pages.rows import GAP, Note, Pane, Piece, Row, around
from lading.runner.pages.sheets import Sheet, Sheets
from lading.schema.diagnostics import Diagnostic

Notes = Mapping[int, Sequence[Note]]
"""What there is to say of a file as it is now, by line."""

NAMES = {"spec": "the spec", "site": "the site", "other": "used by the spec"}
NEAR = 2
"""Lines that are shown around those that matter."""


class Span(NamedTuple):
    """What of one line belongs to a field; columns from 0."""

    start: int
    end: int
    stretch: Stretch


class Part(NamedTuple):
    """What of a file matters: the stretches of fields in it as it was, and as it is now."""

    then: Sequence[Stretch]
    now: Sequence[Stretch]
    notes: Notes


def panes(
    sheets: Sheets, now: Fields, notes: Mapping[str, Notes], then: Fields | None = None, *, is_whole: bool = False
) -> list[Pane]:
    """The spec and every other file that has a part in it; of each the lines that matter, of the spec all if it
    ``is_whole``.
    """
    stretches = list(now.stretches()), list(then.stretches()) if then else []
    spec = [now.spec] if now.spec else []
    found = []
    for file in dict.fromkeys([*spec, *notes, *(one.place.file for side in stretches for one in side)]):
        new, old = ([one for one in side if one.place.file == file] for side in stretches)
        part = Part(old, new, notes.get(file, {}))
        shown = _rows(sheets.of(file), part, is_whole=is_whole and file == now.spec)
        if shown:
            found.append(Pane(file, _about(file, now, new) or _about(file, then or now, old, ", before"), shown))
        elif sheets.of(file) is None and (new or part.notes):
            found.append(Pane(file, "no file", _unwritten(now, part)))
    return found


def _about(file: str, fields: Fields, stretches: Sequence[Stretch], when: str = "") -> str:
    """What the file is to the job."""
    if file == fields.spec:
        return NAMES["spec"] + when
    if stretches and all(stretch.look == "catalog" for stretch in stretches):
        return "what things are called there"
    paths = fields.paths
    origins = (fields.origin(paths[one.field]) for one in stretches if one.look != "catalog")
    return next((NAMES[origin] + when for origin in origins if origin), "")


def _unwritten(fields: Fields, part: Part) -> list[Row]:
    """What was said on the command line, or by lading itself, and what there is to say of it: there is no file."""
    paths = fields.paths
    pieces = [Piece(fields.written(paths[one.field]), (one.field,), _looks(one.look)) for one in part.now]
    *others, last = [Row([piece]) for piece in pieces] or [Row([])]
    return [*others, last._replace(notes=[note for notes in part.notes.values() for note in notes])]


def _rows(sheet: Sheet | None, part: Part, *, is_whole: bool) -> list[Row]:
    """The lines of the file that are shown, with a gap for those that are not."""
    if sheet is None:
        return []
    spans: dict[int, list[Span]] = {}
    for places, stretches in ((sheet.now, part.now), (sheet.then, part.then)):
        for stretch in stretches:
            for place, span in _spans(sheet.lines, places, stretch):
                spans.setdefault(place, []).append(span)
    notes = {sheet.now[line]: said for line, said in part.notes.items() if line in sheet.now}
    matters = {*spans, *notes}
    shown = _document(sheet.lines, matters) if is_whole else around(matters, len(sheet.lines), NEAR)
    return [
        GAP
        if place is None
        else Row(
            list(_pieces(sheet.lines[place], spans.get(place, ()))),
            sheet.numbers[place],
            sheet.signs[place],
            notes.get(place, ()),
        )
        for place in shown
    ]


def _document(lines: Sequence[str], matters: set[int]) -> Iterable[int]:
    """The lines of the one document that matters, where a file has several."""
    first, last = min(matters, default=0), max(matters, default=len(lines) - 1)
    begin = next((place + 1 for place in range(first - 1, -1, -1) if lines[place].startswith("---")), 0)
    end = next((place for place in range(last + 1, len(lines)) if lines[place].startswith(("---", "..."))), len(lines))
    return range(begin, end - 1 if end == len(lines) and not lines[-1] else end)


def _spans(lines: Sequence[str], places: Mapping[int, int], stretch: Stretch) -> Iterator[tuple[int, Span]]:
    """What of each line the stretch covers; indentation is none of it."""
    first, last = stretch.place.line, stretch.place.end_line
    for number in range(first, last + 1):
        place = places.get(number)
        if place is None:
            return
        line = lines[place]
        start = stretch.place.column - 1 if number == first else len(line) - len(line.lstrip())
        end = min(stretch.place.end_column - 1 if number == last else len(line.rstrip()), len(line))
        if start < end:
            yield place, Span(start, end, stretch)


def _pieces(line: str, spans: Sequence[Span]) -> Iterator[Piece]:
    """The line cut where fields begin and end."""
    cuts = sorted({0, len(line), *(span.start for span in spans), *(span.end for span in spans)})
    for start, end in pairwise(cuts):
        here = [span.stretch for span in spans if span.start <= start and end <= span.end]
        keys = tuple(dict.fromkeys(stretch.field for stretch in here))
        looks = tuple(dict.fromkeys(look for stretch in here for look in _looks(stretch.look)))
        yield Piece(line[start:end], keys, looks)


def _looks(fidelity: str) -> tuple[str, ...]:
    return (fidelity,) if fidelity and fidelity != "exact" else ()


def notes_of(diagnostics: Iterable[Diagnostic]) -> tuple[dict[str, dict[int, list[Note]]], list[Note]]:
    """What is said of lines, by file and line, and what is said of none."""
    placed: dict[str, dict[int, list[Note]]] = {}
    others: list[Note] = []
    for one in diagnostics:
        text = f"{one.message}; {one.help}" if one.help else one.message
        note = Note(str(one.severity), f"{one.severity} {one.code}", text)
        if one.place:
            placed.setdefault(one.place.file, {}).setdefault(one.place.line, []).append(note)
        else:
            others.append(note)
    return placed, others
