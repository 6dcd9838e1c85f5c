"""Submissions read back: ``jobconf`` and the script's own lines are one set of options, of which the first hold."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lading.compiler.importing.reading import Reading
from lading.compiler.platforms.newt.table import OPTIONS
from lading.compiler.platforms.newt.wire import unwire
from lading.compiler.sbatch import reading as scripts
from lading.compiler.sbatch.lexer import is_command
from lading.compiler.sbatch.meaning import meaning
from lading.compiler.sbatch.options import Option

__all__ = ["fields", "read", "unwire"]

_FOR_A_SHELL = re.compile(r"#!.*\b(?:ba|da|k|z)?sh\b")
_EXPANDED = re.compile(r"[$`*?\[\]~;&|<>(){}#!\\\n]")
TAKEN_FOR_NOTHING = {"scale_cores": 1, "scale_Nodes": 1}
"""Values that the service leaves out, so that the script's own hold."""


def read(reading: Reading) -> None:
    """The spec that the submission is: of a script in it, or of one that is there already."""
    settings = reading.take("/jobconf") or {}
    for name in ("jobfile", "jobfilepath"):
        reading.say_native(name, reading.take(f"/{name}"))
    if not reading.peek("/jobfile"):
        script = with_arguments(reading.take("/jobscript"), settings)
        scripts.read(reading, script, lambda _: "/jobscript", stated(settings))
        reading.say("workdir", fields(reading.payload).get("chdir"))
        return
    if reading.peek("/jobscript"):
        reading.leave_out("/jobscript", "the service takes the file instead")
    scripts.read_meaning(reading, meaning(stated(settings)))
    reading.say("args", _words(settings.get("jobfile_args", "")))


def stated(settings: Mapping[str, Any]) -> Iterator[Option]:
    """What ``jobconf`` makes of sbatch's options. The service takes 0, nothing, 1 core and 1 node for not said."""
    for key, option in OPTIONS.items():
        value = settings.get(key)
        if value and value != TAKEN_FOR_NOTHING.get(key):
            yield Option(option, f"{value}G" if option == "mem" else str(value), 1)


def with_arguments(script: str, settings: Mapping[str, Any]) -> str:
    """The script, which gives itself the arguments that the service gives it, if it is one for a shell."""
    words = settings.get("jobfile_args")
    if not words or not _FOR_A_SHELL.match(script):
        return script
    lines = script.split("\n")
    first = next((number for number, line in enumerate(lines) if is_command(line)), len(lines))
    return "\n".join([*lines[:first], f"set -- {words}", *lines[first:]])


def _words(text: str) -> list[str] | None:
    """The arguments, as a shell tells them apart; None where it would make something else of any."""
    import shlex

    try:
        return None if _EXPANDED.search(text) else shlex.split(text) or None
    except ValueError:
        return None


def fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """All that a submission says, for a comparison: the same, whether ``jobconf`` or the script says it."""
    settings = body.get("jobconf", {})
    if "jobfile" in body:
        words = {"jobfile_args": _words(text) or text} if (text := settings.get("jobfile_args")) else {}
        return {"jobfile": body["jobfile"], **words, **meaning(stated(settings))}
    said = scripts.fields(with_arguments(body.get("jobscript", ""), settings), stated(settings))
    return _beside(body["jobfilepath"]) | said if "jobfilepath" in body else said


def _beside(path: str) -> dict[str, Any]:
    """Where the script is put, and that the job starts there if nothing else is said."""
    return {"jobfilepath": path, "chdir": posixpath.dirname(path)}
