"""The matrix for people: as text, as Markdown and as a page of HTML.

All three begin with what can be seen at a glance, a sign for each cell, and have the reasons at hand.
"""

import os.path
import re
from collections.abc import Iterator, Sequence
from html import escape
from string import Template

from lading.compiler.capability import Fidelity
from lading.compiler.matrix import Cell, Line, Matrix, alike

SIGNS = {
    Fidelity.EXACT: "✓",
    Fidelity.ROUNDED: "≈",
    Fidelity.EMULATED: "~",
    Fidelity.RECORDED: "✎",
    Fidelity.DROPPED: "✗",
    Fidelity.REFUSED: "⊘",
}
"""One sign for each fidelity; the word always stands beside it somewhere."""

LEGEND = " · ".join(f"{sign} {fidelity}" for fidelity, sign in SIGNS.items())


def as_text(matrix: Matrix) -> str:
    """A column of one sign for each platform, below its name, and then the field: as narrow as can be."""
    head = ["│ " * place + f"┌ {name}" for place, name in enumerate(matrix.names)]
    rows = [" ".join([*_signs(line), line.name]) for line in alike(matrix).lines]
    return "\n".join([*head, *rows, "", LEGEND, ""])


def as_markdown(matrix: Matrix) -> str:
    """A table of signs, and below it why each is not better."""
    lines = alike(matrix).lines
    head = [table_row([matrix.first, *matrix.names]), table_row(["---", *[":-:"] * len(matrix.names)])]
    rows = [table_row([f"`{line.name}`", *_signs(line)]) for line in lines]
    reasons = [text for line in lines for text in _reasons(line)]
    return "\n".join([*head, *rows, "", LEGEND, *_paragraph(matrix.note), *reasons, ""])


def as_html(matrix: Matrix) -> str:
    """One self-contained page, for light and dark, wide and narrow; a cell opens where there is a reason in it."""
    with open(f"{os.path.dirname(__file__)}/matrix.html", encoding="utf-8") as file:
        page = Template(file.read())
    return page.substitute(
        legend=escape(LEGEND),
        note=escape(matrix.note),
        first=escape(matrix.first),
        head="".join(f"<th scope=col>{escape(name)}</th>" for name in matrix.names),
        body="\n".join(_html_row(line) for line in alike(matrix).lines),
    )


def _signs(line: Line) -> list[str]:
    return [SIGNS[cell.fidelity] for cell in line.cells.values()]


def _paragraph(text: str) -> list[str]:
    return ["", text] if text else []


def table_row(cells: Sequence[str]) -> str:
    """One line of a table in Markdown."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _reasons(line: Line) -> Iterator[str]:
    """A heading, and a line for those that have a reason in common; nothing where everything is well."""
    shared: dict[str, list[str]] = {}
    for name, cell in line.cells.items():
        if cell.why and cell.fidelity is not Fidelity.EXACT:
            shared.setdefault(_said(cell), []).append(f"**{name}**")
    if shared:
        yield from ("", f"#### {line.name}", "")
        yield from (f"- {', '.join(names)}: {said}" for said, names in shared.items())


def _said(cell: Cell) -> str:
    return " ".join(f"{SIGNS[cell.fidelity]} {cell.fidelity}: {as_written(cell.why)}".split())


def as_written(text: str) -> str:
    """The text in Markdown: what is not between backticks is no markup."""
    return re.sub(r"(`[^`]*`)|([\\*_<|])", lambda found: found[1] or f"\\{found[2]}", text)


def _html_row(line: Line) -> str:
    name, doc = escape(line.name), escape(line.doc, quote=True)
    cells = "".join(map(_html_cell, line.cells.values()))
    return f'<tr><th scope=row title="{doc}"><code>{name}</code></th>{cells}</tr>'


def _html_cell(cell: Cell) -> str:
    word = f"{SIGNS[cell.fidelity]} {cell.fidelity}"
    has_reason = cell.why and cell.fidelity is not Fidelity.EXACT
    why = re.sub("`([^`]*)`", r"<code>\1</code>", escape(cell.why))
    shown = f"<details><summary>{word}</summary>{why}</details>" if has_reason else word
    native = f"<small>{_breakable(cell.native)}</small>" if cell.native else ""
    return f'<td class="{cell.fidelity}">{shown}{native}</td>'


def _breakable(name: str) -> str:
    """The native name, which a narrow column breaks between its parts."""
    return re.sub(r"([._])(?=\w)", r"\1<wbr>", escape(name))
