"""The language's own field reference, from the models' docstrings: what ``explain resources.gpu`` prints."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast, get_args

from lading.compiler.capability import Fidelity
from lading.compiler.matrix import Cell, cells_of, editions_of, label
from lading.compiler.plan import KIND
from lading.compiler.registry import language, platforms
from lading.schema.job import field_at, is_work
from lading.schema.paths import Path
from lading.schema.shape import ANY_KIND, Field, Language, Shape, Struct
from lading.schema.units import Quantity, indices_text, written

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

    ``below`` are its own fields, where it has any; ``cells`` how each platform carries it, if a platform is to.
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
    """The field at the path, whichever kinds have it, with its fields; a site's where no kind of work has it."""
    known = language()

    def those_with_it(kinds: Iterable[str]) -> tuple[str, ...]:
        return tuple(kind for kind in kinds if field_at(known, known.structs[known.kinds[kind]], path))

    kinds = those_with_it(known.kinds_of_work) or those_with_it(["site"])
    if not kinds:
        return None
    field = field_at(known, known.structs[known.kinds[kinds[0]]], path)
    assert field is not None
    if path == KIND:
        return _of_kind(field, kinds)
    cells = cells_of(path, kinds) if is_work(path) and kinds != ("site",) else None
    return _reference(path, field, kinds, known, tuple(_below(path, field.shape, kinds, known)), cells)


def _of_kind(field: Field, kinds: tuple[str, ...]) -> Reference:
    """The one field that has another value in each kind, with the kinds that each platform takes."""
    cells = {
        name: Cell(Fidelity.EXACT, ", ".join(taken))
        for name in platforms()
        for edition in editions_of(name)[:1]
        if (taken := [kind for kind in kinds if edition.platform.table(kind, edition.options) is not None])
    }
    type_ = f"one of {', '.join(kinds)}"
    return Reference(KIND, type_, False, field.default, ANY_KIND, field.example, kinds, (), cells)


def overview(kind: str = "job") -> list[Reference]:
    """The top fields of a kind, without their own."""
    known = language()
    struct = known.structs[known.kinds[kind]]
    return [_reference((name,), field, (kind,), known) for name, field in struct.fields.items()]


def _below(path: Path, shape: Shape, kinds: tuple[str, ...], known: Language) -> Iterator[Reference]:
    inner, step = inside(shape)
    if struct := known.structs.get(inner.struct):
        for name, field in struct.fields.items():
            yield _reference((*path, *step, name), field, kinds, known)


def inside(shape: Shape) -> tuple[Shape, Path]:
    """The shape of what a list or map holds, and the step of a path to it; else the shape itself, and no step."""
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


def value_text(shape: Shape, value: Any) -> str:
    """The value (base units) as people write it: ``64Gi``, ``0-99``, a text as it is."""
    if shape.type in get_args(Quantity):
        return written(value, cast("Quantity", shape.type))
    if shape.type == "indices":
        return indices_text(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def limits_text(shape: Shape) -> str:
    """How much or how many it may be, in words; nothing where there is no bound beyond the type."""
    bounds = ("at least", shape.minimum), ("at most", shape.maximum)
    said = [f"{word} {_bound(shape, bound)}" for word, bound in bounds if bound is not None]
    keys = [f"each name is {shape.key_says}"] if shape.key_says else []
    return ", ".join([*said, *keys])


def _bound(shape: Shape, bound: float) -> str:
    if shape.type in get_args(Quantity):
        return "1 byte" if (shape.type, bound) == ("bytes", 1) else value_text(shape, bound)
    one, many = {"text": ("character", "characters"), "list": ("item", "items"), "map": ("entry", "entries")}.get(
        shape.type, ("", "")
    )
    return f"{bound:,} {one if bound == 1 else many}".strip()


def type_text(shape: Shape, structs: Mapping[str, Struct]) -> str:
    """The type in words: ``list of text``, ``one of low, normal, high``."""
    if len(shape.enum) == 1:
        return f"the word {shape.enum[0]}"
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
