"""The pages of the language, and that of diagnostics: nothing is left out, and what they say of platforms is true."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lading.compiler.diagnostics_page import diagnostics_page, examples_in
from lading.compiler.language_pages import anchor, language_pages
from lading.compiler.matrix import cells_of, label
from lading.compiler.matrix_pages import SIGNS
from lading.compiler.reference import limits_text
from lading.compiler.registry import language
from lading.schema.codes import CODES
from lading.schema.shape import Field, Shape

DOCS = Path(__file__).parents[1] / "docs"
PAGES = language_pages()


def fields() -> Iterator[tuple[str, str, Field]]:
    """Every field of the language that is no layer's, with its struct's name; `{secret: NAME}` is told as a type."""
    for struct in language().structs.values():
        if not struct.is_layer and struct.name != "SecretRef":
            yield from ((struct.name, name, field) for name, field in struct.fields.items())


def test_every_field_is_told() -> None:
    """Each has a heading somewhere, with its meaning and its example below."""
    told = "\n".join(PAGES.values())
    missing = [
        f"{struct}.{name}"
        for struct, name, field in fields()
        if not re.search(rf"^###? (.*\.)?{re.escape(name)}$", told, re.MULTILINE)
        or f"- example: `{name}: {field.example}`" not in told
    ]
    assert missing == []


@pytest.mark.parametrize("kind", PAGES)
def test_every_link_leads_to_a_heading(kind: str) -> None:
    """What was told elsewhere is there."""
    for page, target in re.findall(r"\]\((\w*)(?:\.md)?#([^)]+)\)", PAGES[kind]):
        headings = re.findall(r"^#+ (.*)$", PAGES[page or kind], re.MULTILINE)
        assert target in map(anchor, headings)


def test_what_a_page_says_of_platforms_is_the_table_s() -> None:
    """A field that is rounded somewhere is said to be, with the reason."""
    section = PAGES["job"].partition("\n### resources.memory\n")[2].partition("\n###")[0]
    cells = cells_of(("resources", "memory"), ("job",))
    assert {str(cell.fidelity) for cell in cells.values()} > {"rounded"}
    for title, cell in cells.items():
        assert re.search(rf"\| \[{title}\].* \| {SIGNS[cell.fidelity]} {cell.fidelity} \|", section), title


def test_a_service_tells_where_it_is_not_carried_as_a_job_is() -> None:
    """The retries of a service are lost where those of a job are not, so both pages have them."""
    path = ("schedule", "retries")
    jobs, services = cells_of(path, ("job",)), cells_of(path, ("service",))
    assert any(jobs[title] != cell for title, cell in services.items())
    assert f"### {label(path)}\n" in PAGES["job"]
    assert f"### {label(path)}\n" in PAGES["service"]


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (Shape("integer", minimum=1, maximum=65535), "at least 1, at most 65,535"),
        (Shape("list", minimum=1), "at least 1 item"),
        (Shape("text", maximum=255), "at most 255 characters"),
        (Shape("bytes", minimum=1), "at least 1 byte"),
        (Shape("seconds", minimum=60), "at least 1m"),
        (Shape("map", key_pattern="[a-z]+", key_says="a word"), "each name is a word"),
        (Shape("boolean"), ""),
    ],
)
def test_limits_are_told_in_words(shape: Shape, text: str) -> None:
    """In the units that people write."""
    assert limits_text(shape) == text


def test_every_code_has_a_heading_and_most_an_example() -> None:
    """The example is the shortest thing that anybody was told with that code."""
    page = diagnostics_page(examples_in(["error[LD203]: long\n = help: x\n\nerror[LD203]: b\n\n2 errors\n"]))
    assert re.findall(r"^### (\w+)$", page, re.MULTILINE) == sorted(CODES)
    assert page.count("```text\n") == 1
    assert "```text\nerror[LD203]: b\n```" in page


def test_a_sentence_reads_without_a_finding() -> None:
    """What a finding fills in is its word in capitals; a sentence that is all its own is none."""
    assert CODES["LD203"].says == 'unknown key "KEY" in PARENT'
    assert "MOST" in next(code.says for code in CODES.values() if "{most:,}" in code.sentence)
    assert CODES["LD601"].says == ""
