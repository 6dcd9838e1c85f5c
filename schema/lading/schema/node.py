"""The YAML text as a tree in which everything knows where it stands.

``document.py`` makes it, ``reader.py`` reads it.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from types import MappingProxyType

from lading.schema.diagnostics import Place, Span, Spot, place_of
from lading.schema.paths import Path


@dataclass(slots=True, eq=False)
class Scalar:
    """One scalar as written. ``plain`` scalars may be numbers, booleans or null; quoted and block ones are text."""

    text: str
    plain: bool
    span: Span

    @property
    def place(self) -> Place:
        """Where the scalar stands."""
        return place_of(self.span)


@dataclass(slots=True, eq=False)
class Sequence:
    """A list, in order."""

    items: "list[Node]"
    span: Span

    @property
    def place(self) -> Place:
        """Where the list stands, from its first character to its last."""
        return place_of(self.span)


@dataclass(slots=True, eq=False)
class Mapping:
    """A map in the order of the file, each value with the span of its key.

    A duplicate was reported and the first one kept.
    """

    items: "dict[str, tuple[Span, Node]]"
    span: Span

    @property
    def place(self) -> Place:
        """Where the map stands, from its first key to the end of its last value."""
        return place_of(self.span)


Node = Scalar | Sequence | Mapping


class Spots(Map[Path, Spot]):
    """The spot of everything in a document, by path, found in its nodes when somebody asks: of most nobody does.

    ``formed`` are the nodes that short forms of it stand for, by path.
    """

    __slots__ = ("_formed", "_root")

    def __init__(self, root: Node, formed: Map[Path, Node] = MappingProxyType({})) -> None:
        self._root, self._formed = root, formed

    def __getitem__(self, path: Path) -> Spot:
        node, key = self._root, None
        for length, step in enumerate(path, 1):
            below = node.items if not isinstance(node, Scalar) else ()
            if isinstance(below, dict) and step in below:
                key, node = below[str(step)]
            elif isinstance(below, list) and isinstance(step, int) and 0 <= step < len(below):
                key, node = None, below[step]
            else:
                raise KeyError(path)
            node = self._formed.get(path[:length], node)
        return Spot(key, node.span)

    def __iter__(self) -> Iterator[Path]:
        waiting: list[tuple[Path, Node]] = [((), self._root)]
        while waiting:
            path, node = waiting.pop()
            yield path
            whole = self._formed.get(path, node)
            if isinstance(whole, Mapping):
                waiting.extend(((*path, key), item) for key, (_, item) in whole.items.items())
            elif isinstance(whole, Sequence):
                waiting.extend(((*path, index), item) for index, item in enumerate(whole.items))

    def __len__(self) -> int:
        return sum(1 for _ in self)
