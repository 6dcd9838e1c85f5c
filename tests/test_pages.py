"""The pages of `explain` and `diff`: what stands on them, beside what. How they answer is in test_pages_answer.py."""

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from kit.cli import Cli
from kit.pages import HOSTILE, SITE, SPEC, text_of
from kit.repository import commit, git


@pytest.fixture(autouse=True)
def folder(cli: Cli) -> None:
    """A site and a spec."""
    Path("lading.site.yaml").write_text(SITE)
    Path("train.yaml").write_text(SPEC)


def page_of(cli: Cli, *arguments: str, code: int = 0) -> str:
    """The page that the command writes."""
    answer = cli(*arguments, "--format", "html")
    assert (answer.code, answer.err) == (code, "")
    return answer.out


def rows_of(page: str, side: str) -> list[str]:
    """The lines on one side of every job, each with its sign."""
    found = re.findall(r'data-side="(\w+)".*?(?=data-side=|</article>|</details>)', page, re.DOTALL)
    parts = re.split(r'data-side="\w+"', page)[1:]
    assert len(found) == len(parts)
    signs = {"del": "-", "ins": "+", "div": ""}
    return [
        signs[tag] + unescape(re.sub("<[^>]*>", "", code))
        for name, part in zip(found, parts, strict=True)
        if name == side
        for tag, code in re.findall(r'<(\w+) class="row[^>]*><code>(.*?)</code>', part, re.DOTALL)
    ]


