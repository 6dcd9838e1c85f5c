"""A batch script read back: its directives as fields of a spec, the rest of it as the spec's script."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from lading.compiler.importing.reading import Reading
from lading.compiler.native import reads
from lading.compiler.sbatch.lexer import taken_apart
from lading.compiler.sbatch.meaning import Meaning, is_single, is_sized, meaning
from lading.compiler.sbatch.native import OPTIONS, SIZES
from lading.compiler.sbatch.options import OF_THE_COMMAND, Option, Stray, parsed
from lading.schema.units import parse_range

OWN_SHELL = "#!/bin/bash"
"""The first line that a script need not say: it is what runs a script anyway."""

IMPOSSIBLE = {
    "clusters": "lading submits to the cluster of the target: make a target of each",
    **dict.fromkeys(("uid", "gid"), "lading submits in the name of whoever runs it"),
    **dict.fromkeys(("export-file", "get-user-env"), "say the variables in env"),
    **dict.fromkeys(("wrap", "help", "usage", "version"), "it has no place in a script"),
}
"""What no field says, and what to do instead."""

_FOREIGN = re.compile(r"#(?=(?:PBS|BSUB)\b)")
_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


class Script(NamedTuple):
    """A script as lading understands it: its options, its program, and what can not be said of it, by line."""

    options: list[Option]
    program: str
    problems: list[tuple[int, str]]


def understood(text: str) -> Script:
    """The script's options in their order, and its program as a spec would hold it."""
    batch = taken_apart(text.replace("\r\n", "\n"))
    problems, options = list(batch.unreadable), list[Option]()
    for found in parsed(batch.arguments):
        if why := _why_not(found):
            problems.append((found.line, why))
        elif isinstance(found, Option):
            options.append(found)
    return Script(options, _program(batch.program), problems)


def _why_not(found: Option | Stray) -> str:
    if isinstance(found, Stray):
        return f"sbatch does not understand {found.text}"
    return f"--{found.name} can not be said: {IMPOSSIBLE[found.name]}" if found.name in IMPOSSIBLE else ""


def _program(text: str) -> str:
    """The program without the first line that goes without saying; options for other systems are only comments."""
    first, _, rest = text.partition("\n")
    own, rest = ("", rest) if first.rstrip() == OWN_SHELL else (f"{first}\n", rest) if first[:2] == "#!" else ("", text)
    return own + "".join(_as_comments(rest.lstrip("\n").splitlines(keepends=True))) or ":\n"


def _as_comments(lines: Iterable[str]) -> list[str]:
    return [_FOREIGN.sub("# ", line, count=1) if line.startswith("#") else line for line in lines]


def fields(text: str, options: Iterable[Option] = ()) -> dict[str, Any]:
    """All that a script says, for a comparison: what its options mean, over which ``options`` hold, and its program.

    What can not be said stands under its line.
    """
    script = understood(text)
    lost = {str(line): why for line, why in script.problems}
    return {**lost, **meaning([*script.options, *options]), "program": script.program}


def read(reading: Reading, text: str, place: Callable[[int], str], options: Iterable[Option] = ()) -> None:
    """The spec that the script is, and the ``options`` that hold over its own. ``place`` is the pointer of a line."""
    script = understood(text)
    for line, why in [*script.problems, *_remarks(text, script.options)]:
        reading.note(place(line), why)
    said = meaning([*script.options, *options])
    if not is_single(said):
        reading.say("launch", "once")
    read_meaning(reading, said)
    reading.say("script", script.program)


def _remarks(text: str, options: Sequence[Option]) -> Iterator[tuple[int, str]]:
    """What people should know of the lines that are read."""
    if "\r\n" in text:
        yield 1, "its lines end as those of Windows, which sbatch refuses: they end as usual now"
    names = {option.name for option in options}
    for option in options:
        if option.name in OF_THE_COMMAND:
            yield option.line, f"--{option.name} is about the command sbatch, and not about the job"
        if option.name == "ntasks" and "nodes" in names and "ntasks-per-node" not in names:
            yield option.line, "so many tasks on so many nodes: each node gets its equal share now"


def read_meaning(reading: Reading, said: Meaning) -> None:
    """What options ask for, in portable fields where those can say it, else in the native ones of sbatch."""
    said = dict(said)
    for part in (_name, _size, _memory, _gres, _time, _after, _mail, _queue):
        part(reading, said)
    for field, option in OPTIONS.items():
        if option in said:
            _say_native(reading, field, _native_value(field, said.pop(option)))
    if said:
        _say_native(reading, "directives", said)


