"""The support matrix, read from the tables that the emitters read: fields × platforms.

``matrix_pages.py`` writes it down for people.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from lading.compiler.capability import CARRIED, NESTED, Fidelity, Row, Table
from lading.compiler.registry import default_options, language, platform, platforms
from lading.compiler.target import Platform
from lading.schema.job import field_at, patterns
from lading.schema.paths import Path
from lading.schema.shape import Field


class Cell(NamedTuple):
    """How one platform carries one field, under what name, and why not better."""

    fidelity: Fidelity
    native: str = ""
    why: str = ""


NO_ROW = Cell(Fidelity.REFUSED, "", "no row in the table")


class Line(NamedTuple):
    """One row: a kind or a field of the language, or a job, with what it means.

    It has one cell for each platform or target. ``path`` is that of a field.
    """

    name: str
    doc: str
    cells: Mapping[str, Cell]
    path: Path = ()


class Matrix(NamedTuple):
    """Lines of one kind, all with the same columns. ``note`` is what people must know to read them."""

    first: str
    lines: Sequence[Line]
    note: str = ""

    @property
    def names(self) -> list[str]:
        """The columns after the first."""
        return list(self.lines[0].cells) if self.lines else []


NOTE = (
    "A field of a role, a step or a container that has no line of its own is carried as the job's own field is, "
    "wherever there are roles, steps or containers at all."
)


def field_matrix(names: Sequence[str] = ()) -> Matrix:
    """Every kind and field of the language on the named platforms, or on all, and on each of their editions.

    In the order of the language.
    """
    editions = [edition for name in names or platforms() for edition in editions_of(name)]
    kinds = [_kind(kind, editions) for kind in language().kinds_of_work]
    fields = [Line(label(path), doc, _cells(path, found, editions), path) for path, doc, found in _all_fields()]
    return Matrix("field", [*kinds, *fields], NOTE)


def alike(matrix: Matrix) -> Matrix:
    """The same for people, who look for what differs. Left out is what the lines above it say already.

    Fields of one map that all share their lot are one line, and so are the same fields of several maps, and what a
    role, a step or a container has of the job's own fields. A native name is each field's own affair; how well it is
    carried, and why not, is its lot.
    """
    told = {cell.why for line in matrix.lines if not line.path for cell in line.cells.values()}
    lines = [_without(told, line) for line in matrix.lines]
    known = {line.path: line for line in lines}
    new = [line for line in lines if not _is_as_in_a_job(line, known)]
    return matrix._replace(lines=_told_once(_grouped(new, _lots(lines))))


def _without(told: AbstractSet[str], line: Line) -> Line:
    """The line of a field less the reasons that the lines of the kinds give."""
    if not line.path:
        return line
    cells = {name: cell._replace(why="") if cell.why in told else cell for name, cell in line.cells.items()}
    return line._replace(cells=cells)


def _is_as_in_a_job(line: Line, known: Mapping[Path, Line]) -> bool:
    """Whether the job's own field says it: wherever there are roles (steps, containers) at all, it is carried alike."""
    if len(line.path) < 3 or line.path[0] not in NESTED:
        return False
    nest = known[line.path[:1]]
    own = known.get(line.path[2:], nest)
    expected = {name: (own if cell.fidelity in CARRIED else nest).cells[name] for name, cell in nest.cells.items()}
    return _lot(line) == _lot(line._replace(cells=expected))


def _told_once(lines: Sequence[Line]) -> list[Line]:
    """Fields that several maps of one model have, and that share their lot in all, as one: ``probes.*.exec``."""
    same: dict[Path, list[Line]] = {}
    for line in lines:
        same.setdefault(_starred(line.path), []).append(line)
    shared = {path for path, found in same.items() if len(found) > 1 and len(set(map(_lot, found))) == 1}
    told: dict[object, Line] = {}
    for line in lines:
        path = _starred(line.path)
        is_shared = path in shared and path != line.path
        told.setdefault(path if is_shared else line.name, _renamed(path, line) if is_shared else line)
    return list(told.values())


def _starred(path: Path) -> Path:
    """The path with ``*`` for each step that chooses among fields of one and the same model."""
    known = language()
    above = [_field(path[:length]) for length in range(1, len(path))]
    structs = [known.structs.get(field.shape.struct) if field else None for field in above]
    models = [{field.shape.struct for field in struct.fields.values()} if struct else set() for struct in structs]
    are_alike = [len(found) == 1 and "" not in found for found in models]
    return (*path[:1], *("*" if alike else step for alike, step in zip(are_alike, path[1:], strict=True)))


def _renamed(path: Path, line: Line) -> Line:
    return line._replace(name=label(path), path=path)


def _lots(lines: Sequence[Line]) -> dict[Path, set[object]]:
    """The different lots of the fields at or below each path."""
    found: dict[Path, set[object]] = {}
    for line in lines:
        for length in range(1, len(line.path) + 1):
            found.setdefault(line.path[:length], set()).add(_lot(line))
    return found


