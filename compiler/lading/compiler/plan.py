"""The plan: every set field of a job, weighed against a target's table before anything is emitted.

The plan is made by walking what was set, so a field can not get lost by not being read; and an emitter sees only the
plan. It remembers what the emitter asked for: a carried field that nobody read is our bug, and ``pipeline.py`` says
so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lading.compiler.capability import CARRIED, LOST, Fidelity, Leaf, Once, Row, Table, Unit, Verdict, emulated, refused
from lading.compiler.payload import From
from lading.compiler.target import Target
from lading.compiler.view import View
from lading.schema.job import Job
from lading.schema.paths import Path, starts_with
from lading.schema.units import written


@dataclass(slots=True, eq=False)
class Entry:
    """One set field: the language's value, the row that speaks of it, what became of it, and the sentence about that.

    ``carried`` is the native value with its source, where the payload holds it in some form. What is neither carried
    nor lost is kept elsewhere, or moot: what the platform does anyway, so that nothing has to be said of it.
    """

    path: Path
    value: Any
    row: Row
    fidelity: Fidelity
    note: str = ""
    carried: From | None = None
    accepted: bool = False

    @property
    def is_carried(self) -> bool:
        """Whether the payload holds it in some form."""
        return self.carried is not None

    @property
    def leaves_a_trace(self) -> bool:
        """Whether the payload must show it: the platform has a name for it, and there is something to say."""
        return self.carried is not None and bool(self.row.native) and self.carried.value not in (None, {}, [])


@dataclass(eq=False)
class Plan:
    """A job on a target: one entry for each set field, those of the platform's native sections included.

    ``native`` are the paths of the latter. ``has_raw`` says that the finished payload will be changed by hand,
    ``is_bare`` that lading adds no variables of its own to the program's; ``once`` gives what takes long to find in the
    job, ``made`` holds what was made of its parts.
    """

    job: Job
    target: Target
    table: Table
    entries: dict[Path, Entry]
    native: Collection[Path] = ()
    has_raw: bool = False
    is_bare: bool = False
    read: set[Entry] = field(default_factory=set)
    made: dict[Any, tuple[Any, set[Entry]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.once = Once(self.job.value, self.target)

    @cached_property
    def _inside(self) -> Mapping[Path, list[Entry]]:
        found: dict[Path, list[Entry]] = {}
        for path, entry in self.entries.items():
            above = path[:-1]
            while above:
                if above in found:
                    found[above].append(entry)
                else:
                    found[above] = [entry]
                above = above[:-1]
        return found

    @property
    def takes_kind(self) -> bool:
        """Whether the platform has such a kind of work at all."""
        return bool(self.table)

    @property
    def root(self) -> View:
        """The whole job, for an emitter to read."""
        return View(self, ())

    @cached_property
    def is_refused(self) -> bool:
        """Whether something is lost that nobody agreed to."""
        entries = self.entries.values()
        return bool(
            [entry for entry in entries if entry.carried is None and entry.fidelity in LOST and not entry.accepted]
        )

    @property
    def parts(self) -> list[View]:
        """What runs a program each: the roles of a job or of each step, the steps, or else the job itself."""
        if "steps" not in self.job.value and "roles" not in self.job.value:
            return [self.root]
        steps = self.root.each("steps") or [self.root]
        return [part for step in steps for part in (step.each("roles") or [step])]

    def inside(self, path: Path) -> Sequence[Entry]:
        """The entries of the set fields at the path or below it, in the order of the file."""
        entry = self.entries.get(path)
        if entry is not None:
            return (entry,)
        return self._inside.get(path, ()) if path else tuple(self.entries.values())

    def below(self, path: Path) -> Sequence[Path]:
        """The set fields at the path or below it, in the order of the file."""
        return [entry.path for entry in self.inside(path)]

    def unread(self) -> list[Path]:
        """What is carried, as the table says, and was not asked for by the emitter."""
        unasked = [entry for entry in self.entries.values() if entry.carried and entry not in self.read]
        forgotten = [entry for entry in unasked if entry.leaves_a_trace]
        return [entry.path for entry in forgotten if not _happens_anyway(self.job, entry.path, entry.value)]


def make_plan(
    job: Job,
    target: Target,
    native: Mapping[Path, Any],
    accept: tuple[Path, ...],
    *,
    has_raw: bool = False,
    is_bare: bool = False,
) -> Plan:
    """The plan of the job on the target. ``native`` are the set fields of this platform's own sections, by path.

    Of a kind that the platform has not, the kind alone is weighed: nothing more can be said of the rest.
    """
    table = target.platform.table(job.kind, target.options)
    if table is None:
        row = Row(fidelity=Fidelity.REFUSED, why=target.platform.OTHER_KINDS)
        entry = Entry(KIND, job.kind, row, row.fidelity, row.why)
        return Plan(job, target, Table({}), {KIND: entry})
    plan = Plan(job, target, table, {}, native, has_raw, is_bare)
    agreed = (*target.accept, *job.accept, *accept)
    for path, value in job.leaves():
        plan.entries[path] = _entry(plan, path, value, agreed)
    own = Row(fidelity=Fidelity.EXACT, native="native")
    for path, value in native.items():
        plan.entries[path] = Entry(path, value, own, own.fidelity, "", From(value, (path,)))
    return plan


KIND: Path = ("kind",)
_NO_TRACE = Row(fidelity=Fidelity.EXACT)
"""The kind, where the payload does not show it: it has chosen the table."""


def _entry(plan: Plan, path: Path, value: Any, agreed: tuple[Path, ...]) -> Entry:
    row = plan.table.by_path[path] or _without_row(plan, path)
    if row.takes_any and not (row.exposes and isinstance(value, dict)):
        return Entry(path, value, row, row.fidelity, row.note, From(value, (path,)))
    convert = row.convert
    verdict = convert(Leaf(path, value, plan.job.value, plan.target, plan.once)) if convert else weigh(row, value)
    fidelity = verdict.fidelity
    if fidelity in CARRIED:
        return Entry(path, value, row, fidelity, verdict.note, From(verdict.value, (path,)))
    if fidelity not in LOST:
        return Entry(path, value, row, fidelity, verdict.note)
    if _happens_anyway(plan.job, path, value):
        return Entry(path, value, row, Fidelity.EXACT, "what the platform does anyway")
    accepted = fidelity is Fidelity.DROPPED and any(starts_with(path, prefix) for prefix in agreed)
    return Entry(path, value, row, fidelity, verdict.note, None, accepted)


def _without_row(plan: Plan, path: Path) -> Row:
    if path == KIND:
        return _NO_TRACE
    return Row(fidelity=Fidelity.REFUSED, why=f"the table of {plan.target.platform.NAME} has no row for it")


def _happens_anyway(job: Job, path: Path, value: Any) -> bool:
    """Whether the value is what holds where nothing is said; an empty map or list says nothing either."""
    spec = job.field_at(path)
    return value in ({}, []) or (spec is not None and spec.default is not None and bool(spec.default == value))


def weigh(row: Row, value: Any) -> Verdict:
    """What a row that decides by the value alone says becomes of it."""
    fidelity = row.fidelity
    if fidelity not in CARRIED:
        return row.lost
    if row.exposes and isinstance(value, dict):
        return emulated(value, row.exposes)
    if row.values is not None:
        return _translated(row, row.values, value)
    if row.unit:
        return _in_units(row, row.unit, value)
    verdict = Verdict(fidelity, value, row.note)
    return verdict if row.limit is None else _within(row.limit, verdict)


def _translated(row: Row, values: Mapping[Any, Any], value: Any) -> Verdict:
    if value not in values:
        known = ", ".join(str(each) for each in values)
        return refused(row.why or f"only {known} can be said there")
    return Verdict(row.fidelity, values[value], row.note)


def _in_units(row: Row, unit: Unit, value: int) -> Verdict:
    count, rest = divmod(value, unit.size)
    if rest:
        verdict = Verdict(Fidelity.ROUNDED, count + 1, f"{written(value, unit.measures)} → {count + 1} {unit.symbol}")
    else:
        fidelity = Fidelity.EXACT if row.fidelity is Fidelity.ROUNDED else row.fidelity
        verdict = Verdict(fidelity, count, row.why if fidelity is Fidelity.EMULATED else "")
    return verdict if row.limit is None else _within(row.limit, verdict)


def _within(limit: int, verdict: Verdict) -> Verdict:
    if verdict.value is not None and verdict.value > limit:
        return refused(f"the largest that can be said there is {limit}")
    return verdict
