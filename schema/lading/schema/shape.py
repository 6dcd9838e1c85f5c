"""The language as data: what the reader needs to know of every field, without importing pydantic.

The models (``models/``) are where the language is written down, for people, for ``mypy`` and for programs that build
specs. Importing pydantic and building the models takes longer than everything else that ``lading validate`` does
together, so ``generate.py`` derives these shapes from the models and ``language.json`` holds them; a test compares
them.
"""

import json
import os.path
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from typing import Any, Literal, NamedTuple

from lading.schema.paths import Path

Type = Literal[
    "text",  # str; a plain number or boolean is its own source text
    "integer",  # int
    "number",  # int or float
    "boolean",
    "scalar",  # text, integer, number or boolean, as written
    "any",  # any JSON value
    "bytes",  # int, from a Kubernetes quantity
    "seconds",  # int, from 90s, 15m, 12h, 1d12h
    "cores",  # int, in thousandths of a core, from 8, 0.5 or 500m
    "indices",  # list of [first, last, step], ascending and disjoint
    "publish",  # bool, or the number of a port
    "env",  # str, or {"secret": name}
    "list",  # of item
    "map",  # text -> item
    "struct",  # see Struct
    "native",  # map of platform name -> that platform's own Native struct
    "options",  # the Options struct of the platform that the sibling ``platform`` names
    "catalog",  # the Catalog struct of the platform that the sibling ``platform`` names
]


@dataclass(slots=True)  # not frozen: hundreds are made for every command, which would take thrice as long
class Shape:
    """The type of one value. Only the attributes that the type uses are set.

    ``form`` names the short form that may stand for the value (``forms.py``).
    """

    type: Type
    item: "Shape | None" = None
    struct: str = ""
    pattern: str = ""
    says: str = ""  # what the pattern or the enum wants, in words: "a DNS-1123 label"
    enum: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None  # of a number; of the length of a text, a list or a map
    key_pattern: str = ""
    key_says: str = ""
    form: str = ""


@dataclass(slots=True)
class Field:
    """One field of a struct.

    ``default`` is what holds where nothing is written, in base units; None where that is the platform's affair. ``doc``
    says the meaning and the unit, ``example`` is YAML; both come from the model.
    """

    shape: Shape
    required: bool = False
    default: Any = None
    doc: str = ""
    example: str = ""


