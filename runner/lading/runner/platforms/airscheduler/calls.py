"""Operations as requests: where each is, and where its arguments go."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from lading.compiler.platforms.airscheduler.routes import route
from lading.runner.errors import NotSupported, Refused
from lading.runner.http.connection import Call

IN_THE_MANUAL = {"id": "task_id"}
"""What an argument is called where its place in the path does not say what it is."""

_PLACE = re.compile(r"\{(\w+)\}")

Arguments = Mapping[str, Any]
"""``id`` and lines as numbers, ``col_values`` as a list of texts; ``body`` is a whole body."""


def is_configured(options: Mapping[str, Any], operation: str) -> bool:
    """Whether it is known where the operation is."""
    return route(options, operation) is not None


def not_configured(operation: str) -> NotSupported:
    """The error of an operation whose place no manual and no site tells."""
    return NotSupported(
        f"no manual tells AirScheduler's {operation} route, and it is not configured: options.routes.{operation}",
        f"ask whoever runs the platform, and write it as options.routes.{operation} of the target in the site",
    )


def call(options: Mapping[str, Any], operation: str, arguments: Arguments) -> Call:
    """The request. Arguments that stand nowhere in the path are the query of a GET or DELETE, else the JSON body."""
    found = route(options, operation)
    if found is None:
        raise not_configured(operation)
    method, template = found
    body = arguments.get("body")
    given = {name: value for name, value in arguments.items() if name != "body"}
    path = _filled(operation, template, given)
    rest = {IN_THE_MANUAL.get(name, name): value for name, value in given.items() if f"{{{name}}}" not in template}
    if body is not None or method in {"POST", "PUT"}:
        return Call(method, path, json=body if body is not None else rest or None)
    return Call(method, _with_query(path, rest))


def _filled(operation: str, template: str, given: Arguments) -> str:
    unknown = sorted(set(_PLACE.findall(template)) - set(given))
    if unknown:
        raise Refused(
            f"options.routes.{operation} has {{{unknown[0]}}}, and this operation has no such thing",
            f"what it has is {' and '.join(f'{{{name}}}' for name in given) or 'nothing'}",
        )
    return _PLACE.sub(lambda place: _written(given[place[1]]), template)


def _written(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return ",".join(quote(str(one), safe="") for one in values)


def _with_query(path: str, rest: Arguments) -> str:
    """A list is a field for each of its values, as the HTTP client has it that the manual's samples use."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode(rest, doseq=True)}" if rest else path
