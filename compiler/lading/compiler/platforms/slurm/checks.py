"""What Slurm objects to."""

from collections.abc import Iterator

from lading.compiler.objections import lacks_program
from lading.compiler.plan import Plan
from lading.compiler.sbatch.checks import check as of_sbatch
from lading.schema.diagnostics import Finding


def check(plan: Plan) -> Iterator[Finding]:
    """Every objection to the job, or to each step of the workflow."""
    yield from of_sbatch(plan)
    for view in plan.parts:
        yield from lacks_program(view)