@dataclass
class Struct:
    """A map with known keys. ``one_of``: groups of fields of which only one group may be set.

    ``exactly_one`` asks for one of the groups to be there; otherwise none is fine too. ``is_layer`` marks what other
    layers complete: nothing in it, at any depth, is required.
    """

    name: str
    fields: Mapping[str, Field]
    one_of: tuple[tuple[str, ...], ...] = ()
    exactly_one: bool = False
    is_layer: bool = False
    doc: str = ""
    found: dict[Path, Field | None] = field(default_factory=dict, compare=False, repr=False)
    """What was looked up below it already; see ``field_at`` in ``job.py``."""

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The names of the fields that must be written."""
        return tuple(name for name, known in self.fields.items() if known.required)

    @cached_property
    def rivals(self) -> frozenset[str]:
        """The names of the fields of which not all may be set."""
        return frozenset(name for group in self.one_of for name in group)

    @cached_property
    def holding(self) -> tuple[str, ...]:
        """The names of the fields that hold structs: one, a list or a map of them."""
        shapes = {name: known.shape for name, known in self.fields.items()}
        inner = {name: shape.item if shape.type in {"list", "map"} else shape for name, shape in shapes.items()}
        return tuple(name for name, shape in inner.items() if shape and shape.type == "struct")


RAW = Field(
    Shape("map", item=Shape("any"), key_pattern="(?:/[^/]*)*", key_says="a JSON pointer such as /spec/priority"),
    doc="JSON pointers of the finished payload and the values that stand there in the end; null removes.",
    example="{/spec/priority: 3}",
)


def with_raw(native: Struct) -> Struct:
    """A platform's native section with what every platform's has beside its own fields."""
    return replace(native, fields={**native.fields, "raw": RAW}, found={})


ANY_KIND = "What kind of work the document describes; a job where it does not say."
"""What `kind` means, of whatever kind."""

ABOUT_TARGETS = frozenset({"site", "lock"})
"""The kinds of files that name machines; all others name work."""

Lookup = Callable[[str, str], "tuple[Struct, Mapping[str, Struct]] | None"]


def _unknown(platform: str, which: str) -> None:
    """Without platforms, no section of a platform is known."""


def _no_platforms() -> tuple[str, ...]:
    return ()


class Language(NamedTuple):
    """Every struct by name, and the one that each ``kind`` has at its top.

    ``platform(name, which)`` gives a platform's own struct, ``which`` being native, options or catalog, with the
    structs it refers to; or None for an unknown platform. ``platforms()`` names them all, for messages. The compiler's
    registry provides both, so ``schema`` knows no platform.
    """

    structs: Mapping[str, Struct]
    kinds: Mapping[str, str]
    platform: Lookup = _unknown
    platforms: Callable[[], tuple[str, ...]] = _no_platforms

    @property
    def kinds_of_work(self) -> tuple[str, ...]:
        """Every kind of spec, in the order of the language."""
        return tuple(kind for kind in self.kinds if kind not in ABOUT_TARGETS)


def load_structs(data: Mapping[str, Any]) -> dict[str, Struct]:
    """The structs in JSON data that ``dump_structs`` made."""
    known: dict[str, Struct] = {}
    for name, raw in data["structs"].items():
        known[name] = _struct(name, raw, known)
    return known


def dump_structs(structs: Mapping[str, Struct]) -> dict[str, Any]:
    """The structs as JSON data; what equals its default is left out.

    A field that an earlier struct has too is written as that struct's name: most of a job's fields are a service's, a
    step's and an override's as well, and reading them once is what loading costs.
    """
    known: dict[tuple[str, str], str] = {}
    return {"structs": {name: _plain_struct(struct, known) for name, struct in structs.items()}}


@cache
def language() -> Language:
    """The portable language, knowing no platform."""
    folder = os.path.dirname(__file__)
    with open(f"{folder}/language.json", encoding="utf-8") as file:
        data = json.load(file)
    return Language(structs=load_structs(data), kinds=data["kinds"])


def _struct(name: str, raw: Mapping[str, Any], known: Mapping[str, Struct]) -> Struct:
    return Struct(
        name=name,
        fields={
            key: known[value].fields[key] if isinstance(value, str) else _field(value)
            for key, value in raw["fields"].items()
        },
        one_of=tuple(tuple(group) for group in raw.get("one_of", ())),
        exactly_one=raw.get("exactly_one", False),
        is_layer=raw.get("is_layer", False),
        doc=raw.get("doc", ""),
    )


def _field(raw: Mapping[str, Any]) -> Field:
    return Field(
        shape=_shape(raw["shape"]),
        required=raw.get("required", False),
        default=raw.get("default"),
        doc=raw.get("doc", ""),
        example=raw.get("example", ""),
    )


def _shape(raw: Mapping[str, Any]) -> Shape:
    rest = {key: value for key, value in raw.items() if key not in {"item", "enum"}}
    item = _shape(raw["item"]) if "item" in raw else None
    return Shape(**rest, item=item, enum=tuple(raw.get("enum", ())))


def _plain_struct(struct: Struct, known: dict[tuple[str, str], str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, field_ in struct.fields.items():
        plain = _plain_field(field_)
        first = known.setdefault((name, json.dumps(plain)), struct.name)
        fields[name] = plain if first == struct.name else first
    rest = {
        "one_of": [list(group) for group in struct.one_of],
        "exactly_one": struct.exactly_one,
        "is_layer": struct.is_layer,
        "doc": struct.doc,
    }
    return _without_defaults({"fields": fields, **rest}, keep=("fields",))


def _plain_field(field_: Field) -> dict[str, Any]:
    return _without_defaults(
        {
            "shape": _plain_shape(field_.shape),
            "required": field_.required,
            "default": field_.default,
            "doc": field_.doc,
            "example": field_.example,
        }
    )


def _plain_shape(shape: Shape) -> dict[str, Any]:
    raw = {known.name: getattr(shape, known.name) for known in fields(Shape) if known.name not in {"item", "enum"}}
    item = _plain_shape(shape.item) if shape.item else None
    return _without_defaults({**raw, "item": item, "enum": list(shape.enum)})


def _without_defaults(raw: Mapping[str, Any], keep: tuple[str, ...] = ()) -> dict[str, Any]:
    def is_default(value: object) -> bool:
        return value is None or value is False or value in ("", [], {})

    def stays(key: str, value: object) -> bool:
        return key in keep or (key == "default" and value is not None) or not is_default(value)

    return {key: value for key, value in raw.items() if stays(key, value)}
