"""What a platform would understand of a payload: the part that its JSON Schema has nothing against.

A file that people have written may hold anything, and so may an answer of the platform that somebody has kept. What is
left after this is valid by the schema, so that the platform's ``read`` need not check.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lading.compiler.pointers import escape, split
from lading.compiler.verify import Objection, objections, payload_schemas


class Understood(NamedTuple):
    """The part of a payload that its platform would understand.

    ``strange`` are the places that are not in it any more, with the reason; ``nulls`` those that held null, which says
    the same as nothing. ``hopeless`` is what the schema has against the payload where no part of it can be understood.
    """

    payload: Mapping[str, Any]
    strange: Mapping[str, str]
    nulls: tuple[str, ...]
    hopeless: tuple[tuple[str, str], ...] = ()


def understood(platform: str, payload: Mapping[str, Any], later: Collection[str] = ()) -> Understood:
    """The payload without nulls and without what the platform's schemas object to, by the one that fits best.

    A list with a wrong item in it is taken out whole, so that every other value stays where it was; so is a map
    without something that it needs.
    """
    nulls = tuple(_nulls(payload, ""))
    body = without(payload, nulls)
    every = {name: list(_strange(objections(platform, body, name, later))) for name in payload_schemas(platform)}
    schema = min(every, key=lambda name: _misfit(body, every[name]))
    strange: dict[str, str] = {}
    first = found = every[schema]
    while found:
        gone = {_entry(body, place) for place, _ in found}
        if "" in gone:
            of_all = [(place, why) for place, why in first if not place]
            return Understood(body, strange, nulls, tuple(of_all or first))
        strange |= found
        body = without(body, gone)
        found = list(_strange(objections(platform, body, schema, later)))
    return Understood(body, strange, nulls)


def _misfit(body: Mapping[str, Any], found: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """How badly a schema fits: how many fields of the body it would lose, and how much it has against it."""
    return len({_entry(body, place).split("/")[1] for place, _ in found if place}), len(found)


def without(value: Any, gone: Collection[str], pointer: str = "") -> Any:
    """The value less the map entries at these pointers."""
    if isinstance(value, Mapping):
        kept = ((key, item, f"{pointer}/{escape(key)}") for key, item in value.items())
        return {key: without(item, gone, at) for key, item, at in kept if at not in gone}
    if isinstance(value, list):
        return [without(item, gone, f"{pointer}/{index}") for index, item in enumerate(value)]
    return value


def _nulls(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            at = f"{pointer}/{escape(key)}"
            yield from [at] if item is None else _nulls(item, at)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nulls(item, f"{pointer}/{index}")


def _strange(found: Iterable[Objection]) -> Iterator[tuple[str, str]]:
    """Each place that must go to meet an objection, and why."""
    for objection in found:
        for key in objection.unknown:
            yield f"{objection.pointer}/{escape(key)}", "there is no such field"
        if not objection.unknown:
            yield objection.pointer, objection.problem[:200]


def _entry(body: Any, pointer: str) -> str:
    """The innermost entry of a map that the pointer leads through, or to."""
    entry = at = ""
    for step in split(pointer):
        at += f"/{escape(step)}"
        if isinstance(body, Mapping):
            entry, body = at, body[step]
        else:
            body = body[int(step)]
    return entry
