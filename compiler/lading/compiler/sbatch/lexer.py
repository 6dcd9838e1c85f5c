"""How sbatch reads a script: which of its lines are directives, and which arguments those hold.

After its source, src/sbatch/opt.c. A backslash protects what follows, but no space outside quotes; ``#`` ends a line.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

DIRECTIVE = "#SBATCH"
SPACE = " \t\n\v\f\r"


class Argument(NamedTuple):
    """One argument of sbatch, and the line that it stands on, counted from 1."""

    text: str
    line: int


class Batch(NamedTuple):
    """A script taken apart: what it says to sbatch, and the lines of what runs, without those.

    ``unreadable`` are directives that sbatch refuses, by line, with the reason.
    """

    arguments: Sequence[Argument]
    program: str
    unreadable: Sequence[tuple[int, str]] = ()


def taken_apart(script: str) -> Batch:
    """The script's directives and its program. What follows the first command is the program's, whatever it says."""
    found: list[Argument] = []
    kept: list[str] = []
    unreadable: list[tuple[int, str]] = []
    lines = script.split("\n")
    for number, line in enumerate(lines, 1):
        if not line.startswith(DIRECTIVE):
            kept.append(line)
            if is_command(line):
                return Batch(found, "\n".join([*kept, *lines[number:]]), unreadable)
            continue
        try:
            found += [Argument(text, number) for text in arguments(line.removeprefix(DIRECTIVE))]
        except ValueError as error:
            unreadable.append((number, str(error)))
    return Batch(found, "\n".join(kept), unreadable)


def is_command(line: str) -> bool:
    """Whether sbatch looks for no more directives after the line."""
    text = line.strip(SPACE)
    return bool(text) and not text.startswith("#")


def options(script: str) -> list[str]:
    """Every argument that the script's directives hold."""
    return [argument.text for argument in taken_apart(script).arguments]


def arguments(line: str) -> list[str]:
    """The arguments on what follows ``#SBATCH``. Raises ValueError for a quote that is not closed."""
    return list(_arguments(line))


def _arguments(line: str) -> Iterator[str]:
    at = 0
    while True:
        while at < len(line) and line[at] in SPACE:
            at += 1
        if at == len(line) or line[at] == "#":
            return
        argument, at, is_last = _argument(line, at)
        yield argument
        if is_last:
            return


def _argument(line: str, at: int) -> tuple[str, int, bool]:
    """The argument that begins there, where it ends, and whether a comment follows at once."""
    text, quote, is_escaped = "", "", False
    while at < len(line) and (quote or line[at] not in SPACE):
        char = line[at]
        at += 1
        if is_escaped:
            text, is_escaped = text + char, False
        elif char == "\\":
            is_escaped = True
        elif quote:
            text, quote = (text, "") if char == quote else (text + char, quote)
        elif char in "\"'":
            quote = char
        elif char == "#":
            return text, at, True
        else:
            text += char
    if quote:
        raise ValueError(f"the quote {quote} is never closed")
    return text, at, False
