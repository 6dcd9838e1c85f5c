"""Specs of a folder against a git revision: which jobs change, where, and what a target would refuse now."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from kit.cli import Cli
from kit.repository import commit, git

SITE = """\
lading: v1
kind: site
default: here
targets:
  here: {platform: local, accept: [image]}
  hpc: {platform: slurm, accept: [image]}
"""
TRAIN = """\
lading: v1
name: train
command: [python, train.py, --epochs, "3"]
env:
  A: "1"
  B: "2"
resources: {cpu: 2, memory: 1Gi}
"""


@pytest.fixture(autouse=True)
def repository(cli: Cli) -> None:
    """A checkout on the branch main with two specs and a site, and another branch on which people work."""
    git("init", "--quiet", "--initial-branch", "main")
    Path("lading.site.yaml").write_text(SITE)
    commit(train=TRAIN, other=TRAIN.replace("train\n", "other\n"))
    git("checkout", "--quiet", "-b", "work")


def test_each_job_that_changes_is_told_with_the_lines(cli: Cli) -> None:
    """Of what is gone the line that it had, of what is new the line that it has; the others are left out."""
    assert cli("diff", ".", "--base", "main").code == 0
    commit(train=TRAIN.replace('"3"', '"5"').replace('  A: "1"\n', "") + "workdir: /tmp\n")
    answer = cli("diff", ".", "--base", "main", "-t", "here")
    assert (answer.code, answer.out.splitlines(), answer.err) == (
        1,
        [
            "@ train:here /body/groups/0/argv/3",
            '- "3"    # command, train.yaml:3',
            '+ "5"    # command, train.yaml:3',
            "@ train:here /body/groups/0/env/A",
            '- "1"    # env.A, train.yaml:5',
            "@ train:here /body/groups/0/workdir",
            '+ "/tmp"    # workdir, train.yaml:7',
        ],
        "2 jobs and targets: 1 changed, 1 no difference\n",
    )


def test_the_base_is_where_the_branch_began(cli: Cli) -> None:
    """What others have changed since is not ours; as a revision it is compared."""
    git("checkout", "--quiet", "main")
    commit(other=TRAIN.replace("train\n", "other\n").replace('"3"', '"9"'))
    git("checkout", "--quiet", "work")
    assert cli("diff", ".", "--base", "main").code == 0
    assert cli("diff", "other.yaml", "--against", "git:main").code == 1


def test_what_is_new_gone_renamed_or_moved_is_told_apart(cli: Cli) -> None:
    """A file that only has another name makes no difference."""
    git("mv", "train.yaml", "renamed.yaml")
    git("rm", "--quiet", "other.yaml")
    commit(new=TRAIN.replace("train\n", "new\n"))
    found = cli("diff", ".", "--base", "main", "-t", "here", "--format", "json").document["differences"]
    assert {(one["name"], one["file"], one["what"]) for one in found} == {
        ("train", "renamed.yaml", "same"),
        ("new", "new.yaml", "added"),
        ("other", "other.yaml", "removed"),
    }
    (gone,) = (one for one in found if one["what"] == "removed")
    assert gone["digest"] is None
    assert {"path": "env.A", "file": "other.yaml", "line": 5} in [
        source for change in gone["changes"] for source in change["beforeSources"]
    ]


def test_what_a_target_would_refuse_now_is_told(cli: Cli) -> None:
    """With the line; what it refused before is no news, and a file that is broken is told once."""
    commit(
        train=TRAIN + "ssh: true\n",
        other=TRAIN.replace("train\n", "other\n") + "nonsense: 1\n",
    )
    answer = cli("diff", ".", "--base", "main", "-t", "hpc")
    assert answer.code == 1
    assert "train.yaml:8:6" in answer.err
    assert "other.yaml:8:1" in answer.err
    found = cli("diff", ".", "--base", "main", "--format", "json").document["differences"]
    assert sorted((one["name"], one["target"], one["what"]) for one in found if one["what"] != "same") == [
        ("other.yaml", None, "refused"),
        ("train", "here", "refused"),
        ("train", "hpc", "refused"),
    ]
    answer = cli("diff", "train.yaml", "--against", "git:HEAD")
    assert (answer.code, answer.err) == (0, "train on here: refused as before\n")


def test_the_site_and_the_lock_are_those_of_the_revision(cli: Cli) -> None:
    """A target that is new has no job then; a partition that a site chooses changes every script."""
    Path("lading.site.yaml").write_text(
        SITE.replace("accept: [image]}\n  hpc", "accept: [image]}\n  more: {platform: local}\n  hpc").replace(
            "slurm,", "slurm, defaults: {schedule: {queue: fast}},"
        )
    )
    git("commit", "--quiet", "--all", "--message", "site")
    found = cli("diff", "train.yaml", "--base", "main", "--format", "json").document["differences"]
    assert {one["target"]: one["what"] for one in found} == {"here": "same", "hpc": "changed", "more": "added"}


def test_the_working_tree_is_not_touched_and_its_state_is_what_is_compared(cli: Cli) -> None:
    """What is not committed counts; git's own index and the files stay as they are."""
    Path("train.yaml").write_text(TRAIN.replace('"3"', '"5"'))
    Path("script.sh").write_text("#!/bin/sh\n")
    before = git("status", "--porcelain"), {path.name: path.read_bytes() for path in Path().glob("[!.]*.*")}
    assert cli("diff", ".", "--base", "HEAD").code == 1
    assert before == (git("status", "--porcelain"), {path.name: path.read_bytes() for path in Path().glob("[!.]*.*")})


