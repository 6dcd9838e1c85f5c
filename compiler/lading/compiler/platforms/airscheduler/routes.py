"""Where the platform's operations are. Its manual tells one route; the others are those of a client that worked."""

from collections.abc import Mapping
from typing import Any

TASK = "/api/v1/airscheduler/task/"

ROUTES: Mapping[str, str] = {
    "create": f"POST {TASK}",
    "start": f"PUT {TASK}{{id}}/start",
    "stop": f"PUT {TASK}{{id}}/stop",
    "delete": f"DELETE {TASK}?id={{id}}",
    "get": f"GET {TASK}{{id}}",
}


def route(options: Mapping[str, Any], operation: str) -> tuple[str, str] | None:
    """The method and the path of an operation; None where neither lading nor the site knows one."""
    known = {**ROUTES, **options.get("routes", {})}.get(operation)
    if known is None:
        return None
    method, _, path = known.partition(" ")
    return method, path
