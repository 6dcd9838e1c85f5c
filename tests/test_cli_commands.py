"""What every command promises: its help, its example, the options of all, and the schema of its document."""

import shlex
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from kit.cli import Cli

import lading.runner.commands
from lading.runner.cli import COMMANDS
from lading.runner.cli import cli as group
from lading.runner.invocation.options import Command, Commands
from lading.runner.specs.schemas import output_commands, output_schema

SITE = "lading: v1\nkind: site\ntargets: {here: {platform: local, catalog: {volumes: {a: {path: /a}}}}}\n"
LOCK = """\
lading: v1
kind: lock
targets:
  here: {platform: local, catalog: {volumes: {b: {path: /b}}}}
  there: {platform: local, catalog: {}}
"""
SPEC = "lading: v1\nname: hello\ncommand: [echo, hello]\nresources: {cpu: 1}\n"


@pytest.fixture(autouse=True)
def spec(cli: Cli) -> None:
    """One valid spec and one with a mistake in the folder."""
    Path("hello.yaml").write_text(SPEC, encoding="utf-8")
    Path("two.yaml").write_text(f"{SPEC}---\n{SPEC.replace('hello', 'again')}", encoding="utf-8")
    Path("bad.yaml").write_text("lading: v1\nname: bad\ncomand: [x]\n", encoding="utf-8")
    Path("locked").mkdir()
    Path("locked/lading.site.yaml").write_text(SITE, encoding="utf-8")
    Path("locked/lading.lock").write_text(LOCK, encoding="utf-8")
    Path("job.sh").write_text("#!/bin/bash\n#SBATCH --job-name=hello\necho hello\n", encoding="utf-8")


def commands() -> dict[tuple[str, ...], Command]:
    """Every command by the words that name it: ``catalog show`` is one of two."""
    found: dict[tuple[str, ...], Command] = {}
    for name in COMMANDS:
        known = group.get_command(click.Context(group), name)
        if isinstance(known, Commands):
            found |= {(name, own): each for own, each in known.commands.items() if isinstance(each, Command)}
        elif isinstance(known, Command):
            found[name,] = known
    return found


def test_the_version_is_that_of_the_package(cli: Cli) -> None:
    """``--version`` and the installed metadata agree."""
    assert cli.good("--version").out == f"lading {version('lading')}\n"


def test_every_command_is_a_module_and_every_module_a_command() -> None:
    """The list in ``cli.py`` and the folder say the same."""
    folders = [Path(folder) for folder in lading.runner.commands.__path__]
    assert sorted(COMMANDS) == sorted(file.stem for folder in folders for file in folder.glob("*.py"))


@pytest.mark.parametrize("name", commands(), ids=" ".join)
def test_every_command_has_a_short_summary_and_an_example_that_parses(name: tuple[str, ...]) -> None:
    """The first sentence fits into the list of commands; the example is a command line that lading takes."""
    found = commands()[name]
    assert found.help
    summary = found.help.splitlines()[0]
    assert (summary[-1], len(summary) < 60) == (".", True)
    for line in found.example.splitlines():
        words = shlex.split(line.partition("|")[0].partition(">")[0])
        assert words[: len(name) + 1] == ["lading", *name]
        found.make_context(name[-1], words[len(name) + 1 :], resilient_parsing=False).close()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "json", "-q", "-v", "--color", "never", "--no-input", "--site", "s.yaml", "-C", "sub", "targets"],
        ["targets", "--format", "json", "-q", "-v", "--color", "never", "--no-input", "--site", "s.yaml", "-C", "sub"],
    ],
    ids=["before", "after"],
)
def test_options_of_all_commands_stand_before_or_after_the_name(cli: Cli, arguments: list[str]) -> None:
    """Both ways mean the same; ``--site`` is looked for where ``-C`` leads."""
    Path("sub").mkdir()
    Path("sub/s.yaml").write_text("lading: v1\nkind: site\ntargets: {mine: {platform: local}}\n")
    found = cli.good(*arguments).document
    target = {"name": "mine", "platform": "local", "default": False, "endpoint": None}
    assert found == {"lading": 1, "site": "s.yaml", "targets": [target]}


