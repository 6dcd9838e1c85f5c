"""What sbatch's options mean, however they are written: two scripts that ask for the same have the same meaning.

A value that can not be read, because Slurm has more ways to say it than lading, stays the text that it is.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lading.compiler.sbatch.options import OF_THE_COMMAND, Option
from lading.schema.units import indices_text, parse_range

Meaning = dict[str, Any]

_CLOCK = re.compile(r"(?:(\d{1,9})-)?(\d{1,9})(?::(\d{1,9}))?(?::(\d{1,9}))?", re.ASCII)
_SIZE = re.compile(r"(\d{1,15})([kKmMgGtT]?)[bB]?", re.ASCII)
_KIB = {"k": 1, "": 2**10, "m": 2**10, "g": 2**20, "t": 2**30}


def meaning(options: Iterable[Option]) -> Meaning:
    """What the options mean together; of one that is said twice the last counts."""
    said = {option.name: _plain(option) for option in options if option.name not in OF_THE_COMMAND}
    return _dependency(_gpus(_memory(_size(said))))


def _plain(option: Option) -> Any:
    read = PLAIN.get(option.name)
    return read(option.value) if read and isinstance(option.value, str) else option.value


def minutes(text: str) -> int | str:
    """``30`` → 30, ``1:30`` → 2, ``2:00:00`` → 120, ``1-12`` → 2160. 0 is no limit, and no number here."""
    match = _CLOCK.fullmatch(text)
    if not match:
        return text
    days, first, second, third = (int(part) if part else 0 for part in match.groups())
    has_hours = match[1] is not None or match[4] is not None
    seconds = first * 3600 + second * 60 + third if has_hours else first * 60 + second
    return -(-(days * 86400 + seconds) // 60) or text


def mebibytes(text: str) -> int | str:
    """``4000`` and ``4000M`` → 4000, ``4G`` → 4096. 0 is all that there is, and no number here."""
    match = _SIZE.fullmatch(text)
    return (-(-int(match[1]) * _KIB[match[2].lower()] // 2**10) or text) if match else text


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) else text


def _signed(text: str) -> int | str:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else text


def _indices(text: str) -> list[Any] | str:
    """``1-10:3%2`` → the ranges, ascending, and how many run at once; 0 or none for all."""
    listed, _, most = text.partition("%")
    ranges = [parse_range(part) for part in listed.split(",")]
    known = [found for found in ranges if found]
    is_read = len(known) == len(ranges) and (not most or most.isdecimal())
    return [indices_text(sorted(known)), int(most or 0)] if is_read else text


def _gres(text: str) -> list[Any] | str:
    """``gpu:a100:4,lustre`` → ``[["gpu", "a100", 4], ["lustre", "", 1]]``."""
    found = [_resource(part) for part in text.split(",")] if text != "none" else []
    return sorted(found) if None not in found else text


def _resource(text: str) -> Any:
    words = text.removeprefix("gres:").split(":")
    count = int(words.pop()) if len(words) > 1 and words[-1].isdecimal() else 1
    is_read = len(words) < 3 and all(re.fullmatch(r"[A-Za-z0-9_.-]+", word, re.ASCII) for word in words)
    return [words[0], "".join(words[1:]), count] if is_read else None


def _gpu(text: str) -> list[Any] | str:
    """``4``, ``a100:4`` → how ``gpu:a100:4`` would be read."""
    found = _gres(f"gpu:{text}")
    return found if isinstance(found, list) and len(found) == 1 else text


def _events(text: str) -> list[str]:
    return sorted({event.strip().upper() for event in text.split(",")})


PLAIN: Mapping[str, Callable[[str], Any]] = {
    "time": minutes,
    **dict.fromkeys(("mem", "mem-per-cpu", "mem-per-gpu", "tmp"), mebibytes),
    **dict.fromkeys(("nodes", "ntasks", "ntasks-per-node", "cpus-per-task", "cpus-per-gpu"), _number),
    **dict.fromkeys(("gpus", "gpus-per-node", "gpus-per-task"), _gpu),
    "gres": _gres,
    "nice": _signed,
    "array": _indices,
    "mail-type": _events,
}
"""What is the same in several spellings, and how each is read."""


def _size(said: Meaning) -> Meaning:
    """Nodes and the tasks of each, where that is what was said in some way; other sizes stay as they are."""
    nodes, tasks, each = (said.get(name) for name in ("nodes", "ntasks", "ntasks-per-node"))
    if any(isinstance(value, str) for value in (nodes, tasks, each)):
        return said
    nodes = nodes or _nodes(tasks, each)
    each = each or (nodes and _shared(tasks or nodes, nodes))
    if not (nodes and each) or (tasks and tasks != nodes * each):
        return said
    rest = {name: value for name, value in said.items() if name != "ntasks"}
    return {**rest, "nodes": nodes, "ntasks-per-node": each}


def _nodes(tasks: int | None, each: int | None) -> int | None:
    """How many nodes so many tasks are on, where that is not said."""
    if tasks in {None, 1}:
        return 1
    return _shared(tasks, each) if tasks and each else None


def _shared(whole: int, parts: int) -> int | None:
    """What each part has, where all have the same."""
    return whole // parts if whole % parts == 0 else None


def is_sized(said: Meaning) -> bool:
    """Whether it is known how many nodes there are, and how many tasks run on each."""
    return "ntasks" not in said and isinstance(said.get("nodes"), int) and isinstance(said["ntasks-per-node"], int)


def is_single(said: Meaning) -> bool:
    """Whether there is one task only, which a batch script need not start."""
    return is_sized(said) and said["nodes"] == said["ntasks-per-node"] == 1


def _memory(said: Meaning) -> Meaning:
    """Memory of a node, where that of a core was said and a node's cores are known."""
    each, cores = said.get("mem-per-cpu"), said.get("cpus-per-task", 1)
    if not (is_sized(said) and isinstance(each, int) and isinstance(cores, int)) or "cpus-per-gpu" in said:
        return said
    rest = {name: value for name, value in said.items() if name != "mem-per-cpu"}
    return {**rest, "mem": each * cores * said["ntasks-per-node"]}


