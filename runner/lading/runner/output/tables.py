"""Tables: for people at a terminal by rich, as wide as it is; for programs plain columns that ``awk`` reads."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO

from lading.schema.visible import columns as width_of
from lading.schema.visible import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

GAP = "  "
EMPTY = "-"
"""Stands where there is nothing to say, so that the columns of a plain table can be counted."""

STYLES: Mapping[str, str] = {
    "succeeded": "green",
    "running": "cyan",
    "pending": "yellow",
    "stopping": "yellow",
    "stopped": "dim",
    "failed": "bold red",
    "unknown": "bold magenta",
    "exact": "green",
    "rounded": "yellow",
    "emulated": "yellow",
    "recorded": "dim",
    "dropped": "red",
    "refused": "bold red",
    "raw": "magenta",
    "default": "dim",
}
"""Words that have a colour wherever they are all of a cell."""


class Column(NamedTuple):
    """One column. ``needs`` is the least width of a terminal for it to be shown; a plain table has every column.

    ``stays_whole`` is for what people copy: it is never cut.
    """

    title: str
    needs: int = 0
    stays_whole: bool = False
    is_number: bool = False


Rows = Sequence[Sequence[str]]


def plain(columns: Sequence[Column], rows: Rows) -> str:
    """Columns padded with spaces under a line of titles; nothing is cut, and nothing is empty."""
    cells = [[column.title.replace(" ", "-") for column in columns]]
    cells += [[visible(cell) or EMPTY for cell in row] for row in rows]
    widths = [max(width_of(row[place]) for row in cells) for place in range(len(columns))]
    lines = (GAP.join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - width_of(cell))


def least_width(columns: Sequence[Column], rows: Rows) -> int:
    """The columns of a terminal that the table needs to stand there uncut."""
    cells = [[column.title for column in columns], *rows]
    return sum(max(width_of(row[place]) for row in cells) + len(GAP) for place in range(len(columns)))


def longest_words(columns: Sequence[Column], rows: Rows) -> int:
    """The columns of a terminal that the table needs for each word to stand in a line."""
    words = [[column.title] for column in columns]
    for row in rows:
        for place, cell in enumerate(row):
            words[place] += [cell] if columns[place].stays_whole else cell.split()
    return sum(max(map(width_of, each)) + len(GAP) for each in words)


def draw(text: str, styles: Mapping[str, str], stream: TextIO, *, colors: bool) -> None:
    """The text is on the screen as it is, the words that have a style in colour."""
    from rich.text import Text

    shown = Text(text, end="")
    for word, style in styles.items():
        shown.highlight_words([word], style)
    console(stream, colors=colors).print(shown, soft_wrap=True)


def for_terminal(columns: Sequence[Column], rows: Rows, stream: TextIO, width: int, *, colors: bool) -> None:
    """The table is on the screen, with the columns that there is room for."""
    console(stream, width, colors=colors).print(rich_table(columns, rows, width))


def console(stream: TextIO, width: int | None = None, *, colors: bool) -> "Console":
    """A terminal as rich draws on it; without colours nothing but text goes there."""
    from rich.console import Console

    return Console(file=stream, width=width, color_system="auto" if colors else None, highlight=False)


def rich_table(columns: Sequence[Column], rows: Rows, width: int) -> "Table":
    """The table as rich draws it."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    chosen = [place for place, column in enumerate(columns) if column.needs <= width]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), header_style="bold")
    for place in chosen:
        column = columns[place]
        table.add_column(
            column.title.lower(),
            no_wrap=column.stays_whole,
            overflow="fold",
            justify="right" if column.is_number else "left",
        )
    for row in rows:
        table.add_row(*(Text(visible(row[place]), style=STYLES.get(row[place], "")) for place in chosen))
    return table
