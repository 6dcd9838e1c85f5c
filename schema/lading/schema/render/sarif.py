"""Diagnostics as SARIF 2.1.0, the form that code scanning services read."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from lading.schema.codes import CODES, Code
from lading.schema.diagnostics import Diagnostic, Label, Place
from lading.schema.paths import render

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(diagnostics: Iterable[Diagnostic], *, version: str) -> dict[str, Any]:
    """A log of one run of lading, with every code that it knows as a rule."""
    driver = {"name": "lading", "version": version, "rules": [_rule(name, code) for name, code in _rules()]}
    results = [_result(diagnostic) for diagnostic in diagnostics]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules() -> Sequence[tuple[str, Code]]:
    return sorted(CODES.items())


def _rule(name: str, code: Code) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": code.title},
        "defaultConfiguration": {"level": code.severity.value},
    }


def _result(diagnostic: Diagnostic) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "level": diagnostic.severity.value,
        "message": {"text": f"{diagnostic.message}\n{diagnostic.help}".rstrip()},
        "locations": [_location(diagnostic.place, render(diagnostic.path))] if diagnostic.place else [],
    }
    if diagnostic.labels:
        result["relatedLocations"] = [_related(label) for label in diagnostic.labels]
    if diagnostic.target:
        result["properties"] = {"target": diagnostic.target}
    return result


def _location(place: Place, path: str) -> dict[str, Any]:
    logical = {"logicalLocations": [{"fullyQualifiedName": path}]} if path else {}
    return {**_physical(place), **logical}


def _related(label: Label) -> dict[str, Any]:
    return {**_physical(label.place), "message": {"text": label.text}}


def _physical(place: Place) -> dict[str, Any]:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    return {"physicalLocation": {"artifactLocation": {"uri": quote(place.file)}, "region": region}}
