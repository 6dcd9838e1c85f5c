"""No field is lost: changing any leaf of the language changes the payload or is spoken of, on every target."""

import json
from typing import Any

import pytest
from kit.samples import document, pair
from kit.sites import PLATFORMS, target_of

from lading.compiler.payload import canonical
from lading.compiler.pipeline import Compilation, compile_spec
from lading.compiler.registry import language
from lading.schema.job import patterns
from lading.schema.load import load
from lading.schema.paths import Path, starts_with

KINDS = ("job", "service", "workflow", "pipeline", "search", "dataset", "evaluation")


def every_leaf() -> list[Any]:
    """Every leaf of every kind, each with its kind."""
    known = language()
    found = [(kind, path) for kind in KINDS for path, _ in patterns(known, known.structs[known.kinds[kind]])]
    return [pytest.param(k, p, id=f"{k}:{'.'.join(map(str, p))}") for k, p in found if p != ("kind",)]


def compiled(platform: str, data: dict[str, Any]) -> Compilation:
    """The document, read and compiled; the language itself must have nothing against it."""
    loaded = load("sample.yaml", json.dumps(data).encode(), language=language())
    assert [d.message for d in loaded.diagnostics if d.is_error] == []
    return compile_spec(loaded.specs[0], target_of(platform), verify=True)


CARRIED_AFTER_ALL = ("LD401", "LD402")
"""Rounded and emulated: those are in the payload, so a note about them is no excuse for not being there."""


def says_something_of(compilation: Compilation, path: Path) -> bool:
    """Whether a diagnostic says that the field is not carried, or its row that it leaves no trace."""
    concrete = tuple("key" if step == "*" else step for step in path)
    untraced = [e.path for e in compilation.entries if e.is_carried and not e.row.native]
    spoken = [
        d.path for d in compilation.diagnostics if d.code[:3] in {"LD3", "LD4"} and d.code not in CARRIED_AFTER_ALL
    ]
    return any(starts_with(p, concrete) or (p and starts_with(concrete, p)) for p in [*spoken, *untraced])


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(("kind", "path"), every_leaf())
def test_changing_a_leaf_changes_the_payload_or_is_spoken_of(platform: str, kind: str, path: Path) -> None:
    """Each leaf × each target: two values give two payloads, or a diagnostic about the field."""
    known = language()
    struct = known.structs[known.kinds[kind]]
    field = dict(patterns(known, struct))[path]
    shape = field.shape.item if field.shape.type == "map" and path[-1] == "*" and field.shape.item else field.shape
    one, two = (compiled(platform, document(kind, path, value, known)) for value in pair(shape, path, known))
    assert one.is_valid or one.diagnostics
    if says_something_of(one, path) or says_something_of(two, path) or says_something_of(one, ("kind",)):
        return
    assert (_bytes(one), [d.message for d in one.diagnostics]) != (_bytes(two), [d.message for d in two.diagnostics])


def _bytes(compilation: Compilation) -> bytes:
    return canonical([request.as_data() for request in compilation.requests])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_leaf_has_a_row(platform: str) -> None:
    """A field that a platform's table does not mention can not exist."""
    from lading.compiler.capability import CARRIED
    from lading.compiler.registry import platform as load_platform

    found = load_platform(platform)
    assert found is not None
    missing = [path for kind in KINDS for path, _ in patterns(language(), language().structs[language().kinds[kind]])]
    kinds = found.TABLE.row_for(("kind",))
    assert kinds is not None
    carried = [p for p in missing if p[0] not in {"sql", "images", "text", "featureLibrary", "topK", "pipeline"}]
    assert [p for p in carried if found.TABLE.row_for(p) is None and kinds.fidelity in CARRIED and _is_job(p)] == []


def _is_job(path: Path) -> bool:
    known = language()
    return path in dict(patterns(known, known.structs[known.kinds["job"]]))
