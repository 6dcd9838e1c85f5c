"""The examples that people copy: each is right, listed, and runs where its README says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.runner.targets.sites import read_site
from lading.schema.load import Spec, load
from lading.schema.paths import render

SPECS = Path(__file__).parents[1] / "specs"
SITES = sorted(SPECS.glob("sites/*.yaml"))
EXAMPLES = sorted([*SPECS.glob("*.yaml"), *SPECS.glob("steps/*.yaml")])

LOST = {
    ("gpu-training", "slurm", "local"): [
        "resources.gpu.model",
        "mounts[0].volume",
        "mounts[0].readOnly",
        "mounts[1].path",
    ],
    ("multi-node", "slurm", "local"): ["resources.gpu.model", "network.rdma"],
    ("service", "slurm", "cluster"): ["kind"],
}
"""What keeps an example from a target, by path; every other pair of example and target is fine."""


def name_of(path: Path) -> str:
    """The file from the folder of the examples."""
    return path.relative_to(SPECS).as_posix()


def specs_of(path: Path) -> tuple[Spec, ...]:
    """The jobs of the example, which by itself has nothing wrong with it."""

    def read_file(spec: str, relative: str) -> tuple[str, bytes]:
        return relative, (Path(spec).parent / relative).read_bytes()

    loaded = load(str(path), path.read_bytes(), language=language(), read_file=read_file)
    assert loaded.diagnostics == ()
    return loaded.specs


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
@pytest.mark.parametrize("file", SITES, ids=name_of)
def test_each_example_compiles_for_each_target_or_says_what_is_lost(path: Path, file: Path) -> None:
    """On every target of both sites: a payload that its schema accepts, or exactly the errors listed above."""
    site = read_site(file)
    for name in site.names:
        lost = LOST.get((path.stem, file.stem, name), [])
        for spec in specs_of(path):
            compilation = compile_spec(spec, site.target(name), verify=True)
            errors = [d for d in compilation.diagnostics if d.is_error]
            assert [render(d.path) for d in errors] == lost


@pytest.mark.parametrize("name", ["hello", "script", "array", "matrix", "workflow", "layers", "secrets"])
def test_what_runs_anywhere_runs_here(name: str, tmp_path: Path) -> None:
    """Each example that needs nothing but a machine is submitted to this one, and every job of it succeeds."""
    lading = [sys.executable, "-m", "lading", "submit", f"{SPECS}/{name}.yaml", "--site", f"{SPECS}/sites/local.yaml"]
    environ = os.environ | {"LADING_STATE": str(tmp_path), "BACKUP_PASSWORD": "a password"}
    done = subprocess.run([*lading, "--wait"], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_matrix_names_its_jobs_after_their_values() -> None:
    """The names are those that the comment in the file promises."""
    names = [spec.name for spec in specs_of(SPECS / "matrix.yaml")]
    assert names == ["fit-lr-0-1-seed-1", "fit-lr-0-1-seed-2", "fit-lr-0-01-seed-1", "fit-lr-0-01-seed-2"]


@pytest.mark.parametrize("path", [*EXAMPLES, *SITES], ids=name_of)
def test_each_example_says_what_it_shows(path: Path) -> None:
    """The first line of every file is for its reader."""
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("path", [*EXAMPLES, *SITES], ids=name_of)
def test_editors_accept_each_example(path: Path) -> None:
    """The JSON Schema that editors use has nothing against the file either."""
    schema = SPECS / "schema" / ("site-v1.json" if path in SITES else "spec-v1.json")
    validator = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    data = YAML(typ="safe").load(path)
    assert [error.message for error in validator.iter_errors(data)] == []


def test_the_readme_lists_every_example() -> None:
    """Each file has its row, and each row its file."""
    readme = (SPECS / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(([\w./-]+\.yaml)\)", readme)) == sorted(map(name_of, [*EXAMPLES, *SITES]))


def test_the_hook_that_others_use_is_the_one_used_here() -> None:
    """Our own pre-commit configuration repeats the hook that we offer, but for where its command comes from."""
    (offered,) = YAML(typ="safe").load(SPECS.parent / ".pre-commit-hooks.yaml")
    (repo,) = YAML(typ="safe").load(SPECS.parent / ".pre-commit-config.yaml")["repos"]
    (used,) = (hook for hook in repo["hooks"] if hook["id"] == offered["id"])
    here = {"entry": ".venv/bin/lading validate --no-targets", "language": "system"}
    assert used | {"description": offered["description"]} == offered | here
