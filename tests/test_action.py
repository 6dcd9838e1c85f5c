"""The GitHub Action: every step that runs here is run, in a repository with a change, beside a GitHub made of files."""

import json
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

from lading.runner.cli import cli

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = YAML(typ="safe").load(ROOT / "action.yml")
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
CHECK, WRITE, SHOW = "Check the specs", "Write down the problems", "Show what would be sent"

SPEC = "lading: v1\nname: train\ncommand: [python, train.py]\n"
GH = """\
#!/bin/sh
printf '%s\\n' "$*" >> "$GH_FOLDER/calls"
[ ! -e "$GH_FOLDER/refuses" ] || exit 1
case "$*" in
  *--paginate*) cat "$GH_FOLDER/ids" ;;
  *body=@*) for word; do file=${word#body=@}; done; cp "$file" "$GH_FOLDER/comment" ;;
esac
"""
"""Notes what it is called with, knows the comments of the file `ids`, and keeps what it is told to write."""


class Runner:
    """A machine of GitHub's, with a checkout whose branch changes a spec."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.github = folder / "checkout", folder / "github"
        (self.checkout / "my specs").mkdir(parents=True)
        (folder / "bin").mkdir()
        self.github.mkdir()
        (folder / "bin" / "gh").write_text(GH)
        (folder / "bin" / "gh").chmod(0o755)
        (self.github / "ids").touch()
        self.environ = {
            **os.environ,
            "PATH": f"{folder}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GH_FOLDER": str(self.github),
            "GITHUB_REPOSITORY": "ada/jobs",
            "GITHUB_STEP_SUMMARY": str(self.github / "summary"),
            "RUNNER_TEMP": str(self.github),
            "PATHS": "my specs\n",
            "BASE": "main",
            "PULL": "7",
            "GH_TOKEN": "token",
            **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Ada"),
            **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "ada@example.com"),
        }
        (self.checkout / "my specs" / "train.yaml").write_text(SPEC)
        for command in ("init -q -b main", "add -A", "commit -qm first", "switch -qc change"):
            subprocess.run(["git", *command.split()], cwd=self.checkout, env=self.environ, check=True)

    def change(self, text: str) -> None:
        """The spec is another one."""
        (self.checkout / "my specs" / "train.yaml").write_text(text)

    def step(self, name: str, **environ: str) -> tuple[int, str]:
        """The exit code of a step, and what it says; it is run as GitHub runs it."""
        step = STEPS[name]
        assert step["shell"] == "bash"
        argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            argv, cwd=self.checkout, env=self.environ | environ, stdout=PIPE, stderr=STDOUT, text=True, check=False
        )
        return done.returncode, done.stdout

    def calls(self) -> list[str]:
        """What GitHub was asked since the last time, without what is the same everywhere."""
        file = self.github / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [re.sub(r" (--jq|-F) .*", "", line).removeprefix("api ") for line in lines]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """One whose checkout is on a branch."""
    return Runner(tmp_path)


def test_the_action_is_one() -> None:
    """Inputs have a description and a default; each step is a script in bash or somebody's action at a version."""
    assert ACTION["runs"]["using"] == "composite"
    assert all(set(spec) == {"description", "default"} for spec in ACTION["inputs"].values())
    for step in ACTION["runs"]["steps"]:
        assert ("run" in step and step["shell"] == "bash") or re.fullmatch(r"[\w/-]+@v\d+", step["uses"])
    assert {name for step in STEPS.values() for name in re.findall(r"inputs\.([\w-]+)", str(step))} <= {
        *ACTION["inputs"]
    }


def test_nothing_that_others_write_becomes_a_command() -> None:
    """Inputs and events reach scripts as variables; an expression in a script would be run."""
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []


