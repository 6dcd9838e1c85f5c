"""sbatch's options: which there are, which take a value, and what arguments say in them, as getopt_long reads those."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lading.compiler.sbatch.lexer import Argument

SHORT = {
    "a": "array",
    "A": "account",
    "b": "begin",
    "B": "extra-node-info",
    "c": "cpus-per-task",
    "C": "constraint",
    "d": "dependency",
    "D": "chdir",
    "e": "error",
    "F": "nodefile",
    "G": "gpus",
    "h": "help",
    "H": "hold",
    "i": "input",
    "J": "job-name",
    "k": "no-kill",
    "L": "licenses",
    "m": "distribution",
    "M": "clusters",
    "n": "ntasks",
    "N": "nodes",
    "o": "output",
    "O": "overcommit",
    "p": "partition",
    "q": "qos",
    "Q": "quiet",
    "s": "oversubscribe",
    "S": "core-spec",
    "t": "time",
    "v": "verbose",
    "V": "version",
    "w": "nodelist",
    "W": "wait",
    "x": "exclude",
}
ALIASES = {"tasks-per-node": "ntasks-per-node", "ntasks-per-tres": "ntasks-per-gpu", "share": "oversubscribe"}
ALIASES |= {"workdir": "chdir"}  # until Slurm 17

FLAGS = frozenset(
    {
        *("contiguous", "help", "hold", "ignore-pbs", "no-requeue", "overcommit", "oversubscribe", "parsable", "quiet"),
        *("reboot", "requeue", "share", "spread-job", "stepmgr", "test-only", "usage", "use-min-nodes", "verbose"),
        *("version", "wait"),
    }
)
"""Options that take no value."""

OPTIONAL: Mapping[str, str | bool] = {
    "exclusive": True,
    "get-user-env": True,
    "nice": "100",
    "no-kill": True,
    "propagate": True,
}
"""Options that may be given a value behind ``=``, or right behind their letter, and what they mean without one."""

VALUED = frozenset(
    {
        *("account", "acctg-freq", "array", "batch", "bb", "bbf", "begin", "chdir", "cluster-constraint", "clusters"),
        *("comment", "constraint", "container", "container-id", "core-spec", "cores-per-socket", "cpu-freq"),
        *("cpus-per-gpu", "cpus-per-task", "deadline", "delay-boot", "dependency", "distribution", "error"),
        *("exclude", "export", "export-file", "extra", "extra-node-info", "gid", "gpu-bind", "gpu-freq", "gpus"),
        *("gpus-per-node", "gpus-per-socket", "gpus-per-task", "gres", "gres-flags", "hint", "input", "job-name"),
        *("kill-on-invalid-dep", "licenses", "mail-type", "mail-user", "mcs-label", "mem", "mem-bind"),
        *("mem-per-cpu", "mem-per-gpu", "mincpus", "network", "nodefile", "nodelist", "nodes", "ntasks"),
        *("ntasks-per-core", "ntasks-per-gpu", "ntasks-per-node", "ntasks-per-socket", "open-mode", "output"),
        *("partition", "power", "prefer", "priority", "profile", "qos", "reservation", "resv-ports", "segment"),
        *("signal", "sockets-per-node", "switches", "thread-spec", "threads-per-core", "time", "time-min", "tmp"),
        *("tres-bind", "tres-per-task", "uid", "wait-all-nodes", "wckey", "wrap"),
    }
)
"""Options that take a value: those of Slurm 22.05, and those that have come since."""

OF_THE_COMMAND = frozenset({"ignore-pbs", "parsable", "quiet", "test-only", "verbose", "wait"})
"""Options that change what sbatch itself does or prints, and nothing of the job."""

NAMES = frozenset({*FLAGS, *OPTIONAL, *VALUED, *ALIASES})


class Option(NamedTuple):
    """An option by its long name, its value (True where it takes none), and its line."""

    name: str
    value: str | bool
    line: int


class Stray(NamedTuple):
    """An argument that is no option, or an option that sbatch does not know or that lacks its value."""

    text: str
    line: int


def parsed(arguments: Sequence[Argument]) -> Iterator[Option | Stray]:
    """What the arguments say, in their order: long options, unique beginnings of them, and letters."""
    waiting = list(reversed(arguments))
    while waiting:
        argument = waiting.pop()
        if argument.text.startswith("--") and len(argument.text) > 2:
            yield _long(argument, waiting)
        elif argument.text.startswith("-") and len(argument.text) > 1:
            yield from _letters(argument, waiting)
        else:
            yield Stray(argument.text, argument.line)


def full_name(text: str) -> str | None:
    """The one option of that name, or that begins so; None for none or several."""
    if text in NAMES:
        return ALIASES.get(text, text)
    found = {ALIASES.get(name, name) for name in NAMES if name.startswith(text)}
    return found.pop() if len(found) == 1 else None


def _long(argument: Argument, waiting: list[Argument]) -> Option | Stray:
    text, is_given, value = argument.text[2:].partition("=")
    name = full_name(text)
    if name is None:
        return Option(text, value or True, argument.line) if _is_name(text) else Stray(argument.text, argument.line)
    if is_given:
        return Stray(argument.text, argument.line) if name in FLAGS else Option(name, value, argument.line)
    return _valued(name, argument, waiting)


def _is_name(text: str) -> bool:
    """Whether it may be an option that a newer Slurm has, and not the beginning of several that are known."""
    return text.replace("-", "").isalnum() and not any(name.startswith(text) for name in NAMES)


def _valued(name: str, argument: Argument, waiting: list[Argument]) -> Option | Stray:
    """The option with the argument after it, if it takes one."""
    if name in FLAGS:
        return Option(name, True, argument.line)
    if name in OPTIONAL:
        return Option(name, OPTIONAL[name], argument.line)
    return Option(name, waiting.pop().text, argument.line) if waiting else Stray(argument.text, argument.line)


def _letters(argument: Argument, waiting: list[Argument]) -> Iterator[Option | Stray]:
    """``-HN2``: letters, the last of which may have its value behind it, or in the next argument."""
    letters = argument.text[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = SHORT.get(letter)
        if name is None:
            yield Stray(f"-{letter}", argument.line)
        elif name in FLAGS or not letters:
            yield _valued(name, argument, waiting)
        else:
            yield Option(name, letters, argument.line)
            return
