"""Layers: a target's defaults, the spec, its overrides and ``--set``, one over the other, each value keeping its spot.

Maps merge by key at every depth; lists, scalars and a single ``env`` value replace. Null removes what a weaker layer
set. Where only one of several fields may be set, one in a stronger layer removes the others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from lading.schema.diagnostics import Spot
from lading.schema.paths import Path, starts_with
from lading.schema.shape import Language, Shape, Struct

RAW = ("raw",)
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


class Layer(NamedTuple):
    """One layer: normalised values, and the spot of each by its path in the job."""

    value: Mapping[str, Any] = MappingProxyType({})
    places: Mapping[Path, Spot] = MappingProxyType({})

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
        if not any(name in self.value for name in names):
            return self
        value = {key: item for key, item in self.value.items() if key not in names}
        return self.part(value, lambda path: not path or path[0] not in names)

    def part(self, value: Mapping[str, Any], has: Callable[[Path], bool]) -> "Layer":
        """A part of the layer: of its value, and the spots of the paths that are in it."""
        return Layer(value, Found(lambda path: self.places.get(path) if has(path) else None, lambda: self.places))


def merge(weaker: Layer, stronger: Layer, struct: Struct, language: Language) -> Layer:
    """The weaker layer with the stronger one over it."""
    if not stronger.value:
        return weaker
    merging = _Merging(language, set(), set(), {()})
    value = merging.structs(weaker.value, stronger.value, struct, ())
    return Layer(value, merging.places(weaker.places, stronger.places))


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


class _Merging(NamedTuple):
    """Two layers on their way into one. ``gone`` and ``taken`` are paths of which everything below is meant too:

    what of the weaker layer has gone, what the stronger one put there; ``met`` are maps that both have.
    """

    language: Language
    gone: set[Path]
    taken: set[Path]
    met: set[Path]

    def places(self, weak: Mapping[Path, Spot], strong: Mapping[Path, Spot]) -> Mapping[Path, Spot]:
        """The spots of the merged values."""

        def spot(path: Path) -> Spot | None:
            found = strong.get(path) if path in self.met or _is_within(path, self.taken) else None
            if found and path:
                return found
            return weak.get(path, found) if not _is_within(path, self.gone) else None

        return Found(spot, lambda: (*weak, *strong))

    def structs(self, weak: Mapping[str, Any], strong: Mapping[str, Any], struct: Struct, path: Path) -> dict[str, Any]:
        merged = dict(weak)
        for name in self._unsaid(strong, struct):
            if name in merged:
                del merged[name]
                self.gone.add((*path, name))
        for name, value in strong.items():
            known = struct.fields.get(name)
            self._put(merged, name, value, known.shape if known else Shape("any"), path)
        return merged

    def _unsaid(self, strong: Mapping[str, Any], struct: Struct) -> set[str]:
        """The fields that the stronger layer's choice among several leaves unsaid."""
        groups = struct.one_of
        said = [group for group in groups if any(strong.get(name) is not None for name in group)]
        return {name for group in groups if said and group not in said for name in group}

    def _put(self, merged: dict[str, Any], name: str, value: Any, shape: Shape, path: Path) -> None:
        at = (*path, name)
        if value is None and path[-1:] != RAW:
            merged.pop(name, None)
            self.gone.add(at)
        elif (
            name in merged and isinstance(merged[name], Mapping) and isinstance(value, Mapping) and self._merges(shape)
        ):
            merged[name] = self._maps(merged[name], value, shape, at)
            self.met.add(at)
        else:
            merged[name] = value if path[-1:] == RAW else without_nulls(value)
            self.gone.add(at)
            self.taken.add(at)

    @staticmethod
    def _merges(shape: Shape) -> bool:
        return shape.type in {"struct", "map", "native", "any", "options", "catalog"}

    def _maps(self, weak: Mapping[str, Any], strong: Mapping[str, Any], shape: Shape, path: Path) -> dict[str, Any]:
        if shape.type == "struct":
            return self.structs(weak, strong, self.language.structs[shape.struct], path)
        item = shape.item or Shape("any")
        merged = dict(weak)
        for name, value in strong.items():
            self._put(merged, name, value, item, path)
        return merged


def _is_within(path: Path, tops: set[Path]) -> bool:
    return any(path[:length] in tops for length in range(1, len(path) + 1))


def without_nulls(value: Any) -> Any:
    """The value less every null in it: there was nothing below for them to remove."""
    if isinstance(value, Mapping):
        kept = {key: item for key, item in value.items() if item is not None}
        return {key: item if (key,) == RAW else without_nulls(item) for key, item in kept.items()}
    return value


def pruned(value: Any, shape: Shape, language: Language) -> Any:
    """What of the value the shape has a place for."""
    if shape.type == "struct":
        fields = language.structs[shape.struct].fields
        return {key: pruned(item, fields[key].shape, language) for key, item in value.items() if key in fields}
    if shape.type == "map" and shape.item:
        return {key: pruned(item, shape.item, language) for key, item in value.items()}
    return value
