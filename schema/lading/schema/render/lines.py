"""Lines of a file with a place marked below them, cut to the width of the terminal."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from lading.schema.diagnostics import Place
from lading.schema.visible import columns, visible

Paint = Callable[[str, str], str]
"""Gives a text a style, or not."""

TAB = "    "
NARROWEST = 20
"""Columns that a line gets however narrow the terminal is."""
MOST_LINES = 6
"""A place of more lines is shown by its first ones and its last."""


class Row(NamedTuple):
    """One drawn line: its number in the file, None below one; the bar of a place of several lines; text or mark."""

    number: int | None
    margin: str
    text: str
    mark: str = ""


def marked(place: Place, lines: Sequence[str], caption: str, sign: str, width: int) -> list[Row]:
    """The lines of the place, with ``sign`` below what it covers and the caption after that."""
    first, last, end = _extent(place, lines)
    if first == last:
        return _below(first, place.column, end, lines[first - 1], f"{sign} {caption}", width)
    begin = min(_line(lines[first - 1]).offset(place.column), width - 3)
    tail = min(max(_line(lines[last - 1]).offset(end), 1), width - 2)
    return [
        Row(first, "  ", _clipped(lines[first - 1], width - 2)),
        Row(None, "", "", f" _{'_' * begin}{sign}"),
        *_beside(range(first + 1, last + 1), lines, width - 2),
        Row(None, "", "", f"|{'_' * tail}{sign} {caption}"),
    ]


def _below(number: int, begin: int, end: int, text: str, said: str, width: int) -> list[Row]:
    """One line, and below it the sign, as often as the place is long, before what is said."""
    line = _line(text)
    offset = line.offset(begin)
    shown, offset, length = line.window(offset, max(line.offset(end) - offset, 1), width)
    return [Row(number, "", shown), Row(None, "", "", f"{' ' * offset}{said[0] * (length - 1)}{said}")]


def _beside(numbers: Sequence[int], lines: Sequence[str], width: int) -> list[Row]:
    """The lines behind a bar; of many, the first ones and the last."""
    rows = [Row(number, "| ", _clipped(lines[number - 1], width)) for number in numbers]
    return rows if len(rows) <= MOST_LINES else [*rows[: MOST_LINES - 2], Row(None, "| ", "..."), rows[-1]]


def _extent(place: Place, lines: Sequence[str]) -> tuple[int, int, int]:
    """First line, last line and end column. A block of text ends where the next line begins: that line is not meant."""
    last, end = min(place.end_line, len(lines)), place.end_column
    while last > place.line and not lines[last - 1][: end - 1].strip():
        last -= 1
        end = len(lines[last - 1]) + 1
    return place.line, last, end


def _clipped(text: str, width: int) -> str:
    return _line(text).window(0, 1, width)[0]


class _Line:
    """One line as it is drawn: each character visible, and the column at which it begins."""

    def __init__(self, text: str) -> None:
        self.cells = [TAB if character == "\t" else visible(character) for character in text]
        self.offsets = list(accumulate((columns(cell) for cell in self.cells), initial=0))

    def offset(self, column: int) -> int:
        """Where the character of that column, counted from 1, is drawn."""
        return self.offsets[min(column - 1, len(self.cells))]

    def window(self, begin: int, length: int, width: int) -> tuple[str, int, int]:
        """As much of the line as fits around what is drawn at ``begin``, and where that is and how long it is now."""
        if self.offsets[-1] <= width:
            return "".join(self.cells), begin, length
        left = max(0, min(begin - width // 3, self.offsets[-1] - width + 2))
        first = bisect_left(self.offsets, left)
        last = bisect_right(self.offsets, left + width - 1 - (left > 0)) - 1
        cut_left, cut_right = first > 0, last < len(self.cells)
        shown = "…" * cut_left + "".join(self.cells[first:last]) + "…" * cut_right
        begin = begin - self.offsets[first] + cut_left
        return shown, begin, max(1, min(length, columns(shown) - begin))


@lru_cache(maxsize=64)  # a file that a program wrote may be one long line with all that is wrong
def _line(text: str) -> _Line:
    return _Line(text)
