"""The ``#SBATCH`` lines: what Slurm is asked for, as data, written so that Slurm reads the same values back."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from lading.compiler.payload import From, Sources
from lading.compiler.sbatch.convert import cores_of_slot
from lading.compiler.sbatch.handover import NOTHING
from lading.compiler.sbatch.native import OPTIONS, SIZES, native
from lading.compiler.sbatch.tasks import container, count, number, retries
from lading.compiler.variables import job_name
from lading.compiler.view import View, once
from lading.schema.units import indices_text

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./&|*()\[\]-]+", re.ASCII)

CONDITIONS = {"ok": "afterok", "any": "afterany", "notOk": "afternotok"}

FIRST = ("account", "reservation")
LAST = (
    *("exclusive", "licenses", "nodelist", "exclude", "signal", "comment"),
    *("nodes", "ntasks", "ntasksPerNode", "mem", "memPerCpu", "memPerGpu", "gpus", "gpusPerTask", "cpusPerGpu"),
    *("time", "nice", "dependency", "requeue", "output", "error"),
)
"""Native fields that are options as they are, in the order in which the script says them."""

RIVALS = (frozenset({"nodes", "ntasks", "ntasks-per-node"}), frozenset({"requeue", "no-requeue"}))
"""Options of which one says enough, so that lading has no others to add."""


class Directive(NamedTuple):
    """One long option of sbatch. The value is a text or a number, or True for an option that takes none."""

    option: str
    value: From

    def line(self) -> str:
        """The line of the script."""
        if self.value.value is True:
            return f"#SBATCH --{self.option}\n"
        return f"#SBATCH --{self.option}={quoted(str(self.value.value))}\n"


def quoted(value: str) -> str:
    """The value as Slurm's own lexer reads it back: whitespace ends a value and ``#`` starts a comment outside quotes.

    A backslash protects the next character, inside quotes and outside, but never a space outside. No line can be
    continued, so a value with a newline can not be written; ``checks.py`` refuses those.
    """
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def directives(view: View, exported: From = NOTHING) -> list[Directive]:
    """Everything that Slurm is asked for: of a job, or of one step of a workflow.

    ``exported`` is what a job gets of the environment of its submission.
    """
    asked, chosen = _directives(view)
    export = Directive("export", _exported(view, exported))
    own = [] if _gives_way(*export, {option for option, _ in chosen}) else [export]
    return [*asked, *own, *chosen]


@once
def _directives(view: View) -> tuple[list[Directive], list[Directive]]:
    """What portable fields ask for, and what native ones do."""
    parts = (_identity, _size, _time, _attempts, _dependencies, _files)
    asked = [directive for part in parts for directive in part(view)]
    chosen = list(_rest(view))
    taken = {option for option, _ in chosen}
    return [directive for directive in asked if not _gives_way(*directive, taken)], chosen


def _gives_way(option: str, value: From, taken: set[str]) -> bool:
    """Whether a native field says it instead; what a portable field asks for stands beside one of another option."""
    if not taken:
        return False
    rivals = next((group for group in RIVALS if option in group), frozenset())
    return option in taken or not (value.sources or taken.isdisjoint(rivals))


Options = Iterator[Directive]


def name_of_job(view: View) -> From:
    """What Slurm calls the job."""
    name = job_name(view)
    return native(view, "jobName") or name


def _identity(view: View) -> Options:
    yield Directive("job-name", name_of_job(view))
    yield from _native(view, FIRST)
    yield from _set("partition", view.get("schedule", "queue"))
    yield from priority_options(view)


@once
def priority_options(view: View) -> list[Directive]:
    """The QOS and the nice value, from each of the places that may ask for them."""
    found = view.get("schedule", "priority")
    chosen = (found.value or {}) if found else {}
    asked = [Directive(name, From(chosen[name], found.sources)) for name in ("qos", "nice") if found and name in chosen]
    return [*asked, *_set("qos", view.get("schedule", "preemptible")), *_set("qos", native(view, "qos"))]


def _size(view: View) -> Options:
    slots = number(view, "slots")
    yield Directive("nodes", number(view, "replicas"))
    yield Directive("ntasks-per-node", slots)
    if cpu := view.get("resources", "cpu"):
        yield Directive("cpus-per-task", _cores(view, cpu, slots))
    yield from _mebibytes("mem", view.get("resources", "memory"))
    yield from _mebibytes("tmp", view.get("resources", "disk"))
    yield from _gres(view)
    yield from _constraint(view)


def _cores(view: View, cpu: From, slots: From) -> From:
    return From(cores_of_slot(view.raw("resources", "cpu"), slots.value), _union(cpu, slots))


def _mebibytes(option: str, size: From | None) -> Options:
    if size:
        text = f"{size.value}M" if size.value % 1024 else f"{size.value // 1024}G"
        yield Directive(option, From(text, size.sources))


def _gres(view: View) -> Options:
    found = [value for value in (_gpus(view), native(view, "gres")) if value]
    if found:
        yield Directive("gres", From(",".join(str(value.value) for value in found), _union(*found)))


def _gpus(view: View) -> From | None:
    count, model, memory = (view.get("resources", "gpu", name) for name in ("count", "model", "memory"))
    if not count or not count.value:
        return None
    kind = next((choice.value for choice in (model, memory) if choice and choice.value), None)
    resource = view.plan.target.options.get("gpuResource", "gpu")
    words = [resource, *([kind] if kind else []), str(count.value)]
    return From(":".join(words), _union(count, model, memory))


def _constraint(view: View) -> Options:
    asked = (view.get("network", "rdma"), native(view, "constraint"))
    found = [value for value in asked if value and value.value]
    texts = [f"({value.value})" if len(found) > 1 and "|" in value.value else value.value for value in found]
    if found:
        yield Directive("constraint", From("&".join(texts), _union(*found)))


def _time(view: View) -> Options:
    if limit := view.get("schedule", "timeLimit"):
        yield Directive("time", From(_clock(limit.value), limit.sources))
    indices, parallelism = view.get("array", "indices"), view.get("array", "parallelism")
    if indices:
        most = f"%{parallelism.value}" if parallelism else ""
        yield Directive("array", From(indices_text(indices.value) + most, _union(indices, parallelism)))
    if (hold := view.get("schedule", "hold")) and hold.value:
        yield Directive("hold", From(True, hold.sources))


def _clock(minutes: int) -> str:
    days, rest = divmod(minutes, 24 * 60)
    clock = f"{rest // 60:02}:{rest % 60:02}:00"
    return f"{days}-{clock}" if days else clock


def _attempts(view: View) -> Options:
    """Whether Slurm may run the job again is written out: its default is the site's."""
    if more := retries(view):
        yield Directive("requeue", From(True, more.sources))
        yield Directive("open-mode", From("append", more.sources))
    else:
        yield Directive("no-requeue", From(True, view.sources("schedule", "retries")))


