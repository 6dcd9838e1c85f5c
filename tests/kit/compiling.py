"""Specs compiled for a target, and what platforms say of them."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.pipeline import Compilation, compile_spec
from lading.compiler.registry import language
from lading.compiler.target import Target
from lading.schema.diagnostics import Diagnostic, in_order
from lading.schema.load import load
from lading.schema.paths import render
from lading.schema.shape import Language

Said = tuple[str, str, str]
"""The code of a finding, its path, and why."""


def compiled(text: str | bytes, target: Target, *, name: str = "spec.yaml", bare: bool = False) -> Compilation:
    """The first spec, compiled and held against the payload's schemas; the language itself has nothing against it."""
    data = text.encode() if isinstance(text, str) else text
    loaded = load(name, data, language=language())
    assert [d.message for d in loaded.diagnostics if d.is_error] == []
    return compile_spec(loaded.specs[0], target, verify=True, bare=bare)


def problems_of(name: str, data: bytes, known: Language | None = None) -> list[Diagnostic]:
    """Everything that is wrong with a file by itself, for no target in particular, in the order of its lines."""
    loaded = load(name, data, language=known)
    return in_order([*loaded.diagnostics, *(found for spec in loaded.specs for found in spec.for_target()[1])])


def body(compilation: Compilation) -> Mapping[str, Any]:
    """The body of the spec's one request; nothing may be wrong with the spec."""
    assert [d.message for d in compilation.diagnostics if d.is_error] == []
    (request,) = compilation.requests
    return request.body


def said(compilation: Compilation) -> list[Said]:
    """Every finding about the job."""
    return [(found.code, render(found.path), str(found.words.get("why", ""))) for found in compilation.findings]


def errors(compilation: Compilation) -> list[Said]:
    """The findings that are errors."""
    wrong = (found.is_error for found in compilation.findings)
    return [one for one, is_error in zip(said(compilation), wrong, strict=True) if is_error]
