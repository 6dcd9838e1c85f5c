"""One request: the line to write."""

from collections.abc import Iterable, Sequence

from lading.compiler.payload import Draft, From
from lading.compiler.plan import Plan
from lading.schema.diagnostics import Finding


def emit(plan: Plan) -> Sequence[Draft]:
    """The line that asks for the job."""
    root = plan.root
    root.get("kind")
    line = {
        "task": root.get("name"),
        "words": [
            From(word, found.sources)
            for found in (root.get("command"), root.get("args"))
            if found
            for word in found.value
        ],
        "effort": root.get("resources", "memory"),
        "underlined": root.get("schedule", "priority"),
        "colour": root.get("native", "chalkboard", "colour"),
    }
    return [Draft("WRITE", "board", {name: value for name, value in line.items() if value is not None})]


def check(plan: Plan) -> Iterable[Finding]:
    """Chalk takes anything that the table lets through."""
    return ()
