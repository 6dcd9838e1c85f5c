"""What the documents promise: commands that run and say what is shown, links that lead somewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), ROOT / "specs" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)

ID = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b")


def steps_of(document: Path) -> list[tuple[str, str]]:
    """Every command of the document with the output that is shown below it, in order."""
    blocks = BLOCK.findall(document.read_text(encoding="utf-8"))
    steps = [step for block in blocks for step in block.removeprefix("$ ").split("\n$ ")]
    return [(command, output) for command, _, output in (step.partition("\n") for step in steps)]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder like a clone that has been set up: the specs, and `./lading`."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    (tmp_path / "lading").symlink_to(Path(sys.executable).with_name("lading"))
    return tmp_path


def test_every_command_of_the_readme_says_what_is_shown(clone: Path) -> None:
    """From the first to the last: those with an output say exactly that, the others succeed."""
    steps = steps_of(ROOT / "README.md")
    assert steps[0][0] == "./lading run specs/hello.yaml"
    for command, shown in steps:
        done = subprocess.run(command, shell=True, cwd=clone, stdout=PIPE, stderr=STDOUT, text=True, check=False)
        assert not done.returncode or shown.startswith("error"), f"{command}\n{done.stdout}"
        if shown:
            assert ID.sub("ID", done.stdout) == ID.sub("ID", shown), command


def test_the_spec_of_the_readme_is_a_spec() -> None:
    """The one that shows the idea is taken as it stands."""
    from lading.schema.load import check_text

    (spec,) = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert check_text("README.md", spec.encode()) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link is a file or folder of the repository."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_architecture_names_files_that_there_are() -> None:
    """Every module that ARCHITECTURE.md names is in the tree."""
    named = set(
        re.findall(r"`(?!tests)(?:[\w/…]*/)?(\w+\.py)`", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    )
    modules = {path.name for root in ("schema", "compiler", "runner") for path in (ROOT / root).rglob("*.py")}
    assert named - modules - {"__init__.py"} == set()
