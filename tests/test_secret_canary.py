"""A secret's value is in the process that needs it and nowhere else: in no output, file, log, row or error."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CANARY = 'c4n4ry-$(id)-Ω-"quoted"-value'
SITE = """
lading: v1
kind: site
default: local
secrets: {token: {env: CANARY_SOURCE}}
targets: {local: {platform: local}, cluster: {platform: slurm, options: {via: [no-such-login]}}}
"""
SPEC = """
lading: v1
name: needs-a-secret
script: |
  [ "$TOKEN" = "$(cat expected)" ] && echo "it is here, and it is ${#TOKEN} long"
env: {TOKEN: {secret: token}}
"""
COMMANDS = {
    "validate spec.yaml -v": 0,
    "compile spec.yaml -t local --format json": 0,
    "compile spec.yaml -t cluster": 0,
    "compile spec.yaml -t cluster -o out": 0,
    "explain spec.yaml -t local -v": 0,
    "explain spec.yaml -t cluster --format json": 0,
    "explain spec.yaml -t cluster -t local --format html": 0,
    "submit spec.yaml --dry-run -v": 0,
    "submit spec.yaml -t cluster --dry-run --format json": 0,
    "submit spec.yaml -t cluster -v": 3,
    "run spec.yaml -v": 0,
    "diff spec.yaml -t local": 0,
    "diff spec.yaml -t local --set env.TOKEN=other": 1,
    "diff spec.yaml -t local --set env.TOKEN=other --format html": 1,
    "list -v": 0,
    "list --format json": 0,
    "ledger --format json": 0,
    "doctor local -v": 0,
}
"""Each with the exit code that shows that it did its work; ``cluster`` can not be reached."""


def spellings() -> list[bytes]:
    """The value as it is, and as JSON, URLs and base64 would write it."""
    import base64
    from urllib.parse import quote, quote_plus

    texts = [
        CANARY,
        json.dumps(CANARY)[1:-1],
        json.dumps(CANARY, ensure_ascii=False)[1:-1],
        quote(CANARY),
        quote_plus(CANARY),
    ]
    return [text.encode() for text in texts] + [base64.b64encode(CANARY.encode())]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a spec that needs the secret. Only its digest-like check file may hold the value, outside of it."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "lading.site.yaml").write_text(SITE)
    (work / "spec.yaml").write_text(SPEC.replace("cat expected", f"cat {tmp_path / 'expected'}"))
    (tmp_path / "expected").write_text(CANARY)
    return work


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """One lading command in the folder, with the secret in its environment."""
    places = {"LADING_STATE": str(folder / "state"), "HOME": str(folder)}
    environ = {**os.environ, "CANARY_SOURCE": CANARY, **places}
    argv = [sys.executable, "-m", "lading", *arguments]
    return subprocess.run(argv, cwd=folder, env=environ, capture_output=True, check=False, timeout=60)


def test_the_value_is_nowhere(folder: Path) -> None:
    """Every command, then every file that they left behind: the job had the value, and nothing else has it."""
    outputs = {command: run(folder, *command.split()) for command in COMMANDS}
    assert {command: done.returncode for command, done in outputs.items()} == COMMANDS
    assert outputs["run spec.yaml -v"].stdout == f"it is here, and it is {len(CANARY)} long\n".encode()
    leaks = [
        (name, found) for name, done in outputs.items() for found in spellings() if found in done.stdout + done.stderr
    ]
    assert leaks == []
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "ledger.db" for path in files)
    assert [(str(path), found) for path in files for found in spellings() if found in path.read_bytes()] == []


def test_a_missing_value_is_named_and_nothing_is_sent(folder: Path) -> None:
    """A source that is not there: the secret's name and its source, exit code 3, and no submission."""
    environ = {**os.environ, "LADING_STATE": str(folder / "state"), "HOME": str(folder)}
    environ.pop("CANARY_SOURCE", None)
    argv = [sys.executable, "-m", "lading", "run", "spec.yaml"]
    done = subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (3, "")
    assert "CANARY_SOURCE" in done.stderr
    listed = subprocess.run(
        [*argv[:3], "list", "--format", "json"], cwd=folder, env=environ, capture_output=True, check=True
    )
    assert json.loads(listed.stdout)["submissions"] == []
