"""Layers: a target's defaults, the spec, its overrides and ``--set``, one over the other, each value keeping its spot.

Maps merge by key at every depth; lists, scalars and a single ``env`` value replace. Null removes what a weaker layer
set. Where only one of several fields may be set, one in a stronger layer removes the others.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from lading.schema.diagnostics import Spot
from lading.schema.paths import Path, starts_with
from lading.schema.shape import Language, Shape, Struct

RAW = ("raw",)
"""``native.<platform>.raw``: there null is a value of its own, which takes something out of the finished payload."""


class LatePlaces(Mapping[Path, Spot]):
    """Spots that are put together when somebody asks for one: of most layers nobody does."""

    def __init__(self, make: Callable[[], Mapping[Path, Spot]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[Path, Spot]:
        return self._make()

    def __getitem__(self, path: Path) -> Spot:
        return self._made[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


class Layer(NamedTuple):
    """One layer: normalised values, and the spot of each by its path in the job."""

    value: Mapping[str, Any] = MappingProxyType({})
    places: Mapping[Path, Spot] = MappingProxyType({})

    def below(self, path: Path) -> "Layer":
        """What stands at the path, as a layer of its own with paths that start there."""
        value: Any = self.value
        for step in path:
            value = value.get(step, {}) if isinstance(value, Mapping) else {}
        return Layer(value, LatePlaces(lambda: self._places_below(path))) if value else Layer()

    def _places_below(self, path: Path) -> Mapping[Path, Spot]:
        size = len(path)
        return {known[size:]: spot for known, spot in self.places.items() if starts_with(known, path)}

    def without(self, *names: str) -> "Layer":
        """The layer less some of its top fields."""
        if not any(name in self.value for name in names):
            return self
        value = {key: item for key, item in self.value.items() if key not in names}
        return Layer(value, LatePlaces(lambda: self._places_without(names)))

    def _places_without(self, names: tuple[str, ...]) -> Mapping[Path, Spot]:
        return {path: spot for path, spot in self.places.items() if not path or path[0] not in names}


def merge(weaker: Layer, stronger: Layer, struct: Struct, language: Language) -> Layer:
    """The weaker layer with the stronger one over it."""
    if not stronger.value:
        return weaker
    merging = _Merging(language, set(), set(), {()})
    value = merging.structs(weaker.value, stronger.value, struct, ())
    return Layer(value, LatePlaces(lambda: merging.places(weaker.places, stronger.places)))


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

    def places(self, weak: Mapping[Path, Spot], strong: Mapping[Path, Spot]) -> dict[Path, Spot]:
        """The spots of the merged values."""
        kept = {path: spot for path, spot in weak.items() if not _is_within(path, self.gone)}
        put = {path: spot for path, spot in strong.items() if path in self.met or _is_within(path, self.taken)}
        return {**kept, **put, **({(): weak[()]} if () in weak else {})}

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
