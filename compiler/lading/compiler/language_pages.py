"""The language's reference as pages, one for each kind of document: every field with all that the models say of it,
and what each platform makes of it.

A field that several kinds have, and a map that stands in several places, is told once; elsewhere stands where.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lading.compiler.capability import CARRIED, NESTED, Fidelity
from lading.compiler.matrix import Cell, cells_of, editions_of, label
from lading.compiler.matrix_pages import SIGNS, as_written, table_row
from lading.compiler.plan import KIND
from lading.compiler.reference import inside, limits_text, type_text, value_text
from lading.compiler.registry import language, own_platforms
from lading.schema.job import is_work, patterns
from lading.schema.paths import Path
from lading.schema.shape import Field, Language, Struct

Place = tuple[str, Path]
"""A kind, whose page it is, and the path of a field on it."""


def language_pages() -> dict[str, str]:
    """The page of each kind, by the kind's name."""
    pages = _Pages(language())
    return {kind: "\n".join([*pages.page(kind), ""]) for kind in pages.language.kinds}


@dataclass
class _Pages:
    """All pages, which know of each other what they have told."""

    language: Language
    fields: dict[tuple[str, str], Place] = field(default_factory=dict)
    """The fields that were told, by their names."""
    structs: dict[str, Place] = field(default_factory=dict)
    """The maps of which the fields were told."""

    def page(self, kind: str) -> Iterator[str]:
        """The lines of one page."""
        struct = self.language.structs[self.language.kinds[kind]]
        yield from (f"# {kind}", "", as_written(" ".join(struct.doc.split())), "")
        if kind in self.language.kinds_of_work:
            yield from _takers(kind)
        yield from _groups(struct)
        yield from self._fields(struct, (kind, ()))

    def _fields(self, struct: Struct, above: Place) -> Iterator[str]:
        """The map's fields, each followed by its own; those that were told already are only named, first."""
        kind, path = above
        told = {name: self._told(known, (kind, (*path, name))) for name, known in struct.fields.items()}
        if links := [_link(name, place, kind) for name, place in told.items() if place]:
            yield from (f"As told elsewhere: {', '.join(links)}.", "")
        for name, known in sorted(struct.fields.items(), key=lambda item: item[0] in NESTED):
            if not told[name]:
                self.fields.setdefault((name, repr(known)), (kind, (*path, name)))
                yield from self._section(known, (kind, (*path, name)))

    def _told(self, known: Field, place: Place) -> Place | None:
        """Where the same field, carried by all as here, was told."""
        kind, path = place
        there = self.fields.get((str(path[-1]), repr(known)))
        if there is None or kind not in self.language.kinds_of_work or not is_work(path):
            return there
        return there if _is_part(_lots(place), _lots(there)) else None

    def _section(self, known: Field, place: Place) -> Iterator[str]:
        kind, path = place
        yield from (f"##{'#' * (len(path) > 1)} {label(path)}", "", as_written(" ".join(known.doc.split())), "")
        yield from (*_facts(_as_written(known, place), path, self.language.structs), "")
        if kind in self.language.kinds_of_work and is_work(path) and path != KIND:
            yield from _carried(path, kind)
        yield from self._inside(known, place)

    def _inside(self, known: Field, place: Place) -> Iterator[str]:
        shape, step = inside(known.shape)
        struct = self.language.structs.get(shape.struct)
        if struct is None or struct.is_layer:
            return
        kind, path = place
        there = self.structs.get(struct.name)
        if there and self._alike_below(struct, (kind, (*path, *step)), there):
            yield from (f"Its fields are those of {_link(label(there[1]), there, kind)}.", "")
            return
        self.structs.setdefault(struct.name, place)
        yield from _groups(struct)
        yield from self._fields(struct, (kind, (*path, *step)))

    def _alike_below(self, struct: Struct, here: Place, there: Place) -> bool:
        """Whether each field of the map is carried here as it is where the map was told."""
        (kind, above), (other, told) = here, there
        below = [path for path, _ in patterns(self.language, struct)]
        step = above[len(above) - 1 :] if above[-1] in (0, "*") else ()
        return all(_is_part(_lots((kind, (*above, *path))), _lots((other, (*told, *step, *path)))) for path in below)