def test_a_page_has_all_of_itself_and_may_load_nothing(cli: Cli) -> None:
    """Its policy names the one style and the one script by their hashes; nothing else is let in."""
    page = page_of(cli, "explain", "train.yaml", "-t", "hpc")
    policy = unescape(re.findall('Content-Security-Policy" content="([^"]*)"', page)[0])
    hashes = {
        name: b64encode(sha256(text.encode()).digest()).decode()
        for name, text in re.findall(r"<(style|script)>(.*?)</\1>", page, re.DOTALL)
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert re.findall(r"\b(?:src|href|srcset|action|style|on\w+)=", text_of(page)) == []
    assert page == page_of(cli, "explain", "train.yaml", "-t", "hpc")


def test_the_spec_stands_beside_the_payload(cli: Cli) -> None:
    """Whole, line by line; the script as the text that it is."""
    page = page_of(cli, "explain", "train.yaml", "-t", "hpc")
    assert rows_of(page, "spec")[: len(SPEC.splitlines())] == SPEC.splitlines()
    script = cli.good("compile", "train.yaml", "-t", "hpc", "-q").out.splitlines()
    payload = rows_of(page, "payload")
    assert payload[2 : 2 + len(script)] == script
    assert payload[:2] == ["{", '  "script":']


def test_files_that_have_a_part_in_it_are_shown(cli: Cli) -> None:
    """The site's defaults and what its catalog calls things, and what was said on the command line."""
    page = page_of(cli, "explain", "train.yaml", "-t", "hpc", "--set", "resources.cpu=3")
    spec = rows_of(page, "spec")
    assert "resources.cpu=3" in spec
    told = page_of(cli, "explain", "train.yaml", "-t", "hpc", "--set", "description=other")
    assert told.index("description=other</span>") < told.index("<b>recorded: description</b>")
    assert any("defaults: {native: {slurm: {account: vis}}}" in line for line in spec)
    assert any("queues: {work: batch}" in line for line in spec)
    assert re.findall(r'<span class="v by-(\w+)"[^>]*>#SBATCH --(account|cpus-per-task|partition)', page) == [
        ("site", "account"),
        ("spec", "partition"),
        ("other", "cpus-per-task"),
    ]


def test_what_is_lost_is_said_below_its_line(cli: Cli) -> None:
    """What is emulated with how, what is refused with the diagnostic; then nothing is sent."""
    page = page_of(cli, "explain", "train.yaml", "-t", "hpc")
    notes = re.findall(r'<p class="note (\w+)"><b>(.*?)</b>', page)
    assert ("emulated", "emulated: schedule.retries") in notes
    assert ("recorded", "recorded: labels.team") in notes
    Path("train.yaml").write_text(SPEC + "ssh: true\n")
    page = page_of(cli, "explain", "train.yaml", "-t", "hpc", code=1)
    before, _, after = page.partition(">ssh: true</span>")
    assert before
    assert re.findall(r'<p class="note (\w+)"><b>(.*?)</b>', after) == [("error", "error LD404")]
    assert "Nothing would be sent." in after


def test_each_target_and_each_request_stands_by_itself(cli: Cli) -> None:
    """Under a name to choose it by."""
    Path("flow.yaml").write_text(
        "lading: v1\nkind: workflow\nname: flow\n"
        "steps:\n  one: {uses: ./step.yaml}\n  two: {after: [one], command: [echo]}\n"
    )
    Path("step.yaml").write_text("lading: v1\nname: step\ncommand: [echo, 'a step']\n")
    page = page_of(cli, "explain", "flow.yaml", "-t", "hpc", "-t", "here")
    assert re.findall('<article class="job" data-name="([^"]*)"', page) == ["flow on hpc", "flow on here"]
    names = re.findall('class="pane" data-name="([^"]*)"', page)
    assert (names[0], sorted(names[1:3])) == ("flow.yaml", ["lading.site.yaml", "step.yaml"])
    assert names[3:5] == ["one", "two"]


def test_a_secret_is_a_name(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where its value could be known."""
    monkeypatch.setenv("TOKEN", "c4n4ry")
    Path("train.yaml").write_text(SPEC + "env: {TOKEN: {secret: token}}\n")
    page = page_of(cli, "explain", "train.yaml", "-t", "hpc", "-t", "here")
    assert "c4n4ry" not in page
    assert [line.strip() for line in rows_of(page, "payload")].count('"secret": "token"') == 2


def test_nothing_of_a_file_is_markup(cli: Cli) -> None:
    """Whatever a spec says stands on the page as text: the only elements are our own."""
    Path("train.yaml").write_text(HOSTILE)
    page = page_of(cli, "explain", "train.yaml", "-t", "here")
    assert len(re.findall("<script", page)) == len(re.findall("</script", page)) == 1
    assert not re.search(r"<(img|svg|b on)", text_of(page))
    assert "\u202e" not in page
    assert "\\u202e" in page
    assert "\\e[31m" in page


def test_a_field_has_no_page(cli: Cli) -> None:
    """Only what becomes of a spec is one."""
    answer = cli("explain", "resources.gpu", "--format", "html")
    assert (answer.code, answer.out) == (2, "")
    assert "only what becomes of a spec is shown as a page" in answer.err


def test_of_what_is_no_spec_there_is_no_page(cli: Cli) -> None:
    """What is wrong is said where people see it who send the page to a file."""
    Path("train.yaml").write_text("lading: v1\nnmae: train\n")
    answer = cli("explain", "train.yaml", "--format", "html")
    assert (answer.code, answer.out) == (1, "")
    assert 'did you mean "name"?' in answer.err


def test_what_differs_stands_as_before_and_after_on_both_sides(cli: Cli) -> None:
    """The lines of the specs that did it, and the values that came of it, with a little of what is around them."""
    git("init", "--quiet", "--initial-branch", "main")
    commit(other=SPEC.replace("name: train", "name: other"))
    git("checkout", "--quiet", "-b", "work")
    commit(
        train=SPEC.replace("memory: 1Gi", "memory: 2Gi"),
        other=SPEC.replace("name: train", "name: other") + "ssh: true\n",
        new=SPEC.replace("name: train", "name: new"),
    )
    page = page_of(cli, "diff", ".", "--base", "main", "-t", "hpc", code=1)
    assert "3 jobs and targets: 1 changed, 1 new, 1 refused now" in page
    assert re.findall('class="job" data-what="([^"]*)"', page) == ["added", "refused", "changed"]
    changed = page[page.index('data-what="changed"') :]
    signed = [row for side in ("spec", "payload") for row in rows_of(changed, side) if row.startswith(("-", "+"))]
    assert signed == [
        "-resources: {cpu: 2, memory: 1Gi}",
        "+resources: {cpu: 2, memory: 2Gi}",
        "-#SBATCH --mem=1G",
        "+#SBATCH --mem=2G",
    ]
    refused = page[page.index('data-what="refused"') :]
    assert "+ssh: true" in rows_of(refused, "spec")
    assert page == page_of(cli, "diff", ".", "--base", "main", "-t", "hpc", code=1)


def test_a_file_that_is_broken_now_has_its_errors_at_their_lines(cli: Cli) -> None:
    """Beside what it was; nothing of it would be sent."""
    git("init", "--quiet", "--initial-branch", "main")
    commit()
    Path("train.yaml").write_text(SPEC.replace("schedule:", "shedule:"))
    page = page_of(cli, "diff", ".", "--base", "main", "-t", "hpc", code=1)
    before, _, after = page.partition("shedule:</code>")
    assert "<ins" in before[-200:]
    assert re.findall(r'<p class="note (\w+)"><b>(.*?)</b>', after) == [("error", "error LD203")]
    assert "-schedule:" in rows_of(page, "spec")
    assert "Nothing would be sent." in after


def test_names_of_a_lock_are_shown_too(cli: Cli) -> None:
    """What the site does not call anything itself, and the lock beside it does."""
    Path("lading.site.yaml").write_text(SITE.replace("    catalog:\n      queues: {work: batch}\n", ""))
    Path("lading.lock").write_text(
        "lading: v1\nkind: lock\ntargets:\n  hpc:\n    platform: slurm\n    catalog: {queues: {work: locked}}\n"
    )
    page = page_of(cli, "explain", "train.yaml", "-t", "hpc")
    assert 'data-name="lading.lock"><h3><span>lading.lock</span> <small>what things are called there' in page
    assert any("work: locked" in line for line in rows_of(page, "spec"))
    assert "#SBATCH --partition=locked" in rows_of(page, "payload")


def test_what_was_submitted_is_compared_without_its_spec(cli: Cli) -> None:
    """Of what is in the ledger only the payload is known; what makes it now is shown."""
    cli.good("submit", "train.yaml", "-t", "here", "--set", "schedule.retries=0")
    Path("train.yaml").write_text(SPEC.replace("memory: 1Gi", "memory: 2Gi").replace("retries: 2", "retries: 0"))
    page = page_of(cli, "diff", "train.yaml", "-t", "here", code=1)
    rows = [row.replace(" ", "") for row in rows_of(page, "payload")]
    assert [row for row in rows if row.startswith(("-", "+"))] == ['-"memory":1073741824', '+"memory":2147483648']


def test_nothing_differs(cli: Cli) -> None:
    """Then that is all there is to say."""
    git("init", "--quiet", "--initial-branch", "main")
    commit()
    page = page_of(cli, "diff", ".", "--base", "main", "-t", "hpc")
    assert "<p>train on hpc: no difference</p>" in page
    assert rows_of(page, "spec") == rows_of(page, "payload") == []
