"""Nothing is lost silently: what the table says of each set field, as findings."""

from collections.abc import Iterator

from lading.compiler.capability import LOST, Fidelity
from lading.compiler.objections import missing, words
from lading.compiler.plan import Entry, Plan
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path

CODES = {
    Fidelity.ROUNDED: "LD401",
    Fidelity.EMULATED: "LD402",
    Fidelity.RECORDED: "LD403",
    Fidelity.DROPPED: "LD404",
    Fidelity.REFUSED: "LD406",
}
"""What each fidelity is reported as; exact is not worth a word."""

ACCEPTED = "LD405"
"""A loss that the author agreed to."""


def loss_findings(plan: Plan) -> Iterator[Finding]:
    """One finding for each set field that is not carried exactly; one for all that a single row takes down with it."""
    said = set()
    for entry in plan.entries.values():
        if code := CODES.get(entry.verdict.fidelity):
            path = _at(plan, entry)
            finding = (ACCEPTED if entry.accepted else code, path, entry.verdict.note)
            if finding not in said:
                said.add(finding)
                yield Finding(finding[0], path, words(plan.target, path, entry.verdict.note), at_key=path != entry.path)


def _at(plan: Plan, entry: Entry) -> Path:
    """The field that is spoken of: where it is gone, and everything beside it for the same reason, the field above."""
    is_gone = entry.verdict.fidelity in LOST and not entry.row.convert
    return plan.table.covering(entry.path) if is_gone else entry.path


def missing_findings(plan: Plan) -> Iterator[Finding]:
    """One finding for each field that the platform needs, and that the job, or one of its roles or steps, lacks."""
    for part in plan.parts if plan.table.needed else ():
        for path, why in plan.table.needed.items():
            if not part.is_set(*path):
                yield missing(part, path, why)
