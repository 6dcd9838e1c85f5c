"""The fields that ``lading update --set`` changes, in base units."""

from collections.abc import Mapping, Sequence
from typing import Any

from lading.compiler.registry import language
from lading.schema.diagnostics import InvalidSpec, has_errors
from lading.schema.job import leaves
from lading.schema.load import load
from lading.schema.paths import render
from lading.schema.shape import Shape

NOTHING = b"lading: v1\nname: x\n"


def changes_of(sets: Sequence[str]) -> Mapping[str, Any]:
    """The new value of each field by its path. Raises InvalidSpec for what is no field, or no value of it."""
    loaded = load("--set", NOTHING, sets=sets, language=language())
    if has_errors(loaded.diagnostics):
        raise InvalidSpec(loaded.diagnostics)
    (spec,) = loaded.specs
    top = Shape("struct", struct=spec.struct.name)
    return {render(path): value for path, value in leaves(top, spec.sets.value, (), spec.language)}
