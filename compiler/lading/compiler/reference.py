"""The language's own field reference, from the models' docstrings: what ``explain resources.gpu`` prints."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lading.compiler.matrix import Cell, cells_of, label
from lading.compiler.registry import language
from lading.schema.job import field_at
from lading.schema.paths import Path
from lading.schema.shape import Field, Language, Shape, Struct

TYPES = {
    "text": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "scalar": "text, number, true or false",
    "any": "anything",
    "bytes": "bytes, such as 64Gi",
    "seconds": "duration, such as 1d12h",
    "cores": "cores, such as 8, 0.5 or 500m",
    "indices": "indices, such as 0-99, 0-98:2 or 1,5",
    "publish": "true, or a port",
    "env": "text, or {secret: NAME}",
    "native": "map of platforms",
    "options": "the platform's options",
    "catalog": "the platform's catalog",
}
"""Each type in words."""


class Reference(NamedTuple):
    """One field as people look it up.

    ``below`` are its own fields, where it has any; ``cells`` how each platform carries it.
    """

    path: Path
    type: str
    required: bool
    default: Any
    doc: str
    example: str
    kinds: tuple[str, ...]
    below: tuple["Reference", ...] = ()
    cells: Mapping[str, Cell] | None = None

    @property
    def name(self) -> str:
        """The path as documentation writes it."""
        return label(self.path)


def reference(path: Path) -> Reference | None:
    """The field at the path, whichever kinds have it, with its fields; None where no kind has it."""
    known = language()
    kinds = tuple(kind for kind in known.kinds_of_work if field_at(known, known.structs[known.kinds[kind]], path))
    if not kinds:
        return None
    field = field_at(known, known.structs[known.kinds[kinds[0]]], path)
    assert field is not None
    cells = cells_of(path, kinds)
    return _reference(path, field, kinds, known, tuple(_below(path, field.shape, kinds, known)), cells)


def overview(kind: str = "job") -> list[Reference]:
    """The top fields of a kind, without their own."""
    known = language()
    struct = known.structs[known.kinds[kind]]
    return [_reference((name,), field, (kind,), known) for name, field in struct.fields.items()]


def _below(path: Path, shape: Shape, kinds: tuple[str, ...], known: Language) -> Iterator[Reference]:
    inner, step = _inner(shape)
    if struct := known.structs.get(inner.struct):
        for name, field in struct.fields.items():
            yield _reference((*path, *step, name), field, kinds, known)


def _inner(shape: Shape) -> tuple[Shape, Path]:
    if shape.type in {"list", "map"} and shape.item:
        return shape.item, (0,) if shape.type == "list" else ("*",)
    return shape, ()


def _reference(
    path: Path,
    field: Field,
    kinds: tuple[str, ...],
    known: Language,
    below: tuple[Reference, ...] = (),
    cells: Mapping[str, Cell] | None = None,
) -> Reference:
    shape = type_text(field.shape, known.structs)
    return Reference(path, shape, field.required, field.default, field.doc, field.example, kinds, below, cells)


def type_text(shape: Shape, structs: Mapping[str, Struct]) -> str:
    """The type in words: ``list of text``, ``one of low, normal, high``."""
    if shape.enum:
        return f"one of {', '.join(shape.enum)}"
    if shape.says:
        return shape.says
    if shape.type in {"list", "map"} and shape.item:
        inner = type_text(shape.item, structs)
        return f"list of {inner}" if shape.type == "list" else f"map of names to {inner}"
    if shape.type == "struct":
        names = list(structs[shape.struct].fields)
        return "map of " + ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    return TYPES[shape.type]
