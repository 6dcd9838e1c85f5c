"""The command line, run inside the test's process, and what it answered."""

import io
import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from lading.runner.cli import main


@dataclass(frozen=True)
class Answer:
    """How one command line ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


class Cli:
    """``cli("validate", "a.yaml")`` runs ``lading validate a.yaml``."""

    def __init__(self, capture: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capture, self._patch = capture, monkeypatch

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Answer:
        """The answer, once the command has ended."""
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capture.readouterr()
        code = main(arguments)
        out, err = self._capture.readouterr()
        return Answer(code, out.decode(), err.decode())

    def good(self, *arguments: str) -> Answer:
        """The answer of a command that must say yes."""
        answer = self(*arguments)
        assert (answer.code, answer.err if answer.code else "") == (0, ""), answer
        return answer


def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own settings changes what is printed."""
    for name in ("LADING_SITE", "LADING_STATE", "PRE_COMMIT", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
