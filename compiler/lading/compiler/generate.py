"""Every file that repeats the models and tables.

Those are the portable language's own, ``models.json`` of each platform, and under ``docs/`` the matrix and a page for
each platform. The runner's ``generate.py`` writes them.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from lading.compiler.diagnostics_page import diagnostics_page, examples_in
from lading.compiler.language_pages import language_pages
from lading.compiler.matrix import field_matrix
from lading.compiler.matrix_pages import as_html, as_markdown, as_text
from lading.compiler.pages import platform_page
from lading.compiler.registry import module_of, own_platforms
from lading.schema.generate import as_text as as_json
from lading.schema.generate import outputs as portable_outputs
from lading.schema.generate import structs_of
from lading.schema.shape import dump_structs

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
TOLD = [ROOT / "tests" / "bad", ROOT / "tests" / "refused"]
"""Where there are wrong files, each with what people are told of it."""

SECTIONS = {"native": "Native", "options": "Options", "catalog": "Catalog"}


def models_data(module: str) -> dict[str, Any]:
    """What a platform's ``models.json`` holds: the structs of its three models, and the name of each of the three."""
    models = import_module(f"{module}.models")
    return {**SECTIONS, **dump_structs(structs_of(*(getattr(models, name) for name in SECTIONS.values())))}


def outputs() -> dict[Path, str]:
    """Every generated file, with its text."""
    platforms = Path(__file__).parent / "platforms"
    modules = {name: module_of(name) for name in own_platforms()}
    sections = {
        platforms / name / "models.json": as_json(models_data(module)) for name, module in modules.items() if module
    }
    return {**portable_outputs(), **sections, **_documentation()}


def _documentation() -> dict[Path, str]:
    """The matrix of lading's own platforms, and the page of each; the language, kind by kind; every code."""
    matrix = field_matrix(own_platforms())
    pages = {DOCS / "platforms" / f"{name}.md": platform_page(name) for name in own_platforms()}
    kinds = {DOCS / "language" / f"{kind}.md": page for kind, page in language_pages().items()}
    outputs = [file.read_text(encoding="utf-8") for folder in TOLD for file in folder.rglob("*.out")]
    return {
        DOCS / "diagnostics.md": diagnostics_page(examples_in(outputs)),
        DOCS / "matrix.txt": as_text(matrix),
        DOCS / "matrix.md": f"# What each platform carries\n\n{as_markdown(matrix)}",
        DOCS / "matrix.html": as_html(matrix),
        **pages,
        **kinds,
    }
