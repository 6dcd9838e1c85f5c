"""Runs the commands of another system by argv: here, or behind a prefix such as ``ssh login``.

What is run behind a prefix is never put into the prefix's own words, because ssh joins its arguments and hands them to
a shell, and others do not. The prefix starts a plain ``sh``, which gets everything on its standard input: environment,
command, and the command's own input. So there is nothing to quote twice, and a secret stands in no argument.
"""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from lading.runner.errors import RunnerError, Unreachable
from lading.runner.sbatch.answer import Answer

LARGEST = 64 * 2**20
"""Bytes of output; no answer that lading asks for is larger."""

STARTED = b"\x1elading\x1e\n"
"""Said before the command runs behind a prefix: what comes before it was said by somebody's start-up files."""

NOT_FOUND = 127


class Run(Protocol):
    """Something that runs commands; tests have another."""

    def __call__(self, argv: Sequence[str], stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Answer:
        """The command has run, or has been killed because it took too long."""
        ...


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs commands behind the words of ``via``, in ``folder`` where there are none.

    ``hidden`` is the beginning of the names of variables that a command must not see, ``timeout`` in seconds.
    """

    via: tuple[str, ...] = ()
    timeout: float = 60.0
    folder: Path | None = None
    hidden: str = ""

    def run(self, argv: Sequence[str], stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Answer:
        """The command has run with ``env`` added to its environment, or has been killed because it took too long."""
        if self.via:
            answer = self._behind([*self.via, "sh"], _program(argv, stdin, env or {}, self.hidden))
        else:
            answer = _run(argv, stdin, self._environment() | dict(env or {}), self.timeout, self.folder)
        if answer.code == NOT_FOUND and not answer.has_started:  # a command that runs may end with that number too
            where = f"behind `{shlex.join(self.via)}`" if self.via else "on this machine"
            raise Unreachable(
                f"there is no command {argv[0]} {where}", "set options.via of the target in the site file"
            )
        return answer

    def _behind(self, words: Sequence[str], program: bytes) -> Answer:
        answer = _run(words, program, dict(os.environ), self.timeout, None)
        _, mark, rest = answer.raw.partition(STARTED)
        return Answer(answer.code, rest, answer.err, has_started=bool(mark))

    def _environment(self) -> dict[str, str]:
        hidden = self.hidden
        return {name: value for name, value in os.environ.items() if not (hidden and name.startswith(hidden))}


def _program(argv: Sequence[str], stdin: bytes, env: Mapping[str, str], hidden: str) -> bytes:
    """What ``sh`` reads. It runs nothing before it has read the last brace, so a line that is cut sends nothing."""
    there = f"command -v {shlex.quote(argv[0])} >/dev/null || exit {NOT_FOUND}".encode()
    lines = [b"{", there, b"printf '" + b"".join(b"\\%03o" % byte for byte in STARTED) + b"'"]
    if hidden:
        lines.append(f"unset $(env | sed -n 's/^\\({hidden}[A-Za-z0-9_]*\\)=.*/\\1/p')".encode())
    lines += [f"export {name}={shlex.quote(value)}".encode() for name, value in env.items()]
    word = shlex.join(argv).encode()
    if not stdin:
        return b"\n".join([*lines, b"exec " + word + b" </dev/null", b"}", b""])
    end = _delimiter(stdin)
    last = b"" if stdin.endswith(b"\n") else b"\n"
    return b"\n".join([*lines, b"exec " + word + b" <<'" + end + b"'", stdin + last + end, b"}", b""])


def _delimiter(text: bytes) -> bytes:
    lines, word = set(text.split(b"\n")), b"END_OF_INPUT"
    while word in lines:
        word += b"_"
    return word


def _run(argv: Sequence[str], stdin: bytes, env: Mapping[str, str], timeout: float, folder: Path | None) -> Answer:
    import subprocess
    import tempfile

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=out, stderr=err, env=env, cwd=folder)
        except OSError as error:
            reason = f"{argv[0]} could not be started: {error.strerror}"
            raise Unreachable(reason, "is it installed, and on the PATH?") from None
        with process:
            try:
                process.communicate(stdin, timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                return Answer(None, _read(out), f"{argv[0]} did not answer in {timeout:g} s")
        return Answer(process.returncode, _read(out), _read(err).decode(errors="replace"))


def _read(stream: IO[bytes]) -> bytes:
    size = stream.seek(0, os.SEEK_END)
    if size > LARGEST:
        raise RunnerError(f"a command answered with {size} bytes, which nothing of ours asks for")
    stream.seek(0)
    return stream.read()
