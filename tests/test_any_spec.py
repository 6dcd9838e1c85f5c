"""Whatever a file holds, lading answers with diagnostics: no spec makes the reader or the compiler raise."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit.sites import PLATFORMS, target_of
from kit.specs import any_document, valid_document

from lading.compiler.explain import explain
from lading.compiler.payload import canonical, digest
from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.schema.diagnostics import has_errors
from lading.schema.load import load

THOROUGH = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@THOROUGH
@given(any_document())
def test_nothing_but_diagnostics_comes_of_any_document(data: dict[str, Any]) -> None:
    """Any document: a job on each platform, or at least one error that says why not."""
    loaded = load("any.yaml", json.dumps(data).encode(), language=language())
    assert loaded.specs or has_errors(loaded.diagnostics)
    for spec in loaded.specs if not has_errors(loaded.diagnostics) else ():
        for name in PLATFORMS:
            compilation = compile_spec(spec, target_of(name), verify=True)
            assert bool(compilation.requests) == compilation.is_valid
            assert len(explain(compilation)) >= len(compilation.entries)


@pytest.mark.parametrize("name", PLATFORMS)
@THOROUGH
@given(data=valid_document())
def test_a_compilation_accounts_for_every_set_field(name: str, data: dict[str, Any]) -> None:
    """Each set leaf has its entry, and the requests are plain data with one digest."""
    loaded = load("valid.yaml", json.dumps(data).encode(), language=language())
    assert not has_errors(loaded.diagnostics)
    compilation = compile_spec(loaded.specs[0], target_of(name), verify=True)
    if compilation.plan is None:
        assert not compilation.is_valid
        return
    if not compilation.plan.takes_kind:
        assert [entry.path for entry in compilation.entries] == [("kind",)]
        assert not compilation.is_valid
        return
    assert [path for path, _ in compilation.job.leaves()] == [
        e.path for e in compilation.entries if "native" not in e.path
    ]
    if compilation.is_valid:
        assert json.loads(canonical([r.as_data() for r in compilation.requests])) == [
            r.as_data() for r in compilation.requests
        ]
        assert compilation.digest == digest(compilation.requests)


@pytest.mark.parametrize("name", PLATFORMS)
@THOROUGH
@given(documents=st.lists(valid_document(), min_size=3, max_size=5))
def test_fields_that_stand_together_are_carried_or_spoken_of(name: str, documents: list[dict[str, Any]]) -> None:
    """Several fields of one job, step or role: never more than diagnostics, and never a field that nobody has read."""
    kind = documents[0]["kind"]
    together: dict[str, Any] = {}
    for data in documents:
        together |= data if data["kind"] == kind else {}
    loaded = load("valid.yaml", json.dumps(together).encode(), language=language())
    if not has_errors(loaded.diagnostics):
        compilation = compile_spec(loaded.specs[0], target_of(name), verify=True)
        assert compilation.is_valid == bool(compilation.requests)
