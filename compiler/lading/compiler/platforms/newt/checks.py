"""What only NEWT objects to: values that its shell would break on, and what can not stand beside an existing script."""

from collections.abc import Iterator

from lading.compiler.objections import lacks_program, refusal
from lading.compiler.plan import Plan
from lading.compiler.platforms.newt.convert import UNQUOTED, WHY
from lading.compiler.platforms.newt.emit import arguments, jobfile
from lading.compiler.sbatch.checks import check as of_sbatch
from lading.compiler.sbatch.native import native
from lading.compiler.sbatch.tasks import retries
from lading.compiler.sbatch.variables import secrets
from lading.compiler.view import INHERITED, View
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path, starts_with

LONGEST_ARGUMENTS = 128
"""The characters that the service keeps of ``jobfile_args``."""

BESIDE_A_FILE: frozenset[Path] = frozenset(
    {
        *(("name",), ("args",), ("workdir",), ("replicas",), ("slots",), ("launch",)),
        *(("resources", "memory"), ("schedule", "queue"), ("schedule", "timeLimit")),
        *(("native", "newt", "jobfile"), ("native", "slurm", "jobName"), ("native", "slurm", "ntasks")),
    }
)
"""What is said in ``jobconf``, which holds whatever the script says; and sbatch runs any script once."""


def check(plan: Plan) -> Iterator[Finding]:
    """Every objection to the job, or to each step of the workflow."""
    yield from of_sbatch(plan)
    for view in plan.parts:
        yield from _quoted_nowhere(view)
        for rule in (_beside_a_file,) if jobfile(view) else (lacks_program, _secrets_once):
            yield from rule(view)


def _quoted_nowhere(view: View) -> Iterator[Finding]:
    name = native(view, "jobName")
    if name and not UNQUOTED.fullmatch(name.value):
        yield refusal(view, name.sources[0][len(view.prefix) :], WHY)


def _beside_a_file(view: View) -> Iterator[Finding]:
    file = jobfile(view)
    assert file is not None
    why = f"the script {file.value} is there already, so nothing can be added to it: say it there"
    for path in _fields_of(view):
        if _is_lost(view.plan, path, view.prefix):
            yield refusal(view.plan.root, path, why)
    words = arguments(view)
    if words and len(words.value) > LONGEST_ARGUMENTS:
        yield refusal(view, ("args",), f"the service keeps {LONGEST_ARGUMENTS} characters of them, quotes included")


def _fields_of(view: View) -> Iterator[Path]:
    """Every field that is set for the job, or for the step: its own, and those that it has from its workflow."""
    yield from view.plan.below(view.prefix)
    if view.prefix:
        yield from (path for path in view.plan.below(()) if path[0] in {*INHERITED, "native"})


def _is_lost(plan: Plan, path: Path, prefix: Path) -> bool:
    """Whether only a script of lading's own could say the field."""
    entry, field = plan.entries[path], plan.job.field_at(path)
    below = path[len(prefix) :] if starts_with(path, prefix) else path
    is_default = field is not None and field.default == entry.value
    return entry.leaves_a_trace and not is_default and not any(starts_with(below, said) for said in BESIDE_A_FILE)


def _secrets_once(view: View) -> Iterator[Finding]:
    """Whoever comes first removes the file, so nobody can come second."""
    others = "each element" if view.get("array", "indices") else "a second run" if _runs_again_by_itself(view) else None
    for value in secrets(view).values() if others else ():
        why = f"{others} would not find the secret's file any more: read it from a file of your own"
        yield refusal(view, value.sources[0][len(view.prefix) :], why)


def _runs_again_by_itself(view: View) -> bool:
    """Whether Slurm may run the job again, and the script does not wait for that with removing the file."""
    requeue = native(view, "requeue")
    return requeue is not None and requeue.value is True and not retries(view)
