"""A page of what became of each field of a spec, on each target that was asked for."""

from collections.abc import Sequence

from lading.compiler.explain import Explained
from lading.compiler.payload import Request
from lading.compiler.pipeline import Compilation
from lading.runner.invocation.session import Session
from lading.runner.pages.fields import Fields
from lading.runner.pages.page import as_page
from lading.runner.pages.payloads import Made, rows
from lading.runner.pages.rows import Note, Pane, Section
from lading.runner.pages.sheets import Sheets, Texts
from lading.runner.pages.sources import notes_of, panes
from lading.runner.review.difference import Pair
from lading.runner.review.shape import Shape
from lading.schema.codes import Severity
from lading.schema.diagnostics import Diagnostic
from lading.schema.paths import render, starts_with


def explained_page(session: Session, found: Sequence[Compilation]) -> str:
    """The spec beside what each target is sent."""
    texts = Texts(session.screen.sources, session.tree)
    sheets = Sheets(texts, texts)
    sections = [_section(session, sheets, compilation) for compilation in found]
    return as_page(f"lading explain: {sections[0].name}{_more(len(sections) - 1)}", "", sections, chooses=True)


def _more(number: int) -> str:
    return f" and {number} more" if number else ""


def _section(session: Session, sheets: Sheets, compilation: Compilation) -> Section:
    fields = Fields(compilation, site=session.site(compilation.spec.file))
    for row in fields.explained:
        fields.key(row.path)
    payloads = [_request(place, request, fields) for place, request in enumerate(compilation.requests)]
    serious = [one for one in compilation.diagnostics if one.severity is not Severity.NOTE]
    placed, others = notes_of(serious)
    for row in fields.explained:
        _add_loss(placed, row, serious)
    errors = sum(one.is_error for one in serious)
    return Section(
        f"{compilation.name} on {compilation.target.name}",
        "" if not errors else "refused",
        "refused" if errors else "",
        panes(sheets, fields, placed, is_whole=True),
        payloads,
        fields.told(),
        others,
        about=compilation.target.platform.NAME,
    )


def _request(place: int, request: Request, fields: Fields) -> Pane:
    """One request of a payload; its name, and what it waits for."""
    pair = Pair("/body", "/body", request.body, request.body)
    made = Made(request, fields)
    return Pane(title_of(request.name, place), about_of(request), list(rows(pair, Shape({}), made, made, made)))


def title_of(name: str, place: int) -> str:
    """What a request is called."""
    return name or ("the payload" if not place else f"request {place + 1}")


def about_of(request: Request) -> str:
    """Where a request goes, and what it waits for."""
    after = f", after {', '.join(request.needs)}" if request.needs else ""
    return f"{request.method} {request.path}{after}"


def _add_loss(placed: dict[str, dict[int, list[Note]]], row: Explained, told: Sequence[Diagnostic]) -> None:
    """What is not carried as it is stands below its line, once, unless something worse stands there already."""
    is_told = any(one.path and starts_with(row.path, one.path) for one in told)
    if row.fidelity in {"exact", "raw"} or row.place is None or is_told:
        return
    here = placed.setdefault(row.place.file, {}).setdefault(row.place.line, [])
    for place, note in enumerate(here):
        if (note.look, note.text) == (row.fidelity, row.note):
            here[place] = note._replace(title=f"{note.title}, {render(row.path)}")
            return
    here.append(Note(row.fidelity, f"{row.fidelity}: {render(row.path)}", row.note))
