"""What sbatch objects to, of fields against each other and against the site."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lading.compiler.plan import Plan
from lading.compiler.sbatch.convert import cores_of_slot
from lading.compiler.sbatch.directives import directives, priority_options
from lading.compiler.sbatch.native import OF_TASKS, OPTIONS, native
from lading.compiler.sbatch.options import OF_THE_COMMAND, full_name
from lading.compiler.sbatch.program import program
from lading.compiler.sbatch.tasks import is_once
from lading.compiler.view import View
from lading.schema.diagnostics import Finding
from lading.schema.paths import render
from lading.schema.units import written

NO_JOB = ("clusters", "gid", "help", "uid", "usage", "version", "wrap")
"""Options with which sbatch submits otherwise, or nothing."""

TAKEN: Mapping[str, str] = {
    **{option: f"native.slurm.{field}" for field, option in OPTIONS.items()},
    **dict.fromkeys(("mail-type", "mail-user"), "native.slurm.mail"),
    "job-name": "name, or native.slurm.jobName",
    **dict.fromkeys(("nodes", "ntasks", "ntasks-per-node"), "replicas and slots"),
    "cpus-per-task": "resources.cpu",
    **dict.fromkeys(("mem", "mem-per-cpu", "mem-per-gpu"), "resources.memory"),
    **dict.fromkeys(("gpus", "gpus-per-node", "gpus-per-task", "gpus-per-socket"), "resources.gpu"),
    **dict.fromkeys(("ntasks-per-gpu", "cpus-per-gpu"), "resources"),
    "tmp": "resources.disk",
    "partition": "schedule.queue",
    "time": "schedule.timeLimit",
    "array": "array",
    "dependency": "schedule.after",
    "hold": "schedule.hold",
    "nice": "schedule.priority",
    **dict.fromkeys(("requeue", "no-requeue"), "schedule.retries"),
    "chdir": "workdir",
    "export": "env, or native.slurm.export",
    **dict.fromkeys(("export-file", "get-user-env"), "env"),
    **dict.fromkeys((*OF_THE_COMMAND, *NO_JOB), "nothing, because lading needs sbatch to behave as it does"),
}
"""Options that are said elsewhere, and where. sbatch takes any unique beginning of an option for the option."""

LONGEST_ARGUMENT = 128 * 1024 - 1
"""What Linux lets one argument of a process be; a script that does not stand in the batch script itself is one."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check(plan: Plan) -> Iterator[Finding]:
    """Every objection to the job, or to each step of the workflow."""
    for view in plan.parts:
        for rule in (
            _one_qos,
            _own_directives,
            _one_line_each,
            _program_of_image,
            _program_name,
            _short_enough,
            _queue_has_gpu,
            _whole_cores,
            _starts_its_tasks,
        ):
            yield from rule(view)


def _starts_its_tasks(view: View) -> Iterator[Finding]:
    """Only a program that starts the tasks itself can do without knowing how many there are."""
    for name in OF_TASKS if not is_once(view) else ():
        if asked := native(view, name):
            path = asked.sources[0]
            why = "lading can not tell how many tasks there are: say `launch: once` and start them in the script"
            words = {"path": render(path), "target": view.plan.target.name, "why": why}
            yield Finding("LD406", path, words)


def _whole_cores(view: View) -> Iterator[Finding]:
    """A step's own slots may divide the cores that it has from its workflow less evenly than those did."""
    cpu = view.raw("resources", "cpu")
    if cpu is None or not view.key or view.plan.below((*view.prefix, "resources", "cpu")):
        return
    slots = view.value("slots", default=1)
    whole = cores_of_slot(cpu, slots) * slots
    if whole * 1000 != cpu:
        why = f"{written(cpu, 'cores')} → {whole} cores for {slots} slots"
        words = {"path": render((*view.prefix, "resources", "cpu")), "target": view.plan.target.name, "why": why}
        yield Finding("LD401", (*view.prefix, "slots"), words)


def _one_qos(view: View) -> Iterator[Finding]:
    found = [value for option, value in priority_options(view) if option == "qos"]
    for value in found[1:]:
        here, there = value.sources[0], found[0].sources[0]
        words = {"native": render(here), "portable": render(there)}
        yield Finding("LD410", here, words, others=((there, "this chooses a QOS already"),))


def _own_directives(view: View) -> Iterator[Finding]:
    more = native(view, "directives")
    for option in more.value if more else ():
        instead = TAKEN.get(full_name(option) or option)
        if instead:
            path = (*more.sources[0], option) if more else ()
            yield Finding("LD430", path, {"option": option, "instead": instead}, at_key=True)


def _one_line_each(view: View) -> Iterator[Finding]:
    for directive in directives(view):
        if _CONTROL.search(str(directive.value.value)) and directive.value.sources:
            yield Finding("LD431", directive.value.sources[0], {"option": f"--{directive.option}"})


def _program_of_image(view: View) -> Iterator[Finding]:
    image = view.raw("image")
    if image is None or view.raw("command") or view.raw("script"):
        return
    found = view.get("image")
    runtime = found.value.get("runtime") if found else None
    if runtime is None or runtime == "pyxis":
        path = (*view.prefix, "args") if view.raw("args") else (*view.prefix, "image")
        code = "LD432" if runtime else "LD420"
        yield Finding(code, path, {"image": image, "target": view.plan.target.name})


def _program_name(view: View) -> Iterator[Finding]:
    command = view.get("command")
    if command and (command.value[0].startswith("-") or not command.value[0]):
        yield Finding("LD433", command.sources[0], {"name": command.value[0]})


def _short_enough(view: View) -> Iterator[Finding]:
    script = program(view).text
    size = len(script.value.encode()) if script else 0
    if script and size > LONGEST_ARGUMENT:
        yield Finding("LD434", script.sources[0], {"size": size, "most": LONGEST_ARGUMENT})


def _queue_has_gpu(view: View) -> Iterator[Finding]:
    queue, model = view.raw("schedule", "queue"), view.raw("resources", "gpu", "model")
    catalog: Mapping[str, Any] = view.plan.target.catalog
    known = catalog.get("queueGpus", {}).get(queue)
    if known is None or model is None or model in known:
        return
    here, there = view.sources("resources", "gpu", "model"), view.sources("schedule", "queue")
    words = {"queue": queue, "model": model, "known": ", ".join(known)}
    yield Finding("LD435", (here or ((),))[0], words, others=tuple((path, "the queue") for path in there))
