"""The documentation as a site: it can be built, nothing in it leads nowhere, and it says what the documents say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it: whatever MkDocs warns of is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def text_of(page: Path) -> str:
    """The page's HTML."""
    return page.read_text(encoding="utf-8")


def test_every_document_and_every_example_is_a_page(site: Path) -> None:
    """Those of docs/, those that stand elsewhere, and each file of specs/."""
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"404.html"}
    docs = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    expected = {path.with_suffix(".html").as_posix() for path in docs} - {"README.html"}
    examples = {path.relative_to(ROOT).as_posix() for path in (ROOT / "specs").rglob("*.yaml")}
    index = {name.replace("README", "index") for name in expected}
    assert index | {"index.html", "changelog.html", "contributing.html", "architecture.html"} <= pages
    assert {f"{name}.html" for name in examples} <= pages
    assert (site / "specs" / "schema" / "spec-v1.json").read_bytes() == (
        ROOT / "specs" / "schema" / "spec-v1.json"
    ).read_bytes()


def test_links_of_documents_lead_to_their_pages(site: Path) -> None:
    """What links to a file in the repository links to its page on the site; what has none is only named."""
    start = text_of(site / "index.html")
    assert 'href="tour.html"' in start
    assert 'href="specs/sites/index.html"' in start
    assert 'src="docs/flow.svg"' not in start
    assert 'src="flow.svg"' in start
    assert 'href="specs/hello.yaml.html"' in text_of(site / "examples.html").replace("../", "")
    assert not re.search(r'href="[^"]*\.py"', text_of(site / "architecture.html"))


def test_the_site_needs_nothing_from_elsewhere(site: Path) -> None:
    """No page loads a font, a script or a picture from another server."""
    loaded = re.compile(r'<(?:script|img|link)\b[^>]*(?:src|href)="?(https?://[^"\s>]+)')
    assert {found for page in site.rglob("*.html") for found in loaded.findall(text_of(page))} == set()
