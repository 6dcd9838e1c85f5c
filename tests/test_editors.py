"""What editors are told: a schema that describes everything, and the line that names it; tried with the real server."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from kit.cli import Cli
from kit.editor import Editor

from lading.compiler.registry import platforms
from lading.runner.specs.schemas import schema_of

HEAD = "# yaml-language-server: $schema={}\n"
WHAT = ["spec", "site", *platforms()]


def properties_in(schema: Any, within: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property that somebody can write, with where it is; conditions and what is forbidden are none."""
    if isinstance(schema, list):
        for each in schema:
            yield from properties_in(each, within)
    elif isinstance(schema, dict):
        for name, found in schema.get("properties", {}).items():
            if found:
                yield f"{within}.{name}", found
        for key, below in schema.items():
            if key not in {"if", "examples", "dependentSchemas"}:
                yield from properties_in(below, f"{within}/{key}")


@pytest.mark.parametrize("what", WHAT)
def test_every_property_says_what_it_means_and_shows_how_it_is_written(what: str) -> None:
    """Each has a description and an example, and a schema takes its own examples."""
    schema = schema_of(what)
    validator = Draft202012Validator(schema)
    found = list(properties_in(schema))
    assert [where for where, known in found if not known.get("description") or not known.get("examples")] == []
    wrong = [
        (where, error.message)
        for where, known in found
        for example in known["examples"]
        for error in validator.evolve(schema={**known, "$defs": schema.get("$defs", {})}).iter_errors(example)
    ]
    assert wrong == []


def test_words_that_a_field_is_one_of_are_listed() -> None:
    """An editor offers them, whatever else may stand there."""
    job = schema_of("spec")["$defs"]["Job"]["properties"]
    assert job["pull"]["anyOf"][0] == {"enum": ["always", "if-not-present", "never"]}
    assert schema_of("spec")["properties"]["kind"]["enum"][0] == "job"


def test_the_schema_is_written_and_the_line_that_names_it_printed(cli: Cli) -> None:
    """For files that people write; a platform's section has no file of its own to put a line into."""
    answer = cli.good("schema", "-o", "deep/spec.json")
    assert (answer.out, answer.err) == (HEAD.format("deep/spec.json"), "wrote deep/spec.json\n")
    assert json.loads(Path("deep/spec.json").read_text()) == schema_of("spec")
    assert cli.good("schema", "slurm", "-o", "slurm.json").out == ""
    assert json.loads(Path("slurm.json").read_text()) == cli.good("schema", "slurm").document


@pytest.fixture
def editor(cli: Cli) -> Iterator[Editor]:
    """An editor in a folder with both schemas."""
    if not shutil.which("yaml-language-server"):
        pytest.skip("there is no yaml-language-server here")
    cli.good("schema", "spec", "-o", "spec.json")
    cli.good("schema", "site", "-o", "site.json")
    opened = Editor(Path.cwd())
    yield opened
    opened.close()


SPEC = """lading: v1
name: x
command: [ls]
resources: {memory: 64Gi}
native:
  slurm: {constraint: a}
"""


def test_an_editor_explains_fields(editor: Editor) -> None:
    """The portable ones, and a platform's own; each with an example."""
    assert editor.open("good.yaml", HEAD.format("spec.json") + SPEC) == []
    assert "Memory of one replica" in editor.hover("good.yaml", 4, 14)
    assert "64Gi" in editor.hover("good.yaml", 4, 14)
    assert "sbatch" in editor.hover("good.yaml", 6, 4)
    assert "features that the nodes must have" in editor.hover("good.yaml", 6, 12)


def test_an_editor_offers_fields_and_words(editor: Editor) -> None:
    """Those of the map in which the cursor is, and the words of a field that is one of some."""
    head = HEAD.format("spec.json")
    editor.open("fields.yaml", f"{head}lading: v1\nname: x\ncommand: [ls]\nresources:\n  ")
    assert set(editor.complete("fields.yaml", 5, 2)) == {"cpu", "memory", "gpu", "shm", "disk"}
    editor.open("words.yaml", f"{head}lading: v1\nname: x\npull: ")
    assert set(editor.complete("words.yaml", 3, 6)) == {"always", "if-not-present", "never"}
    editor.open("kinds.yaml", f"{head}lading: v1\nkind: ")
    assert {"job", "service", "workflow"} <= set(editor.complete("kinds.yaml", 2, 6))


def test_an_editor_marks_what_is_wrong(editor: Editor) -> None:
    """At its line: an unknown field, a bare number for bytes; in a site an option that the platform has not."""
    wrong = editor.open(
        "bad.yaml", f"{HEAD.format('spec.json')}lading: v1\nname: x\nimage: a\ngpus: 8\nresources: {{memory: 64}}\n"
    )
    assert [line for line, _ in wrong] == [4, 5]
    target = "  c: {platform: slurm, options: {nope: 1}}\n"
    site = editor.open("lading.site.yaml", f"{HEAD.format('site.json')}lading: v1\nkind: site\ntargets:\n{target}")
    assert [line for line, _ in site] == [4]