def test_every_command_line_is_one_of_ours() -> None:
    """With options that there are."""
    lines = [
        line
        for step in STEPS.values()
        for line in re.findall(r"lading (?:validate|diff)[^\n>|)]*", str(step.get("run")))
    ]
    assert len(lines) == 3
    for line in lines:
        _, name, *words = line.split()
        command = cli.get_command(cli.make_context("lading", ["--help"], resilient_parsing=True), name)
        assert command
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_problems_are_shown_beside_their_lines(runner: Runner) -> None:
    """As workflow commands, and the step fails; a folder with a space in its name is one folder."""
    assert runner.step(CHECK) == (0, "")
    runner.change(SPEC + "gpus: 8\n")
    code, said = runner.step(CHECK)
    assert code == 1
    assert said.startswith("::error file=my specs/train.yaml,line=4,endLine=4,col=1,endColumn=5,title=LD203")
    assert runner.step(WRITE) == (0, "")
    (run,) = json.loads((runner.github / "lading.sarif").read_text())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["LD203"]


def test_a_broken_site_is_shown_like_a_broken_spec(runner: Runner) -> None:
    """No spec can be checked, and yet it is said where and in the form that was asked for."""
    (runner.checkout / "lading.site.yaml").write_text("lading: v1\nkind: site\ntargets: {a: {platform: slrum}}\n")
    code, said = runner.step(CHECK)
    assert (code, said.startswith("::error file=lading.site.yaml,line=3,")) == (1, True)
    assert runner.step(WRITE) == (0, "")
    (run,) = json.loads((runner.github / "lading.sarif").read_text())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["LD214"]


def test_there_is_one_comment_and_it_is_kept_up_to_date(runner: Runner) -> None:
    """None while nothing differs; a first one; the same with other words, and when nothing differs any more."""
    comments, ours = (
        "--paginate repos/ada/jobs/issues/7/comments",
        "--silent -X PATCH repos/ada/jobs/issues/comments/42",
    )
    assert runner.step(SHOW) == (0, "")
    assert runner.calls() == [comments]
    runner.change(SPEC.replace("train.py", "fit.py"))
    assert runner.step(SHOW) == (0, "")
    assert runner.calls() == [comments, "--silent -X POST repos/ada/jobs/issues/7/comments"]
    comment = (runner.github / "comment").read_text()
    assert comment.startswith("<!-- lading -->\n### lading: train on local: changed\n")
    assert '`"fit.py"`' in comment
    (runner.github / "ids").write_text("42\n43\n")
    runner.change(SPEC)
    assert runner.step(SHOW) == (0, "")
    assert (runner.calls(), "no difference" in (runner.github / "comment").read_text()) == ([comments, ours], True)


def test_who_may_not_comment_reads_the_summary(runner: Runner) -> None:
    """As in a pull request from a fork: a warning, no failure."""
    (runner.github / "refuses").touch()
    runner.change(SPEC.replace("train.py", "fit.py"))
    code, said = runner.step(SHOW)
    assert (code, said.startswith("::warning::")) == (0, True)
    assert "fit.py" in (runner.github / "summary").read_text()


def test_a_history_that_is_not_there_is_told(runner: Runner) -> None:
    """What it should be compared with was not checked out: the step fails, and nothing is commented."""
    code, said = runner.step(SHOW, BASE="origin/main")
    assert (code, "git knows no revision origin/main" in said, runner.calls()) == (2, True, [])


def test_the_comment_is_ours_by_its_first_line(tmp_path: Path) -> None:
    """What the step asks `gh` for is a filter that jq understands: ids of comments that begin with our mark."""
    (line,) = re.findall(r'ours="(.*)"\n', STEPS[SHOW]["run"])
    assert line.replace('\\"', '"').replace("$mark", "M") == 'map(select(.body | startswith("M")))[].id'


def used(step: Mapping[str, Any]) -> str:
    """The action that a step is."""
    return str(step.get("uses", "")).partition("@")[0]


def test_code_scanning_gets_what_was_written(runner: Runner) -> None:
    """The file of one step is the one that the next uploads."""
    (upload,) = [step for step in ACTION["runs"]["steps"] if used(step) == "github/codeql-action/upload-sarif"]
    assert upload["with"]["sarif_file"].replace("${{ runner.temp }}", "$RUNNER_TEMP") in STEPS[WRITE]["run"]
    assert upload["if"] == STEPS[WRITE]["if"]
