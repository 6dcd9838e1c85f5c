"""What the documents promise: commands that run and say what is shown, links that lead somewhere."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from kit.compiling import problems_of
from kit.document import ROOT, follow, steps_of

from lading.compiler.registry import language

DOCUMENTS = [*sorted(ROOT.glob("*.md")), ROOT / "specs" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WITH_COMMANDS = [path for path in DOCUMENTS if steps_of(path) and path.name != "tour.md"]
"""All but the tour, which needs platforms and has tests of its own."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder like a clone that has been set up: the specs, and `./lading`."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    (tmp_path / "lading").symlink_to(Path(sys.executable).with_name("lading"))
    return tmp_path


def name_of(document: Path) -> str:
    """The document as people say it."""
    return document.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", WITH_COMMANDS, ids=name_of)
def test_every_command_says_what_is_shown(document: Path, clone: Path) -> None:
    """From the first of a document to its last: those with an output say exactly that, the others succeed."""
    follow(document, clone)


def test_the_readme_begins_with_a_first_job() -> None:
    """What somebody tries first is run like the rest."""
    assert ROOT / "README.md" in WITH_COMMANDS
    assert steps_of(ROOT / "README.md")[0][0] == "./lading run specs/hello.yaml"


@pytest.mark.parametrize("document", ["README.md", "docs/language/README.md", "docs/editors.md"])
def test_the_specs_of_a_document_are_specs(document: str) -> None:
    """Those that show the language are taken as they stand."""
    specs = re.findall(r"^```yaml\n(.*?)^```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert specs
    for spec in specs:
        assert problems_of(document, spec.encode(), language()) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
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
