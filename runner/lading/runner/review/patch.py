"""What differs between two payloads as a JSON Patch (RFC 6902): operations that make one of the other."""

from collections.abc import Iterator, Mapping
from typing import Any

from lading.compiler.pointers import escape
from lading.runner.review.difference import matched, same
from lading.runner.review.shape import Shape

Operation = dict[str, Any]


def patch(was: Any, now: Any, shape: Shape, pointer: str = "") -> Iterator[Operation]:
    """The operations, in the order in which they are carried out; none where both mean the same."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        yield from _of_maps(was, now, shape, pointer)
    elif isinstance(was, list) and isinstance(now, list):
        yield from _of_lists(was, now, shape, pointer)
    elif not same(was, now, shape):
        yield {"op": "replace", "path": pointer, "value": now}


def _of_maps(was: Mapping[str, Any], now: Mapping[str, Any], shape: Shape, pointer: str) -> Iterator[Operation]:
    for key in was:
        if key not in now:
            yield {"op": "remove", "path": f"{pointer}/{escape(key)}"}
    for key, value in now.items():
        path = f"{pointer}/{escape(key)}"
        if key in was:
            yield from patch(was[key], value, shape.inside(key), path)
        else:
            yield {"op": "add", "path": path, "value": value}


def _of_lists(was: list[Any], now: list[Any], shape: Shape, pointer: str) -> Iterator[Operation]:
    """What is gone is removed from the end and what is new added from the start, so that each place is that of its
    moment. Entries that have a key may stand in any order: then those that stay keep theirs, and new ones come last.
    """
    pairs = matched(was, now, shape.list_key)
    stay = sorted((old, new) for old, new in pairs if old is not None and new is not None)
    is_in_order = [new for _, new in stay] == sorted(new for _, new in stay)
    for place in sorted((old for old, new in pairs if old is not None and new is None), reverse=True):
        yield {"op": "remove", "path": f"{pointer}/{place}"}
    for place in sorted(new for old, new in pairs if new is not None and old is None):
        yield {"op": "add", "path": f"{pointer}/{place if is_in_order else '-'}", "value": now[place]}
    for rank, (old, new) in enumerate(stay):
        yield from patch(was[old], now[new], shape.inside(0), f"{pointer}/{new if is_in_order else rank}")
