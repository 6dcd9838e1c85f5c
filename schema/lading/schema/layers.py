"""Layers: a target's defaults, the spec, its overrides and ``--set``, one over the other, each value keeping its spot.

Maps merge by key at every depth; lists, scalars and a single ``env`` value replace. Null removes what a weaker layer
set. Where only one of several fields may be set, one in a stronger layer removes the others.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from lading.schema.diagnostics import Spot
from lading.schema.job import field_at
from lading.schema.paths import Path, starts_with
from lading.schema.shape import Language, Shape, Struct

RAW = "raw"
"""``native.<platform>.raw``: there null is a value of its own, which takes something out of the finished payload."""


class Found(Mapping[Path, Spot]):
    """Spots that are looked up in those of other layers when somebody asks for one: of most layers nobody does.

    ``known`` are the paths that may have one.
    """

    __slots__ = ("_known", "_spot")

    def __init__(self, spot: Callable[[Path], Spot | None], known: Callable[[], Iterable[Path]]) -> None:
        self._spot, self._known = spot, known

    def __getitem__(self, path: Path) -> Spot:
        spot = self._spot(path)
        if spot is None:
            raise KeyError(path)
        return spot

    def __iter__(self) -> Iterator[Path]:
        return (path for path in dict.fromkeys(self._known()) if self._spot(path))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(slots=True, eq=False)
class Layer:
    """One layer: normalised values, and the spot of each by its path in the job.

    ``found`` are the parts of it that were asked for already; see ``fitting``.
    """

    value: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[Path, Spot] = field(default_factory=dict)
    found: dict[str, "Layer"] = field(default_factory=dict, repr=False)

    def below(self, path: Path) -> "Layer":
        """What stands at the path, as a layer of its own with paths that start there."""
        value: Any = self.value
        for step in path:
            value = value.get(step, {}) if isinstance(value, Mapping) else {}
        if not value:
            return Layer()
        size = len(path)
        inside = Found(
            lambda inner: self.places.get(path + inner),
            lambda: (known[size:] for known in self.places if starts_with(known, path)),
        )
        return Layer(value, inside)

    def without(self, *names: str) -> "Layer":
        """The layer less some of its top fields."""
        if self.value.keys().isdisjoint(names):
            return self
        value = dict(self.value)
        for name in names:
            value.pop(name, None)
        return self.part(value, lambda path: not path or path[0] not in names)

    def fitting(self, struct: Struct, language: Language) -> "Layer":
        """What the struct has a place for: a queue for all jobs says nothing of a time limit of services."""
        if struct.name not in self.found:
            value = pruned(self.value, Shape("struct", struct=struct.name), language)
            has = partial(field_at, language, struct)
            self.found[struct.name] = self.part(value, lambda path: bool(path) and has(path) is not None)
        return self.found[struct.name]

    def part(self, value: Mapping[str, Any], has: Callable[[Path], bool]) -> "Layer":
        """A part of the layer: of its value, and the spots of the paths that are in it."""
        return Layer(value, Found(lambda path: self.places.get(path) if has(path) else None, lambda: self.places))


def merge(weaker: Layer, stronger: Layer, struct: Struct, language: Language, *, may_remove: bool = True) -> Layer:
    """The weaker layer with the stronger one over it, in which there may be nulls that remove what the weaker has."""
    if not stronger.value:
        return weaker
    merging = _Merging(weaker, stronger, Shape("struct", struct=struct.name), language, may_remove)
    value = merging.maps(weaker.value, stronger.value, merging.top)
    return Layer(value, Found(merging.spot, lambda: (*weaker.places, *stronger.places)))


def stacked(weaker: Layer, stronger: Layer) -> Layer:
    """Two ``--set`` layers as one in which nulls are still to be applied."""

    def over(weak: Mapping[str, Any], strong: Mapping[str, Any]) -> dict[str, Any]:
        both = {
            k: over(weak[k], v)
            for k, v in strong.items()
            if isinstance(v, Mapping) and isinstance(weak.get(k), Mapping)
        }
        return {**weak, **strong, **both}

    return Layer(over(weaker.value, stronger.value), {**weaker.places, **stronger.places})


Values = Mapping[str, Any]

ANY = Shape("any")
MERGING = frozenset({"struct", "map", "native", "any", "options", "catalog"})
"""Types whose maps merge by key."""


class _Merging(NamedTuple):
    """Two layers on their way into one. ``above`` is the name of the map that is spoken of."""

    weaker: Layer
    stronger: Layer
    top: Shape
    language: Language
    may_remove: bool

    def maps(self, weak: Values, strong: Values, shape: Shape, above: str = "") -> dict[str, Any]:
        merged = {**weak, **strong}
        for name in self._unsaid(weak, strong, shape):
            merged.pop(name)
        for name in strong if self.may_remove else weak.keys() & strong.keys():
            value = strong[name]
            if value is None and above != RAW:
                merged.pop(name, None)
            elif name in weak and _meet(weak[name], value, inner := self._inner(shape, name)):
                merged[name] = self.maps(weak[name], value, inner, name)
            elif self.may_remove and above != RAW:
                merged[name] = without_nulls(value)
        return merged

    def spot(self, path: Path) -> Spot | None:
        """The spot that the path has in the layer whose value stands there; a map of both is the stronger one's."""
        weak, strong, shape, above = self.weaker.value, self.stronger.value, self.top, ""
        for step in path:
            name = str(step)
            if name not in strong:
                is_gone = name in self._unsaid(weak, strong, shape)
                return None if is_gone else self.weaker.places.get(path)
            if strong[name] is None and above != RAW:
                return None
            shape = self._inner(shape, name)
            if not _meet(weak.get(name), strong[name], shape):
                return self.stronger.places.get(path)
            weak, strong, above = weak[name], strong[name], name
        whole, own = self.weaker.places.get(path), self.stronger.places.get(path)
        return (own or whole) if path else (whole or own)

    def _inner(self, shape: Shape, name: str) -> Shape:
        if shape.type != "struct":
            return shape.item or ANY
        known = self.language.structs[shape.struct].fields.get(name)
        return known.shape if known else ANY

    def _unsaid(self, weak: Values, strong: Values, shape: Shape) -> Collection[str]:
        """The weaker layer's fields that the stronger one's choice among several leaves unsaid."""
        struct = self.language.structs[shape.struct] if shape.type == "struct" else None
        rivals = [name for name in weak if name in struct.rivals] if struct else ()
        if not struct or not rivals:
            return ()
        said = [group for group in struct.one_of if any(strong.get(name) is not None for name in group)]
        return [name for name in rivals if said and not any(name in group for group in said)]


def _meet(weak: Any, strong: Any, shape: Shape) -> bool:
    """Whether the two values are maps that merge."""
    return isinstance(weak, dict) and isinstance(strong, dict) and shape.type in MERGING


def without_nulls(value: Any) -> Any:
    """The value less every null in it: there was nothing below for them to remove."""
    if not isinstance(value, dict):
        return value
    return {
        key: without_nulls(item) if isinstance(item, dict) and key != RAW else item
        for key, item in value.items()
        if item is not None
    }


def pruned(value: Any, shape: Shape, language: Language) -> Any:
    """What of the value the shape has a place for."""
    if shape.type == "struct":
        fields = language.structs[shape.struct].fields
        return {key: pruned(item, fields[key].shape, language) for key, item in value.items() if key in fields}
    if shape.type == "map" and shape.item:
        return {key: pruned(item, shape.item, language) for key, item in value.items()}
    return value
