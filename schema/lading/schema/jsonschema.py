"""JSON Schemas (draft 2020-12) of the files as people write them, for editors: made from the shapes.

They know the short forms, the texts of quantities and that ``${{ }}`` may stand for a typed value. What compares fields
with each other stays with the checks; where JSON can not tell what YAML wrote, the schema lets it pass.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ruamel.yaml import YAML

from lading.schema.shape import ANY_KIND, Field, Language, Shape, Struct, Type, with_raw
from lading.schema.units import Quantity, written

Schema = dict[str, Any]
Layer = Literal["", "defaults", "overrides"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXPRESSION = r"\$\{\{"

_LAYERS: Mapping[tuple[str, str], Layer] = {("Target", "defaults"): "defaults"}
"""Fields below which nothing is required, because another layer may have it. Every kind's ``overrides`` is one too."""


def spec_schema(language: Language) -> Schema:
    """The schema of one document of a spec file; ``kind`` decides which fields it has."""
    definitions = _Definitions(language)
    kinds = {kind: language.kinds[kind] for kind in language.kinds_of_work}
    branches = [
        {"if": _is_kind(kind), "then": definitions.of(language.structs[struct])} for kind, struct in kinds.items()
    ]
    return {
        "$schema": DIALECT,
        "$id": "urn:lading:spec:v1",
        "title": "lading spec, v1",
        "type": "object",
        "properties": {"kind": {"description": ANY_KIND, "enum": list(kinds), "default": "job", "examples": ["job"]}},
        "allOf": branches,
        "$defs": definitions.found,
    }


def site_schema(language: Language) -> Schema:
    """The schema of a site file."""
    return struct_schema(language.structs[language.kinds["site"]], language) | {
        "$id": "urn:lading:site:v1",
        "title": "lading site, v1",
    }


def struct_schema(struct: Struct, language: Language) -> Schema:
    """The schema of one struct by itself: a platform's native section, its options or its catalog."""
    definitions = _Definitions(language)
    reference = definitions.of(struct)
    return {"$schema": DIALECT, **reference, "$defs": definitions.found}


def _is_kind(kind: str) -> Schema:
    """A document without a kind is a job, so only the others must say what they are."""
    condition: Schema = {"properties": {"kind": {"const": kind}}}
    return condition if kind == "job" else condition | {"required": ["kind"]}


@dataclass
class _Definitions:
    """The ``$defs`` of one schema, growing as structs refer to each other."""

    language: Language
    found: dict[str, Schema] = field(default_factory=dict)
    prefix: str = ""

    def of(self, struct: Struct, layer: Layer = "") -> Schema:
        """A reference to the struct's definition, which stands in ``$defs`` afterwards."""
        name = ".".join(filter(None, (self.prefix, struct.name, layer)))
        if name not in self.found:
            self.found[name] = {}  # a struct may hold itself
            self.found[name] |= _nullable(self._struct(struct, layer), layer)
        return {"$ref": f"#/$defs/{name}"}

    def _struct(self, struct: Struct, layer: Layer) -> Schema:
        schema: Schema = {
            "type": "object",
            "description": struct.doc,
            "properties": {name: self._field(struct, name, layer) for name in struct.fields},
            "additionalProperties": False,
        }
        if not layer:
            schema |= _required(struct)
        if layer != "overrides":
            schema |= _apart(struct)
        if {"platform", "options"} <= struct.fields.keys():
            schema |= self._platform_sections()
        return schema

    def _field(self, struct: Struct, name: str, layer: Layer) -> Schema:
        known = struct.fields[name]
        if name == "overrides":
            schema = self._map(known.shape, "overrides")
        else:
            schema = self._value(known.shape, _LAYERS.get((struct.name, name), layer))
        return schema | _annotations(known)

    def _value(self, shape: Shape, layer: Layer) -> Schema:
        schema = self._typed(shape, layer)
        if shape.form:
            schema = {"anyOf": [_SHORT_FORMS[shape.form], schema]}
        return _nullable(schema, layer)

    def _typed(self, shape: Shape, layer: Layer) -> Schema:
        if shape.type == "struct":
            return self.of(self.language.structs[shape.struct], layer)
        if shape.type == "list":
            return {"type": "array", "items": self._item(shape, ""), **_sizes(shape, "Items")}
        if shape.type == "map":
            return self._map(shape, layer)
        if shape.type == "native":
            return self._native(layer)
        if shape.type == "env":
            return {"anyOf": [_SCALAR, self.of(self.language.structs["SecretRef"])]}
        return _leaf(shape)

    def _item(self, shape: Shape, layer: Layer) -> Schema:
        return self._value(shape.item, layer) if shape.item else {}

    def _map(self, shape: Shape, layer: Layer) -> Schema:
        keys = {"propertyNames": {"pattern": f"^(?:{shape.key_pattern})$"}} if shape.key_pattern else {}
        sizes = _sizes(shape, "Properties")
        return {"type": "object", "additionalProperties": self._item(shape, layer), **keys, **sizes}

    def _native(self, layer: Layer) -> Schema:
        sections = {name: self._section(name, "native", layer) for name in self.language.platforms()}
        return {"type": "object", "properties": sections, "additionalProperties": _nullable({"type": "object"}, layer)}

    def _section(self, platform: str, which: str, layer: Layer) -> Schema:
        known = self.language.platform(platform, which)
        if known is None:
            return {"type": "object"}
        struct, structs = known
        if which == "native":
            struct = with_raw(struct)
        language = Language({**self.language.structs, **structs}, self.language.kinds)
        return _Definitions(language, self.found, platform).of(struct, layer) | _about(struct)

    def _platform_sections(self) -> Schema:
        branches = [
            {
                "if": {"properties": {"platform": {"const": name}}, "required": ["platform"]},
                "then": {"properties": {which: self._section(name, which, "") for which in ("options", "catalog")}},
            }
            for name in self.language.platforms()
        ]
        return {"allOf": branches} if branches else {}