def _native_value(field: str, value: Any) -> Any:
    """The value as the field holds it: sizes in bytes, GPUs as sbatch writes them."""
    if field in SIZES and isinstance(value, int):
        return value * 2**20
    return ":".join(_resource_text(*value[0]).split(":")[1:]) if isinstance(value, list) else value


def _say_native(reading: Reading, field: str, value: Any) -> None:
    """In the section of sbatch itself, which is the last that such a platform reads."""
    reading.say_native(field, value, platform=reads(reading.target)[-1])


def _name(reading: Reading, said: Meaning) -> None:
    """A name that is no label stays beside the label that is made of it."""
    name = said.pop("job-name", None)
    if name is None:
        reading.leave_out("/job-name", "sbatch calls a job after its file, and lading after its spec")
    elif _LABEL.fullmatch(name):
        reading.say("name", name)
    else:
        _say_native(reading, "jobName", name)
        if label := re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")[:63].rstrip("-"):
            reading.say("name", label)


def _size(reading: Reading, said: Meaning) -> None:
    """Replicas are nodes, slots their tasks, and a replica has the cores of all its slots."""
    tasks = said.get("ntasks-per-node", 1)
    if is_sized(said):
        for field, count in (("replicas", said.pop("nodes")), ("slots", said.pop("ntasks-per-node"))):
            reading.say(field, count if count > 1 else None)
    cores = said.get("cpus-per-task")
    if isinstance(cores, int) and isinstance(tasks, int):
        reading.say("resources.cpu", said.pop("cpus-per-task") * tasks * 1000)


def _memory(reading: Reading, said: Meaning) -> None:
    for option, field in (("mem", "resources.memory"), ("tmp", "resources.disk")):
        if isinstance(said.get(option), int):
            reading.say(field, said.pop(option) * 2**20)


def _gres(reading: Reading, said: Meaning) -> None:
    """The one resource that is GPUs, and all others in a native field."""
    found = said.pop("gres", None)
    if not isinstance(found, list):
        _say_native(reading, "gres", found)
        return
    resource = reading.target.options.get("gpuResource", "gpu")
    gpus = [entry for entry in found if entry[0] == resource]
    if len(gpus) == 1 and not {"gpus", "gpus-per-task"} & said.keys():
        _, kind, count = gpus.pop()
        model = _portable(reading, "gpus", kind) if kind else None
        reading.say("resources.gpu", {"model": model, "count": count})
    if others := [entry for entry in found if entry[0] != resource] + gpus:
        _say_native(reading, "gres", ",".join(_resource_text(*entry) for entry in others))


def _resource_text(name: str, kind: str, count: int) -> str:
    return ":".join(filter(None, [name, kind, str(count)]))


def _time(reading: Reading, said: Meaning) -> None:
    if isinstance(said.get("time"), int):
        reading.say("schedule.timeLimit", said.pop("time") * 60)
    if said.pop("hold", False):
        reading.say("schedule.hold", True)
    if said.pop("no-requeue", False):
        reading.say("schedule.retries", 0)
    if isinstance(said.get("array"), list):
        text, most = said.pop("array")
        reading.say("array.indices", [parse_range(part) for part in text.split(",")])
        reading.say("array.parallelism", most or None)


def _after(reading: Reading, said: Meaning) -> None:
    if isinstance(said.get("dependency"), dict):
        reading.say("schedule.after", said.pop("dependency"))


def _mail(reading: Reading, said: Meaning) -> None:
    events, user = said.pop("mail-type", None), said.pop("mail-user", None)
    if events or user:
        _say_native(reading, "mail", {**({"events": events} if events else {}), **({"user": user} if user else {})})


def _queue(reading: Reading, said: Meaning) -> None:
    if queue := said.pop("partition", None):
        reading.say("schedule.queue", _portable(reading, "queues", queue))
    reading.say("workdir", said.pop("chdir", None))


def _portable(reading: Reading, section: str, native: str) -> str:
    """The catalog's name for it; where the catalog lists none, every name stands for itself."""
    is_listed = reading.target.catalog.get(section)
    return reading.know(section, native, native) if is_listed else native
