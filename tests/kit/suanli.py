"""Jobs for Suanli's target of the tests, compiled."""

import json
from collections.abc import Mapping
from typing import Any

from kit import compiling
from kit.compiling import Said, said
from kit.sites import target_of
from lading.compiler.pipeline import Compilation
from lading.compiler.target import Target

__all__ = ["Said", "body", "compiled", "errors", "said", "target"]


def target(**changes: Any) -> Target:
    """The target of the tests, with other options or entries of its catalog."""
    found = target_of("suanli")
    catalog = {**found.catalog, **changes.pop("catalog", {})}
    options = {**found.options, **changes.pop("options", {})}
    return found._replace(catalog=catalog, options=options, **changes)


def compiled(document: Mapping[str, Any], to: Target | None = None) -> Compilation:
    """The job, compiled; the language itself has nothing against it."""
    data = {"lading": "v1", "name": "demo", "command": ["true"], **document}
    if "script" in document or data["command"] is None:
        del data["command"]
    return compiling.compiled(json.dumps(data, ensure_ascii=False), to or target())


def body(document: Mapping[str, Any], to: Target | None = None) -> Mapping[str, Any]:
    """The body of the one request that the job makes."""
    return compiling.body(compiled(document, to))


def errors(document: Mapping[str, Any], to: Target | None = None) -> list[Said]:
    """The findings that are errors."""
    return compiling.errors(compiled(document, to))
