"""The part of the script below its ``#SBATCH`` lines, as the values that ``job.sh.j2`` writes down."""

from collections.abc import Iterator

from lading.compiler.payload import From, Sources
from lading.compiler.platforms.slurm import tasks, variables
from lading.compiler.platforms.slurm.launch import around, around_each, has_each, launch
from lading.compiler.platforms.slurm.program import program
from lading.compiler.templating import Shell, render
from lading.compiler.view import View


def body(view: View) -> Iterator[tuple[str, Sources]]:
    """The script after its directives: pieces of text with their sources."""
    runs = program(view)
    yield from render(
        "lading.compiler.platforms.slurm",
        "job.sh.j2",
        modules=tasks.modules(view),
        starts_at_home=view.get("workdir") is None or tasks.container(view) is not None,
        variables=variables.of_job(view),
        secrets=[_demanded(name, value) for name, value in variables.secrets(view).items()],
        has_each=has_each(view),
        of_task=variables.of_task(view),
        around_each=around_each(view),
        program=runs,
        launch=launch(view, runs),
        around=around(view),
        retries=tasks.retries(view),
    )


def _demanded(name: str, value: From) -> Shell:
    """A script that is not submitted by lading must not go on without its secrets."""
    return Shell(f'"${{{name}?is a secret, which lading submit would pass on}}"', value.sources)
