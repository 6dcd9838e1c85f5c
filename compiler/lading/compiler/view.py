"""What an emitter sees of a plan: one level at a time, native values with their sources.

A role falls back to its job and a step to its workflow for what they do not say themselves. Asking for a field notes
it as read, so that the pipeline can tell when an emitter forgot one.
"""

from collections.abc import Callable, KeysView, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from lading.compiler.payload import From
from lading.schema.paths import Path

if TYPE_CHECKING:
    from lading.compiler.plan import Entry, Plan

INHERITED = frozenset(
    {"image", "pull", "command", "args", "script", "shell", "workdir", "env", "resources", "slots", "ports", "mounts"}
)
"""What a role has from its job, and a step from its workflow, where it does not say otherwise."""

JOB_WIDE = frozenset({"framework", "launch", "pull", "network", "probes", "schedule"})
"""What a role can not say, so that its job says it for all of them."""

RIVALS = {
    "command": ("script", "shell"),
    "args": ("script", "shell"),
    "script": ("command", "args"),
    "shell": ("command", "args"),
}
"""Saying the one in a role or step leaves the others above it unsaid."""


@dataclass(slots=True, eq=False)
class View:
    """One level of the plan as an emitter reads it: native values with their sources.

    ``above`` is the level that a role or step falls back to for the fields it inherits.
    """

    plan: "Plan"
    prefix: Path
    above: "View | None" = None

    @property
    def key(self) -> str:
        """The role's, step's or map entry's own name; empty at the top."""
        return str(self.prefix[-1]) if self.prefix else ""

    @property
    def names(self) -> AbstractSet[str]:
        """The fields of which anything is written, here or in any level above."""
        value: Any = self.plan.job.value
        for step in self.prefix:
            value = value[step]
        own: KeysView[str] = value.keys()
        return own | self.above.names if self.above else own

    def get(self, *steps: str | int) -> From | None:
        """The native value of a carried field with its source, or None where it is not set or not carried.

        ``native`` fields of this target's platform are read the same way: ``get("native", "slurm", "account")``.
        """
        path = self.prefix + steps
        plan = self.plan
        above = self.above
        if above:
            self._note_above(above, steps)
        entry = plan.entries.get(path)
        if entry is not None:
            plan.read.add(entry)
            return entry.carried
        return above.get(*steps) if above and self._inherits(steps) else None

    def _inside(self, steps: Path) -> "Sequence[Entry]":
        """What is set at or below. The field itself counts as read from now on, here and above."""
        plan = self.plan
        if self.above:
            self._note_above(self.above, steps)
        path = self.prefix + steps
        inside = plan.inside(path)
        if len(inside) == 1 and len(inside[0].path) == len(path):
            plan.read.add(inside[0])
        return inside

    def _note_above(self, above: "View", steps: Path) -> None:
        """Where a role says its own, that of its job has been weighed too."""
        if not self._is_handed_down(steps):
            return
        name = str(steps[0])
        superseded = [above.prefix + steps]
        if name in RIVALS and self._has_own(name):
            superseded += [(*above.prefix, rival) for rival in RIVALS[name]]
        for gone in superseded:
            self.plan.read.update(self.plan.inside(gone))
        if above.above:
            above._note_above(above.above, steps)  # noqa: SLF001 - another of its own kind

    def value(self, *steps: str | int, default: Any = None) -> Any:
        """The native value alone; where there is none, ``default``, else what the language says holds then."""
        found = self.get(*steps)
        if found is not None:
            return found.value
        if default is not None:
            return default
        spec = self.plan.job.field_at(self.prefix + steps)
        return spec.default if spec else None

    def raw(self, *steps: str | int) -> Any:
        """The language's own value (base units), whatever became of it, or None; for decisions, not for payloads."""
        path = self.prefix + steps
        if entry := self.plan.entries.get(path):
            return entry.value
        return self.above.raw(*steps) if self.above and self._inherits(steps) else None

    def is_set(self, *steps: str | int) -> bool:
        """Whether the spec says anything at or below, here or in what this level inherits from."""
        if self.plan.inside(self.prefix + steps):
            return True
        return bool(self.above and self._inherits(steps) and self.above.is_set(*steps))

    def has(self, *steps: str | int) -> bool:
        """Whether anything at or below is set and carried."""
        for entry in self.plan.inside(self.prefix + steps):
            if entry.carried:
                return True
        return bool(self.above and self._inherits(steps) and self.above.has(*steps))

    def sources(self, *steps: str | int) -> tuple[Path, ...]:
        """The paths of everything carried at or below: what made a payload value that many fields went into."""
        found = [entry for entry in self._inside(steps) if entry.carried]
        if found:
            self.plan.read.update(found)
            return tuple([entry.path for entry in found])
        return self.above.sources(*steps) if self.above and self._inherits(steps) else ()

    def items(self, *steps: str | int) -> dict[str, From]:
        """The entries of a map field (``env``, ``labels``) with their sources; a role's own over those of its job."""
        inside, size = self._inside(steps), len(self.prefix) + len(steps) + 1
        inherited = self.above.items(*steps) if self.above and self._inherits(steps) else {}
        read, own = self.plan.read, {}
        for entry in inside:
            if entry.carried and len(entry.path) == size:
                own[str(entry.path[-1])] = entry.carried
                read.add(entry)
        return inherited | own if inherited else own

    def each(self, *steps: str | int) -> "list[View]":
        """One view for each item of a list, or entry of a map, of maps: mounts, ports, roles, steps, containers.

        A list that a role or step does not have is that of the job above. Roles and steps fall back to this level.
        """
        inside, path = self._inside(steps), self.prefix + steps
        size = len(path)
        keys = dict.fromkeys([entry.path[size] for entry in inside if len(entry.path) > size]) if inside else ()
        if not keys and self.above and self._inherits(steps):
            return self.above.each(*steps)
        above = self if steps[-1] in {"roles", "steps"} else None
        return [View(self.plan, (*path, key), above) for key in keys]

    def _inherits(self, steps: Path) -> bool:
        """Whether the level above speaks for this one: the field is handed down, and nothing here is in its place."""
        rivals = RIVALS.get(str(steps[0]), ()) if steps else ()
        return self._is_handed_down(steps) and not any(self._has_own(rival) for rival in rivals)

    def _is_handed_down(self, steps: Path) -> bool:
        if self.prefix[-2:-1] == ("roles",) and steps[:1] and steps[0] in JOB_WIDE:
            return True
        if steps[:2] == ("schedule", "queue"):
            return self.prefix[0] == "steps"
        return bool(steps) and (steps[0] in INHERITED or steps[0] == "native")

    def _has_own(self, field_name: str) -> bool:
        return bool(self.plan.inside((*self.prefix, field_name)))


Made = TypeVar("Made")


def once(work: Callable[[View], Made]) -> Callable[[View], Made]:
    """The function, worked out only once for each job, role or step, whichever rule or emitter asks for it first.

    Whoever asks has read what it reads. It must not answer with views: they hold the plan, which holds the answer.
    """

    @wraps(work)
    def made(view: View) -> Made:
        plan = view.plan
        key = (work, view.prefix, view.above is None)
        if key not in plan.made:
            before, plan.read = plan.read, set()
            plan.made[key] = (work(view), plan.read)
            plan.read = before
        found: Made
        found, read = plan.made[key]
        plan.read |= read
        return found

    return made
