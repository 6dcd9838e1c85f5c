"""The batch script of a job or a step, and the order in which those of a workflow are submitted."""

from collections.abc import Collection, Iterable, Iterator

from lading.compiler.payload import From, Piece, Text
from lading.compiler.plan import Plan
from lading.compiler.sbatch.body import body
from lading.compiler.sbatch.directives import dependencies, directives
from lading.compiler.sbatch.handover import Handover
from lading.compiler.sbatch.tasks import modules
from lading.compiler.view import View


def script(view: View, handover: Handover, said: Collection[str] = ()) -> Text:
    """The script. The options ``said`` are given to sbatch in another way, so no line repeats them."""
    is_bare = view.plan.is_bare
    first, below = _program(view) if is_bare else (_shell(view), body(view, handover))
    text = Text([(first, ())])
    for directive in directives(view, handover.exported):
        is_wanted = directive.option not in said and (directive.value.sources or not is_bare)
        text.add(directive.line() if is_wanted else "", *directive.value.sources)
    text.pieces.extend(below)
    return text


def _shell(view: View) -> str:
    """A login shell has the function ``module``."""
    shell = "#!/bin/bash -l\n" if modules(view) else "#!/bin/bash\n"
    return f"{shell}# Made by lading from a spec: change that one, and compile it again.\n"


def _program(view: View) -> tuple[str, Iterable[Piece]]:
    """The spec's script as the batch script itself, with its own first line where it has one."""
    program = view.get("script") or From("", ())
    first, _, rest = program.value.partition("\n")
    own, below = (f"{first}\n", rest) if first.startswith("#!") else ("#!/bin/bash\n", program.value)
    return own, [("\n", ()), (below, program.sources)]


def in_order(plan: Plan) -> Iterator[tuple[View, tuple[str, ...]]]:
    """The job, or each step of a workflow after those that it waits for, with their names."""
    if plan.job.kind != "workflow":
        yield plan.root, ()
        return
    from graphlib import TopologicalSorter

    steps = {step.key: step for step in plan.root.each("steps")}
    needs = {name: tuple(dict.fromkeys(job.value for _, job in dependencies(step))) for name, step in steps.items()}
    for name in TopologicalSorter(needs).static_order():
        yield steps[name], needs[name]
