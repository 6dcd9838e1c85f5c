"""Answers of which one field is not as it should be."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from servers.web import Reply, Request, Service

Path = tuple[str | int, ...]

TEXT = "a\x1b[2J\x1b]0;x\x07\nb\r\x00\u202e\x9b\u2028 c"
"""What a terminal would obey."""

MISSING = object()

ODD: Mapping[str, Any] = {
    "missing": MISSING,
    "null": None,
    "text": "x",
    "number": 7,
    "zero": 0,
    "huge": 10**29,
    "negative": -1,
    "half": 0.5,
    "boolean": True,
    "empty text": "",
    "empty list": [],
    "empty object": {},
    "long": "x" * 100_000,
    "control": TEXT,
    "list of lists": [[[["x"]]]],
    "list of nothing": [None],
    "object": {"id": 7, "name": TEXT, TEXT: TEXT},
    "not a number": "NaN as it is",
}
"""What stands in place of a field."""


def fields(data: Any, path: Path = ()) -> Iterator[Path]:
    """Every field of the data, at any depth; of a list those of the first item stand for all."""
    yield path
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from fields(value, (*path, name))
    elif isinstance(data, list) and data:
        yield from fields(data[0], (*path, 0))


def replaced(data: Any, path: Path, odd: Any) -> Any:
    """The data with something else in that field."""
    if not path:
        return {} if odd is MISSING else odd
    step, *rest = path
    copy = dict(data) if isinstance(data, Mapping) else dict(enumerate(data))
    if rest or odd is not MISSING:
        copy[step] = replaced(copy[step], tuple(rest), odd)
    else:
        del copy[step]
    return copy if isinstance(data, Mapping) else list(copy.values())


def oddly(service: Service, path: Path, odd: str) -> Callable[[Request], Reply | None]:
    """What the service answers, with this in that field, if it has it."""

    def answer(request: Request) -> Reply | None:
        reply = service.answer(request)
        try:
            body = json.dumps(replaced(json.loads(reply.body), path, ODD[odd])).replace('"NaN as it is"', "NaN")
        except (ValueError, KeyError, TypeError, IndexError):
            return reply
        headers = {name: text for name, text in reply.headers.items() if name != "content-length"}
        return reply._replace(body=body.encode(), headers=headers)

    return answer
