"""What differs between two JSON values, place by place."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lading.compiler.pointers import escape

ABSENT: Any = object()
"""Stands for a value that one of the two does not have."""


class Difference(NamedTuple):
    """A place at which two values differ, and what each of them has there, which may be :data:`ABSENT`."""

    pointer: str
    one: Any
    other: Any


def differences(one: Any, other: Any) -> list[Difference]:
    """Every place at which the two differ: an entry of a map by itself, a list of another length as a whole.

    ``1``, ``1.0`` and ``true`` are three different values.
    """
    return list(_between(one, other, ""))


def _between(one: Any, other: Any, pointer: str) -> Iterator[Difference]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys([*one, *other]):
            yield from _between(one.get(key, ABSENT), other.get(key, ABSENT), f"{pointer}/{escape(key)}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (item, twin) in enumerate(zip(one, other, strict=True)):
            yield from _between(item, twin, f"{pointer}/{index}")
    elif one != other or type(one) is not type(other):
        yield Difference(pointer, one, other)
