"""Nothing is lost silently: what the table says of each set field, as findings."""

from collections.abc import Iterator
from typing import NamedTuple

from lading.compiler.capability import LOST, Fidelity
from lading.compiler.objections import missing, words
from lading.compiler.plan import Entry, Plan
from lading.compiler.secrets import is_secret
from lading.schema.codes import Severity
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path, render

CODES = {
    Fidelity.ROUNDED: "LD401",
    Fidelity.EMULATED: "LD402",
    Fidelity.RECORDED: "LD403",
    Fidelity.DROPPED: "LD404",
    Fidelity.REFUSED: "LD406",
}
"""What each fidelity is reported as; exact is not worth a word."""

EMULATED = CODES[Fidelity.EMULATED]
"""A note, but for a secret: what has no better place than others can be read there."""

REFUSED = CODES[Fidelity.REFUSED]
CATALOG = "write it under targets.{target}.catalog in the site; `lading catalog pull` writes what targets say they have"

ERRORS = frozenset({"LD404", "LD406"})

ACCEPTED = "LD405"
"""A loss that the author agreed to."""


class Loss(NamedTuple):
    """What is reported of a field that is not carried exactly: of everything that a row takes down, one thing."""

    code: str
    path: Path
    note: str

    @property
    def is_note(self) -> bool:
        """Whether the field is carried all the same, or lost as agreed."""
        return self.code not in ERRORS


def losses(plan: Plan) -> dict[Loss, Entry]:
    """What there is to report of the plan's fields, each with the first entry that it is reported of."""
    found: dict[Loss, Entry] = {}
    for entry in plan.entries.values():
        if code := CODES.get(entry.fidelity):
            loss = Loss(ACCEPTED if entry.accepted else code, _at(plan, entry), entry.note)
            found.setdefault(loss, entry)
    return found


def loss_findings(plan: Plan) -> Iterator[Finding]:
    """A finding for each loss."""
    for loss, entry in losses(plan).items():
        told = words(plan.target, loss.path, loss.note) | {"quoted": _quoted(loss.path)}
        if loss.code == REFUSED and "catalog" in loss.note:
            told["help"] = CATALOG.format(target=plan.target.name)
        severity = Severity.WARNING if loss.code == EMULATED and is_secret(entry.value) else None
        yield Finding(loss.code, loss.path, told, at_key=loss.path != entry.path, severity=severity)


def _quoted(path: Path) -> str:
    """The path as it can stand between the brackets of a list."""
    text = render(path)
    quote = "'" if '"' in text else '"'
    return f"{quote}{text}{quote}" if "[" in text else text


def _at(plan: Plan, entry: Entry) -> Path:
    """The field that is spoken of: where it is gone, and everything beside it for the same reason, the field above."""
    is_gone = entry.fidelity in LOST and not entry.row.convert
    return plan.table.covering(entry.path) if is_gone else entry.path


def missing_findings(plan: Plan) -> Iterator[Finding]:
    """One finding for each field that the platform needs, and that the job, or one of its roles or steps, lacks."""
    for part in plan.parts if plan.table.needed else ():
        for path, why in plan.table.needed.items():
            if not part.is_set(*path):
                yield missing(part, path, why)
