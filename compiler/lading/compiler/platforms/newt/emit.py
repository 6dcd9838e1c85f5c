"""The payload of NEWT: a script, or the path of one that is there, and beside it ``jobconf``.

Secrets are put in a file first, which the job reads and removes.
"""

from collections.abc import Iterator, Mapping, Sequence

from lading.compiler.payload import Answer, Draft, From
from lading.compiler.plan import Plan
from lading.compiler.platforms.newt.table import OPTIONS
from lading.compiler.rows import Body, named_secret, only_set
from lading.compiler.sbatch.directives import dependencies, name_of_job
from lading.compiler.sbatch.handover import Handover
from lading.compiler.sbatch.native import OF_TASKS, native
from lading.compiler.sbatch.script import in_order, script
from lading.compiler.sbatch.tasks import container, number, retries
from lading.compiler.sbatch.variables import secrets
from lading.compiler.templating import Shell, quoted
from lading.compiler.view import View

AS_IT_IS = ("launch", "framework", "schedule")
"""Fields that can stand beside a script that is there already only if they ask for what sbatch does anyway."""

FOLDER = "~/.lading/"
"""Where the files with secrets are, each called by the token of its submission. The path of one is an argument of the
script, of which the service keeps 128 characters."""


def emit(plan: Plan) -> Sequence[Draft]:
    """The submission of the job, or those of a workflow's steps, each after what it waits for."""
    return [draft for view, needs in in_order(plan) for draft in _submission(view, needs)]


def _submission(view: View, needs: tuple[str, ...]) -> Iterator[Draft]:
    machine = view.plan.target.options.get("machine", "")
    hidden = {} if jobfile(view) else secrets(view)
    if hidden:
        needs = (upload_name(view), *needs)
        yield Draft("PUT", f"file/{machine}/{FOLDER}", _file(hidden), needs[0], schema="upload", prepares=True)
    yield Draft("POST", f"job/{machine}/", _job(view, hidden), view.key, needs)


def upload_name(view: View) -> str:
    """The request that puts the job's secrets in a file; no step can be called so."""
    return f"{view.key}/secrets".removeprefix("/")


def _file(hidden: Mapping[str, From]) -> Body:
    return {"variables": {name: named_secret(value) for name, value in hidden.items()}}


def _job(view: View, hidden: Mapping[str, From]) -> Body:
    if path := jobfile(view):
        return _of_file(view, path)
    settings = jobconf(view)
    said = {option for key, option in OPTIONS.items() if key in settings}
    after = [{"type": word, "job": job} for word, job in dependencies(view)]
    location = {"jobfile_args": Answer(upload_name(view), "/location")} if hidden else {}
    return {
        "jobscript": script(view, from_file(view, hidden) if hidden else Handover(), said),
        **only_set(jobfilepath=view.get("native", "newt", "jobfilepath")),
        "jobconf": settings | location,
        **only_set(after=after),
    }


def _of_file(view: View, path: From) -> Body:
    for field in AS_IT_IS:
        view.sources(field)
    return {"jobfile": path, "jobconf": jobconf(view) | only_set(jobfile_args=arguments(view))}


def jobfile(view: View) -> From | None:
    """The script that is on the machine already, where the spec names one."""
    return view.get("native", "newt", "jobfile")


def jobconf(view: View) -> Body:
    """What the service itself says to sbatch. It takes 1 core and 1 node for nothing said, so the script says those."""
    nodes, slots = number(view, "replicas"), number(view, "slots")
    tasks = From(nodes.value * slots.value, (*nodes.sources, *slots.sources))
    is_open = any(native(view, name) for name in OF_TASKS)
    return only_set(
        job_wdir=None if container(view) else view.get("workdir"),
        job_name=name_of_job(view),
        time_limit=view.get("schedule", "timeLimit"),
        partition=view.get("schedule", "queue"),
        scale_cores=native(view, "ntasks") if is_open else _several(tasks),
        scale_memGB=view.get("resources", "memory"),
        scale_Nodes=_several(nodes),
    )


def _several(number: From) -> From | None:
    return number if number.value > 1 else None


def arguments(view: View) -> From | None:
    """The arguments of a script that is there already, as the service's shell reads them."""
    args = view.get("args")
    return From(" ".join(map(quoted, args.value)), args.sources) if args and args.value else None


def from_file(view: View, hidden: Mapping[str, From]) -> Handover:
    """The script gets the path of the file as its only argument, and removes it as soon as no attempt needs it."""
    sources = tuple(path for value in hidden.values() for path in value.sources)
    read = Shell('secrets=$1; shift; source "$secrets" || exit', sources)
    remove = Shell('rm -f "$secrets"', sources)
    return Handover(first=[read], last=[remove]) if retries(view) else Handover(first=[read, remove])
