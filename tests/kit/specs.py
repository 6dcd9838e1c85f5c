"""Hypothesis strategies for spec files: well-formed ones, and ones in which anything may be anything."""

from typing import Any

from hypothesis import strategies as st

from kit.samples import document, pair
from lading.compiler.registry import language
from lading.schema.job import patterns
from lading.schema.paths import Path
from lading.schema.shape import Shape, Struct

LANGUAGE = language()
KINDS = LANGUAGE.kinds_of_work

HOSTILE_WORDS = (
    *("", " ", "\n", "a\nb", "\r\n", "\t", "'", '"', "\\", "*", ";", "~", "null", "true"),
    *("$(id)", "`id`", "#SBATCH --exclusive", "${{", "}}", "${{ params.x }}", "$${{ a }}"),
    *("0777", "1e400", "-1", "9" * 30, "64Gi", "1d12h", "é中🙂", "\x1b[31m"),
)
HOSTILE_TEXT = st.one_of(st.text(max_size=12), st.sampled_from(HOSTILE_WORDS))
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), HOSTILE_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(HOSTILE_TEXT, inner, max_size=3)),
    max_leaves=6,
)


def fields(struct: Struct, depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Maps with some of the struct's fields, each with a value that looks right or with anything at all."""
    required = {name: _value(f.shape, (name,), depth) for name, f in struct.fields.items() if f.required}
    optional = {name: _value(f.shape, (name,), depth) for name, f in struct.fields.items() if not f.required}
    some = st.lists(st.sampled_from(sorted(optional)), max_size=5, unique=True) if optional else st.just([])
    return some.flatmap(lambda names: st.fixed_dictionaries(required | {name: optional[name] for name in names}))


def _value(shape: Shape, path: Path, depth: int) -> st.SearchStrategy[Any]:
    right = _right(shape, path, depth)
    return st.one_of(right, right, right, right, ANYTHING) if depth else right


def _right(shape: Shape, path: Path, depth: int) -> st.SearchStrategy[Any]:
    if shape.type == "struct" and depth:
        return st.deferred(lambda: fields(LANGUAGE.structs[shape.struct], depth - 1))
    if shape.type == "list" and shape.item and depth:
        return st.lists(_value(shape.item, (*path, 0), depth - 1), min_size=int(shape.minimum or 0), max_size=4)
    if shape.type == "map" and shape.item and depth:
        keys = st.sampled_from(["key", "A", "a-b", "train", "local", "slurm"])
        return st.dictionaries(keys, _value(shape.item, (*path, "key"), depth - 1), max_size=2)
    if shape.type == "native":
        return st.dictionaries(st.sampled_from(["slurm", "local", "nowhere"]), ANYTHING, max_size=2)
    if shape.type == "text" and not (shape.enum or shape.pattern):
        return HOSTILE_TEXT
    return st.sampled_from(pair(shape, path, LANGUAGE))


@st.composite
def any_document(draw: st.DrawFn) -> dict[str, Any]:
    """A document of any kind, mostly well-formed, with something wrong in it as often as not."""
    kind = draw(st.sampled_from(KINDS))
    return {"lading": "v1", "name": "sample"} | draw(fields(LANGUAGE.structs[LANGUAGE.kinds[kind]])) | {"kind": kind}


@st.composite
def valid_document(draw: st.DrawFn) -> dict[str, Any]:
    """The smallest document around one field of the language, with a valid value."""
    kind = draw(st.sampled_from(KINDS))
    known = dict(patterns(LANGUAGE, LANGUAGE.structs[LANGUAGE.kinds[kind]]))
    path = draw(st.sampled_from(sorted(set(known) - {("kind",)}, key=str)))
    shape = known[path].shape
    inner = shape.item if shape.type == "map" and path[-1] == "*" and shape.item else shape
    return document(kind, path, draw(st.sampled_from(pair(inner, path, LANGUAGE))), LANGUAGE)