def _gpus(said: Meaning) -> Meaning:
    """GPUs of a node as generic resources, where they were said per node, per task or for all."""
    for name in ("gpus-per-node", "gpus-per-task", "gpus"):
        found, others = said.get(name), said.get("gres", [])
        count = _of_a_node(said, name, found[0][2]) if isinstance(found, list) and isinstance(others, list) else None
        if found and count:
            rest = {other: value for other, value in said.items() if other != name}
            return {**rest, "gres": sorted([[*found[0][:2], count], *others])}
    return said


def _of_a_node(said: Meaning, name: str, count: int) -> int | None:
    """The GPUs of a node, where so many were said by the option of this name."""
    if name == "gpus-per-node":
        return count
    if not is_sized(said):
        return None
    return count * int(said["ntasks-per-node"]) if name == "gpus-per-task" else _shared(count, said["nodes"])


CONDITIONS = {"afterok": "ok", "afterany": "any", "afternotok": "notOk"}


def _dependency(said: Meaning) -> Meaning:
    """Which jobs must have ended how; a condition that can never hold cancels the job, unless ``no`` was said."""
    text = said.get("dependency")
    found = _after(text) if isinstance(text, str) else None
    if found is None or said.get("kill-on-invalid-dep", "yes") != "yes":
        return said
    return {**{name: value for name, value in said.items() if name != "kill-on-invalid-dep"}, "dependency": found}


def _after(text: str) -> dict[str, list[str]] | None:
    found: dict[str, list[str]] = {}
    for part in text.split(","):
        kind, *jobs = part.split(":")
        if kind not in CONDITIONS or not jobs or not all(re.fullmatch(r"[A-Za-z0-9][\w.-]*", job) for job in jobs):
            return None
        found.setdefault(CONDITIONS[kind], []).extend(jobs)
    return found
