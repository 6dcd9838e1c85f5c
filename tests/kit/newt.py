"""Specs for a NEWT service: what they compile to, and what is said of them."""

from typing import Any

from kit.ascii_yaml import written
from lading.compiler.pipeline import Compilation, compile_spec
from lading.compiler.registry import default_options, language, platform
from lading.compiler.target import Target
from lading.schema.diagnostics import Finding
from lading.schema.load import load
from lading.schema.paths import render

Said = tuple[str, str, str]
"""The code of a finding, its path, and why."""

CATALOG = {
    "volumes": {"imagenet": {"path": "/HOME/shared/imagenet"}},
    "queues": {"work": "work", "odd": "a queue"},
    "images": {"a/b:1": {"apptainer": "/HOME/me/b.sif"}},
}


def target() -> Target:
    """A target with one machine."""
    found = platform("newt")
    assert found is not None
    return Target("tianhe", found, {**default_options("newt"), "machine": "ln3"}, CATALOG)


def compiled(fields: dict[str, Any], kind: str = "job", *, bare: bool = False) -> Compilation:
    """The fields as a spec called ``demo``; the language itself has nothing against it."""
    data = {"lading": "v1", "kind": kind, "name": "demo", **fields}
    loaded = load("spec.yaml", written(data).encode(), language=language())
    assert [d.message for d in loaded.diagnostics if d.is_error] == []
    return compile_spec(loaded.specs[0], target(), verify=True, bare=bare)


def body(fields: dict[str, Any]) -> dict[str, Any]:
    """The body of the spec's one request; nothing may be wrong with the spec."""
    compilation = compiled(fields)
    assert errors(compilation) == []
    (request,) = compilation.requests
    return dict(request.body)


def said(compilation: Compilation) -> list[Said]:
    """Every finding about the job."""
    return [_said(found) for found in compilation.findings]


def errors(compilation: Compilation) -> list[Said]:
    """The findings that are errors."""
    return [_said(found) for found in compilation.findings if found.is_error]


def _said(found: Finding) -> Said:
    return found.code, render(found.path), str(found.words.get("why", ""))
