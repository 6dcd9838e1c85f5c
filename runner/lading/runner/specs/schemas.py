"""The JSON Schemas that ``lading schema`` prints."""

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from lading.compiler.registry import language, platforms
from lading.runner.invocation.options import WrongUsage
from lading.schema.jsonschema import DIALECT, site_schema, spec_schema, struct_schema
from lading.schema.nearest import did_you_mean
from lading.schema.shape import Language, with_raw

OUTPUTS = files("lading.runner.output") / "schemas"

FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "spec": lambda: spec_schema(language()),
    "site": lambda: site_schema(language()),
}
"""The schemas of files that people write."""


def schema_of(what: str = "spec", *rest: str) -> dict[str, Any]:
    """The schema that the words of the command line name."""
    if what == "output" and len(rest) == 1:
        return output_schema(rest[0])
    if rest or what == "output":
        raise WrongUsage("that names no schema", "write `lading schema spec`, or `lading schema output validate`")
    if what in FILES:
        return FILES[what]()
    return _platform_schema(what)


def _platform_schema(name: str) -> dict[str, Any]:
    found = language().platform(name, "native")
    if found is None:
        help_ = did_you_mean(name, (*FILES, "output", *platforms()), "there are")
        raise WrongUsage(f'there is no schema "{name}"', help_)
    struct, structs = found
    known = Language({**language().structs, **structs}, language().kinds)
    return struct_schema(with_raw(struct), known)


def output_schema(command: str) -> dict[str, Any]:
    """The schema of the document that the command prints with ``--format json``."""
    known = output_commands()
    if command not in known:
        raise WrongUsage(f'"{command}" prints no JSON document', did_you_mean(command, known, "these do"))
    common = json.loads((OUTPUTS / "common.json").read_text(encoding="utf-8"))
    own = json.loads((OUTPUTS / f"{command}.json").read_text(encoding="utf-8"))
    return {
        "$schema": DIALECT,
        "$id": f"urn:lading:output:{command}:v1",
        "type": "object",
        "required": ["lading"],
        "properties": {"lading": {"const": 1}},
        "anyOf": [own, {"$ref": "#/$defs/failure"}],
        "$defs": common,
    }


def output_commands() -> tuple[str, ...]:
    """The commands that print a JSON document, by name."""
    names = (entry.name.removesuffix(".json") for entry in OUTPUTS.iterdir() if entry.name.endswith(".json"))
    return tuple(sorted(name for name in names if name != "common"))
