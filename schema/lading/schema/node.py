"""The YAML text as a tree in which everything knows where it stands.

``document.py`` makes it, ``reader.py`` reads it.
"""

from dataclasses import dataclass

from lading.schema.diagnostics import Place, Span, Spot, place_of
from lading.schema.paths import Path


@dataclass(slots=True)
class Scalar:
    """One scalar as written. ``plain`` scalars may be numbers, booleans or null; quoted and block ones are text."""

    text: str
    plain: bool
    span: Span

    @property
    def place(self) -> Place:
        """Where the scalar stands."""
        return place_of(self.span)


@dataclass(slots=True)
class Sequence:
    """A list, in order."""

    items: "list[Node]"
    span: Span

    @property
    def place(self) -> Place:
        """Where the list stands, from its first character to its last."""
        return place_of(self.span)


@dataclass(slots=True)
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


def spots(root: Node) -> dict[Path, Spot]:
    """The spot of everything in the tree, by path: for findings about a document that has not been read yet."""
    found: dict[Path, Spot] = {(): Spot(None, root.span)}
    waiting: list[tuple[Node, Path]] = [(root, ())]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, Mapping):
            below: list[tuple[str | int, Span | None, Node]] = [
                (key, key_span, item) for key, (key_span, item) in node.items.items()
            ]
        elif isinstance(node, Sequence):
            below = [(index, None, item) for index, item in enumerate(node.items)]
        else:
            continue
        for step, key_span, item in below:
            found[*path, step] = Spot(key_span, item.span)
            waiting.append((item, (*path, step)))
    return found
