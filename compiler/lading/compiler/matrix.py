"""The support matrix, read from the tables that the emitters read:

fields × platforms, as text, Markdown, HTML or data.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from lading.compiler.capability import Fidelity, Leaf
from lading.compiler.plan import weigh
from lading.compiler.registry import language, platform, platforms
from lading.compiler.target import Platform, Target
from lading.schema.job import Job, patterns
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
    """Every field of the language on the named platforms, or on all. In the order of the language."""
    chosen = {name: found for name in names or platforms() if (found := platform(name))}
    return [Line(label(path), field.doc, _cells(path, kind, chosen)) for path, field, kind in _all_fields()]


def cell_of(name: str, path: Path) -> Cell | None:
    """How the platform carries the field at this path, or None for an unknown platform."""
    found = platform(name)
    return _cell(found, path) if found else None


def label(path: Path) -> str:
    """The path as documentation writes it: ``mounts[].readOnly``, ``env.*``."""
    text = ""
    for step in path:
        text += "[]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


def kinds_of_work() -> list[str]:
    """Every kind of spec, in the order of the language."""
    return [kind for kind in language().kinds if kind != "site"]


def _all_fields() -> Iterator[tuple[Path, Field, str]]:
    """Every field once, with the first kind that has it."""
    known = language()
    seen: set[Path] = set()
    for kind in kinds_of_work():
        for path, field in patterns(known, known.structs[known.kinds[kind]]):
            if path not in seen and path != ("kind",):
                seen.add(path)
                yield path, field, kind


def _cells(path: Path, kind: str, chosen: Mapping[str, Platform]) -> dict[str, Cell]:
    return {name: _kind_cell(found, kind) or _cell(found, path) for name, found in chosen.items()}


def _kind_cell(found: Platform, kind: str) -> Cell | None:
    """The refusal of the whole kind, where the platform refuses it."""
    row = found.TABLE.row_for(("kind",))
    if row is None:
        return None
    job = Job({"kind": kind, "name": "x"}, {}, language())
    verdict = weigh(row, Leaf(("kind",), kind, job.value, Target(found.NAME, found)))
    return Cell(verdict.fidelity, "", verdict.note) if verdict.fidelity is Fidelity.REFUSED else None


def _cell(found: Platform, path: Path) -> Cell:
    row = found.TABLE.row_for(path)
    if row is None:
        return Cell(Fidelity.REFUSED, "", "no row in the table")
    return Cell(row.fidelity, row.native, row.why)


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
