"""Payloads against their platform's JSON Schema: an objection points to the line of the spec that caused the value."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from lading.compiler.payload import Origin, Request
from lading.compiler.plan import Plan
from lading.compiler.registry import folder_of, module_of
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def payload_findings(plan: Plan, requests: Sequence[Request]) -> Iterator[Finding]:
    """One finding for each value that the platform would not understand."""
    validator = _validator(plan.target.platform.NAME)
    for request in requests:
        for error in validator.iter_errors(request.body):
            pointer = "".join(f"/{step}" for step in error.absolute_path)
            words = {"pointer": pointer or "/", "problem": error.message[:200], "platform": plan.target.platform.NAME}
            yield Finding("LD412", _source(request, pointer), words)


def payload_schema(platform: str) -> dict[str, Any]:
    """The JSON Schema of what the platform is sent."""
    module = module_of(platform)
    assert module is not None
    with open(f"{folder_of(module)}/payload.schema.json", encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


@cache
def _validator(platform: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    schema = payload_schema(platform)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _source(request: Request, pointer: str) -> Path:
    """The spec path behind the value at the pointer, else behind the nearest thing above or below it."""

    def nearness(origin: Origin) -> tuple[bool, int]:
        above = pointer.startswith(origin.pointer)
        return (not above, -len(origin.pointer) if above else len(origin.pointer))

    near = [o for o in request.origins if pointer.startswith(o.pointer) or o.pointer.startswith(pointer)]
    return min(near, key=nearness).sources[0] if near else ()
