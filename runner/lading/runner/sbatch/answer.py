"""What became of a command of Slurm, whichever way it was run."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command. ``code`` is None where it did not end in time; ``has_started`` is False where nothing
    shows that it ever ran."""

    code: int | None
    raw: bytes = b""
    err: str = ""
    has_started: bool = True

    @property
    def out(self) -> str:
        """The standard output as text."""
        return self.raw.decode(errors="replace")

    @property
    def problem(self) -> str:
        """What it complained about, in one line that is safe to show."""
        lines = [line.strip() for line in _CONTROL.sub("", self.err).splitlines() if line.strip()]
        return lines[-1][:500] if lines else f"it ended with status {self.code}"


Ask = Callable[[Sequence[str]], Answer]
"""Asks by the words of a command, which does no harm when it is run again."""
