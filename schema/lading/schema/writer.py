"""Documents as text: what the reader reads, backwards, from base units to what people write.

The fields stand in the order of the language, quantities have their units, and short forms stand for long ones.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lading.schema.forms import LARGEST_COUNT
from lading.schema.layout import Comments, Leaf, Node, flow, laid_out, remarks, text_leaf, value_leaf
from lading.schema.paths import Path, starts_with
from lading.schema.shape import Language, Shape, Struct, language, with_raw
from lading.schema.units import Quantity, indices_text, written

_ANY = Shape("any")
_TEXTS = frozenset({"text", "env"})
_QUANTITIES: Mapping[str, Quantity] = {"bytes": "bytes", "seconds": "seconds", "cores": "cores"}
_ALONE = {"gpu": "count", "after": "ok"}
"""By short form, the field that it says where nothing else is said."""


def as_yaml(
    document: Mapping[str, Any], comments: Comments, top: Sequence[str] = (), *, known: Language | None = None
) -> str:
    """The document (base units) as YAML that reads back as the same values.

    Each comment stands above the key at its path, or above the nearest one that is there; ``top`` stands above all.
    ``known`` is the language with its platforms; without those, their sections are written as they are.
    """
    known = known or language()
    struct = known.structs.get(known.kinds.get(document.get("kind", "job"), ""), Struct("", {}))
    placed = _placed(comments, document)
    node = _Writer(known, placed).struct(document, struct, ())
    return "\n".join([*remarks([*top, *placed.pop((), [])]), *laid_out(node, placed)]) + "\n"


def as_line(value: Any, shape: Shape, known: Language) -> str:
    """The value (base units) as YAML on one line."""
    return flow(_Writer(known, {}).node(value, shape, ()))


def _placed(comments: Comments, document: Mapping[str, Any]) -> dict[Path, list[str]]:
    """The comments by paths that are in the document."""
    found: dict[Path, list[str]] = {}
    for path, texts in comments.items():
        found.setdefault(_nearest(path, document), []).extend(texts)
    return found


def _nearest(path: Path, document: Any) -> Path:
    for depth, step in enumerate(path):
        try:
            document = document[step]
        except (LookupError, TypeError):
            return path[:depth]
    return path


class _Writer(NamedTuple):
    """What values are written by: the language, and the comments, each of which needs the key that it is about."""

    known: Language
    comments: Comments

    def struct(self, value: Mapping[str, Any], struct: Struct, path: Path) -> Node:
        """The fields in the language's order, and after them what it does not know."""
        names = [name for name in struct.fields if name in value]
        names += [name for name in value if name not in struct.fields]
        shapes = {name: struct.fields[name].shape if name in struct.fields else _ANY for name in names}
        platform = value.get("platform")
        return {name: self.node(value[name], shapes[name], (*path, name), platform) for name in names}

    def node(self, value: Any, shape: Shape, path: Path, platform: Any = None) -> Node:
        """The value as its shape is written; one of another type as it is."""
        value, shape = self._short(value, shape, path)
        if isinstance(value, Mapping):
            return self._map(value, shape, path, platform)
        if not isinstance(value, list | tuple):
            return _leaf(value, shape)
        if shape.type == "indices":
            return Leaf(indices_text(value))
        item = shape.item or _ANY
        return [self.node(part, item, (*path, index)) for index, part in enumerate(value)]

    def _map(self, value: Mapping[str, Any], shape: Shape, path: Path, platform: Any) -> Node:
        if shape.type == "struct":
            return self.struct(value, self.known.structs[shape.struct], path)
        if shape.type in {"options", "catalog"}:
            return self._section(value, platform, shape.type, path)
        if shape.type == "native":
            return {name: self._section(part, name, "native", (*path, name)) for name, part in value.items()}
        item = shape.item or _ANY
        return {name: self.node(part, item, (*path, name)) for name, part in value.items()}

    def _section(self, value: Any, platform: Any, which: str, path: Path) -> Node:
        """A part of the document that a platform has a struct for."""
        found = self.known.platform(platform, which)
        if found is None or not isinstance(value, Mapping):
            return self.node(value, _ANY, path)
        struct, structs = found
        inner = self._replace(known=Language({**self.known.structs, **structs}, {}))
        return inner.struct(value, with_raw(struct) if which == "native" else struct, path)

    def _short(self, value: Any, shape: Shape, path: Path) -> tuple[Any, Shape]:
        """The short form of the value, with its shape, where it has one and no comment stands in between."""
        name = _ALONE.get(shape.form)
        is_alone = isinstance(value, Mapping) and list(value) == [name]
        if name is None or not is_alone or any(starts_with(known, (*path, name)) for known in self.comments):
            return value, shape
        is_misread = isinstance(value[name], int) and value[name] > LARGEST_COUNT
        return (value, shape) if is_misread else (value[name], self.known.structs[shape.struct].fields[name].shape)


def _leaf(value: Any, shape: Shape) -> Leaf:
    quantity = _QUANTITIES.get(shape.type)
    if quantity and isinstance(value, int):
        return Leaf(written(value, quantity))
    return text_leaf(value) if isinstance(value, str) and shape.type in _TEXTS else value_leaf(value)
