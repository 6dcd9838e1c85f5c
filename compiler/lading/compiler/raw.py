"""``native.<platform>.raw``: JSON pointers into the finished payload, applied last. Null takes something out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lading.compiler.native import raw_of
from lading.compiler.payload import Origin, Request
from lading.compiler.plan import Plan
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path


def apply_raw(plan: Plan, requests: tuple[Request, ...]) -> tuple[tuple[Request, ...], list[Finding]]:
    """The requests with every raw value in its place, and what could not be put anywhere.

    A section at the top goes into every request, a step's into the request of that step.
    """
    findings: list[Finding] = []
    for path, values in raw_of(plan.job, plan.target).items():
        step = str(path[1]) if path[0] == "steps" else ""
        for pointer, value in values.items():
            at = (*path, pointer)
            requests = tuple(
                _with(r, pointer, value, at, findings) if r.name == step or not step else r for r in requests
            )
    return requests, findings


def _with(request: Request, pointer: str, value: Any, at: Path, findings: list[Finding]) -> Request:
    steps = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    if not pointer.startswith("/") or not steps:
        findings.append(Finding("LD411", at, {"pointer": pointer, "problem": "a pointer starts with /"}, at_key=True))
        return request
    try:
        _keep_in_place(request, pointer, steps, value)
        body = _put(request.body, steps, value)
    except LookupError as error:
        findings.append(Finding("LD411", at, {"pointer": pointer, "problem": str(error.args[0])}, at_key=True))
        return request
    kept = tuple(o for o in request.origins if not _is_within(o.pointer, pointer))
    secrets = {place: name for place, name in request.secrets.items() if not _is_within(place, pointer)}
    return replace(request, body=body, origins=(*kept, Origin(pointer, None, (at,))), secrets=secrets)


def _keep_in_place(request: Request, pointer: str, steps: list[str], value: Any) -> None:
    """Taking an entry out of a list moves those behind it; a secret is found by its place and must not move."""
    above = pointer.rpartition("/")[0]
    if value is None and steps[-1].isdecimal() and any(_is_within(place, above) for place in request.secrets):
        raise LookupError("a secret stands in the same list; say the whole list")


def _is_within(pointer: str, above: str) -> bool:
    return pointer == above or pointer.startswith(f"{above}/")


def _put(node: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    first, rest = steps[0], steps[1:]
    if isinstance(node, Mapping):
        if rest and first not in node:
            raise LookupError(f"there is no {first!r}")
        if not rest and value is None:
            return {key: item for key, item in node.items() if key != first}
        return {**node, first: _put(node.get(first), rest, value)}
    if isinstance(node, list):
        return _put_into_list(node, first, rest, value)
    raise LookupError(f"nothing lies below the value before {first!r}")


def _put_into_list(node: list[Any], first: str, rest: list[str], value: Any) -> list[Any]:
    if first == "-" and not rest:
        return [*node, value]
    if not first.isdecimal() or int(first) >= len(node):
        raise LookupError(f"the list has no entry {first!r}")
    index = int(first)
    if not rest and value is None:
        return [*node[:index], *node[index + 1 :]]
    return [*node[:index], _put(node[index], rest, value), *node[index + 1 :]]
