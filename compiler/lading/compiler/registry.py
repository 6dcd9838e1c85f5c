"""Which platforms there are: the folders under ``platforms/``, and other packages' entry points. Imported on use.

Nothing is registered anywhere: a folder, or an entry point of the group ``lading.platforms`` that names a module, is
enough.
"""

import json
import os
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from lading.compiler.target import Platform, Reader
from lading.schema.shape import Language, Struct, load_structs
from lading.schema.shape import language as portable

GROUP = "lading.platforms"
Structs = Mapping[str, Struct]


@cache
def own_platforms() -> tuple[str, ...]:
    """The platforms of lading itself."""
    folder = f"{os.path.dirname(__file__)}/platforms"
    return tuple(sorted(name for name in os.listdir(folder) if os.path.isfile(f"{folder}/{name}/__init__.py")))


@cache
def other_platforms() -> Mapping[str, str]:
    """The platforms of other packages, by name, with their modules."""
    from importlib.metadata import entry_points

    return {found.name: found.value for found in entry_points(group=GROUP)}


def platforms() -> tuple[str, ...]:
    """Every platform's name."""
    return tuple(sorted({*own_platforms(), *other_platforms()}))


@cache
def platform(name: str) -> Platform | None:
    """The platform of that name, imported now, or None."""
    module = module_of(name)
    return cast("Platform", import_module(module)) if module else None


@cache
def reader(name: str) -> Reader | None:
    """What reads the platform's payloads back, imported now; None where nothing does."""
    module = module_of(name)
    return cast("Reader", import_module(f"{module}.read")) if module and find_spec(f"{module}.read") else None


def module_of(name: str) -> str | None:
    """The module of the platform, without importing it."""
    return f"lading.compiler.platforms.{name}" if name in own_platforms() else other_platforms().get(name)


@cache
def language() -> Language:
    """The language with every platform's own sections in it."""
    base = portable()
    return Language(base.structs, base.kinds, platform=_section, platforms=platforms)


def _section(name: str, which: str) -> tuple[Struct, Structs] | None:
    found = sections(name)
    return (found[0][which], found[1]) if found else None


@cache
def sections(name: str) -> tuple[Structs, Structs] | None:
    """A platform's ``native``, ``options`` and ``catalog`` structs and what they refer to; None for an unknown name."""
    module = module_of(name)
    if module is None:
        return None
    generated = f"{folder_of(module)}/models.json"
    if os.path.isfile(generated):
        with open(generated, encoding="utf-8") as file:
            raw = json.load(file)
    else:
        raw = _derived(module)
    structs = load_structs(raw)
    return {which: structs[raw[which]] for which in ("native", "options", "catalog")}, structs


@cache
def default_options(name: str) -> Mapping[str, Any]:
    """What holds of a platform's options where a site does not say."""
    found = _section(name, "options")
    fields = found[0].fields if found else {}
    return {key: field.default for key, field in fields.items() if field.default is not None}


def folder_of(module: str) -> str:
    """The folder that the module's files lie in."""
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return os.path.dirname(spec.origin)


def _derived(module: str) -> Mapping[str, Any]:
    from lading.compiler.generate import models_data

    return models_data(module)
