"""The ``#SBATCH`` lines: what Slurm is asked for, as data, written so that Slurm reads the same values back."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lading.compiler.payload import From, Sources
from lading.compiler.platforms.slurm.convert import cores_of_slot
from lading.compiler.platforms.slurm.tasks import container, count, number, retries
from lading.compiler.view import View
from lading.schema.units import indices_text

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./&|*()\[\]-]+", re.ASCII)

CONDITIONS = {"ok": "afterok", "any": "afterany", "notOk": "afternotok"}

NATIVE_BEFORE = {"account": "account", "reservation": "reservation"}
NATIVE_AFTER = {
    "exclusive": "exclusive",
    "licenses": "licenses",
    "nodelist": "nodelist",
    "exclude": "exclude",
    "signal": "signal",
    "comment": "comment",
}
"""Fields of ``native.slurm`` that are options as they are."""


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


def directives(view: View) -> list[Directive]:
    """Everything that Slurm is asked for: of a job, or of one step of a workflow."""
    parts = (_identity, _size, _time, _attempts, _dependencies, _files, _rest)
    return [Directive(option, value) for part in parts for option, value in part(view)]


Options = Iterator[tuple[str, From]]


def job_name(view: View) -> From:
    """The job's name; a step's after that of its workflow."""
    name = view.plan.root.get("name") or From("", ())
    return From(f"{name.value}-{view.key}", (*name.sources, view.prefix)) if view.key else name


def _identity(view: View) -> Options:
    yield "job-name", job_name(view)
    yield from _native(view, NATIVE_BEFORE)
    yield from _set("partition", view.get("schedule", "queue"))
    yield from ((option, value) for option, value in priority_options(view))


def priority_options(view: View) -> Options:
    """The QOS and the nice value, from each of the places that may ask for them."""
    found = view.get("schedule", "priority")
    chosen = (found.value or {}) if found else {}
    for option in ("qos", "nice"):
        if found and option in chosen:
            yield option, From(chosen[option], found.sources)
    yield from _set("qos", view.get("schedule", "preemptible"))
    yield from _set("qos", view.get("native", "slurm", "qos"))


def _size(view: View) -> Options:
    slots = number(view, "slots")
    yield "nodes", number(view, "replicas")
    yield "ntasks-per-node", slots
    if cpu := view.get("resources", "cpu"):
        yield "cpus-per-task", _cores(view, cpu, slots)
    yield from _mebibytes("mem", view.get("resources", "memory"))
    yield from _mebibytes("tmp", view.get("resources", "disk"))
    yield from _gres(view)
    yield from _constraint(view)


def _cores(view: View, cpu: From, slots: From) -> From:
    return From(cores_of_slot(view.raw("resources", "cpu"), slots.value), _union(cpu, slots))


def _mebibytes(option: str, size: From | None) -> Options:
    if size:
        text = f"{size.value}M" if size.value % 1024 else f"{size.value // 1024}G"
        yield option, From(text, size.sources)


def _gres(view: View) -> Options:
    found = [value for value in (_gpus(view), view.get("native", "slurm", "gres")) if value]
    if found:
        yield "gres", From(",".join(str(value.value) for value in found), _union(*found))


def _gpus(view: View) -> From | None:
    count, model, memory = (view.get("resources", "gpu", name) for name in ("count", "model", "memory"))
    if not count or not count.value:
        return None
    kind = next((choice.value for choice in (model, memory) if choice and choice.value), None)
    resource = view.plan.target.options.get("gpuResource", "gpu")
    words = [resource, *([kind] if kind else []), str(count.value)]
    return From(":".join(words), _union(count, model, memory))


def _constraint(view: View) -> Options:
    rdma, native = view.get("network", "rdma"), view.get("native", "slurm", "constraint")
    found = [value for value in (rdma, native) if value and value.value]
    texts = [f"({value.value})" if len(found) > 1 and "|" in value.value else value.value for value in found]
    if found:
        yield "constraint", From("&".join(texts), _union(*found))


def _time(view: View) -> Options:
    if limit := view.get("schedule", "timeLimit"):
        yield "time", From(_clock(limit.value), limit.sources)
    indices, parallelism = view.get("array", "indices"), view.get("array", "parallelism")
    if indices:
        most = f"%{parallelism.value}" if parallelism else ""
        yield "array", From(indices_text(indices.value) + most, _union(indices, parallelism))
    if (hold := view.get("schedule", "hold")) and hold.value:
        yield "hold", From(True, hold.sources)


def _clock(minutes: int) -> str:
    days, rest = divmod(minutes, 24 * 60)
    clock = f"{rest // 60:02}:{rest % 60:02}:00"
    return f"{days}-{clock}" if days else clock


def _attempts(view: View) -> Options:
    """Whether Slurm may run the job again is written out: its default is the site's."""
    if more := retries(view):
        yield "requeue", From(True, more.sources)
        yield "open-mode", From("append", more.sources)
    else:
        yield "no-requeue", From(True, view.sources("schedule", "retries"))


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
        yield "dependency", From(",".join(f"{word}:{value.value}" for word, value in wanted), sources)
        yield "kill-on-invalid-dep", From("yes", sources)


def _files(view: View) -> Options:
    workdir = view.get("workdir")
    if workdir and not container(view):
        yield "chdir", workdir
    folder = view.plan.target.options.get("logs")
    job = "%A_%a" if view.get("array", "indices") else "%j"
    name = f"%x-{job}{'.tasks' if count(view) > 1 else ''}.out"
    yield "output", From(f"{folder.rstrip('/')}/{name}" if folder else name, ())
    yield "export", _exported(view)


def _exported(view: View) -> From:
    """Only the names of secrets: what else the submitter's environment holds is not the job's business."""
    secrets = {name: value for name, value in view.items("env").items() if isinstance(value.value, dict)}
    return From(",".join(secrets) or "NONE", _union(*secrets.values()))


def _rest(view: View) -> Options:
    yield from _native(view, NATIVE_AFTER)
    if mail := view.get("native", "slurm", "mail"):
        yield "mail-type", From(",".join(mail.value["events"]), mail.sources)
        if user := mail.value.get("user"):
            yield "mail-user", From(user, mail.sources)
    if more := view.get("native", "slurm", "directives"):
        for option, value in more.value.items():
            yield from _set(option, From(value, ((*more.sources[0], option),)))


def _native(view: View, options: dict[str, str]) -> Options:
    for field, option in options.items():
        yield from _set(option, view.get("native", "slurm", field))


def _set(option: str, value: From | None) -> Options:
    if value and value.value not in (None, False):
        yield option, value


def _union(*values: Any) -> Sources:
    return tuple(dict.fromkeys(path for value in values if value for path in value.sources))
