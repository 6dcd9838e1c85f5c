"""The payload of Slurm: a batch script, and what can not stand in one. A workflow is one script for each step."""

from collections.abc import Mapping, Sequence
from typing import Any

from lading.compiler.payload import Draft, From
from lading.compiler.plan import Plan
from lading.compiler.rows import named_secret
from lading.compiler.sbatch.directives import dependencies
from lading.compiler.sbatch.handover import NOTHING, Handover
from lading.compiler.sbatch.native import native
from lading.compiler.sbatch.script import in_order, script
from lading.compiler.sbatch.variables import secrets
from lading.compiler.templating import Shell
from lading.compiler.view import View


def emit(plan: Plan) -> Sequence[Draft]:
    """The submission of the job, or those of a workflow's steps, each after what it waits for."""
    return [Draft("EXEC", "sbatch", _submission(view), view.key, needs) for view, needs in in_order(plan)]


def _submission(view: View) -> dict[str, Any]:
    comment, hidden = native(view, "comment"), secrets(view)
    return {
        "script": script(view, in_environment(hidden)),
        "after": [{"type": word, "job": job} for word, job in dependencies(view)],
        "secrets": {name: named_secret(value) for name, value in hidden.items()},
        **({"comment": comment} if comment else {}),
    }


def in_environment(hidden: Mapping[str, From]) -> Handover:
    """Secrets come in the environment of the submission: what else that holds is not the job's business."""
    sources = tuple(path for value in hidden.values() for path in value.sources)
    exported = From(",".join(hidden), sources) if hidden else NOTHING
    return Handover(exported, [_demanded(name, value) for name, value in hidden.items()])


def _demanded(name: str, value: From) -> Shell:
    """A script that is not submitted by lading must not go on without its secrets."""
    return Shell(f': "${{{name}?is a secret, which lading submit would pass on}}"', value.sources)
