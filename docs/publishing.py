"""What MkDocs does not know of this repository: pages that stand outside ``docs/``, and links to them.

Every document stays where people look for it and reads well there; the site has the same text.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
DOCUMENTS = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "ARCHITECTURE.md": "architecture.md",
}
"""Documents at the top of the repository, and the pages that they are."""

CODE = {".yaml": "yaml", ".sh": "sh"}
"""Files of ``specs/`` that have a page each, and their language."""

LINK = re.compile(
    r"(?P<block>^```.*?^```)|(?P<head>\[(?P<text>[^][]*)\]\()(?P<target>[^)#:\s]*)(?P<rest>#[^)]*)?\)",
    re.DOTALL | re.MULTILINE,
)
"""A link to somewhere in the repository; what stands in a block of code is none."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The pages from outside, each with its text, and what the navigation names by a pattern."""
    for source, page in DOCUMENTS.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    for page, text in _of_specs():
        files.append(File.generated(config, page, content=text))
    for schema in (ROOT / "specs" / "schema").iterdir():
        files.append(File.generated(config, schema.relative_to(ROOT).as_posix(), abs_src_path=str(schema)))
    pages = sorted(file.src_uri for file in files.documentation_pages())
    assert config.nav is not None
    config.nav = [_filled(entry, pages) for entry in config.nav]
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: object) -> str:
    """The text, with links to where things are on the site; what is not there is only named."""
    here = _source_of(page.file.src_uri)
    pages = {_source_of(file.src_uri): file.src_uri for file in files}

    def linked(found: re.Match[str]) -> str:
        if found["block"] or not found["target"]:
            return found[0]
        source = posixpath.normpath(posixpath.join(posixpath.dirname(here), found["target"]))
        there = pages.get(source) or pages.get(f"{source}/README.md")
        if there is None:
            return found["text"]
        return f"{found['head']}{posixpath.relpath(there, posixpath.dirname(page.file.src_uri))}{found['rest'] or ''})"

    return LINK.sub(linked, markdown)


def _of_specs() -> Iterator[tuple[str, str]]:
    """Each file of ``specs/`` as a page, and for each folder a list of what is in it."""
    for path in sorted((ROOT / "specs").rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".md":
            yield name, path.read_text(encoding="utf-8")
        elif path.suffix in CODE:
            title = path.relative_to(ROOT / "specs").as_posix()
            yield f"{name}.md", f"# {title}\n\n```{CODE[path.suffix]}\n{path.read_text(encoding='utf-8')}```\n"
        elif path.is_dir():
            files = [f"- [{file.name}]({file.name})" for file in sorted(path.iterdir())]
            title = f"{path.relative_to(ROOT / 'specs').as_posix()}/"
            yield f"{name}/README.md", "\n".join([f"# {title}", "", *files, ""])


def _source_of(page: str) -> str:
    """The file of the repository that the page is made of."""
    known = {page: source for source, page in DOCUMENTS.items()}
    if page.startswith("specs/"):
        return page.removesuffix(".md") if Path(page.removesuffix(".md")).suffix in CODE else page
    return known.get(page, f"docs/{page}")


def _filled(entry: Any, pages: Sequence[str]) -> Any:
    """The entry of the navigation, in which the pages of a pattern stand instead of it."""
    if isinstance(entry, dict):
        return {title: _filled(below, pages) for title, below in entry.items()}
    if isinstance(entry, list):
        return [each for below in entry for each in _pages_of(below, entry, pages)]
    return entry


def _pages_of(entry: Any, beside: Sequence[Any], pages: Sequence[str]) -> list[Any]:
    """The entry itself, or all the pages that it is a pattern of and that do not stand beside it."""
    if isinstance(entry, str) and "*" in entry:
        return [page for page in pages if fnmatch(page, entry) and page not in beside]
    return [_filled(entry, pages)]
