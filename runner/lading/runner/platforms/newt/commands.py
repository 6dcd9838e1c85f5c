"""Commands on the login node. The service hands one text to a login shell, and gives back what that prints as text.

What a program prints comes in base 64 between two marks: the service takes only UTF-8, start-up files of the shell may
print something before, and an answer that is not whole must not be taken for one.
"""

import base64
import binascii
import re
import shlex
from collections.abc import Sequence
from typing import Any

from lading.runner.errors import LoginRejected, NotSupported, Refused
from lading.runner.http.answer import field
from lading.runner.http.connection import Call
from lading.runner.platform import Executed
from lading.runner.platforms.newt import protocol
from lading.runner.platforms.newt.service import Service
from lading.runner.sbatch.answer import Answer
from lading.runner.sbatch.answers import ENVIRONMENT

_MARKED = re.compile(r"lading<([A-Za-z0-9+/=\s]*)>gnidal")
_SETTINGS = " ".join(f"{name}={shlex.quote(value)}" for name, value in ENVIRONMENT.items())


class Commands:
    """The commands of one machine; a service that has none is asked once only."""

    def __init__(self, service: Service, machine: str) -> None:
        self._service, self._path = service, f"command/{machine}"
        self.are_there = True

    def run(self, argv: Sequence[str]) -> Answer:
        """The answer of a command of Slurm, which does no harm when it is run again."""
        return self.shell(f"env {_SETTINGS} {shlex.join(argv)}")

    def shell(self, text: str) -> Answer:
        """The answer of a text for bash that does no harm when it is run again."""
        if not self.are_there:
            raise NotSupported(f"{self._service.place} runs no commands")
        whole = f"set -o pipefail; printf 'lading<'; ({text}) </dev/null | base64; end=$?; printf '>gnidal'; exit $end"
        try:
            done = self._service.ask(self._call(whole), executed, protocol.SLOWEST_COMMAND)
        except LoginRejected:
            raise
        except Refused as refused:
            self.are_there = False
            raise NotSupported(f"{self._service.place} runs no commands: {refused}", refused.help) from None
        printed = _unpacked(done.out)
        if printed is None:
            return Answer(None, b"", done.err or "its output is not whole", has_started=False)
        return Answer(done.code, printed, done.err)

    def execute(self, command: Sequence[str]) -> Executed:
        """What became of somebody's own command, which is run once."""
        return self._service.order(self._call(shlex.join(command)), executed, patience=protocol.SLOWEST_COMMAND)

    def _call(self, text: str) -> Call:
        return Call("POST", self._path, form={"command": text})


def executed(output: Any) -> Executed:
    """What a command ended with and printed."""
    out, err = field(output, "output", of=str, default=""), field(output, "error", of=str, default="")
    return Executed(_code(field(output, "retcode", of=int)), _text(out), _text(err))


def _code(code: int) -> int:
    """The service tells a signal as a number below 0; any other number is none that a program ends with."""
    if -128 < code < 0:
        return 128 - code
    return code if 0 <= code < 256 else 255


def _text(text: str) -> str:
    """JSON can hold half a character, which nothing can print."""
    return text.encode("utf-8", "replace").decode()


def _unpacked(text: str) -> bytes | None:
    """What stands between the marks; None where it is not whole."""
    found = _MARKED.search(text)
    try:
        return base64.b64decode("".join(found[1].split()), validate=True) if found else None
    except binascii.Error:
        return None
