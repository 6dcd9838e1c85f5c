"""What Slurm has of a job now: the script as it was sent, and what is asked for by now where orders changed that.

An option that the script says on a line of its own is compared by value, and stands as it is now. One that it does not
say counts as changed where it is not what the cluster gives to such a job by itself.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from lading.compiler.payload import From
from lading.compiler.sbatch.directives import Directive
from lading.compiler.sbatch.lexer import arguments, is_command, options
from lading.runner.errors import NotSupported, Unreachable
from lading.runner.sbatch.answer import Ask

YEAR = 365 * 24 * 60 * 60
"""What Slurm makes of a job without a time limit once it runs."""

_LINE = re.compile(r"^#SBATCH --([a-z-]+)=(.*)$", re.MULTILINE)
_LAST_LINE = re.compile(r"\A(?:#.*\n)*#SBATCH .*\n", re.MULTILINE)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_THROTTLE = re.compile(r"\bArrayTaskThrottle=([0-9]+)")
_LIMITS = re.compile(r"\bDefaultTime=(\S+).*\bMaxTime=(\S+)")
_DAYS = re.compile(r"(?:([0-9]+)-)?([0-9]+(?::[0-9]+){0,2})")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)([KMGT]?)")
_NOTHING = frozenset({"", "(null)", "N/A", "NONE"})
_KIBI = {"K": 1, "": 2**10, "M": 2**10, "G": 2**20, "T": 2**30}


def seconds(text: str) -> float | None:
    """A time as sbatch reads it, and squeue writes it."""
    if text in {"UNLIMITED", "INFINITE"}:
        return float("inf")
    found = _DAYS.fullmatch(text)
    if not found:
        return None
    parts = [int(part) for part in found[2].split(":")]
    if found[1] is None:  # minutes, minutes:seconds, hours:minutes:seconds
        parts = parts if len(parts) == 3 else [0, *parts]
    hours, minutes, rest = [*parts, 0, 0][:3]
    whole = ((int(found[1] or 0) * 24 + hours) * 60 + minutes) * 60 + rest
    return whole if whole < YEAR else float("inf")


def kibibytes(text: str) -> float | None:
    """A size as sbatch reads it, and squeue writes it."""
    found = _SIZE.fullmatch(text)
    return float(found[1]) * _KIBI[found[2]] if found else None


def _count(text: str) -> int | None:
    """A number; of a range like ``2-4`` the least."""
    found = re.match(r"-?[0-9]+", text)
    return int(found[0]) if found else None


class Option(NamedTuple):
    """What squeue calls an option of sbatch, and what a value of it comes down to."""

    field: str
    value: Callable[[str], object] = str


OPTIONS: Mapping[str, Option] = {
    "job-name": Option("Name"),
    "partition": Option("Partition"),
    "account": Option("Account"),
    "qos": Option("QOS"),
    "reservation": Option("Reservation"),
    "time": Option("TimeLimit", seconds),
    "nice": Option("Nice", _count),
    "nodes": Option("NumNodes", _count),
    "ntasks": Option("NumTasks", _count),
    "cpus-per-task": Option("cpus-per-task", _count),
    "mem": Option("MinMemory", kibibytes),
}

Values = Mapping[str, str]
"""Values by the names of options."""


class Now(NamedTuple):
    """A job as Slurm has it. ``usual`` is what the cluster gives to a job that does not say it."""

    script: str
    values: Values
    usual: Values
    comment: str

    def differs(self, option: str, said: str) -> bool:
        """Whether the option, of which that was said, is another one now; not where either can not be read."""
        read, now = OPTIONS[option].value, self.values.get(option)
        return now is not None and read(now) is not None and read(said) is not None and read(now) != read(said)


def now(ask: Ask, native_id: str) -> Now | None:
    """The job, None where the controller has forgotten it."""
    fields = ",".join(f"{name}:|" for name in (*(option.field for option in OPTIONS.values()), "Comment"))
    answer = ask(["squeue", "--noheader", "--states=all", f"--jobs={native_id}", f"--Format={fields}"])
    cells = answer.out.partition("\n")[0].split("|", len(OPTIONS))
    if answer.code or len(cells) <= len(OPTIONS):
        return None
    told = {option: cell for option, cell in zip(OPTIONS, cells, strict=False) if cell not in _NOTHING}
    throttle = _THROTTLE.search(ask(["scontrol", "show", "job", native_id]).out)
    values = {**told, **({"array": throttle[1]} if throttle else {})}
    return Now(_script(ask, native_id), values, _usual(ask, told), cells[-1].removesuffix("|"))


def _script(ask: Ask, native_id: str) -> str:
    answer = ask(["scontrol", "write", "batch_script", native_id, "-"])
    if answer.code or not answer.out:
        raise NotSupported(f"Slurm does not show the script of job {native_id}: {answer.problem}")
    return answer.out


def _usual(ask: Ask, told: Values) -> dict[str, str]:
    """The default partition, the time that the job's own one gives, and no nice value."""
    names = ask(["sinfo", "--noheader", "--format=%P"]).out.split()
    default = [name.removesuffix("*") for name in names if name.endswith("*")]
    own = told.get("partition", "")
    if not default or not own:
        raise Unreachable("Slurm does not say what its partitions are", "`lading doctor` tries again")
    limits = _LIMITS.search(ask(["scontrol", "--oneliner", "show", "partition", own.split(",")[0]]).out)
    times = [text for text in (limits.groups() if limits else ()) if text not in _NOTHING]
    return {"partition": default[0], "nice": "0", **({"time": times[0]} if times else {})}


def script_of(job: Now, script: str, elsewhere: Collection[str] = ()) -> str:
    """The script with its options as they are now; those that are said ``elsewhere`` are not its own."""
    head, program = _apart(script)
    changed = _LINE.sub(lambda line: _line_now(line, job), head)
    words = options(script)
    said = {word.partition("=")[0].removeprefix("--") for word in words} | set(elsewhere)
    if any(
        not word.startswith("--") for word in words
    ):  # a short option, or a value, of which nobody knows what it says
        return changed + program
    more = [option for option, usual in job.usual.items() if option not in said and job.differs(option, usual)]
    added = "".join(Directive(option, From(job.values[option], ())).line() for option in more)
    return (_LAST_LINE.sub(lambda found: found[0] + added, changed, count=1) if added else changed) + program


def _apart(script: str) -> tuple[str, str]:
    """What stands before the first command, and the program: what looks like an option there is none."""
    lines = _LINES.findall(script)
    first = next((place for place, line in enumerate(lines) if is_command(line)), len(lines))
    return "".join(lines[:first]), "".join(lines[first:])


def _line_now(line: re.Match[str], job: Now) -> str:
    option, said = line[1], "".join(arguments(line[2])[:1])
    if option == "array" and "array" in job.values:
        return f"{line[0].partition('%')[0]}%{job.values['array']}" if job.values["array"] != "0" else line[0]
    if option not in OPTIONS or not job.differs(option, said):
        return line[0]
    return Directive(option, From(job.values[option], ())).line().removesuffix("\n")


def comment_of(job: Now, prefix: str) -> str:
    """The comment without the word of our own that it starts with."""
    first, _, rest = job.comment.partition(" ")
    return rest if first.startswith(prefix) else job.comment
