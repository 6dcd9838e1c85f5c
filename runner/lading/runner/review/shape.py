"""What a platform's JSON Schema says of the values in a payload: which entries of a list are the same, which texts are
amounts.

A list whose entries have a key that tells them apart says so in its schema as Kubernetes' own schemas do, by
``x-list-map-key``; an amount is one that the schema calls a ``quantity``.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from lading.compiler.pointers import at
from lading.compiler.verify import payload_schema

LIST_KEY = "x-list-map-key"
COMBINED = ("allOf", "anyOf", "oneOf")

Schema = Mapping[str, Any]


class Shape(NamedTuple):
    """What is said of one place of a payload: every schema that holds for it, or may."""

    root: Schema
    schemas: tuple[Schema, ...] = ()

    def inside(self, step: str | int) -> "Shape":
        """The shape of an entry of the map or list."""
        found = [inner for schema in self.schemas for inner in _inside(schema, step)]
        return Shape(self.root, tuple(each for schema in found for each in _resolved(schema, self.root)))

    @property
    def list_key(self) -> str | None:
        """The key that tells the entries of this list apart; None where only their order does."""
        return next((schema[LIST_KEY] for schema in self.schemas if LIST_KEY in schema), None)

    @property
    def is_quantity(self) -> bool:
        """Whether a text here is an amount: two texts of the same amount mean the same."""
        quantity = self.root.get("$defs", {}).get("quantity")
        return quantity is not None and any(schema is quantity for schema in self.schemas)


@cache
def shape_of(platform: str, schema: str) -> Shape:
    """The shape of a whole body of the platform's schema of that name."""
    root = payload_schema(platform, schema)
    return Shape(root, tuple(_resolved(root, root)))


def _resolved(schema: Any, root: Schema) -> Iterator[Schema]:
    """The schema, and those that it refers to or is combined of."""
    if not isinstance(schema, Mapping):
        return
    yield schema
    if "$ref" in schema:
        yield from _resolved(at(root, schema["$ref"].removeprefix("#")), root)
    for word in COMBINED:
        for part in schema.get(word, ()):
            yield from _resolved(part, root)
    for word in ("then", "else"):
        yield from _resolved(schema.get(word), root)


def _inside(schema: Schema, step: str | int) -> Iterator[Any]:
    if isinstance(step, int):
        yield schema.get("items")
        return
    named = [schema.get("properties", {}).get(step)]
    named += [inner for pattern, inner in schema.get("patternProperties", {}).items() if re.search(pattern, step)]
    yield from (inner for inner in named if inner is not None)
    if named == [None]:
        yield schema.get("additionalProperties")


_QUANTITY = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?P<suffix>[eE][+-]?[0-9]{1,2}|[numkMGTPE]|[KMGTPE]i)?\Z"
)
_POWERS = {
    **{
        suffix: Decimal(10) ** power
        for suffix, power in zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True)
    },
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", start=1)},
}


def amount(text: str) -> Decimal | None:
    """How much a Kubernetes quantity is; None for a text that is none."""
    if not (found := _QUANTITY.match(text)):
        return None
    number, suffix = Decimal(found["number"]), found["suffix"] or ""
    return number.scaleb(int(suffix[1:])) if suffix[:1] in "eE" and suffix[1:] else number * _POWERS.get(suffix, 1)
