"""The body as it travels: objects inside of it are JSON strings there, which people neither read nor compare."""

import json
from collections.abc import Mapping
from typing import Any

from lading.compiler.payload import canonical

Body = Mapping[str, Any]

STRINGS: Mapping[str, Any] = {"running_config": {"yaml_data": {}}, "resource_info": {"gpu_dict": {}}}
"""What the manual wants as the result of `json.dumps`, and what inside of that once more."""


def wire(body: Body, options: Mapping[str, Any]) -> Body:
    """The body with its inner objects as JSON strings, unless the site's platform takes them as they are."""
    return body if options.get("encoding") == "objects" else _encoded(body, STRINGS)


def unwire(body: Body, options: Mapping[str, Any]) -> Body:  # noqa: ARG001 - clients write the one and the other
    """The body with its inner objects as objects, in whichever form it came."""
    return _decoded(body, STRINGS)


def _encoded(body: Body, strings: Mapping[str, Any]) -> Body:
    return {
        key: json.dumps(_encoded(value, strings[key])) if key in strings and isinstance(value, Mapping) else value
        for key, value in body.items()
    }


def _decoded(body: Body, strings: Mapping[str, Any]) -> Body:
    return {key: _opened(value, strings[key]) if key in strings else value for key, value in body.items()}


def _opened(value: Any, strings: Mapping[str, Any]) -> Any:
    """The object, or what the string says if that is one; anything else is left as it is."""
    if isinstance(value, str):
        try:
            found = json.loads(value)
            canonical(found)  # NaN and lone surrogates can not be said to anybody
        except (ValueError, RecursionError):
            return value
        return _decoded(found, strings) if isinstance(found, dict) else value
    return _decoded(value, strings) if isinstance(value, Mapping) else value