def _grouped(lines: Sequence[Line], lots: Mapping[Path, AbstractSet[object]]) -> list[Line]:
    """One line for the fields of a map that all share their lot; a role's own are never those of the roles."""
    found: dict[object, Line] = {}
    for line in lines:
        least = 3 if line.path[:1] and line.path[0] in NESTED else 1
        above = (line.path[:length] for length in range(least, len(line.path)))
        path = next((each for each in above if len(lots[each]) == 1), line.path)
        found.setdefault(path or line.name, line if path == line.path else _above(path, line))
    return list(found.values())


def _lot(line: Line) -> object:
    return tuple((cell.fidelity, cell.fidelity is Fidelity.EXACT or cell.why) for cell in line.cells.values())


def _above(path: Path, line: Line) -> Line:
    """The line of a field of which all fields are carried as this one is."""
    field = _field(path)
    cells = {name: cell._replace(native="") for name, cell in line.cells.items()}
    return Line(label(path), field.doc if field else "", cells, path)


def _field(path: Path) -> Field | None:
    known = language()
    fields = (field_at(known, known.structs[known.kinds[kind]], path) for kind in known.kinds_of_work)
    return next(filter(None, fields), None)


def _kind(kind: str, editions: Sequence["Edition"]) -> Line:
    """Who takes specs of the kind at all."""
    cells = {edition.title: edition.kind_cell(kind) for edition in editions}
    struct = language().structs[language().kinds[kind]]
    return Line(f"kind: {kind}", struct.doc, cells)


class Edition(NamedTuple):
    """One way in which a platform is deployed: what people call it, and the options that say so."""

    title: str
    platform: Platform
    options: Mapping[str, Any]

    def cell(self, path: Path, kinds: Sequence[str]) -> Cell:
        """How it carries the field, in the first of the kinds that it takes."""
        kind = next(filter(self.takes, kinds), None)
        table = self.platform.table(kind, self.options) if kind else None
        return self._other_kind() if table is None else _cell(table, path)

    def kind_cell(self, kind: str) -> Cell:
        """Whether it takes specs of the kind."""
        return Cell(Fidelity.EXACT) if self.takes(kind) else self._other_kind()

    def takes(self, kind: str) -> bool:
        """Whether it has a table for specs of the kind."""
        return self.platform.table(kind, self.options) is not None

    def _other_kind(self) -> Cell:
        return Cell(Fidelity.REFUSED, "", self.platform.OTHER_KINDS)


def editions_of(name: str) -> list[Edition]:
    """The editions of the platform, one where it does not tell any apart; none for an unknown platform."""
    found = platform(name)
    if found is None:
        return []
    usual = default_options(name)
    editions: Mapping[str, Mapping[str, Any]] = getattr(found, "EDITIONS", {"": {}})
    return [Edition(f"{name} {edition}".strip(), found, {**usual, **own}) for edition, own in editions.items()]


def cells_of(path: Path, kinds: Sequence[str]) -> dict[str, Cell]:
    """How each platform carries the field at this path of specs of these kinds.

    Where a table has rows for the fields of a map alone, there is nothing to say of the map.
    """
    cells = _cells(path, kinds, [edition for name in platforms() for edition in editions_of(name)])
    return {name: cell for name, cell in cells.items() if cell is not NO_ROW}


def label(path: Path) -> str:
    """The path as documentation writes it: ``mounts[].readOnly``, ``env.*``."""
    text = ""
    for step in path:
        text += "[]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


def _all_fields() -> Iterator[tuple[Path, str, list[str]]]:
    """Every field once, with its meaning and the kinds that have it."""
    known = language()
    found: dict[Path, tuple[str, list[str]]] = {}
    for kind in known.kinds_of_work:
        struct = known.structs[known.kinds[kind]]
        for path, field in patterns(known, struct):
            if path[0] in NESTED:
                _note(found, path[:1], struct.fields[str(path[0])], kind)
            if path != ("kind",):
                _note(found, path, field, kind)
    yield from ((path, doc, kinds) for path, (doc, kinds) in found.items())


def _note(found: dict[Path, tuple[str, list[str]]], path: Path, field: Field, kind: str) -> None:
    kinds = found.setdefault(path, (field.doc, []))[1]
    kinds += [] if kind in kinds else [kind]


def _cells(path: Path, kinds: Sequence[str], editions: Sequence[Edition]) -> dict[str, Cell]:
    return {edition.title: edition.cell(path, kinds) for edition in editions}


def _cell(table: Table, path: Path) -> Cell:
    row = table.row_for(path)
    if row is None:
        return NO_ROW
    return Cell(row.fidelity, row.name, row.why or rounding(row))


def rounding(row: Row) -> str:
    """What rounding comes to, in words; nothing where the row does not round."""
    return f"up to whole {row.unit.symbol}" if row.unit and row.fidelity is Fidelity.ROUNDED else ""
