"""What people see on a terminal: whole words, reasons, texts as texts, and plain words for data."""

import io
import re
from pathlib import Path

import pytest
from kit.cli import Cli
from rich.console import Console

from lading.runner.ledger.record import Event, Kind, Part, Submission
from lading.runner.output import explained
from lading.runner.output.compiled import as_text
from lading.runner.output.history import _what
from lading.runner.output.live import picture
from lading.runner.output.submissions import reasons, rows, shortened
from lading.runner.states import State, Status
from lading.schema.codes import Severity
from lading.schema.diagnostics import Diagnostic, each_once

SITE = "lading: v1\nkind: site\ndefault: a\ntargets:\n  a: {platform: local}\n  b: {platform: local}\n"


def failed(last: str) -> Submission:
    """One that says why."""
    part = Part("", "t", Kind.ACCEPTED, "7", Status(State.FAILED, exit_code=7))
    return Submission(f"01JAAAAAAA000000000000000{last}", "train", "job", "pf", "paddleflow", "", parts=(part,))


def test_a_narrow_terminal_has_the_reasons_below_the_table() -> None:
    """And ids that are as short as tells them apart."""
    out = io.StringIO()
    Console(file=out, width=80, height=24, color_system=None).print(picture([failed("1")], 80, 24))
    assert "01JAAAAAAA00 failed: exit code 7" in out.getvalue()
    assert "01JAAAAAAA000" not in out.getvalue()
    two = shortened(rows([failed("1"), failed("2")]))
    assert [row[0] for row in two] == [failed("1").id, failed("2").id]
    assert reasons(two)[1] == f"{failed('2').id} failed: exit code 7"


def test_the_ledger_speaks_in_words() -> None:
    """No dict of Python's is shown."""
    said = {"state": "running", "native": "R", "exit_code": 3, "counts": {"failed": 2, "running": 1}, "started": 1.0}
    assert _what(Event(Kind.STATE, "7", said)) == (
        '7, running, which it calls "R", exit code 3, 2 failed, 1 running, started 1970-01-01T00:00:01Z'
    )


def test_a_script_in_a_request_is_a_text() -> None:
    """JSON has it where it belongs; people read it below."""
    shown = as_text({"body": {"script": "#!/bin/sh\necho 1\n", "name": "x"}})
    assert '"script": "(below)"' in shown
    assert shown.endswith("\n/body/script:\n#!/bin/sh\necho 1\n")


def test_a_row_without_room_is_a_block() -> None:
    """No word of it is broken."""
    assert explained._block(["5", "resources.cpu", "8", "rounded", "/cpu = 8", "8 of 9"]) == (
        "5  resources.cpu  = 8  (rounded)\n    /cpu = 8\n    8 of 9\n"
    )


def test_fields_are_explained_in_the_order_of_their_lines(cli: Cli) -> None:
    """As they stand in the file, whatever the order of the language."""
    Path("a.yaml").write_text(
        "lading: v1\nschedule: {timeLimit: 1h}\nname: a\nenv: {A: b}\ncommand: [echo]\nresources: {cpu: 1}\n"
    )
    fields = cli.good("explain", "a.yaml", "-t", "local", "--format", "json").document["explanations"][0]["fields"]
    lines = [field["line"] for field in fields if field["line"]]
    assert (lines, len(lines) > 4) == (sorted(lines), True)


def test_a_meaning_of_several_paragraphs_is_shown_in_short(cli: Cli) -> None:
    """A table has no line breaks, and shows no signs for them."""
    assert "\\n" not in cli.good("explain", "array").out


def test_what_is_wrong_for_several_targets_is_said_once(cli: Cli) -> None:
    """With their names."""
    Path("lading.site.yaml").write_text(SITE)
    Path("s.yaml").write_text("lading: v1\nname: s\ncommand: [a]\nenv: {K: {secret: nope}}\n")
    answer = cli("validate", "s.yaml")
    assert answer.err.count("LD502") == 1
    assert 'the site names no secret "nope" (for a, b)' in answer.err
    assert "1 error in 1 of 1 file" in answer.err
    one = Diagnostic("LD502", Severity.ERROR, "x", target="a")
    assert each_once([one, one]) == [one]


