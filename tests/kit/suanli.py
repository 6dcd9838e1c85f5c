"""Jobs for Suanli's target of the tests, compiled."""

import json
from collections.abc import Mapping
from typing import Any

from kit.sites import target_of
from lading.compiler.pipeline import Compilation, compile_spec
from lading.compiler.registry import language
from lading.compiler.target import Target
from lading.schema.diagnostics import Finding
from lading.schema.load import load
from lading.schema.paths import render

Said = tuple[str, str, str]
"""The code of a finding, its path, and why."""


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
    loaded = load("spec.yaml", json.dumps(data, ensure_ascii=False).encode(), language=language())
    assert [d.message for d in loaded.diagnostics if d.is_error] == []
    return compile_spec(loaded.specs[0], to or target(), verify=True)


def body(document: Mapping[str, Any], to: Target | None = None) -> Mapping[str, Any]:
    """The body of the one request that the job makes."""
    compilation = compiled(document, to)
    assert [d.message for d in compilation.diagnostics if d.is_error] == []
    (request,) = compilation.requests
    return request.body


def said(compilation: Compilation) -> list[Said]:
    """Every finding about the job."""
    return [_said(found) for found in compilation.findings]


def errors(document: Mapping[str, Any], to: Target | None = None) -> list[Said]:
    """The findings that are errors."""
    return [_said(found) for found in compiled(document, to).findings if found.is_error]


def _said(found: Finding) -> Said:
    return found.code, render(found.path), str(found.words.get("why", ""))