@once
def dependencies(view: View) -> list[tuple[str, From]]:
    """What must have ended before: Slurm's word for how, and a name or id with its source."""
    above = () if view.key else ("schedule",)
    found = [(word, view.get(*above, "after", name)) for name, word in CONDITIONS.items()]
    return [(word, From(job, value.sources)) for word, value in found if value for job in value.value]


def _dependencies(view: View) -> Options:
    """Names stand here too, which sbatch refuses: a script that is not submitted by lading must not start too soon.

    lading itself replaces the line, by the option, with the ids that the names have at submission.
    """
    wanted = dependencies(view)
    if wanted:
        sources = _union(*(value for _, value in wanted))
        yield Directive("dependency", From(",".join(f"{word}:{value.value}" for word, value in wanted), sources))
        yield Directive("kill-on-invalid-dep", From("yes", sources))


def _files(view: View) -> Options:
    workdir = view.get("workdir")
    if workdir and not container(view):
        yield Directive("chdir", workdir)
    folder = view.plan.target.options.get("logs")
    job = "%A_%a" if view.get("array", "indices") else "%j"
    name = f"%x-{job}{'.tasks' if count(view) > 1 else ''}.out"
    yield Directive("output", From(f"{folder.rstrip('/')}/{name}" if folder else name, ()))


def _exported(view: View, exported: From) -> From:
    """What the submission hands over, beside what the spec wants of it."""
    asked = native(view, "export")
    if asked is None:
        return exported
    names = [exported.value] if exported is not NOTHING else []
    return From(",".join([asked.value, *names]), _union(asked, exported))


def _rest(view: View) -> Options:
    if not view.plan.native:
        return
    yield from _native(view, LAST)
    if mail := native(view, "mail"):
        yield from _set("mail-type", From(",".join(mail.value.get("events", ())) or None, mail.sources))
        yield from _set("mail-user", From(mail.value.get("user"), mail.sources))
    if more := native(view, "directives"):
        for option, value in more.value.items():
            yield from _set(option, From(value, ((*more.sources[0], option),)))


def _native(view: View, names: Sequence[str]) -> Options:
    for name in names if view.plan.native else ():
        value = native(view, name)
        if value and name in SIZES:
            yield from _mebibytes(OPTIONS[name], From(-(-value.value // 2**20), value.sources))
        else:
            yield from _set(OPTIONS[name], value)


def _set(option: str, value: From | None) -> Options:
    if value and value.value not in (None, False):
        yield Directive(option, value)


def _union(*values: Any) -> Sources:
    return tuple(dict.fromkeys(path for value in values if value for path in value.sources))
