"""The git repository of the folder that a test is in."""

import os
import subprocess
from pathlib import Path


def git(*words: str) -> str:
    """What git says."""
    identity = {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environ = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True, env=environ).stdout


def commit(**files: str) -> None:
    """A commit in which the YAML files of these names hold that."""
    for name, text in files.items():
        Path(f"{name}.yaml").write_text(text)
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "change")
