"""``native.<platform>.raw``: the finished payload changed by hand, and every pointer that leads nowhere."""

from typing import Any

import pytest

from lading.compiler.capability import Table
from lading.compiler.payload import Request, canonical
from lading.compiler.plan import Plan
from lading.compiler.raw import apply_raw
from lading.compiler.registry import language, platform
from lading.compiler.target import Target
from lading.schema.job import Job

BODY = {"a": {"b": 1, "c/d": 2}, "list": [{"x": 1}, {"x": 2}], "env": [{"value": {"secret": "s"}}, {"value": "v"}]}
LOCAL = platform("local")


def applied(raw: dict[str, Any]) -> tuple[Any, list[str]]:
    """The body after the raw values, and the problems that were found."""
    assert LOCAL is not None
    job = Job({"name": "n", "native": {"local": {"raw": raw}}}, {}, language())
    plan = Plan(job, Target("local", LOCAL), Table({}), {}, has_raw=True)
    requests, findings = apply_raw(plan, (Request("POST", "/", BODY, secrets={"/env/0/value": "s"}),))
    return requests[0].body, [str(finding.words["problem"]) for finding in findings]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param({"/a/b": 9}, BODY | {"a": {"b": 9, "c/d": 2}}, id="replace"),
        pytest.param({"/a/new": [1]}, BODY | {"a": {"b": 1, "c/d": 2, "new": [1]}}, id="add"),
        pytest.param({"/a/b": None}, BODY | {"a": {"c/d": 2}}, id="null removes"),
        pytest.param({"/a/c~1d": 3}, BODY | {"a": {"b": 1, "c/d": 3}}, id="escaped"),
        pytest.param({"/list/0/x": 7}, BODY | {"list": [{"x": 7}, {"x": 2}]}, id="into a list"),
        pytest.param({"/list/-": 3}, BODY | {"list": [{"x": 1}, {"x": 2}, 3]}, id="append"),
        pytest.param({"/list/0": None}, BODY | {"list": [{"x": 2}]}, id="remove from a list"),
    ],
)
def test_a_pointer_changes_exactly_its_value(raw: dict[str, Any], expected: dict[str, Any]) -> None:
    """What the pointer names is changed; the rest, and the compiled body itself, stay as they were."""
    before = canonical(BODY)
    assert applied(raw) == (expected, [])
    assert canonical(BODY) == before


def test_what_stands_behind_a_removed_entry_moves_up() -> None:
    """A secret is found by its place, so its place moves with it; what was taken out has none any more."""
    assert LOCAL is not None
    job = Job({"name": "n", "native": {"local": {"raw": {"/env/0": None}}}}, {}, language())
    body = {"env": ["a", {"secret": "s"}, {"secret": "t"}]}
    before = Request("POST", "/", body, secrets={"/env/1": "s", "/env/2": "t"})
    (after,), findings = apply_raw(Plan(job, Target("local", LOCAL), Table({}), {}, has_raw=True), (before,))
    assert (after.body, after.secrets, findings) == ({"env": body["env"][1:]}, {"/env/0": "s", "/env/1": "t"}, [])


@pytest.mark.parametrize(
    ("pointer", "value", "problem"),
    [
        ("a/b", 1, "a pointer starts with /"),
        ("", 1, "a pointer starts with /"),
        ("/nothing/below", 1, "there is no 'nothing'"),
        ("/a/b/c", 1, "nothing lies below the value before 'c'"),
        ("/list/2", 1, "the list has no entry '2'"),
        ("/list/x", 1, "the list has no entry 'x'"),
    ],
)
def test_a_pointer_to_nowhere_is_refused(pointer: str, value: Any, problem: str) -> None:
    """Nothing is made up on the way to a value."""
    assert applied({pointer: value}) == (BODY, [problem])
