"""Writes every file that repeats the models: those of the portable language, and ``models.json`` of each platform.

``python -m lading.compiler.generate`` writes them; with ``--check`` it names the stale ones and exits 1.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from lading.compiler.registry import module_of, own_platforms
from lading.schema.generate import as_text, main, structs_of
from lading.schema.generate import outputs as portable_outputs
from lading.schema.shape import dump_structs

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
        platforms / name / "models.json": as_text(models_data(module)) for name, module in modules.items() if module
    }
    return {**portable_outputs(), **sections}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], outputs()))
