"""Same inputs, same bytes: whoever compiles, wherever, with whatever around it, and with no network to be reached."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kit.sites import FOLDER, PLATFORMS

SPECS = Path(__file__).parents[1] / "specs"

COMPILE = """
import socket, sys
def refuse(*_, **__): raise AssertionError("a compiler opened a socket")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from lading.runner.cli import main
sys.exit(main(["compile", sys.argv[3], "--site", sys.argv[1], "-t", sys.argv[2], "--format", "json"]))
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


def compiled(platform: str, example: str, folder: Path, environ: dict[str, str]) -> bytes:
    """What `lading compile` prints for an example, started in a copy of the examples."""
    shutil.copytree(SPECS, folder)
    argv = [sys.executable, "-c", COMPILE, str(FOLDER / f"{platform}.yaml"), platform, example]
    done = subprocess.run(argv, cwd=folder, env={**os.environ, **environ}, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, done.stderr)
    return done.stdout


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("example", ["array.yaml", "matrix.yaml", "workflow.yaml"])
def test_the_bytes_are_the_same_whatever_is_around(platform: str, example: str, tmp_path: Path) -> None:
    """Homes, zones, locales, hash seeds and working directories change nothing."""
    outputs = {}
    for index, (name, environ) in enumerate(AROUND.items()):
        outputs[name] = compiled(platform, example, tmp_path / str(index), environ)
    assert len(outputs["as it is"]) > 100
    assert {name: output == outputs["as it is"] for name, output in outputs.items()} == dict.fromkeys(AROUND, True)
