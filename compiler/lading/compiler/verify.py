"""Payloads against their platform's JSON Schema: an objection points to the line of the spec that caused the value."""

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lading.compiler import pointers
from lading.compiler.native import raw_of
from lading.compiler.payload import Request
from lading.compiler.plan import Plan
from lading.compiler.registry import folder_of, module_of
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

ENDING = ".schema.json"


class Objection(NamedTuple):
    """What a schema has against the value at a place: keys that it lacks, keys that are not known, or what it says."""

    pointer: str
    problem: str
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def payload_findings(plan: Plan, requests: Sequence[Request]) -> Iterator[Finding]:
    """One finding for each value that the platform would not understand.

    What is filled in later, a secret or an answer, is not looked at.
    """
    platform = plan.target.platform.NAME
    taken_out = {
        pointer: (*path, pointer)
        for path, values in raw_of(plan.job, plan.target).items()
        for pointer, value in values.items()
        if value is None
    }
    for request in requests:
        for pointer, problem, missing, _ in objections(platform, request.body, request.schema, later_of(request)):
            words = {"pointer": pointer or "/", "problem": problem[:200], "platform": platform}
            missed = [f"{pointer}/{pointers.escape(name)}" for name in missing]
            blamed = next((taken_out[known] for known in missed if known in taken_out), None)
            yield Finding("LD412", blamed or _source(request, pointer), words)


def later_of(request: Request) -> frozenset[str]:
    """The places of what is filled in when the request is sent."""
    return frozenset({*request.secrets, *request.late})


def objections(platform: str, body: Any, schema: str = "payload", later: Collection[str] = ()) -> Iterator[Objection]:
    """What the platform's schema of that name has against the body; the places in ``later`` may hold anything."""
    for error in _once_each(_validator(platform, schema).iter_errors(body)):
        if not _is_about(error, later):
            yield Objection(_place(error), _sentence(error), _missing(error), _unknown(error))


def _once_each(errors: Iterable["ValidationError"]) -> Iterator["ValidationError"]:
    """The errors; of several fields that one map lacks, the first alone, which tells of all."""
    lacking = set()
    for error in errors:
        place = _place(error)
        if error.validator != "required" or place not in lacking:
            yield error
        if error.validator == "required":
            lacking.add(place)


def _is_about(error: "ValidationError", places: Collection[str]) -> bool:
    """Whether the error, or one of those that it sums up, is about one of the places."""
    place = _place(error)
    return any(pointers.is_within(place, known) for known in places) or any(
        _is_about(inner, places) for inner in error.context or ()
    )


def _place(error: "ValidationError") -> str:
    return "".join(f"/{pointers.escape(str(step))}" for step in error.absolute_path)


def _sentence(error: "ValidationError") -> str:
    """What is wrong, without the value itself, which may be a whole document."""
    if error.validator == "required":
        return f"it needs {', '.join(_missing(error))}"
    if error.validator in {"anyOf", "oneOf"}:
        return "it has none of the forms that are known there"
    if error.validator == "type":
        wanted: Any = error.validator_value
        return f"it must be of type {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    return str(error.message)


def _missing(error: "ValidationError") -> tuple[str, ...]:
    wanted: Any = error.validator_value if error.validator == "required" else []
    present: Any = error.instance
    return tuple(name for name in wanted if name not in present)


def _unknown(error: "ValidationError") -> tuple[str, ...]:
    if error.validator != "additionalProperties" or error.validator_value is not False:
        return ()
    schema: Any = error.schema
    present: Any = error.instance
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return tuple(
        name for name in present if name not in known and not any(re.search(pattern, name) for pattern in patterns)
    )


def payload_schemas(platform: str) -> tuple[str, ...]:
    """The names of the platform's schemas, each of which describes one kind of body."""
    module = module_of(platform)
    assert module is not None
    names = (name.removesuffix(ENDING) for name in os.listdir(folder_of(module)) if name.endswith(ENDING))
    return tuple(sorted(names))


def payload_schema(platform: str, name: str = "payload") -> dict[str, Any]:
    """The JSON Schema of what the platform is sent; ``name`` tells several apart."""
    module = module_of(platform)
    assert module is not None
    with open(f"{folder_of(module)}/{name}{ENDING}", encoding="utf-8") as file:
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
