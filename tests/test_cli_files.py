"""Which files a command line means, and checking many of them at once."""

import os
from pathlib import Path

import pytest
from kit.cli import Cli

from lading.runner.specs import parallel
from lading.runner.specs.files import find

SPEC = "lading: v1\nname: {}\ncommand: [echo]\n"


def write(name: str, text: str = SPEC) -> None:
    """The file, with its folders."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text.replace("{}", "job"), encoding="utf-8")


def names(*paths: str) -> list[str]:
    """The files of ours that the paths lead to."""
    return [candidate.name for candidate in find(paths) if candidate.read() is not None]


def test_a_folder_is_searched_at_every_depth(cli: Cli) -> None:
    """``*.yaml`` and ``*.yml`` that say ``lading:``, by name; hidden folders are left alone."""
    for name in ("b.yaml", "a.yml", "deep/er/c.yaml", ".git/d.yaml", "deep/.venv/e.yaml", "f.json"):
        write(name)
    write("other.yaml", "kind: ConfigMap\n")
    write("nested.yaml", "spec:\n  lading: v1\n")
    write("quoted.yaml", '"lading": v1\nname: q\n')
    write("flow.yaml", "{lading: v1, name: f, command: [echo]}\n")
    assert names(".") == ["a.yml", "b.yaml", "flow.yaml", "quoted.yaml", "deep/er/c.yaml"]
    assert names("deep", "b.yaml") == ["deep/er/c.yaml", "b.yaml"]


def test_pipes_are_not_waited_for(cli: Cli) -> None:
    """In a folder they are passed over, and what a workflow uses must be a file."""
    write("a.yaml")
    os.mkfifo("b.yaml")
    assert names(".") == ["a.yaml"]
    write("flow.yaml", "lading: v1\nkind: workflow\nname: flow\nsteps: {one: {uses: b.yaml}}\n")
    answer = cli("validate", "flow.yaml")
    assert (answer.code, answer.err.splitlines()[:2]) == (
        1,
        ["error[LD241]: b.yaml can not be read: it is a pipe or a device", " --> flow.yaml:4:21"],
    )


def test_links_that_lead_back_are_followed_once(cli: Cli) -> None:
    """A folder that can be reached twice is searched once, and a loop ends."""
    write("specs/a.yaml")
    os.symlink("..", "specs/up")
    os.symlink("specs", "again")
    os.symlink("nowhere.yaml", "specs/broken.yaml")
    assert names(".") == ["again/a.yaml"]
    assert names("specs") == ["specs/a.yaml"]


def test_a_named_file_is_read_whatever_it_holds(cli: Cli) -> None:
    """Once, however often it is named, and also if it does not look like a spec."""
    write("other.txt", "kind: ConfigMap\n")
    assert names("other.txt", "./other.txt") == ["other.txt"]


def test_standard_input_is_a_spec_like_any_other(cli: Cli) -> None:
    """``-`` reads it, and diagnostics call it so."""
    assert cli("validate", "-", stdin=SPEC.replace("{}", "piped").encode()).code == 0
    wrong = cli("validate", "-", stdin=b"lading: v1\nname: x\ncomand: [x]\n")
    assert (wrong.code, " --> -:3:1" in wrong.err.splitlines()) == (1, True)


def test_any_number_of_processes_says_the_same(cli: Cli) -> None:
    """The verdict on 200 files, bad ones among them, has one form, whoever checked which."""
    for number in range(200):
        write(f"specs/{number:03}.yaml", SPEC if number % 50 else "lading: v1\nname: bad\ncomand: [x]\n")
    said = [cli("validate", "specs", "-j", jobs, "--format", form) for form in ("json", "human") for jobs in "123"]
    assert [answer.code for answer in said] == [1] * 6
    assert len({answer.out for answer in said[:3]}) == 1
    assert len({answer.err for answer in said[3:]}) == 1
    assert said[3].err.splitlines()[-1] == "4 errors in 4 of 200 files"


@pytest.mark.parametrize(
    ("files", "hook", "jobs"), [(149, "", 1), (150, "", 2), (10_000, "", 2), (10_000, "1", 1)], ids=str
)
def test_processes_are_started_where_they_pay(
    monkeypatch: pytest.MonkeyPatch, files: int, hook: str, jobs: int
) -> None:
    """One for few files, one inside pre-commit, else one for each processor."""
    monkeypatch.setenv("PRE_COMMIT", hook)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    assert parallel.job_count(files) == jobs


def test_a_problem_in_another_process_is_raised_here() -> None:
    """An exception of any share ends the work; nothing is silently left out."""

    def work(number: int) -> int:
        if number == 5:
            raise ValueError("five")
        return number * 2

    assert parallel.in_parallel(work, range(5), 2) == [0, 2, 4, 6, 8]
    with pytest.raises(ValueError, match="five"):
        parallel.in_parallel(work, range(8), 2)


def test_a_process_that_dies_is_a_bug_of_ours_and_not_silence() -> None:
    """A share without an answer is an error."""
    parent = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != parent:
            os._exit(1)
        return number

    with pytest.raises(RuntimeError, match="ended without an answer"):
        parallel.in_parallel(work, range(4), 2)


def test_payload_files_are_whole_and_replaced(cli: Cli) -> None:
    """``compile -o`` makes the folder, writes over its own files, and leaves nothing else there."""
    write("job.yaml")
    for _ in range(2):
        assert cli("compile", "job.yaml", "-o", "out/deep").err == "wrote out/deep/job.local.json\n"
    assert os.listdir("out/deep") == ["job.local.json"]
    assert cli("diff", "job.yaml", "--against", "out/deep/job.local.json").code == 0
