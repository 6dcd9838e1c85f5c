"""A platform that a stranger adds from outside: no file of lading's changes, and everything knows it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOY = Path(__file__).parent / "toy"

SPEC = """\
lading: v1
name: sweep-the-floor
command: [sweep, the floor]
resources: {memory: 1500Mi}
schedule: {priority: high}
native: {chalkboard: {colour: yellow}}
"""

SITE = """\
lading: v1
kind: site
targets:
  hall:
    platform: chalkboard
    options: {{board: {board}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a spec, a site that names the toy as its only target, and an empty board."""
    (tmp_path / "board.txt").touch()
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "lading.site.yaml").write_text(SITE.format(board=tmp_path / "board.txt"))
    return tmp_path


def lading(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in the folder, with the toy as good as installed."""
    environ = os.environ | {"PYTHONPATH": str(TOY), "LADING_STATE": str(folder / "state")}
    command = [sys.executable, "-m", "lading", *words]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_a_spec_is_compiled_for_it(folder: Path) -> None:
    """The table's units, translations and native fields are in the payload."""
    done = lading(folder, "compile", "spec.yaml")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "method": "WRITE",
        "path": "board",
        "body": {
            "task": "sweep-the-floor",
            "words": ["sweep", "the floor"],
            "effort": 2,
            "underlined": True,
            "colour": "yellow",
        },
    }


def test_a_job_runs_on_it(folder: Path) -> None:
    """Submission, log and exit code go through the stranger's client."""
    done = lading(folder, "run", "spec.yaml")
    assert (done.returncode, done.stdout) == (0, "sweep the floor\n"), done.stderr
    assert [json.loads(line)[1]["task"] for line in (folder / "board.txt").read_text().splitlines()] == [
        "sweep-the-floor"
    ]


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        ("env: {A: b}", "LD404", "env"),
        ("replicas: 2", "LD406", "replicas"),
        ("workdir: /tmp", "LD406", "workdir"),
    ],
)
def test_its_table_says_what_is_lost(folder: Path, line: str, code: str, path: str) -> None:
    """What the stranger's table drops, refuses or forgets is an error with its own reason."""
    (folder / "spec.yaml").write_text(SPEC + line + "\n")
    done = lading(folder, "validate", "spec.yaml", "--format", "json")
    errors = [d for d in json.loads(done.stdout)["diagnostics"] if d["severity"] == "error"]
    assert (done.returncode, [(d["code"], d["path"], d["line"]) for d in errors]) == (1, [(code, path, 7)])


def test_its_models_check_native_fields(folder: Path) -> None:
    """A misspelled native field is pointed out at its key, with the nearest one."""
    (folder / "spec.yaml").write_text(SPEC.replace("colour", "color"))
    done = lading(folder, "validate", "spec.yaml", "--format", "json")
    errors = [d for d in json.loads(done.stdout)["diagnostics"] if d["severity"] == "error"]
    assert [(d["path"], d["column"], d["help"]) for d in errors] == [
        ("native.chalkboard.color", 23, 'did you mean "colour"?')
    ]


def test_its_payload_schema_has_the_last_word(folder: Path) -> None:
    """A value that the platform would not understand is objected to where it stands, and nothing is sent."""
    (folder / "spec.yaml").write_text(SPEC.replace("yellow", "blue"))
    done = lading(folder, "submit", "spec.yaml")
    objection = """\
error[LD412]: chalkboard would not understand /colour: 'blue' is not one of ['white', 'yellow', 'red']
 --> spec.yaml:6:31
  |
6 | native: {chalkboard: {colour: blue}}
  |                               ^^^^ this made /colour
"""
    assert (done.returncode, done.stderr[: len(objection)]) == (1, objection)
    assert (folder / "board.txt").read_text() == ""


def test_every_list_of_platforms_has_it(folder: Path) -> None:
    """The matrix has a column for it without being told."""
    done = lading(folder, "matrix", "--format", "json")
    lines = {line["name"]: line["cells"] for line in json.loads(done.stdout)["matrix"]}
    assert {cell["name"]: cell["native"] for cell in lines["name"]}["chalkboard"] == "task"
