"""One request: the line to write."""

from collections.abc import Iterable, Sequence

from lading.compiler.payload import Draft, From
from lading.compiler.plan import Plan
from lading.compiler.rows import merged, only_set, stated
from lading.schema.diagnostics import Finding


def emit(plan: Plan) -> Sequence[Draft]:
    """The line that asks for the job."""
    root = plan.root
    words = [
        From(word, found.sources) for found in (root.get("command"), root.get("args")) if found for word in found.value
    ]
    line = merged(stated(root), {"words": words}, only_set(colour=root.get("native", "chalkboard", "colour")))
    return [Draft("WRITE", "board", line)]


def check(plan: Plan) -> Iterable[Finding]:
    """Chalk takes anything that the table lets through."""
    return ()
