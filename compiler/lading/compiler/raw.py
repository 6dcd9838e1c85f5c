"""``native.<platform>.raw``: JSON pointers into the finished payload, applied last. Null takes something out."""

from collections.abc import Callable, Mapping
from typing import Any

from lading.compiler import pointers
from lading.compiler.native import raw_of
from lading.compiler.payload import Origin, Request
from lading.compiler.plan import Plan
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path


def apply_raw(plan: Plan, requests: tuple[Request, ...]) -> tuple[tuple[Request, ...], list[Finding]]:
    """The requests with every raw value in its place, and what could not be put anywhere.

    A section at the top goes into every request but those that only prepare another one, a step's into the request of
    that step.
    """
    findings: list[Finding] = []
    for path, values in raw_of(plan.job, plan.target).items() if plan.has_raw else ():
        step = str(path[1]) if path[0] == "steps" else ""
        for pointer, value in values.items():
            requests = tuple(
                _with(request, pointer, value, (*path, pointer), findings) if _is_meant(request, step) else request
                for request in requests
            )
    return requests, findings


def _is_meant(request: Request, step: str) -> bool:
    return request.name == step if step else not request.prepares


def _with(request: Request, pointer: str, value: Any, at: Path, findings: list[Finding]) -> Request:
    try:
        return _removed(request, pointer) if value is None else _put(request, pointer, value, at)
    except LookupError as error:
        findings.append(Finding("LD411", at, {"pointer": pointer, "problem": str(error.args[0])}, at_key=True))
        return request


def _put(request: Request, pointer: str, value: Any, at: Path) -> Request:
    body, place = _changed(request.body, _steps(pointer), lambda _: value)
    moved = _with_places(request, lambda known: None if pointers.is_within(known, place) else known)
    return moved._replace(body=body, origins=(*moved.origins, Origin(place, None, (at,))))


def _removed(request: Request, pointer: str) -> Request:
    *above, last = _steps(pointer)

    def without(node: Any) -> Any:
        _entry(node, last)
        if isinstance(node, list):
            return [item for index, item in enumerate(node) if index != int(last)]
        return {key: item for key, item in node.items() if key != last}

    body, _ = _changed(request.body, above, without)
    is_of_a_list = isinstance(pointers.at(request.body, pointer.rpartition("/")[0]), list)
    if is_of_a_list:
        return _with_places(request, lambda known: pointers.without_entry(known, pointer))._replace(body=body)
    moved = _with_places(request, lambda known: None if pointers.is_within(known, pointer) else known)
    return moved._replace(body=body)


def _with_places(request: Request, moved: Callable[[str], str | None]) -> Request:
    """The request with the places of its origins and secrets where they are now; None is nowhere any more."""
    origins = [o._replace(pointer=place) for o in request.origins if (place := moved(o.pointer)) is not None]
    secrets = {place: name for known, name in request.secrets.items() if (place := moved(known)) is not None}
    late = {place: shown for known, shown in request.late.items() if (place := moved(known)) is not None}
    return request._replace(origins=tuple(origins), secrets=secrets, late=late)


def _steps(pointer: str) -> list[str]:
    steps = pointers.split(pointer)
    if not pointer.startswith("/") or not steps:
        raise LookupError("a pointer starts with /")
    return steps


def _changed(node: Any, steps: list[str], change: Callable[[Any], Any]) -> tuple[Any, str]:
    """The node with what the steps lead to changed, and where that is; ``-`` is behind the last entry of a list."""
    if not steps:
        return change(node), ""
    first, *rest = steps
    if isinstance(node, list) and first == "-" and not rest:
        return [*node, change(None)], f"/{len(node)}"
    is_new = isinstance(node, Mapping) and not rest and first not in node
    inner, place = _changed(None if is_new else _entry(node, first), rest, change)
    where = f"/{pointers.escape(first)}{place}"
    if isinstance(node, list):
        return [inner if index == int(first) else item for index, item in enumerate(node)], where
    return {**node, first: inner}, where


def _entry(node: Any, step: str) -> Any:
    if isinstance(node, Mapping):
        if step not in node:
            raise LookupError(f"there is no {step!r}")
        return node[step]
    if isinstance(node, list):
        if not (step.isascii() and step.isdecimal()) or int(step) >= len(node):
            raise LookupError(f"the list has no entry {step!r}")
        return node[int(step)]
    raise LookupError(f"nothing lies below the value before {step!r}")
