"""The part of the script below its ``#SBATCH`` lines, as the values that ``job.sh.j2`` writes down."""

from collections.abc import Iterator

from lading.compiler.payload import Sources
from lading.compiler.sbatch import tasks, variables
from lading.compiler.sbatch.handover import Handover
from lading.compiler.sbatch.launch import around, around_each, has_each, launch
from lading.compiler.sbatch.program import program
from lading.compiler.templating import render
from lading.compiler.view import View

FOLDER = __name__.rpartition(".")[0]


def body(view: View, handover: Handover) -> Iterator[tuple[str, Sources]]:
    """The script after its directives: pieces of text with their sources."""
    runs = program(view)
    yield from render(
        FOLDER,
        "job.sh.j2",
        modules=tasks.modules(view),
        starts_at_home=view.get("workdir") is None or tasks.container(view) is not None,
        variables=variables.of_job(view),
        first=handover.first,
        has_each=has_each(view),
        of_task=variables.of_task(view),
        around_each=around_each(view),
        program=runs,
        launch=launch(view, runs),
        around=around(view),
        retries=tasks.retries(view),
        last=handover.last,
    )