def test_scripts_links_and_folders_are_read_at_the_revision(cli: Cli) -> None:
    """From a folder below the root as well; a script beside the spec counts to it."""
    Path("deep").mkdir()
    step = "lading: v1\nname: step\ncommand: [echo, one]\n"
    Path("deep/step.yaml").write_text(step)
    Path("deep/flow.yaml").write_text("lading: v1\nkind: workflow\nname: flow\nsteps: {one: {uses: step.yaml}}\n")
    Path("link.yaml").symlink_to("deep/step.yaml")
    commit()
    Path("deep/step.yaml").write_text(step.replace("one", "two"))
    for words in (["-C", "deep", "diff", "."], ["diff", "deep"], ["diff", "deep/flow.yaml"], ["diff", "link.yaml"]):
        answer = cli(*words, "--against", "git:HEAD", "-t", "here")
        assert (answer.code, '- "one"' in answer.out, '+ "two"' in answer.out) == (1, True, True), answer


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["train.yaml", "--base", "nope"], 2, "git knows no revision nope"),
        (["train.yaml", "--against", "git:--output=x"], 2, "git knows no revision --output=x"),
        (["train.yaml", "--against", "git:"], 2, "git knows no revision"),
        (["train.yaml", "--base", "main", "--against", "last"], 2, "can not both be given"),
        (["train.yaml", "-t", "here", "--all-targets"], 2, "can not both be given"),
        (["train.yaml", "-t", "nope", "--base", "main"], 2, 'names no target "nope"'),
        (["nope.yaml", "--base", "main"], 2, "there is no spec in nope.yaml, now or at"),
        (["train.yaml", "--against", "nope"], 2, "there is no file nope to compare with"),
        (["train.yaml", "--against", "live"], 0, ""),
    ],
)
def test_what_can_not_be_compared_is_told(words: list[str], code: int, says: str, cli: Cli) -> None:
    """One sentence, and exit code 2."""
    answer = cli("diff", *words)
    assert says in answer.err
    assert answer.code == code or not says


