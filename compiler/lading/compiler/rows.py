"""Rows that write themselves: what a table places in a body, and bodies put together."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from lading.compiler.payload import From, Secret
from lading.compiler.pointers import split
from lading.compiler.view import View, once
from lading.schema.paths import Path

Body = dict[str, Any]


@once
def stated(view: View) -> Body:
    """Every field of the view whose row is placed, at its place, with its source; what it inherits too.

    A map is written entry by entry, and a secret as its name. Who wants more in it makes another of it (``merged``).
    """
    body: Body = {}
    names = view.names
    for path, row in view.plan.table.placed.items():
        if path[0] in names and (value := _value(view, path)) is not None:
            put(body, row.native, value)
    return body


def _value(view: View, path: Path) -> Any:
    found = view.get(*path)
    if found is not None and found.value not in (None, {}):
        return named_secret(found)
    items = view.items(*path)
    return {name: named_secret(item) for name, item in items.items()} or None


def named_secret(value: From) -> From:
    """The value, as the name of a secret where the spec has one there."""
    inner = value.value
    is_secret = isinstance(inner, dict) and inner.keys() == {"secret"}
    return From(Secret(inner["secret"]), value.sources) if is_secret else value


_steps = cache(split)  # of the few pointers that tables and emitters have


def put(body: Body, pointer: str, value: Any) -> None:
    """The value is at the pointer in the body; maps on the way there are made."""
    *above, last = _steps(pointer)
    for step in above:
        body = body.setdefault(step, {})
    body[last] = value


def merged(*bodies: Mapping[str, Any]) -> Body:
    """The bodies as one: maps merge at every depth, and of other values the last is taken."""
    whole: Body = {}
    for body in bodies:
        for key, value in body.items():
            both = isinstance(value, dict) and isinstance(whole.get(key), dict)
            whole[key] = merged(whole[key], value) if both else value
    return whole


def only_set(**fields: Any) -> Body:
    """Only what is set: an absent field stays absent in the payload."""
    return {name: value for name, value in fields.items() if value or value not in (None, {}, [])}
