"""The vocabulary of a platform's table: how well a field is carried, under what name, in what unit, and why not.

A table has one row per field of the language. Everything that must agree about a platform is read from it: the plan,
the losses, ``explain``, ``matrix``, the documentation and, backwards, the importer. A row with ``convert`` is one of
the few whose verdict depends on the value or on the site; what the function answers is a :class:`Verdict`, and the
row's own fidelity is then what holds in general (what ``matrix`` prints).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from lading.compiler.pointers import split
from lading.schema.paths import Path
from lading.schema.units import Quantity

if TYPE_CHECKING:
    from lading.compiler.target import Target


class Fidelity(StrEnum):
    """How well a target carries a field; people act differently on each."""

    EXACT = "exact"
    ROUNDED = "rounded"
    EMULATED = "emulated"
    RECORDED = "recorded"
    DROPPED = "dropped"
    REFUSED = "refused"


CARRIED = frozenset({Fidelity.EXACT, Fidelity.ROUNDED, Fidelity.EMULATED})
LOST = frozenset({Fidelity.DROPPED, Fidelity.REFUSED})


class Unit(NamedTuple):
    """A platform's unit: how many base units one of it is, how it is written, and the language's type it measures."""

    size: int
    symbol: str
    measures: Quantity


BYTE = Unit(1, "B", "bytes")
MIB, GIB = Unit(2**20, "MiB", "bytes"), Unit(2**30, "GiB", "bytes")
SECOND, MINUTE = Unit(1, "s", "seconds"), Unit(60, "min", "seconds")
CORE = Unit(1000, "cores", "cores")


Found = TypeVar("Found")


class Once:
    """What a job and a target come to, worked out only once, whichever leaf, rule or emitter asks for it first."""

    __slots__ = ("_found", "_job", "_target")

    def __init__(self, job: Mapping[str, Any], target: "Target") -> None:
        self._job, self._target = job, target
        self._found: dict[Callable[..., Any], Any] = {}

    def __call__(self, work: Callable[[Mapping[str, Any], "Target"], Found]) -> Found:
        """What the function makes of the job and the target."""
        if work not in self._found:
            self._found[work] = work(self._job, self._target)
        found: Found = self._found[work]
        return found


@dataclass(slots=True, eq=False)
class Leaf:
    """One set field on its way into a plan: the language's value in base units, and everything that may decide about
    it.

    ``job`` is the whole normalised job (plain maps and lists, units in base integers), for rows that must look beside
    them; ``once`` gives what takes long to find in it.
    """

    path: Path
    value: Any
    job: Mapping[str, Any]
    target: "Target"
    once: Once

    def beside(self, above: int = 1) -> Mapping[str, Any]:
        """The map that the leaf stands in, or one further up."""
        found: Any = self.job
        for step in self.path[:-above]:
            found = found[step]
        return dict(found)


@dataclass(slots=True)
class Verdict:
    """What becomes of one value: how well it is carried, as which native value, and the sentence that people read."""

    fidelity: Fidelity
    value: Any = None
    note: str = ""


Convert = Callable[[Leaf], Verdict]
Read = Callable[[Any, "Target"], Any]
"""A ``convert`` backwards: the spec's value (base units) behind a native one, None where a spec need not say it."""


def exact(value: Any) -> Verdict:
    """Carried as it is; None where nothing has to be said for that."""
    return Verdict(Fidelity.EXACT, value)


def rounded(value: Any, note: str) -> Verdict:
    """Carried with at least what was asked for; the note holds both numbers."""
    return Verdict(Fidelity.ROUNDED, value, note)


def emulated(value: Any, how: str) -> Verdict:
    """Brought about by other means; the note says which."""
    return Verdict(Fidelity.EMULATED, value, how)


def dropped(why: str) -> Verdict:
    """Not carried; an error until the spec or the site accepts it."""
    return Verdict(Fidelity.DROPPED, None, why)


def refused(why: str) -> Verdict:
    """Not carried, and dropping it would be wrong or unsafe."""
    return Verdict(Fidelity.REFUSED, None, why)


