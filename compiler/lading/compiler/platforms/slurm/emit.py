"""The payload of Slurm: a batch script, and what can not stand in one. A workflow is one script for each step."""

from collections.abc import Sequence
from typing import Any

from lading.compiler.payload import Draft, From, Secret, Text
from lading.compiler.plan import Plan
from lading.compiler.platforms.slurm.body import body
from lading.compiler.platforms.slurm.directives import dependencies, directives
from lading.compiler.platforms.slurm.tasks import modules
from lading.compiler.platforms.slurm.variables import secrets
from lading.compiler.view import View


def emit(plan: Plan) -> Sequence[Draft]:
    """The submission of the job, or those of a workflow's steps, each after what it waits for."""
    root = plan.root
    if plan.job.kind != "workflow":
        return [Draft("EXEC", "sbatch", _submission(root))]
    from graphlib import TopologicalSorter

    steps = {step.key: step for step in root.each("steps")}
    needs = {name: tuple(dict.fromkeys(job.value for _, job in dependencies(step))) for name, step in steps.items()}
    order = TopologicalSorter(needs).static_order()
    return [Draft("EXEC", "sbatch", _submission(steps[name]), name=name, needs=needs[name]) for name in order]


def _submission(view: View) -> dict[str, Any]:
    comment = view.get("native", "slurm", "comment")
    return {
        "script": script(view),
        "after": [{"type": word, "job": job} for word, job in dependencies(view)],
        "secrets": {name: _secret(value) for name, value in secrets(view).items()},
        **({"comment": comment} if comment else {}),
    }


def _secret(value: From) -> From:
    return From(Secret(value.value["secret"]), value.sources)


def script(view: View) -> Text:
    """The batch script of a job or a step."""
    text = Text()
    text.add("#!/bin/bash -l\n" if modules(view) else "#!/bin/bash\n")  # a login shell has the function `module`
    text.add("# Made by lading from a spec: change that one, and compile it again.\n")
    for directive in directives(view):
        text.add(directive.line(), *directive.value.sources)
    for piece, sources in body(view):
        text.add(piece, *sources)
    return text