DOCUMENTS: dict[str, list[list[str]]] = {
    "init": [["init", "new"]],
    "import": [["import", "job.sh", "--from", "slurm"], ["import", "hello.yaml", "--from", "airscheduler"]],
    "validate": [["validate", "."], ["validate", "hello.yaml"], ["validate", "nowhere.yaml"]],
    "compile": [
        *(["compile", "hello.yaml"], ["compile", "two.yaml"], ["compile", "bad.yaml"]),
        *(["compile", "two.yaml", "-o", "out"], ["compile", "hello.yaml", "-o", "out", "--check"]),
    ],
    "explain": [
        *(["explain"], ["explain", "resources"], ["explain", "hello.yaml"], ["explain", "nothing"]),
        *(["explain", "LD203"], ["explain", "ld601"], ["explain", "LD999"]),
    ],
    "matrix": [["matrix"], ["matrix", "hello.yaml"]],
    "diff": [["diff", "hello.yaml"], ["diff", "hello.yaml", "--against", "hello.yaml"]],
    "plan": [["plan", "hello.yaml"], ["plan", "hello.yaml", "-o", "p.json"], ["plan", "bad.yaml"]],
    "submit": [["submit", "hello.yaml"], ["submit", "hello.yaml", "--dry-run"], ["submit", "hello.yaml", "new"]],
    "status": [["status"], ["status", "ID"], ["status", "local:nothing"]],
    "list": [["list"]],
    "wait": [["wait", "ID"]],
    "logs": [["logs", "ID"], ["logs", "01NOSUCH"]],
    "usage": [["usage", "ID"]],
    "stop": [["stop", "ID", "01NOSUCH"]],
    "start": [["start", "ID"]],
    "delete": [["delete", "ID"]],
    "update": [["update", "ID", "--set", "schedule.timeLimit=2h"]],
    "exec": [["--format", "json", "exec", "local", "--", "true"]],
    "upload": [["upload", "hello.yaml", "local:x"]],
    "download": [["download", "local:x"], ["download", "x"]],
    "files": [["files", "local:x"]],
    "targets": [["targets"], ["targets", "--site", "bad.yaml"]],
    "catalog": [
        *(["catalog", "show"], ["catalog", "show", "nowhere"], ["catalog", "pull"]),
        *(["-C", "locked", "catalog", "show"], ["-C", "locked", "catalog", "pull", "here"]),
        *(["-C", "locked", "catalog", "check", "."], ["catalog", "check", "hello.yaml"]),
    ],
    "doctor": [["doctor"]],
    "ledger": [["ledger"], ["ledger", "ID"]],
    "resolve": [["resolve", "--all"], ["resolve", "ID"]],
}
"""Command lines whose documents are held against their schemas, in this order; ``ID`` is a job that has ended."""


def test_every_document_is_as_its_schema_says(cli: Cli) -> None:
    """Each command with ``--format json`` prints one document, in success and in failure, and its schema knows it."""
    id_ = cli.good("submit", "hello.yaml", "-q", "--wait").out.strip()
    for name, lines in DOCUMENTS.items():
        schema = output_schema(name)
        jsonschema.Draft202012Validator.check_schema(schema)
        for line in lines:
            words = [id_ if word == "ID" else word for word in line]
            answer = cli(*words, "--format", "json")
            assert answer.code != 70, answer.err
            assert answer.out, (words, answer.err)
            jsonschema.validate(answer.document, schema)


def test_every_command_that_prints_documents_has_a_schema() -> None:
    """Those with ``--format json`` and those with a schema are the same."""
    with_json = {name for name, *_ in (words for words, each in commands().items() if "json" in each.formats)}
    assert sorted(with_json) == sorted([*output_commands(), "schema"])
    assert sorted(DOCUMENTS) == sorted(output_commands())


def test_the_schemas_of_outputs_refuse_what_nobody_promised() -> None:
    """A document with another key, or without its result, is refused."""
    schema = output_schema("targets")
    good: dict[str, Any] = {"lading": 1, "site": None, "targets": []}
    validator = jsonschema.Draft202012Validator(schema)
    wrong = [good | {"more": 1}, {"lading": 1}, good | {"lading": 2}, {"lading": 1, "diagnostics": []}]
    assert [validator.is_valid(document) for document in [good, *wrong]] == [True, False, False, False, False]
