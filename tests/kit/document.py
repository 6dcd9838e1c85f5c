"""Documents as programs: the commands that they show are run, and say what is shown below them."""

import os
import re
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
ID = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b")


def steps_of(document: Path) -> list[tuple[str, str]]:
    """Every command of the document with the output that is shown below it, in order."""
    blocks = BLOCK.findall(document.read_text(encoding="utf-8"))
    steps = [step for block in blocks for step in block.removeprefix("$ ").split("\n$ ")]
    return [(command, output) for command, _, output in (step.partition("\n") for step in steps)]


def follow(document: Path, folder: Path, **variables: str) -> None:
    """Run the document in the folder, as if in one shell, from its first command to its last.

    Those with an output say exactly that, whatever the ids; of an error its beginning is enough. Only what is shown to
    fail may fail, and what is shown to differ.
    """
    environ = {**os.environ, "COLUMNS": "100", **variables}
    environ["PATH"] = f"{Path(sys.executable).parent}:{environ['PATH']}"
    kept = folder_now = ""
    for command, output in steps_of(document):
        shown = f"{output.rstrip()}\n" if output.strip() else ""
        if command.startswith("cd "):
            folder_now += f"{command}\n"
            continue
        keeps = command.startswith("id=")  # what one command of a shell leaves to the next
        script = f"{folder_now}{kept}\n{command}" + ("; echo $id" if keeps else "")
        done = subprocess.run(
            ["bash", "-c", script], cwd=folder, env=environ, stdout=PIPE, stderr=STDOUT, text=True, check=False
        )
        may_fail = shown.startswith("error") or (shown and "lading diff" in command)
        assert not done.returncode or may_fail, f"{command}\n{done.stdout}"
        kept = f"id={done.stdout.strip()}" if keeps else kept
        if shown:
            said = done.stdout[: len(shown)] if shown.startswith("error") else done.stdout
            assert (command, ID.sub("ID", said)) == (command, ID.sub("ID", shown))