def _nullable(schema: Schema, layer: Layer) -> Schema:
    """In an override null takes away what the document says. A reference stays: what it refers to takes null itself."""
    if layer != "overrides" or not {"type", "anyOf"} & schema.keys():
        return schema
    if "anyOf" in schema:
        return schema | {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return schema | {"type": [*types, "null"]}


def _required(struct: Struct) -> Schema:
    names = [name for name, known in struct.fields.items() if known.required]
    schema: Schema = {"required": names} if names else {}
    if struct.exactly_one:
        schema["anyOf"] = [{"required": [name]} for group in struct.one_of for name in group]
    return schema


def _apart(struct: Struct) -> Schema:
    """Each field of a group forbids those of the other groups, so that an editor marks the second one."""
    forbidden = {name: {"properties": dict.fromkeys(others, False)} for name, others in _rivals(struct.one_of)}
    return {"dependentSchemas": forbidden} if forbidden else {}


def _rivals(groups: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, list[str]]]:
    for group in groups:
        others = [name for other in groups if other is not group for name in other]
        yield from ((name, others) for name in group)


def _leaf(shape: Shape) -> Schema:
    if shape.type == "text":
        return _text(shape)
    schema = _LEAVES[shape.type]
    bounds = {"minimum": shape.minimum, "maximum": shape.maximum} if shape.type in {"integer", "number"} else {}
    return schema | {name: bound for name, bound in bounds.items() if bound is not None}


def _text(shape: Shape) -> Schema:
    if len(shape.enum) == 1:
        return {"const": shape.enum[0]}
    if shape.enum:
        return {"anyOf": [{"enum": list(shape.enum)}, {"type": "string", "pattern": EXPRESSION}]}
    if not shape.pattern:
        return _SCALAR | _sizes(shape, "Length")
    types = ["string", *(name for name, text in _PLAIN.items() if re.fullmatch(shape.pattern, text, re.ASCII))]
    return {"type": types, "pattern": _or_expression(shape.pattern), **_sizes(shape, "Length")}


def _sizes(shape: Shape, what: str) -> Schema:
    bounds = {f"min{what}": shape.minimum, f"max{what}": shape.maximum}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _about(struct: Struct) -> Schema:
    """What a platform's section is, and an example: what it needs, or else its first field."""
    names = struct.required or tuple(struct.fields)[:1]
    example = {name: _data_of(struct.fields[name]) for name in names}
    return {"description": " ".join(struct.doc.replace("``", "`").split()), "examples": [example]}


def _data_of(known: Field) -> Any:
    """The field's example, as data."""
    return YAML(typ="safe", pure=True).load(known.example)


def _annotations(known: Field) -> Schema:
    schema: Schema = {"description": known.doc} if known.doc else {}
    if known.default is not None:
        quantity = _QUANTITY.get(known.shape.type)
        schema["default"] = written(known.default, quantity) if quantity else known.default
    if known.example:
        schema["examples"] = [_data_of(known)]
    return schema


def _or_expression(pattern: str) -> str:
    return f"^(?:{pattern})$|{EXPRESSION}"


_RANGE = "[0-9]+(-[0-9]+(:[0-9]+)?)?"
_PLAIN = {"number": "1", "boolean": "true"}
"""What a plain number and boolean look like as text: a text that may be one of them may be written without quotes."""

_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_QUANTITY: Mapping[Type, Quantity] = {"bytes": "bytes", "seconds": "seconds", "cores": "cores"}
_LEAVES: Mapping[Type, Schema] = {
    "integer": {"type": ["integer", "string"], "pattern": EXPRESSION},
    "number": {"type": ["number", "string"], "pattern": EXPRESSION},
    "boolean": {"type": ["boolean", "string"], "pattern": EXPRESSION},
    "scalar": _SCALAR,
    "any": {},
    "bytes": {"type": "string", "pattern": _or_expression(r"[0-9]+(\.[0-9]+)?([kMGTPE]|[KMGTPE]i)")},
    "seconds": {"type": "string", "pattern": _or_expression("(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?")},
    "cores": {"type": ["number", "string"], "minimum": 0, "pattern": _or_expression(r"[0-9]+(\.[0-9]+)?m?")},
    "publish": {"type": ["boolean", "integer", "string"], "minimum": 1, "maximum": 65535, "pattern": EXPRESSION},
    "indices": {
        "type": ["string", "integer", "array"],
        "minimum": 0,
        "pattern": _or_expression(f"{_RANGE}( *, *{_RANGE})*"),
        "minItems": 1,
        "items": {"type": ["integer", "string"], "minimum": 0, "pattern": _or_expression(_RANGE)},
    },
    "options": {"type": "object"},
    "catalog": {"type": "object"},
}
_SHORT_FORMS: Mapping[str, Schema] = {
    "gpu": {"type": ["integer", "string"], "minimum": 0, "maximum": 128, "pattern": _or_expression("([^:]+:)?[0-9]+")},
    "after": {"type": "array", "items": {"type": "string", "minLength": 1}},
}
"""The short form of a shape's ``form``, to stand beside its struct."""
