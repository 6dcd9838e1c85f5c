"""The support matrix, read from the tables that the emitters read:

fields × platforms, as text, Markdown, HTML or data.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from lading.compiler.capability import Fidelity, Table
from lading.compiler.registry import default_options, language, platform, platforms
from lading.compiler.target import Platform
from lading.schema.job import patterns
from lading.schema.paths import Path
from lading.schema.shape import Field

SIGNS = {
    Fidelity.EXACT: "✓",
    Fidelity.ROUNDED: "≈",
    Fidelity.EMULATED: "~",
    Fidelity.RECORDED: "✎",
    Fidelity.DROPPED: "✗",
    Fidelity.REFUSED: "⊘",
}
"""One sign for each fidelity; the word always stands beside it somewhere."""


class Cell(NamedTuple):
    """How one platform carries one field, under what name, and why not better."""

    fidelity: Fidelity
    native: str = ""
    why: str = ""


class Line(NamedTuple):
    """One row: a field of the language, or a job, with what it means and its cells, one for each platform or target."""

    name: str
    doc: str
    cells: Mapping[str, Cell]


def field_matrix(names: Sequence[str] = ()) -> list[Line]:
    """Every field of the language on the named platforms, or on all, and on each of their editions.

    In the order of the language.
    """
    editions = [edition for name in names or platforms() for edition in editions_of(name)]
    return [Line(label(path), field.doc, _cells(path, kinds, editions)) for path, field, kinds in _all_fields()]


class Edition(NamedTuple):
    """One way in which a platform is deployed: what people call it, and the options that say so."""

    title: str
    platform: Platform
    options: Mapping[str, Any]

    def cell(self, path: Path, kinds: Sequence[str]) -> Cell:
        """How it carries the field, in the first of the kinds that it takes."""
        tables = [found for kind in kinds if (found := self.platform.table(kind, self.options)) is not None]
        return _cell(tables[0], path) if tables else Cell(Fidelity.REFUSED, "", self.platform.OTHER_KINDS)


def editions_of(name: str) -> list[Edition]:
    """The editions of the platform, one where it does not tell any apart; none for an unknown platform."""
    found = platform(name)
    if found is None:
        return []
    usual = default_options(name)
    editions: Mapping[str, Mapping[str, Any]] = getattr(found, "EDITIONS", {"": {}})
    return [Edition(f"{name} {edition}".strip(), found, {**usual, **own}) for edition, own in editions.items()]


def cells_of(path: Path, kinds: Sequence[str]) -> dict[str, Cell]:
    """How each platform carries the field at this path of specs of these kinds."""
    return _cells(path, kinds, [edition for name in platforms() for edition in editions_of(name)])


def label(path: Path) -> str:
    """The path as documentation writes it: ``mounts[].readOnly``, ``env.*``."""
    text = ""
    for step in path:
        text += "[]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


def _all_fields() -> Iterator[tuple[Path, Field, list[str]]]:
    """Every field once, with the kinds that have it."""
    known = language()
    found: dict[Path, tuple[Field, list[str]]] = {}
    for kind in known.kinds_of_work:
        for path, field in patterns(known, known.structs[known.kinds[kind]]):
            if path != ("kind",):
                found.setdefault(path, (field, []))[1].append(kind)
    yield from ((path, field, kinds) for path, (field, kinds) in found.items())


def _cells(path: Path, kinds: Sequence[str], editions: Sequence[Edition]) -> dict[str, Cell]:
    return {edition.title: edition.cell(path, kinds) for edition in editions}


def _cell(table: Table, path: Path) -> Cell:
    row = table.row_for(path)
    if row is None:
        return Cell(Fidelity.REFUSED, "", "no row in the table")
    return Cell(row.fidelity, row.name, row.why)


def as_markdown(lines: Sequence[Line], first: str = "field") -> str:
    """The matrix as a Markdown table with a legend; ``first`` is the title of its first column."""
    names = list(lines[0].cells) if lines else []
    head = [f"| {first} | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    rows = [f"| `{line.name}` | " + " | ".join(_markdown(c) for c in line.cells.values()) + " |" for line in lines]
    return "\n".join([*head, *rows, "", legend(), ""])


def _markdown(cell: Cell) -> str:
    native = f" `{cell.native}`" if cell.native else ""
    why = f": {cell.why}" if cell.why and cell.fidelity is not Fidelity.EXACT else ""
    return f"{SIGNS[cell.fidelity]} {cell.fidelity}{native}{why}".replace("|", "\\|").replace("\n", " ")


def legend() -> str:
    """What the signs mean, in one line."""
    return " · ".join(f"{sign} {fidelity}" for fidelity, sign in SIGNS.items())


def as_html(lines: Sequence[Line], first: str = "field") -> str:
    """The matrix as one self-contained page, for light and dark; ``first`` is the title of its first column."""
    names = list(lines[0].cells) if lines else []
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in names)
    body = "\n".join(_html_row(line) for line in lines)
    return _PAGE.format(first=escape(first), head=head, body=body, legend=escape(legend()))


def _html_row(line: Line) -> str:
    cells = "".join(
        f'<td class="{cell.fidelity}" title="{escape(cell.why, quote=True)}">{SIGNS[cell.fidelity]} {cell.fidelity}'
        f"<small>{escape(cell.native)}</small></td>"
        for cell in line.cells.values()
    )
    name, doc = escape(line.name), escape(line.doc, quote=True)
    return f'<tr><th scope=row title="{doc}"><code>{name}</code></th>{cells}</tr>'


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>lading: what each platform carries</title>
<style>
:root {{ color-scheme: light dark; --line: #8884; --exact: #1a7f37; --loss: #cf222e; --other: #9a6700 }}
@media (prefers-color-scheme: dark) {{ :root {{ --exact: #3fb950; --loss: #f85149; --other: #d29922 }} }}
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top }}
thead th {{ position: sticky; top: 0; background: Canvas }}
small {{ display: block; opacity: .7; overflow-wrap: anywhere }}
.exact {{ color: var(--exact) }}
.rounded, .emulated, .recorded {{ color: var(--other) }}
.dropped, .refused {{ color: var(--loss) }}
</style>
<h1>What each platform carries</h1>
<p>{legend}. Point at a cell to read why.</p>
<table><thead><tr><th scope=col>{first}</th>{head}</tr></thead><tbody>
{body}
</tbody></table>
</html>
"""