def test_an_option_that_sets_something_wrong_is_named(cli: Cli) -> None:
    """There may be several."""
    Path("s.yaml").write_text("lading: v1\nname: s\ncommand: [a]\n")
    answer = cli("validate", "s.yaml", "--set", "resources.cpu=x", "--set", "schedule.timeLimit=zz")
    assert re.findall(r"--> (--set [\w.]+)", answer.err) == ["--set resources.cpu", "--set schedule.timeLimit"]


def test_what_a_spec_alone_says_is_set_by_nobody_else(cli: Cli) -> None:
    """It is a field, so nobody is asked if another one was meant."""
    Path("s.yaml").write_text("lading: v1\nname: a\ncommand: [a]\n")
    answer = cli("validate", "s.yaml", "--set", "name=b")
    assert (answer.code, "did you mean" in answer.err) == (1, False)
    assert '--set can not set "name"' in answer.err


@pytest.mark.parametrize(("index", "code"), [("2", 0), ("9", 3)])
def test_an_element_that_an_array_has_not_is_an_error(index: str, code: int, cli: Cli) -> None:
    """It has printed nothing because it is not there."""
    Path("four.yaml").write_text("lading: v1\nname: four\ncommand: [echo, hi]\narray: {indices: 0-3}\n")
    id_ = cli("submit", "four.yaml", "--wait", "-q").out.strip()
    answer = cli("logs", id_, "--index", index)
    assert (answer.code, "has no element 9" in answer.err) == (code, code == 3)


def test_one_reason_of_many_jobs_is_said_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is down is the trouble of each of them; the table has them all."""
    monkeypatch.setattr("lading.runner.submission.send.RETRY_DELAYS", ())
    Path("specs").mkdir()
    for number in range(3):
        Path(f"specs/{number}.yaml").write_text(f"lading: v1\nname: job-{number}\ncommand: [a]\n")
    Path("lading.site.yaml").write_text(
        "lading: v1\nkind: site\ndefault: there\ntargets:\n  there:\n    platform: slurm\n"
        "    options: {via: [no-such-command]}\n"
    )
    answer = cli("submit", "specs")
    assert answer.code == 3
    assert answer.err.count("error[") == 1
    assert "job-0 and 2 more on there: " in answer.err
    assert [f"job-{number}" in answer.out for number in range(3)] == [True] * 3
    told = cli("submit", "specs", "--format", "json").document["diagnostics"]
    assert [one["message"].split(" on ")[0] for one in told] == ["job-0", "job-1", "job-2"]


def test_nothing_is_sent_where_one_job_lacks_a_secret_or_a_file(cli: Cli) -> None:
    """Each is looked for before the first job leaves, and all that lack one are told."""
    job = "lading: v1\nname: {0}\ncommand: [a]\nenv: {{KEY: {{secret: {1}}}}}\n"
    Path("specs").mkdir()
    Path("specs/a.yaml").write_text("lading: v1\nname: a\ncommand: [a]\n")
    for name, secret in (("b", "gone"), ("c", "gone"), ("d", "here")):
        Path(f"specs/{name}.yaml").write_text(job.format(name, secret))
    Path("lading.site.yaml").write_text(
        "lading: v1\nkind: site\nsecrets: {gone: {env: NOT_SET_AT_ALL}, here: {env: HOME}}\n"
        "targets: {local: {platform: local}}\n"
    )
    answer = cli("submit", "specs")
    assert (answer.code, answer.err.count("error[LD606]")) == (3, 1)
    assert "b and 1 more on local: " in answer.err
    assert "none of the 4 jobs is sent" in answer.err
    assert cli.good("list", "--format", "json").document["submissions"] == []
