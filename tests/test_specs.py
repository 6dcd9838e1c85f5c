"""The examples that people copy: each is right and listed. What becomes of them is in ``test_goldens.py``."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Golden
from jsonschema import Draft202012Validator
from kit.examples import EXAMPLES, SITES, SPECS, STEPS, name_of, read_example
from ruamel.yaml import YAML

from lading.compiler.matrix_pages import table_row
from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import own_platforms
from lading.compiler.target import Target
from lading.runner.targets.sites import read_site

FILES = [*EXAMPLES, *STEPS, *SITES]


@pytest.mark.parametrize("path", [*EXAMPLES, *STEPS], ids=name_of)
def test_nothing_is_wrong_with_an_example(path: Path) -> None:
    """By itself, for no target in particular; ``read_example`` fails where something is."""
    assert [d.message for spec in read_example(path).specs for d in spec.for_target()[1]] == []


@pytest.mark.parametrize("path", SITES, ids=name_of)
def test_nothing_is_wrong_with_a_site(path: Path) -> None:
    """It says which of its targets is meant where none is named."""
    site = read_site(path)
    assert site.default in site.names


@pytest.mark.parametrize("name", ["hello", "script", "array", "matrix", "workflow", "layers", "secrets"])
def test_what_runs_anywhere_runs_here(name: str, tmp_path: Path) -> None:
    """Each example that needs nothing but a machine is submitted to this one, and every job of it succeeds."""
    lading = [sys.executable, "-m", "lading", "submit", f"{SPECS}/{name}.yaml", "--site", f"{SPECS}/sites/local.yaml"]
    environ = os.environ | {"LADING_STATE": str(tmp_path), "BACKUP_PASSWORD": "a password"}
    done = subprocess.run([*lading, "--wait"], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_matrix_names_its_jobs_after_their_values() -> None:
    """The names are those that the comment in the file promises."""
    names = [spec.name for spec in read_example(SPECS / "matrix.yaml").specs]
    assert names == ["fit-lr-0-1-seed-1", "fit-lr-0-1-seed-2", "fit-lr-0-01-seed-1", "fit-lr-0-01-seed-2"]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_each_example_says_what_it_shows(path: Path) -> None:
    """The first line of every file is for its reader."""
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_editors_accept_each_example(path: Path) -> None:
    """The JSON Schema that editors use has nothing against the file either."""
    schema = SPECS / "schema" / ("site-v1.json" if path in SITES else "spec-v1.json")
    validator = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    data = YAML(typ="safe").load(path)
    assert [error.message for error in validator.iter_errors(data)] == []


def test_where_each_example_compiles(golden: Golden) -> None:
    """As it stands, for the target of each platform in that platform's example site."""
    targets = {platform: _target_of(platform) for platform in own_platforms()}
    lines = [
        table_row(["example", *targets]),
        table_row(["---", *[":-:"] * len(targets)]),
        *(table_row([_link(path), *(_sign(path, target) for target in targets.values())]) for path in EXAMPLES),
    ]
    golden.compare(SPECS.parent / "docs" / "examples.md", HEAD + "\n".join(lines) + "\n")


HEAD = """# Where each example compiles

As it stands, for the target of each platform in that platform's [example site](../specs/sites/). Made by `make golden`.

"""


def _link(path: Path) -> str:
    return f"[{path.stem}](../specs/{path.name})"


def _sign(path: Path, target: Target) -> str:
    return "✓" if _compiles(path, target) else "–"


def _target_of(platform: str) -> Target:
    site = read_site(SPECS / "sites" / f"{platform}.yaml")
    return next(site.target(name) for name in site.names if site.entry(name)["platform"] == platform)


def _compiles(path: Path, target: Target) -> bool:
    return all(compile_spec(spec, target, verify=True).is_valid for spec in read_example(path).specs)


def test_the_readme_lists_every_example() -> None:
    """Each file has its row, and each row its file."""
    readme = (SPECS / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(([\w./-]+\.yaml)\)", readme)) == sorted(map(name_of, [*EXAMPLES, *STEPS]))


def test_the_hook_that_others_use_is_the_one_used_here() -> None:
    """Our own pre-commit configuration repeats the hook that we offer, but for where its command comes from."""
    offered, *_ = YAML(typ="safe").load(SPECS.parent / ".pre-commit-hooks.yaml")
    (repo,) = YAML(typ="safe").load(SPECS.parent / ".pre-commit-config.yaml")["repos"]
    (used,) = (hook for hook in repo["hooks"] if hook["id"] == offered["id"])
    here = {"entry": ".venv/bin/lading validate --no-targets", "language": "system"}
    assert used | {"description": offered["description"]} == offered | here