@dataclass(eq=False)
class Row:
    """What one platform does with one field.

    ``native`` is what the platform calls it: a JSON pointer into the body of the job, role or step that the field
    belongs to, where its value stands as it is (the row is then *placed*: it is written and read back by itself), or
    else words for people. ``unit`` is the platform's unit (values are divided by it and rounded up), ``values`` a
    closed translation (a value outside it is refused), ``limit`` the largest native value, ``why`` the sentence shown
    when it is not exact, ``read`` what undoes ``convert``, ``needed`` why a job without the field can not be had,
    ``exposes`` the sentence about a secret whose name stands there, where it is kept no better than other values.
    """

    fidelity: Fidelity
    native: str = ""
    unit: Unit | None = None
    values: Mapping[Any, Any] | None = None
    limit: int | None = None
    why: str = ""
    convert: Convert | None = None
    read: Read | None = None
    needed: str = ""
    exposes: str = ""

    @property
    def name(self) -> str:
        """The native name as people write it: ``flavour.mem``."""
        return ".".join(split(self.native)) if self.is_placed else self.native

    @cached_property
    def note(self) -> str:
        """The sentence that is shown with a value of it; an exact one needs none."""
        return "" if self.fidelity is Fidelity.EXACT else self.why

    @cached_property
    def takes_any(self) -> bool:
        """Whether any value is carried, and as it is."""
        asks = self.convert or self.unit or self.values is not None or self.limit is not None
        return self.fidelity in CARRIED and not asks

    @property
    def is_placed(self) -> bool:
        """Whether the value stands at a place of its own in the body."""
        return self.native.startswith("/")

    @cached_property
    def lost(self) -> Verdict:
        """What becomes of any value that is not carried; it is the same of all."""
        return Verdict(self.fidelity, None, self.why)


class RowsByPath(dict[Path, Row | None]):
    """Rows by the paths that they were looked up for, each found once."""

    def __init__(self, find: Callable[[tuple[str, ...]], Row | None]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, path: Path) -> Row | None:
        names = tuple(["[]" if isinstance(step, int) else step for step in path])
        return self.setdefault(path, self._find(names))


class Table(dict[str, Row]):
    """A platform's rows for one kind of spec, by field."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        super().__init__(rows)
        self.by_path = RowsByPath(self._longest)
        """The row that speaks of each path; see ``row_for``."""
        self.placed = {tuple(field.split(".")): row for field, row in rows.items() if row.is_placed}
        """The rows that write and read themselves, by the field's path within its job, role or step."""
        self.needed = {tuple(field.split(".")): row.needed for field, row in rows.items() if row.needed}
        """Why a job can not be had without a field, by its path within the job, role or step."""

    def row_for(self, path: Path) -> Row | None:
        """The row that speaks of this path.

        A row covers what lies below it unless a longer row does. A field of a role, a step or a container is carried as
        the same field of the job is, unless the table has a row for it there; a table that refuses ``roles`` refuses
        all below.
        """
        return self.by_path[path]

    def covering(self, path: Path) -> Path:
        """The part of the path that the row is about which speaks of it: what lies below has no row of its own."""
        lengths = range(1, len(path))
        row = self.row_for(path)
        return next((path[:length] for length in lengths if self.row_for(path[:length]) is row), path)

    def _longest(self, names: tuple[str, ...]) -> Row | None:
        for length in range(len(names), 0, -1):
            for candidate in _spellings(names[:length]):
                if row := self.get(candidate):
                    is_of_the_job = len(names) > 2 and names[0] in NESTED and length <= 2 and row.fidelity in CARRIED
                    return (self._longest(names[2:]) if is_of_the_job else None) or row
        return None


NESTED = ("roles", "containers", "steps")
"""Maps of what has most of a job's own fields."""


def _spellings(names: tuple[str, ...]) -> list[str]:
    plain = _join(names)
    if names[0] in NESTED and len(names) > 1:
        return [_join((names[0], "*", *names[2:])), plain]
    return [plain]


def _join(names: tuple[str, ...]) -> str:
    text = names[0]
    for name in names[1:]:
        text += name if name == "[]" else f".{name}"
    return text


def EXACT(native: str, **rest: Any) -> Row:  # noqa: N802 - a table reads as a table
    """A row for what is carried as it is."""
    return Row(fidelity=Fidelity.EXACT, native=native, **rest)


def ROUNDED(native: str, unit: Unit, **rest: Any) -> Row:  # noqa: N802
    """A row for a quantity that the platform takes in whole units; exact where it divides evenly."""
    return Row(fidelity=Fidelity.ROUNDED, native=native, unit=unit, **rest)


def EMULATED(native: str, why: str, **rest: Any) -> Row:  # noqa: N802
    """A row for what is brought about by other means; ``why`` says how."""
    return Row(fidelity=Fidelity.EMULATED, native=native, why=why, **rest)


def RECORDED(why: str = "kept in lading's ledger") -> Row:  # noqa: N802
    """A row for what only lading's ledger keeps."""
    return Row(fidelity=Fidelity.RECORDED, why=why)


def DROPPED(why: str, **rest: Any) -> Row:  # noqa: N802
    """A row for what gets lost unless accepted; ``why`` says what is missing."""
    return Row(fidelity=Fidelity.DROPPED, why=why, **rest)


def REFUSED(why: str, **rest: Any) -> Row:  # noqa: N802
    """A row for what can not be accepted either; ``why`` says what would go wrong."""
    return Row(fidelity=Fidelity.REFUSED, why=why, **rest)
