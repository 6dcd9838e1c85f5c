"""A job as its platform tells of it, laid over the request that made it: what differs then was changed by somebody.

A platform tells more than it was told, and some of it otherwise. What of that is its own doing is a table, a
:class:`Telling`, of patterns: the steps to a value with ``/`` between them, each with the wildcards of file names; of a
list every row is ``*``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from itertools import zip_longest
from typing import Any, NamedTuple

Path = tuple[str, ...]

_ABSENT: Any = object()


class Telling(NamedTuple):
    """How a platform tells of a request.

    It ``adds`` values where the request says nothing, ``fills`` in these where nothing is said, and ``hides`` what it
    tells otherwise or not at all, which is then taken to be as it was sent. The keys of ``maps`` are people's own, so
    that an empty value says something there; the order of ``sets`` says nothing. ``secret`` reads what was written for
    the value of a secret.
    """

    adds: frozenset[str] = frozenset()
    fills: Mapping[str, Any] = {}
    hides: frozenset[str] = frozenset()
    maps: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    secret: Callable[[str], str] = str


def live_body(sent: Mapping[str, Any], told: Mapping[str, Any], telling: Telling) -> dict[str, Any]:
    """The body that would make the job as it is told of, with the keys and rows of ``sent`` in their order."""
    return _object(sent, told, telling, ())


def _object(sent: Mapping[str, Any], told: Mapping[str, Any], telling: Telling, path: Path) -> dict[str, Any]:
    keys = dict.fromkeys([*sent, *told])
    found = {
        key: _field(sent.get(key, _ABSENT), told.get(key, _ABSENT), telling, (*path, key.replace("/", "~1")))
        for key in keys
    }
    return {key: value for key, value in found.items() if value is not _ABSENT}


def _field(sent: Any, told: Any, telling: Telling, path: Path) -> Any:
    if sent is _ABSENT or sent is None:
        added = _ABSENT if told is _ABSENT else _addition(told, telling, path)
        return sent if added is _ABSENT else added
    if _is_among(telling.hides, path):
        return sent
    if told is _ABSENT or told is None:
        return sent if _is_nothing(sent) or sent == _filled(telling, path) else _ABSENT
    return _value(sent, told, telling, path)


def _addition(told: Any, telling: Telling, path: Path) -> Any:
    """What the request did not say: nothing, where it says nothing itself or is the platform's own doing."""
    if _is_among(telling.hides | telling.adds, path):
        return _ABSENT
    found = _new(told, telling, path)
    is_silent = _is_nothing(found) and (found is None or not _is_among(telling.maps, path[:-1]))
    return _ABSENT if is_silent or found == _filled(telling, path) else found


def _new(told: Any, telling: Telling, path: Path) -> Any:
    if isinstance(told, Mapping):
        return _object({}, told, telling, path)
    return [_new(row, telling, (*path, "*")) for row in told] if isinstance(told, list) else told


def _value(sent: Any, told: Any, telling: Telling, path: Path) -> Any:
    if isinstance(sent, Mapping) and isinstance(told, Mapping):
        return _object(sent, told, telling, path)
    if isinstance(sent, list) and isinstance(told, list):
        return _rows(sent, told, telling, path)
    if isinstance(sent, Mapping) and isinstance(told, str):
        return telling.secret(told)
    return sent if _is_nothing(sent) and _is_nothing(told) else told


def _rows(sent: Sequence[Any], told: Sequence[Any], telling: Telling, path: Path) -> list[Any]:
    """The rows that are told, each at the place of the one that was sent of it."""
    inner = (*path, "*")
    is_ordered = not (_is_among(telling.sets, path) or any(isinstance(row, Mapping) for row in told))
    pairs = zip_longest(sent, told, fillvalue=_ABSENT) if is_ordered else _paired(sent, told, telling, inner)
    return [
        _new(row, telling, inner) if before is _ABSENT else _value(before, row, telling, inner)
        for before, row in pairs
        if row is not _ABSENT
    ]


def _paired(sent: Sequence[Any], told: Sequence[Any], telling: Telling, path: Path) -> list[tuple[Any, Any]]:
    """Each row that was sent beside what is told of it: first those that are the same, then what is most like them."""
    left = dict(enumerate(told))
    found: dict[int, Any] = {}
    for place, row in enumerate(sent):
        same = next((at for at, each in left.items() if _value(row, each, telling, path) == row), None)
        if same is not None:
            found[place] = left.pop(same)
    for place, row in enumerate(sent):
        if place not in found and left:
            found[place] = left.pop(max(left, key=partial(_likeness, row, left)))
    return [
        *((row, found.get(place, _ABSENT)) for place, row in enumerate(sent)),
        *((_ABSENT, row) for row in left.values()),
    ]


def _likeness(sent: Any, rows: Mapping[int, Any], at: int) -> int:
    """How many fields of the two rows are the same."""
    told = rows[at]
    if not (isinstance(sent, Mapping) and isinstance(told, Mapping)):
        return 0
    return sum(told.get(key, _ABSENT) == value for key, value in sent.items())


def _filled(telling: Telling, path: Path) -> Any:
    return next((value for pattern, value in telling.fills.items() if _is_among((pattern,), path)), _ABSENT)


def _is_among(patterns: Iterable[str], path: Path) -> bool:
    return any(_fits(pattern.split("/"), path) for pattern in patterns)


def _fits(pattern: Sequence[str], path: Path) -> bool:
    return len(pattern) == len(path) and all(map(fnmatchcase, path, pattern))


def _is_nothing(value: Any) -> bool:
    """Whether it is what programs say of what was left out: null, zero, an empty text, and objects of such."""
    if isinstance(value, Mapping):
        return all(_is_nothing(item) for item in value.values())
    return not value
