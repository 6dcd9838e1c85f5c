"""Same inputs, same bytes: whoever compiles, wherever, with whatever around it, and with no network to be reached."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kit.sites import FOLDER, PLATFORMS

SPECS = Path(__file__).parents[1] / "specs"

EXAMPLES = ("hello.yaml", "array.yaml", "matrix.yaml", "workflow.yaml")

COMPILE = """
import socket, sys
def refuse(*_, **__): raise AssertionError("a compiler opened a socket")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from lading.runner.cli import main
site, target, *examples = sys.argv[1:]
for example in examples:
    print(example, main(["compile", example, "--site", site, "-t", target, "--format", "json"]), flush=True)
"""

AROUND = {
    "as it is": {},
    "another home": {
        "HOME": "/nonexistent",
        "XDG_CONFIG_HOME": "/nonexistent",
        "USER": "somebody",
        "LOGNAME": "somebody",
    },
    "another time zone": {"TZ": "Pacific/Kiritimati"},
    "another locale": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "plain ASCII": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "hash seed 2": {"PYTHONHASHSEED": "2"},
    "a narrow terminal": {"COLUMNS": "20", "TERM": "dumb"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
}


def compiled(platform: str, folder: Path, environ: dict[str, str]) -> list[str]:
    """What `lading compile` prints for each example, started in a copy of them, with its exit code below."""
    shutil.copytree(SPECS, folder)
    argv = [sys.executable, "-c", COMPILE, str(FOLDER / f"{platform}.yaml"), platform, *EXAMPLES]
    done = subprocess.run(argv, cwd=folder, env={**os.environ, **environ}, capture_output=True, check=True)
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_bytes_are_the_same_whatever_is_around(platform: str, tmp_path: Path) -> None:
    """Homes, zones, locales, hash seeds and working directories change nothing, where it is refused neither."""
    outputs = {name: compiled(platform, tmp_path / name, environ) for name, environ in AROUND.items()}
    usual = outputs["as it is"]
    ends = [line for line in usual if line.startswith(EXAMPLES)]
    assert [end.split()[0] for end in ends] == list(EXAMPLES)
    assert "hello.yaml 0" in ends
    assert {name: output == usual for name, output in outputs.items()} == dict.fromkeys(AROUND, True)
