"""Jobs through the command line, on this machine: submitted, seen, followed, stopped, and told of truthfully."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.cli import Cli

SPECS = {
    "hello": "command: [echo, hello]",
    "fails": 'command: [sh, -c, "echo so far; exit 7"]',
    "sleeps": "command: [sleep, '300']",
    "held": "command: [echo, at last]\nschedule: {hold: true}",
    "two": 'matrix: {lr: [1, 2]}\ncommand: [echo, "${{ params.lr }}"]',
    "colours": r"""command: [printf, 'a\tb\033[31m\n']""",
    "steps": "kind: workflow\nsteps:\n  a: {command: [echo, one]}\n  b: {command: [echo, two], after: [a]}",
    "labelled": "command: [echo]\nlabels: {team: vision}",
}


@pytest.fixture(autouse=True)
def specs(cli: Cli) -> Iterator[None]:
    """A file for each spec; nothing is left running."""
    for name, rest in SPECS.items():
        Path(f"{name}.yaml").write_text(f"lading: v1\nname: {name}\n{rest}\n", encoding="utf-8")
    yield
    alive = [one["id"] for one in cli("status", "--format", "json").document["submissions"]]
    if alive:
        cli("stop", *alive)
        cli("wait", *alive, "--timeout", "20s")


def submitted(cli: Cli, *arguments: str) -> str:
    """The id of the one job that the arguments make."""
    return cli.good("submit", *arguments, "-q").out.strip()


def table(text: str) -> list[list[str]]:
    """A plain table as ``awk`` sees it."""
    return [line.split() for line in text.splitlines()]


def test_run_prints_the_job_and_ends_with_its_code(cli: Cli) -> None:
    """The job's output is all of standard output; its exit code is lading's."""
    good, bad = cli("run", "hello.yaml"), cli("run", "fails.yaml")
    assert (good.code, good.out) == (0, "hello\n")
    assert (bad.code, bad.out) == (7, "so far\n")
    assert bad.err.splitlines()[-1].endswith("failed: the program ended with exit code 7")


def test_a_submission_is_one_document(cli: Cli) -> None:
    """``submit --format json`` of one job is the submission itself; ``status`` finds it by a part of its id."""
    made = cli.good("submit", "hello.yaml", "--format", "json", "--wait").document
    assert (made["lading"], made["name"], made["target"], made["state"]) == (1, "hello", "local", "succeeded")
    (seen,) = cli.good("status", made["id"][:20].lower(), "--format", "json").document["submissions"]
    assert seen == {key: value for key, value in made.items() if key != "lading"}


def test_quiet_is_the_id_and_nothing_else(cli: Cli) -> None:
    """``submit -q`` prints one line, the id, which every other command takes."""
    answer = cli.good("submit", "hello.yaml", "-q")
    assert (len(answer.out), answer.err) == (27, "")
    assert cli("wait", answer.out.strip()).code == 0
    assert cli.good("logs", answer.out.strip()).out == "hello\n"


def test_tables_are_plain_when_nobody_looks(cli: Cli) -> None:
    """Without a terminal: no colours, no boxes, and as many columns in each row as there are titles."""
    id_ = submitted(cli, "hello.yaml")
    cli("wait", id_)
    titles, row = table(cli.good("list").out)
    assert titles == ["ID", "NAME", "TARGET", "STATE", "AGE", "NATIVE-ID", "REASON"]
    assert row[:4] == [id_, "hello", "local", "succeeded"]
    assert row[5:] == [id_.lower(), "-"]


def test_wait_tells_success_from_failure(cli: Cli) -> None:
    """All succeeded is 0, any failed is 1, and not knowing yet is shown as it is."""
    good, bad = submitted(cli, "hello.yaml"), submitted(cli, "fails.yaml")
    assert (cli("wait", good).code, cli("wait", good, bad).code) == (0, 1)
    sleeping = submitted(cli, "sleeps.yaml")
    late = cli("wait", sleeping, "--timeout", "1s")
    assert (late.code, late.err.splitlines()[-1]) == (4, "the time is up; the jobs go on")


def test_stop_ends_a_job_and_says_so(cli: Cli) -> None:
    """A stopped job is stopped, by its own id or by its native one; stopping it again is fine."""
    id_ = submitted(cli, "sleeps.yaml")
    assert cli("stop", f"local:{id_.lower()}").err == f"{id_} sleeps is told to end\n"
    cli("wait", id_)
    assert table(cli.good("list").out)[1][3] == "stopped"
    again = cli("stop", id_)
    assert (again.code, again.err) == (0, f"{id_} sleeps had ended already\n")


def test_a_held_job_waits_for_start(cli: Cli) -> None:
    """``schedule.hold`` keeps it pending until ``lading start``."""
    id_ = submitted(cli, "held.yaml")
    assert table(cli.good("status").out)[1][3] == "pending"
    cli.good("start", id_)
    assert cli("wait", id_).code == 0


def test_several_jobs_are_submitted_or_none(cli: Cli) -> None:
    """A problem in one file is told, and nothing of any file is sent."""
    Path("bad.yaml").write_text("lading: v1\nname: bad\ncomand: [x]\n", encoding="utf-8")
    assert cli("submit", "hello.yaml", "bad.yaml").code == 1
    assert cli.good("list").out == ""
    found = cli.good("submit", "hello.yaml", "two.yaml", "--format", "json").document["submissions"]
    assert [one["name"] for one in found] == ["hello", "two-lr-1", "two-lr-2"]


def test_if_absent_sends_nothing_twice(cli: Cli) -> None:
    """The second ``--if-absent`` answers with the first one's id."""
    first = submitted(cli, "hello.yaml", "--if-absent")
    assert submitted(cli, "hello.yaml", "--if-absent") == first
    assert submitted(cli, "hello.yaml") != first


