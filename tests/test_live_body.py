"""A job as it is told of, laid over the request that made it."""

from typing import Any

import pytest

from lading.runner.live import Telling, live_body

TELLING = Telling(
    adds=frozenset({"id", "env/PF_*", "rows/*/url"}),
    fills={"priority": "NORMAL"},
    hides=frozenset({"mark"}),
    maps=frozenset({"env"}),
    sets=frozenset({"storages"}),
)
ROWS = [{"name": "a", "value": "1"}, {"name": "b", "value": {"secret": "token"}}]
SENT = {"name": "x", "mark": 1, "env": {"A": "1"}, "rows": ROWS, "storages": [1, 2], "args": ["1", "2"], "tags": []}
TOLD = {
    **SENT,
    "mark": "of this moment",
    "id": 7,
    "message": None,
    "flavour": {"name": "", "cpu": 0},
    "priority": "NORMAL",
    "env": {"A": "1", "PF_USER": "ada"},
    "rows": [{"name": "b", "value": "s3cret", "url": "/b"}, {"name": "a", "value": "1", "note": ""}],
    "storages": [2, 1],
    "tags": None,
}
NOW = {**SENT, "rows": [ROWS[0], {"name": "b", "value": "s3cret"}]}
"""The request as it is told of: only the secret stands as the platform has it."""


def test_what_the_platform_does_by_itself_is_as_it_was_sent() -> None:
    """Additions, defaults, nulls and empties, the order of rows and of sets: none of it is a change."""
    assert live_body(SENT, TOLD, TELLING) == NOW


@pytest.mark.parametrize(
    ("told", "now"),
    [
        ({"name": "y"}, {"name": "y"}),
        ({"priority": "LOW"}, {"priority": "LOW"}),
        ({"env": {"A": "1", "B": ""}}, {"env": {"A": "1", "B": ""}}),
        ({"env": {}}, {"env": {}}),
        ({"args": ["2", "1"]}, {"args": ["2", "1"]}),
        ({"args": ["1"]}, {"args": ["1"]}),
        ({"args": ["1", "2", "3"]}, {"args": ["1", "2", "3"]}),
        ({"storages": [2, 3]}, {"storages": [3, 2]}),
        ({"tags": ["new"]}, {"tags": ["new"]}),
        ({"flavour": {"name": "", "cpu": 2}}, {"flavour": {"cpu": 2}}),
        (
            {"rows": [{"name": "c", "url": "/c"}, {"name": "b", "value": "s3cret"}, {"name": "a", "value": "2"}]},
            {"rows": [{"name": "a", "value": "2"}, {"name": "b", "value": "s3cret"}, {"name": "c"}]},
        ),
    ],
)
def test_what_somebody_changed_is_as_it_is_now(told: dict[str, Any], now: dict[str, Any]) -> None:
    """Values, additions and removals, each at the place of what was sent."""
    assert live_body(SENT, {**TOLD, **told}, TELLING) == {**NOW, **now}


def test_what_is_gone_is_gone() -> None:
    """A field that is not told any more is none of the job; one that said nothing is still as it was."""
    assert live_body({"name": "x", "image": "i", "tags": []}, {"image": None}, TELLING) == {"tags": []}
    assert live_body({"priority": "NORMAL"}, {}, TELLING) == {"priority": "NORMAL"}
