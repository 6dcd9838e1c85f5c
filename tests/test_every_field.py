"""No field is lost: changing any leaf of the language changes the payload or is spoken of, on every target."""

import json
from typing import Any

import pytest
from kit.samples import concrete, document, pair
from kit.sites import PLATFORMS, editions

from lading.compiler.matrix import editions_of
from lading.compiler.payload import canonical
from lading.compiler.pipeline import Compilation, compile_spec
from lading.compiler.registry import language
from lading.schema.job import patterns
from lading.schema.load import load
from lading.schema.paths import Path, render, starts_with

KINDS = ("job", "service", "workflow", "pipeline", "search", "dataset", "evaluation")


def every_leaf() -> list[Any]:
    """Every leaf of every kind, each with its kind."""
    known = language()
    found = [(kind, path) for kind in KINDS for path, _ in patterns(known, known.structs[known.kinds[kind]])]
    return [pytest.param(k, p, id=f"{k}:{'.'.join(map(str, p))}") for k, p in found if p != ("kind",)]


def compiled(edition: str, data: dict[str, Any]) -> Compilation:
    """The document, read and compiled; the language itself must have nothing against it."""
    loaded = load("sample.yaml", json.dumps(data).encode(), language=language())
    assert [d.message for d in loaded.diagnostics if d.is_error] == []
    return compile_spec(loaded.specs[0], editions()[edition], verify=True)


CARRIED_AFTER_ALL = ("LD401", "LD402")
"""Rounded and emulated: those are in the payload, so a note about them is no excuse for not being there."""


def says_something_of(compilation: Compilation, path: Path) -> bool:
    """Whether a diagnostic says that the field is not carried, or its row that it leaves no trace."""
    place = concrete(path)
    untraced = [e.path for e in compilation.entries if e.is_carried and not e.row.native]
    spoken = [
        d.path for d in compilation.diagnostics if d.code[:3] in {"LD3", "LD4"} and d.code not in CARRIED_AFTER_ALL
    ]
    return any(starts_with(p, place) or (p and starts_with(place, p)) for p in [*spoken, *untraced])


@pytest.mark.parametrize("edition", editions())
@pytest.mark.parametrize(("kind", "path"), every_leaf())
def test_changing_a_leaf_changes_the_payload_or_is_spoken_of(edition: str, kind: str, path: Path) -> None:
    """Each leaf × each target in each edition: two values give two payloads, or a diagnostic about the field."""
    known = language()
    struct = known.structs[known.kinds[kind]]
    field = dict(patterns(known, struct))[path]
    shape = field.shape.item if field.shape.type == "map" and path[-1] == "*" and field.shape.item else field.shape
    one, two = (compiled(edition, document(kind, path, value, known)) for value in pair(shape, path, known))
    if says_something_of(one, path) or says_something_of(two, path) or says_something_of(one, ("kind",)):
        return
    assert (_bytes(one), [d.message for d in one.diagnostics]) != (_bytes(two), [d.message for d in two.diagnostics])


def _bytes(compilation: Compilation) -> bytes:
    return canonical([request.as_data() for request in compilation.requests])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_leaf_has_a_row(platform: str) -> None:
    """A field that the table of an edition does not mention can not exist."""
    known = language()
    missing = [
        (edition.title, kind, path)
        for edition in editions_of(platform)
        for kind in KINDS
        if (table := edition.platform.table(kind, edition.options)) is not None
        for path, _ in patterns(known, known.structs[known.kinds[kind]])
        if path != ("kind",) and table.row_for(path) is None
    ]
    assert missing == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_row_that_writes_itself_reads_itself(platform: str) -> None:
    """A placed row whose value a function decides has another that undoes it, and no row is about nothing."""
    found = [
        (kind, field, row)
        for edition in editions_of(platform)
        for kind in KINDS
        for field, row in (edition.platform.table(kind, edition.options) or {}).items()
    ]
    fields = {kind: {render(path).replace("[0]", "[]") for path in _all_paths(kind)} for kind in KINDS}
    assert [(kind, field) for kind, field, row in found if row.is_placed and row.convert and not row.read] == []
    assert [
        field for field in {field for _, field, _ in found} if not any(field in known for known in fields.values())
    ] == []


def _all_paths(kind: str) -> set[Path]:
    known = language()
    found = {path for path, _ in patterns(known, known.structs[known.kinds[kind]])}
    return {path[:length] for path in found for length in range(1, len(path) + 1)}
