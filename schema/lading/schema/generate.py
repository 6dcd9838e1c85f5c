"""Derives what repeats the models: the shapes in ``language.json`` and the two JSON Schemas under ``specs/``.

``python -m lading.schema.generate`` writes them; with ``--check`` it names the stale ones and exits 1.
"""

import json
import sys
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from inspect import cleandoc
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lading.schema.jsonschema import site_schema, spec_schema
from lading.schema.shape import Field, Language, Shape, Struct, Type, dump_structs

FOLDER = Path(__file__).parent
SCHEMAS = FOLDER.parents[2] / "specs" / "schema"

_SCALARS: Mapping[Any, Type] = {str: "text", int: "integer", float: "number", bool: "boolean", Any: "any"}
_NUMBER = frozenset({int, float})


def structs_of(*models: type[BaseModel]) -> dict[str, Struct]:
    """The structs of these models and of all that they refer to, by name, in the order in which they are met."""
    found: dict[str, type[BaseModel]] = {}
    waiting = list(models)
    while waiting:
        model = waiting.pop(0)
        if found.setdefault(model.__name__, model) is not model:
            raise TypeError(f"two models are called {model.__name__}")
        used = [inner for info in model.model_fields.values() for inner in _models_in(info.annotation)]
        waiting.extend(inner for inner in dict.fromkeys(used) if found.get(inner.__name__) is not inner)
    return {name: struct_of(model) for name, model in found.items()}


def struct_of(model: type[BaseModel]) -> Struct:
    """The struct that the model describes."""
    fields = {info.alias or name: _field_of(model, name, info) for name, info in model.model_fields.items()}
    return Struct(
        name=model.__name__,
        fields=fields,
        one_of=getattr(model, "one_of", ()),
        exactly_one=getattr(model, "exactly_one", False),
        is_layer=getattr(model, "is_layer", False),
        doc=cleandoc(model.__doc__ or ""),
    )


def _field_of(model: type[BaseModel], name: str, info: FieldInfo) -> Field:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    try:
        shape = _refined(shape_of(info.annotation), info.metadata)
    except TypeError as error:
        raise TypeError(f"{model.__name__}.{name}: {error}") from None
    required = bool(extra.get("required", info.is_required()))
    return Field(
        shape=shape,
        required=required,
        default=None if required else extra.get("default", info.default),
        doc=cleandoc(info.description or ""),
        example=str(info.examples[0]) if info.examples else "",
    )


def shape_of(annotation: Any) -> Shape:
    """The shape of the values that the annotation allows; ``None`` beside them means "not set" and is no value."""
    if annotation in _SCALARS:
        return Shape(_SCALARS[annotation])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Shape("struct", struct=annotation.__name__)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(args[0], args[1:])
    if origin is Literal:
        return Shape("text", enum=args)
    if origin in {Union, types.UnionType}:
        return _union([arg for arg in args if arg is not type(None)])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key = shape_of(args[0])
        return Shape("map", item=shape_of(args[1]), key_pattern=key.pattern, key_says=key.says)
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return Shape("list", item=shape_of(args[0]))
    raise TypeError(f"there is no shape for {annotation}")


def _annotated(base: Any, metadata: Sequence[Any]) -> Shape:
    declared = next((mark.type for mark in metadata if getattr(mark, "type", None)), None)
    return _refined(Shape(declared) if declared else shape_of(base), metadata)


def _union(members: Sequence[Any]) -> Shape:
    if len(members) == 1:
        return shape_of(members[0])
    if _NUMBER.issuperset(members):
        return Shape("number")
    raise TypeError(f"a value is one of {members}: say how YAML writes it with Shaped(type)")


_ATTRIBUTES = {
    "form": "form",
    "type": "type",
    "pattern": "pattern",  # pydantic's own constraint
    "regex": "pattern",  # Pattern, of the models
    "says": "says",
    "ge": "minimum",
    "le": "maximum",
    "min_length": "minimum",
    "max_length": "maximum",
}
"""What an annotation's marks call a thing, and what a shape calls it."""


def _refined(shape: Shape, metadata: Iterable[Any]) -> Shape:
    for mark in metadata:
        marks = mark.metadata if isinstance(mark, FieldInfo) else [mark]
        for name, attribute in _ATTRIBUTES.items():
            for value in (getattr(found, name, None) for found in marks):
                if value not in {None, ""}:
                    shape = replace(shape, **{attribute: value})
    return shape


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for arg in get_args(annotation):
        yield from _models_in(arg)


def portable() -> Language:
    """The language that the models describe."""
    from lading.schema import models

    kinds = (
        models.Job,
        models.Service,
        models.Workflow,
        models.Pipeline,
        models.Search,
        models.Dataset,
        models.Evaluation,
        models.Site,
        models.Lock,
    )
    names = {model.model_fields["kind"].default: model.__name__ for model in kinds}
    return Language(structs=structs_of(*kinds), kinds=names)


def outputs() -> dict[Path, str]:
    """Every generated file of the portable language, with its text."""
    language = portable()
    return {
        FOLDER / "language.json": as_text({"kinds": language.kinds, **dump_structs(language.structs)}),
        SCHEMAS / "spec-v1.json": as_text(spec_schema(language)),
        SCHEMAS / "site-v1.json": as_text(site_schema(language)),
    }


def as_text(data: Any) -> str:
    """The data as JSON that reads well in a diff and ends in a newline."""
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def stale(files: Mapping[Path, str]) -> list[Path]:
    """The files that do not hold their text."""
    return [path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def main(argv: Sequence[str], files: Mapping[Path, str]) -> int:
    """Writes the files that are stale, or with ``--check`` only names them; the answer is the exit code."""
    changed = stale(files)
    check = "--check" in argv
    for path in changed:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
        sys.stdout.write(f"{'stale' if check else 'wrote'} {path}\n")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], outputs()))