def test_outside_of_a_checkout_there_is_no_revision(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where there is no git."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(Path.cwd()))
    Path("plain").mkdir()
    Path("plain/a.yaml").write_text(TRAIN)
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    assert "is in no git checkout" in cli("-C", "plain", "diff", "a.yaml", "--base", "main").err
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "there is no git" in cli("diff", "train.yaml", "--base", "main").err


def test_markdown_is_made_for_a_comment(cli: Cli) -> None:
    """Nothing of a spec breaks out of its cell, and no comment is longer than GitHub takes."""
    hostile = "a|b`c``d\n<img src=x>@everyone"
    commit(train=TRAIN.replace('"1"', json.dumps(hostile)).replace("[python", "[sh"))
    text = cli("diff", ".", "--base", "main", "--format", "markdown").out
    assert text.startswith(
        "### lading: 4 jobs and targets: 2 changed, 2 no difference\n\n| job | target | what | file |"
    )
    assert "| `train` | `here` | 2 changes | `train.yaml` |" in text
    assert '| `/groups/0/argv/0` | `"python"` | `"sh"` | `command` `train.yaml:3` |' in text
    assert r'| ```"a\|b`c``d\n<img src=x>@everyone"``` |' in text
    assert "```diff\n- " in text
    many = "lading: v1\nname: many\nmatrix: {i: [" + ", ".join(map(str, range(400))) + "]}\n"
    commit(many=many + "command: [a, b, c, d]\nenv: {A: x, B: z}\n")
    text = cli("diff", ".", "--base", "main", "--format", "markdown").out
    assert len(text) < 65_536
    assert "more would make this comment too long" in text


def test_a_unified_diff_is_one_that_patch_takes(cli: Cli) -> None:
    """The payload of a platform that takes scripts is the script itself."""
    before = cli.good("compile", "train.yaml", "-t", "hpc").out
    Path("train.yaml").write_text(TRAIN.replace('"3"', '"5"'))
    answer = cli("diff", "train.yaml", "--against", "git:HEAD", "-t", "hpc", "--format", "unified")
    assert answer.code == 1
    Path("before").write_text(before)
    subprocess.run(
        ["git", "apply", "-"],
        input=answer.out.replace("train.hpc", "before"),
        text=True,
        check=True,
    )
    assert Path("before").read_text() == cli.good("compile", "train.yaml", "-t", "hpc").out


SITES = Path(__file__).parents[1] / "specs" / "sites"
WORK = """\
lading: v1
name: train
image: registry.example.org/team/train:1.2
command: [python, train.py, --epochs, "3"]
resources:
  cpu: 4
  memory: 8Gi
accept: [image]
"""
COMMAND, MEMORY = {"train.yaml:4"}, {"train.yaml:7"}
EXPECTED = {
    "air": {"/body/running_config/command": COMMAND, "/body/resource_info/mem_size": MEMORY},
    "air-first": {"/body/running_config/command": COMMAND, "/body/resource_info/mem_size": MEMORY},
    "cluster": {"/body/script": COMMAND | MEMORY},
    "gongji": {"/body/services/0/start_script/command/3": COMMAND},  # its one container has all of the machine
    "hub": {"/body/command": COMMAND},  # both amounts are covered by the same SKU
    "local": {"/body/groups/0/argv/3": COMMAND, "/body/groups/0/resources/memory": MEMORY},
    "pf": {"/body/command": COMMAND, "/body/flavour/mem": MEMORY},
    "tianhe": {"/body/jobscript": COMMAND, "/body/jobconf/scale_memGB": MEMORY},
}
"""Which value of each target's payload two lines of the spec change."""


def test_two_lines_change_just_the_fields_that_they_make(cli: Cli) -> None:
    """On every target of all seven platforms, and the comment of the review names each with its line."""
    for site in SITES.glob("*.yaml"):
        Path(site.stem).mkdir()
        Path(site.stem, "lading.site.yaml").write_text(site.read_text())
        Path(site.stem, "train.yaml").write_text(WORK)
    commit()
    for spec in Path().glob("*/train.yaml"):
        spec.write_text(WORK.replace('"3"', '"5"').replace("8Gi", "16Gi"))
    folders = sorted(site.stem for site in SITES.glob("*.yaml"))
    answer = cli("diff", *folders, "--against", "git:HEAD", "--all-targets", "--format", "json")
    assert answer.code == 1
    found = answer.document["differences"]
    assert {one["what"] for one in found} == {"changed"}
    assert {one["target"]: {change["pointer"]: lines(change) for change in one["changes"]} for one in found} == EXPECTED
    comment = cli("diff", *folders, "--against", "git:HEAD", "--all-targets", "--format", "markdown").out
    for target, changed in EXPECTED.items():
        section = comment.split(f"train on {target}<")[1].split("</details>")[0]
        assert [pointer for pointer in changed if f"`{pointer.removeprefix('/body')}`" not in section] == []


def lines(change: dict[str, Any]) -> set[str]:
    """The lines of the spec that made a value, or any line of a text that has changed."""
    sources = [*change["sources"], *(source for line in change.get("lines", ()) for source in line["sources"])]
    return {f"{Path(source['file']).name}:{source['line']}" for source in sources}