def _is_part(these: Mapping[str, object], those: Mapping[str, object]) -> bool:
    return these.items() <= those.items()


def _link(text: str, there: Place, here: str) -> str:
    """A link to where a field is told, on this page or another."""
    kind, path = there
    page = "" if kind == here else f"{kind}.md"
    return f"[`{text}`]({page}#{anchor(label(path))})"


def anchor(heading: str) -> str:
    """What the heading is reached by, on GitHub and on the site."""
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


def _facts(known: Field, path: Path, structs: Mapping[str, Struct]) -> Iterator[str]:
    """Type, limits, default and example, a line each."""
    yield f"- type: {as_written(type_text(known.shape, structs))}"
    if limits := limits_text(known.shape):
        yield f"- limits: {as_written(limits)}"
    if known.required:
        yield "- default: none, it must be there"
    elif known.default is not None:
        yield f"- default: `{value_text(known.shape, known.default)}`"
    yield f"- example: `{path[-1]}: {known.example}`"


def _as_written(known: Field, place: Place) -> Field:
    """The field as a document has it: what is of a kind other than a job must say so."""
    kind, path = place
    return replace(known, required=True) if path == KIND and kind != "job" else known


def _groups(struct: Struct) -> Iterator[str]:
    """What may not be set beside what."""
    if struct.one_of:
        groups = [" with ".join(f"`{name}`" for name in group) for group in struct.one_of]
        yield from (f"{'Exactly' if struct.exactly_one else 'At most'} one of {', '.join(groups)}.", "")


def _takers(kind: str) -> Iterator[str]:
    """The platforms that take such documents, and why the others do not."""
    editions = [edition for name in own_platforms() for edition in editions_of(name)]
    takers = [_page_of(edition.title) for edition in editions if edition.takes(kind)]
    yield from (f"Taken by {', '.join(takers)}.", "")
    others = {edition.title: edition.kind_cell(kind).why for edition in editions if not edition.takes(kind)}
    if others:
        yield from (f"- not by {_page_of(title)}: {as_written(why)}" for title, why in others.items())
        yield ""


def _page_of(edition: str) -> str:
    return f"[{edition}](../platforms/{edition.split(maxsplit=1)[0]}.md)"


def _carried(path: Path, kind: str) -> Iterator[str]:
    """How well each platform that takes the kind carries the field: how many at a glance, and which below that."""
    cells = _cells(path, kind)
    if not cells:
        return
    yield from (f"<details markdown><summary>{_at_a_glance(list(cells.values()))}</summary>", "")
    yield from (table_row(["platform", "carried", "as", ""]), table_row(["---"] * 4))
    for title, cell in cells.items():
        native = f"`{cell.native}`" if cell.native else ""
        yield table_row([_page_of(title), _sign(cell.fidelity), native, as_written(cell.why)])
    yield from ("", "</details>", "")


def _cells(path: Path, kind: str) -> dict[str, Cell]:
    """How each of the platforms that take the kind carries the field; of roles, containers and steps those with any."""
    taking = {edition.title for name in own_platforms() for edition in editions_of(name) if edition.takes(kind)}
    for length in [place + 1 for place in (0, 2) if path[place : place + 1] and path[place] in NESTED]:
        if length < len(path):
            taking &= {title for title, cell in _cells(path[:length], kind).items() if cell.fidelity in CARRIED}
    return {title: cell for title, cell in cells_of(path, (kind,)).items() if title in taking}


def _lots(place: Place) -> dict[str, tuple[Fidelity, str]]:
    """How well each carries the field, and why not better."""
    kind, path = place
    return {title: (cell.fidelity, cell.why) for title, cell in _cells(path, kind).items()}


def _at_a_glance(cells: Sequence[Cell]) -> str:
    found = [cell.fidelity for cell in cells]
    counts = [f"{SIGNS[each]} {found.count(each)} {each}" for each in SIGNS if each in found]
    return f"Platforms: {' · '.join(counts)}"


def _sign(fidelity: Fidelity) -> str:
    return f"{SIGNS[fidelity]} {fidelity}"
