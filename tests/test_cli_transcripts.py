"""Whole conversations with the command line: what a person types, and every word of the answer.

A transcript is a file in ``transcripts/`` with commands (``$ lading …``), each followed by what it prints on standard
output, then on standard error (``2>``), and its exit code if that is not 0. They run in a copy of the folder there.
"""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Golden
from kit.cli import Answer, Cli

FOLDER = Path(__file__).parent / "transcripts"


def told(command: str, answer: Answer) -> Iterator[str]:
    """One command and its answer, line by line."""
    yield command
    yield from answer.out.splitlines()
    yield from (f"2> {line}".rstrip() for line in answer.err.splitlines())
    if answer.code:
        yield f"[exit {answer.code}]"
    yield ""


@pytest.mark.parametrize("transcript", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_every_command_answers_as_written(transcript: Path, cli: Cli, golden: Golden) -> None:
    """The commands of the transcript print exactly what stands below each of them."""
    shutil.copytree(FOLDER / "folder", ".", dirs_exist_ok=True)
    Path(".git").mkdir()  # a checkout, in which a site holds for the folders below it
    commands = [line for line in transcript.read_text(encoding="utf-8").splitlines() if line.startswith("$ lading")]
    lines = [line for command in commands for line in told(command, cli(*shlex.split(command)[2:]))]
    golden.compare(transcript, "\n".join(lines))
