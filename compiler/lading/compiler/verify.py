"""Payloads against their platform's JSON Schema: an objection points to the line of the spec that caused the value."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from lading.compiler import pointers
from lading.compiler.native import raw_of
from lading.compiler.payload import Request
from lading.compiler.plan import Plan
from lading.compiler.registry import folder_of, module_of
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError


def payload_findings(plan: Plan, requests: Sequence[Request]) -> Iterator[Finding]:
    """One finding for each value that the platform would not understand.

    What is filled in later, a secret or an answer, is not looked at.
    """
    taken_out = {
        pointer: (*path, pointer)
        for path, values in raw_of(plan.job, plan.target).items()
        for pointer, value in values.items()
        if value is None
    }
    for request in requests:
        later = {*request.secrets, *request.late}
        for error in _validator(plan.target.platform.NAME, request.schema).iter_errors(request.body):
            if _is_about(error, later):
                continue
            place = _place(error)
            words = {"pointer": place or "/", "problem": error.message[:200], "platform": plan.target.platform.NAME}
            missed = [f"{place}/{pointers.escape(name)}" for name in _missing(error)]
            blamed = next((taken_out[pointer] for pointer in missed if pointer in taken_out), None)
            yield Finding("LD412", blamed or _source(request, place), words)


def _is_about(error: "ValidationError", places: set[str]) -> bool:
    """Whether the error, or one of those that it sums up, is about one of the places."""
    place = _place(error)
    return any(pointers.is_within(place, known) for known in places) or any(
        _is_about(inner, places) for inner in error.context or ()
    )


def _place(error: "ValidationError") -> str:
    return "".join(f"/{pointers.escape(str(step))}" for step in error.absolute_path)


def _missing(error: "ValidationError") -> list[str]:
    wanted: Any = error.validator_value if error.validator == "required" else []
    present: Any = error.instance
    return [name for name in wanted if name not in present]


def payload_schema(platform: str, name: str = "payload") -> dict[str, Any]:
    """The JSON Schema of what the platform is sent; ``name`` tells several apart."""
    module = module_of(platform)
    assert module is not None
    with open(f"{folder_of(module)}/{name}.schema.json", encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


@cache
def _validator(platform: str, name: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    schema = payload_schema(platform, name)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _source(request: Request, place: str) -> Path:
    """The spec path behind the value at the place, else behind the nearest thing above or below it."""
    above = [origin for origin in request.origins if pointers.is_within(place, origin.pointer)]
    below = [origin for origin in request.origins if pointers.is_within(origin.pointer, place)]
    if above:
        return max(above, key=lambda origin: len(origin.pointer)).sources[0]
    return min(below, key=lambda origin: len(origin.pointer)).sources[0] if below else ()
