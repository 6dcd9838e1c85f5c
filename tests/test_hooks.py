"""The hooks, under the real pre-commit in a repository of their own: what they stop, where, and what they let pass."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
HOOKS: list[dict[str, object]] = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
PAGE = ROOT / "docs" / "hooks.md"
BIN = Path(sys.executable).parent

SPEC = "lading: v1\nname: train\ncommand: [python, train.py]\nschedule: {queue: gpu}\n"
SITE = "lading: v1\nkind: site\ntargets:\n  cluster: {platform: slurm, catalog: {gpus: {A100: a100}}}\n"
LOCK = "lading: v1\nkind: lock\ntargets:\n  cluster: {platform: slurm, catalog: {queues: {gpu: gpu}}}\n"


class Repository:
    """A repository with specs, a site, a lock and payloads, in which pre-commit is installed with all three hooks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            **os.environ,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PRE_COMMIT_HOME": str(folder.parent / "pre-commit"),
            **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Ada"),
            **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "ada@example.com"),
            **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"),
            "PIP_NO_INDEX": "1",
        }
        (folder / "specs").mkdir(parents=True)
        for name, text in {"specs/train.yaml": SPEC, "lading.site.yaml": SITE, "lading.lock": LOCK}.items():
            (folder / name).write_text(text)
        hooks = [{**hook, "language": "system"} for hook in HOOKS]
        with (folder / ".pre-commit-config.yaml").open("w") as file:
            YAML(typ="safe").dump({"repos": [{"repo": "local", "hooks": hooks}]}, file)
        self.run("git", "init", "-q")
        self.run("lading", "compile", "specs/", "-o", "payloads/", "-q")
        self.run("pre-commit", "install")

    def run(self, *command: str, code: int = 0) -> str:
        """What the command says; it must end with that code."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environ, stdout=PIPE, stderr=STDOUT, text=True, check=False
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def commit(self, changes: Mapping[str, str | None], code: int = 0) -> str:
        """What committing these files says; None is a file that is removed."""
        for name, text in changes.items():
            (self.folder / name).unlink(missing_ok=True) if text is None else (self.folder / name).write_text(text)
        self.run("git", "add", "-A")
        return self.run("git", "commit", "-m", "a change", code=code)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One whose first commit has passed."""
    made = Repository(tmp_path / "repository")
    said = made.commit({})
    assert [said.count("Passed"), said.count("Skipped")] == [3, 0]
    return made


def test_a_wrong_spec_is_stopped_at_its_line(repository: Repository) -> None:
    """And passes once it is right, payload included."""
    said = repository.commit({"specs/train.yaml": SPEC + "resources:\n  gpus: 8\n"}, code=1)
    assert 'error[LD203]: unknown key "gpus" in resources\n --> specs/train.yaml:6:3\n' in said
    (repository.folder / "specs/train.yaml").write_text(SPEC + "resources:\n  gpu: 8\n")
    repository.run("lading", "compile", "specs/", "-o", "payloads/", "-q")
    assert repository.commit({}).count("Passed") == 3


def test_a_lock_that_no_longer_fits_is_stopped(repository: Repository) -> None:
    """For a spec that is not in the commit, too; for a target that is gone; and where it is no lock."""
    said = repository.commit({"lading.lock": LOCK.replace("{gpu: gpu}", "{batch: batch}")}, code=1)
    assert "lading.lock fits" in said
    assert " --> specs/train.yaml:4:19\n" in said
    said = repository.commit({"lading.lock": LOCK + "  gone: {platform: slurm, catalog: {}}\n"}, code=1)
    assert "error[LD510]" in said
    assert " --> lading.lock:5:3\n" in said
    said = repository.commit({"lading.lock": LOCK.replace("slurm", "local")}, code=1)
    assert " --> lading.lock:4:23\n" in said


def test_a_payload_that_its_spec_does_not_make_is_stopped(repository: Repository) -> None:
    """With what differs, where it differs, and what to do; likewise one too few, and one too many."""
    payload = repository.folder / "payloads" / "train.cluster.sh"
    good = payload.read_text()
    number = next(n for n, line in enumerate(good.splitlines(), 1) if "--partition" in line)
    said = repository.commit({"payloads/train.cluster.sh": good.replace("=gpu", "=cpu")}, code=1)
    assert "\n-#SBATCH --partition=cpu\n+#SBATCH --partition=gpu\n" in said
    assert "error[LD457]: payloads/train.cluster.sh is not what specs/train.yaml makes\n" in said
    assert f" --> payloads/train.cluster.sh:{number}:1\n" in said
    assert "lading compile … -o payloads`" in said
    said = repository.commit({"payloads/train.cluster.sh": None}, code=1)
    assert "error[LD458]: payloads/train.cluster.sh is not there, and specs/train.yaml makes it\n" in said
    said = repository.commit({"payloads/train.cluster.sh": good, "payloads/old.cluster.sh": good}, code=1)
    assert "error[LD459]: payloads/old.cluster.sh is made by no spec\n" in said


def test_a_commit_of_other_files_is_let_through(repository: Repository) -> None:
    """No spec is given to a hook; those that look at everything look, since a deleted file is given to none."""
    said = repository.commit({"README": "hello\n"})
    assert [said.count("Passed"), said.count("Skipped")] == [2, 1]


def blocks() -> dict[str, object]:
    """Every YAML block of the page, by the first word in it."""
    found = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return {re.split(r"\W", text)[0]: YAML(typ="safe").load(text) for text in found}


def test_the_page_shows_hooks_and_inputs_that_there_are() -> None:
    """Every hook, with nothing that it does not take, and the action with its inputs."""
    shown: dict[str, Any] = blocks()
    assert [hook["id"] for hook in shown["repos"]["repos"][0]["hooks"]] == [hook["id"] for hook in HOOKS]
    (step,) = [step for step in shown["on"]["jobs"]["specs"]["steps"] if "lading" in step["uses"]]
    inputs = YAML(typ="safe").load(ROOT / "action.yml")["inputs"]
    assert set(step["with"]) <= set(inputs)
    assert re.findall(r"^\| `([\w-]+)` \| (?!a spec|`lading\.lock|a payload)", PAGE.read_text(), re.MULTILINE) == [
        *inputs
    ]


def test_what_the_page_shows_of_gitlab_passes(repository: Repository) -> None:
    """Each line of the script, where all is right."""
    shown: dict[str, Any] = blocks()
    assert len(shown["specs"]["specs"]["script"]) == 4
    for line in shown["specs"]["specs"]["script"]:
        repository.run("bash", "-c", f"CI_MERGE_REQUEST_DIFF_BASE_SHA=HEAD; {line}")