def test_a_dry_run_shows_the_request_and_sends_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be sent is on standard output, ``***`` for the secret's value, and the ledger stays empty."""
    monkeypatch.setenv("THE_TOKEN", "planted-value")
    Path("lading.site.yaml").write_text(
        "lading: v1\nkind: site\nsecrets: {token: {env: THE_TOKEN}}\ntargets: {local: {platform: local}}\n"
    )
    Path("secret.yaml").write_text(
        "lading: v1\nname: secret\ncommand: [env]\nenv: {TOKEN: {secret: token}}\nlabels: {secret: token}\n"
    )
    answer = cli.good("submit", "secret.yaml", "--dry-run", "--format", "json")
    (request,) = answer.document["submissions"][0]["requests"]
    assert request["body"]["groups"][0]["env"] == {"TOKEN": "***"}
    assert "planted-value" not in answer.out + answer.err
    assert cli.good("list").out == ""


def test_a_secret_that_a_job_prints_is_not_shown(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """``run`` hides the values that it has looked up itself."""
    monkeypatch.setenv("THE_TOKEN", "planted-value")
    Path("lading.site.yaml").write_text(
        "lading: v1\nkind: site\nsecrets: {token: {env: THE_TOKEN}}\ntargets: {local: {platform: local}}\n"
    )
    Path("secret.yaml").write_text(
        'lading: v1\nname: secret\ncommand: [sh, -c, "echo $TOKEN"]\nenv: {TOKEN: {secret: token}}\n'
    )
    answer = cli("run", "secret.yaml", "-v")
    assert (answer.out, "planted-value" in answer.err) == ("***\n", False)


def test_steps_of_a_workflow_are_told_apart(cli: Cli) -> None:
    """Each line of the log bears its step's name; ``--step`` leaves one, without it."""
    id_ = submitted(cli, "steps.yaml")
    assert cli("wait", id_).code == 0
    assert cli.good("logs", id_).out == "a | one\nb | two\n"
    assert cli.good("logs", id_, "--step", "b").out == "two\n"
    wrong = cli("logs", id_, "--step", "c")
    assert (wrong.code, wrong.err.splitlines()[0]) == (3, 'error[LD605]: it has no step "c"')


def test_the_step_that_failed_is_named(cli: Cli) -> None:
    """The reason of a workflow begins with the step that it is about; of its native ids the table has the first."""
    Path("breaks.yaml").write_text(
        f"lading: v1\nname: breaks\n{SPECS['steps'].replace('echo, two', 'sh, -c, exit 7')}\n"
    )
    id_ = submitted(cli, "breaks.yaml")
    assert cli("wait", id_).err.splitlines()[-1] == f"{id_} breaks failed: b: the program ended with exit code 7"
    assert table(cli.good("list").out)[1][5:7] == [f"{id_.lower()}-a,…", "b:"]


def test_a_log_without_such_lines_says_so(cli: Cli) -> None:
    """Asking for a replica that has said nothing prints nothing; an element of what is no array there is not."""
    id_ = submitted(cli, "hello.yaml")
    cli("wait", id_)
    answer = cli("logs", id_, "--replica", "3")
    assert (answer.code, answer.out, answer.err) == (0, "", "nothing was printed there\n")
    assert "has no element 3" in cli("logs", id_, "--index", "3").err


@pytest.mark.parametrize("command", ["wait", "watch"])
def test_a_job_that_there_is_not_is_not_waited_for(cli: Cli, command: str) -> None:
    """The error is told at once, with what to look at."""
    answer = cli(command, "local:nosuch")
    assert (answer.code, answer.err.splitlines()) == (
        3,
        [
            "error[LD605]: local knows no job nosuch",
            "  = help: see that the id is one that local gave; it may have forgotten the job",
        ],
    )


def test_a_change_that_nobody_can_see_is_not_told(cli: Cli) -> None:
    """``wait`` and a piped ``watch`` have a line for each state, however often the counts of an array change."""
    Path("many.yaml").write_text("lading: v1\nname: many\nscript: sleep 0.3\narray: {indices: 0-5, parallelism: 1}\n")
    ids = [submitted(cli, "many.yaml"), submitted(cli, "many.yaml")]
    for lines in (cli("wait", ids[0]).err.splitlines(), cli("watch", ids[1]).out.splitlines()):
        assert lines == sorted(set(lines), key=lines.index)


def test_lines_of_a_log_can_be_chosen(cli: Cli) -> None:
    """``--lines A:B`` counts from 1; either end may be left out."""
    Path("count.yaml").write_text("lading: v1\nname: count\ncommand: [seq, '5']\n")
    id_ = submitted(cli, "count.yaml")
    cli("wait", id_)
    assert [cli.good("logs", id_, "--lines", text).out.split() for text in ("2:3", "4:", ":1")] == [
        ["2", "3"],
        ["4", "5"],
        ["1"],
    ]


def test_list_filters_by_label_state_and_name(cli: Cli) -> None:
    """What only lading's ledger keeps can be asked for."""
    id_ = submitted(cli, "labelled.yaml")
    submitted(cli, "hello.yaml")
    assert cli.good("list", "-q", "--label", "team=vision").out == f"{id_}\n"
    assert cli.good("list", "-q", "--name", "labelled").out == f"{id_}\n"
    assert cli("list", "--label", "team=audio").err == "none of that kind\n"


def test_diff_tells_what_changed_since_the_last_submission(cli: Cli) -> None:
    """No change is 0; a change is 1, with the old value, the new one, and the line that made it."""
    submitted(cli, "hello.yaml")
    assert cli("diff", "hello.yaml").code == 0
    Path("hello.yaml").write_text("lading: v1\nname: hello\ncommand: [echo, goodbye]\n")
    answer = cli("diff", "hello.yaml")
    assert (answer.code, answer.out.splitlines()) == (
        1,
        [
            "@ hello:local /body/groups/0/argv/1",
            '- "hello"',
            '+ "goodbye"    # command, hello.yaml:3',
        ],
    )


def test_the_ledger_tells_all_that_happened(cli: Cli) -> None:
    """One submission's story in its order, and its requests."""
    id_ = submitted(cli, "fails.yaml")
    cli("wait", id_)
    story = cli.good("ledger", id_, "--format", "json").document
    assert story["events"][0]["event"] == "accepted"
    assert story["events"][-1]["data"]["exit_code"] == 7
    assert story["requests"][0]["method"] == "START"
    titles, *_, ended = table(cli.good("ledger", id_).out)
    assert titles == ["TIME", "STEP", "EVENT", "WHAT"]
    assert " ".join(ended[3:]).startswith('failed, which it calls "failed", exit code 7, the program ended with')
    assert re.search(r"started \d{4}-\d\d-\d\dT[\d:]+Z, ended \d{4}-", " ".join(ended))


def test_delete_and_usage_answer_for_what_is_there(cli: Cli) -> None:
    """A running job has a usage and can not be deleted; an ended one is deleted, and the ledger still knows it."""
    id_ = submitted(cli, "sleeps.yaml")
    while cli.good("status", id_, "--format", "json").document["submissions"][0]["state"] != "running":
        time.sleep(0.05)
    (used,) = cli.good("usage", id_, "--format", "json").document["usage"]
    assert used["memory"] > 0
    assert cli("delete", id_).code == 3
    cli("stop", id_)
    cli("wait", id_)
    assert cli("usage", id_).err == "nothing of it runs now\n"
    assert cli("delete", id_).err == f"{id_} sleeps is gone from its target\n"
    assert cli.good("list", "-q").out == f"{id_}\n"


def test_trouble_with_one_id_does_not_keep_the_others(cli: Cli) -> None:
    """Each ID is dealt with; the exit code is the worst of them."""
    id_ = submitted(cli, "sleeps.yaml")
    answer = cli("stop", "01NOSUCH", id_, "--format", "json")
    assert answer.code == 3
    assert [one["id"] for one in answer.document["operations"]] == [id_]
    assert [one["code"] for one in answer.document["diagnostics"]] == ["LD605"]


def test_a_job_is_found_again_from_another_folder(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site of the spec is used, wherever the question is asked."""
    Path("lading.site.yaml").write_text("lading: v1\nkind: site\ntargets: {mine: {platform: local}}\n")
    id_ = submitted(cli, "hello.yaml")
    monkeypatch.chdir(tmp_path)
    assert cli("wait", id_).code == 0


def test_nothing_to_resolve_is_said(cli: Cli) -> None:
    """A settled ledger has nothing for ``resolve --all``."""
    submitted(cli, "hello.yaml")
    answer = cli("resolve", "--all")
    assert (answer.code, answer.err) == (
        0,
        "everything is settled: it is known of every submission if its target has it\n",
    )


def test_init_writes_a_spec_that_runs(cli: Cli) -> None:
    """Both files are valid, the spec runs, and nothing is written over."""
    assert cli("init", "new").code == 0
    assert cli("validate", "new").err == "valid: 1 spec for 1 target and 1 site; 3 notes, shown with -v\n"
    ran = cli("run", "new/hello.yaml")
    assert (ran.code, ran.out.split()[:2]) == (0, ["hello", "from"])
    again = cli("init", "new")
    assert (again.code, again.err.splitlines()[0]) == (
        2,
        "error[LD701]: new/hello.yaml and new/lading.site.yaml are there already",
    )


@pytest.mark.parametrize("field", ["image", "env", "replicas", "array", "gpu"])
def test_what_the_first_spec_has_to_try_is_right(cli: Cli, field: str) -> None:
    """Each field that stands there as a comment is valid once it is none."""
    assert cli("init", "new").code == 0
    spec = Path("new/hello.yaml")
    spec.write_text(re.sub(rf"(?m)^( *)# ({field}:)", r"\1\2", spec.read_text("utf-8")), "utf-8")
    assert f"# {field}:" not in spec.read_text("utf-8")
    assert cli("validate", "--no-targets", str(spec)).code == 0


def test_without_a_site_file_that_is_said(cli: Cli) -> None:
    """Whoever names a target in the wrong folder learns that no site was found, not which targets the built-in has."""
    Path("lading.site.yaml").unlink(missing_ok=True)
    told = cli("submit", "hello.yaml", "-t", "cluster")
    assert (told.code, told.err.splitlines()) == (
        2,
        [
            'error[LD701]: no site file is found, so there is no target "cluster"',
            "  = help: go to the folder of your site, name it with --site, or write one with `lading init`",
        ],
    )


def test_what_is_the_same_in_many_files_is_said_once(cli: Cli) -> None:
    """Two hundred specs with one label are one note, with the first place and how many more there are."""
    Path("same.yaml").write_text(Path("labelled.yaml").read_text("utf-8"), "utf-8")
    said = cli.good("submit", "labelled.yaml", "same.yaml", "--dry-run").err
    assert said.count("labels.team") == 1
    assert "(labelled.yaml:4 and 1 more place)" in said


def test_fields_of_a_site_are_explained_too(cli: Cli) -> None:
    """Whoever writes a site asks for its fields by their paths, as of a spec."""
    assert cli("explain", "targets.cluster.endpoint").out.startswith("targets.cluster.endpoint\n  The address of")
    assert 'did you mean "targets"?' in cli("explain", "target").err


def test_a_log_as_a_document_holds_every_character(cli: Cli) -> None:
    """Control characters arrive in JSON as they were printed."""
    id_ = submitted(cli, "colours.yaml")
    cli("wait", id_)
    lines = cli.good("logs", id_, "--format", "json").document["lines"]
    assert lines == [{"text": "a\tb\x1b[31m", "source": None, "isError": False}]
