"""A page of what differs, job by job: what was and what is, beside the lines of the specs that made it so."""

from collections.abc import Iterator, Sequence

from lading.runner.invocation.session import Session
from lading.runner.output.review import WORDS, sentence
from lading.runner.pages.explained import title_of
from lading.runner.pages.fields import Fields
from lading.runner.pages.page import as_page
from lading.runner.pages.payloads import Made, rows
from lading.runner.pages.rows import GAP, Pane, Row, Section, around
from lading.runner.pages.sheets import Sheets, Texts
from lading.runner.pages.sources import notes_of, panes
from lading.runner.review.comparison import Compared, What
from lading.runner.review.difference import Both, beside
from lading.runner.specs.trees import DISK, Tree

LOOKS = {What.CHANGED: "changed", What.ADDED: "added", What.REMOVED: "removed", What.REFUSED: "refused"}


def difference_page(session: Session, found: Sequence[Compared], then: Tree = DISK) -> str:
    """Every job and target that differs; ``then`` has the files of the version before."""
    known = session.screen.sources
    sheets = Sheets(Texts(known if then is DISK else {}, then), Texts(known))
    sections = [_section(one, sheets) for one in found if one.what.is_difference]
    return as_page("lading diff", sentence(found), sections)


def _section(one: Compared, sheets: Sheets) -> Section:
    old, new = Fields(one.before.compilation, "b"), Fields(one.after.compilation)
    is_refused = one.what is What.REFUSED
    payloads = [] if is_refused else list(_requests(one, old, new))
    placed, others = notes_of(one.refused)
    return Section(
        f"{one.name} on {one.target}" if one.target else one.name,
        WORDS[one.what] if one.what is not What.CHANGED else _counted(len(one.changes)),
        LOOKS[one.what],
        panes(sheets, new, placed, old),
        payloads,
        {**old.told(), **new.told()},
        others,
        about=one.file if one.file != one.name else "",
    )


def _counted(number: int) -> str:
    return "1 change" if number == 1 else f"{number} changes"


def _requests(one: Compared, old: Fields, new: Fields) -> Iterator[Pane]:
    """What differs of each request, with a little of what is around it."""
    for place, both in enumerate(beside(one.before, one.after)):
        written = list(_written(both, old, new))
        differing = [number for number, row in enumerate(written) if row.sign]
        if differing:
            title = title_of("" if both.key.startswith("#") else both.key, place)
            data = both.now or both.was
            shown = [GAP if at is None else written[at] for at in around(differing, len(written))]
            yield Pane(title, f"{data['method']} {data['path']}", shown)


def _written(both: Both, old: Fields, new: Fields) -> Iterator[Row]:
    made = Made(both.was_made, old), Made(both.now_made, new), Made(None, new)
    for pair, shape in both.pairs():
        name = pair.new.removeprefix("/")
        if name == "body" or (both.was and both.now):
            yield from rows(pair, shape, *made, label="" if name == "body" else f"{name}: ")
