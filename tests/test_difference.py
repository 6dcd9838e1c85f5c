"""What differs between two payloads: by what they mean, and as a patch that can be used."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lading.compiler.pointers import at, split
from lading.compiler.registry import platforms
from lading.compiler.verify import payload_schema, payload_schemas
from lading.runner.review.difference import ABSENT, Pair, Version, changes, differing
from lading.runner.review.patch import patch
from lading.runner.review.shape import LIST_KEY, Shape, amount, shape_of

ROOT = {
    "$defs": {"quantity": {"type": "string"}},
    "properties": {
        "memory": {"$ref": "#/$defs/quantity"},
        "env": {LIST_KEY: "name", "items": {"properties": {"size": {"$ref": "#/$defs/quantity"}}}},
        "args": {"items": {"type": "string"}},
        "nested": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
    },
    "additionalProperties": {"$ref": "#/$defs/quantity"},
}
SHAPE = Shape(ROOT, (ROOT,))
PAYLOAD = ["paddleflow", "payload"]


def found(was: Any, now: Any, shape: Shape = SHAPE) -> list[tuple[str, Any, Any]]:
    """Where the two differ, and how."""
    return [(pair.new, pair.before, pair.after) for pair in differing(Pair("", "", was, now), shape)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("1024Mi", "1Gi"), ("1", "1000m"), ("0.5", "500m"), ("1e3", "1k"), ("2Ki", "2048"), ("1E", "1000P")],
        *[("1.0Gi", "1Gi"), (".5Gi", "512Mi")],
    ],
)
def test_amounts_are_compared_by_how_much_they_are(one: str, other: str) -> None:
    """Only where amounts are meant: in a program's arguments each text is another."""
    assert amount(one) == amount(other) is not None
    assert found({"memory": one}, {"memory": other}) == []
    assert found({"nested": {"memory": one}}, {"nested": {"memory": other}}) == []
    assert found({"args": [one]}, {"args": [other]}) == [("/args/0", one, other)]


@pytest.mark.parametrize("text", ["", "Gi", "1Gib", "1.2.3", "-1", "1 Gi", "1e", "one", "1\n"])
def test_what_is_no_amount_is_a_text(text: str) -> None:
    """Two such texts are the same if they are equal, and not else."""
    assert amount(text) is None
    assert found({"memory": text}, {"memory": f"{text}x"}) == [("/memory", text, f"{text}x")]


def test_entries_with_a_key_are_found_by_it() -> None:
    """In whatever order they stand; an entry before them moves none of them."""
    was = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    now = {"env": [{"name": "C", "value": "3"}, {"name": "B", "value": "2"}, {"name": "A", "value": "0"}]}
    assert found(was, {"env": list(reversed(was["env"]))}) == []
    assert found(was, now) == [
        ("/env/0/name", ABSENT, "C"),
        ("/env/0/value", ABSENT, "3"),
        ("/env/2/value", "1", "0"),
    ]


def test_a_key_that_does_not_tell_them_apart_is_none() -> None:
    """Then they are found by their order, and nothing is lost."""
    twice = {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}
    assert found(twice, {"env": twice["env"][:1]}) == [("/env/1/name", "A", ABSENT), ("/env/1/value", "2", ABSENT)]


def test_a_word_that_is_put_into_a_list_is_one_change() -> None:
    """What stands behind it has moved, and is the same."""
    assert found({"args": ["a", "b", "c"]}, {"args": ["a", "x", "b", "c"]}) == [("/args/1", ABSENT, "x")]
    assert found({"args": ["a", "b", "c"]}, {"args": ["b", "c"]}) == [("/args/0", "a", ABSENT)]


@pytest.mark.parametrize(
    ("was", "now"), [(1, True), (0, False), ([], {}), ("", None), ({}, ABSENT), (ABSENT, []), ({"a": 1}, "a"), ([1], 1)]
)
def test_other_types_are_other_values(was: Any, now: Any) -> None:
    """An empty map that is gone is a change, too."""
    assert [(pair.before, pair.after) for pair in differing(Pair("", "", was, now), SHAPE)] == [(was, now)]


def test_a_number_is_the_same_however_it_is_written() -> None:
    """JSON has one kind of numbers."""
    assert found({"n": 1}, {"n": 1.0}) == []


def test_requests_are_told_apart_by_name() -> None:
    """A request that is new counts with all its values."""
    first = {"method": "POST", "path": "/a", "body": {"x": 1}, "name": "one"}
    second = {"method": "POST", "path": "/a", "body": {}, "name": "two", "needs": ["one"]}
    told = changes(Version([first]), Version([second, {**first, "body": {"x": 2}}]))
    assert [(one.request, one.pointer, one.before, one.after) for one in told] == [
        ("two", "/method", ABSENT, "POST"),
        ("two", "/path", ABSENT, "/a"),
        ("two", "/body", ABSENT, {}),
        ("two", "/needs/0", ABSENT, "one"),
        ("one", "/body/x", 1, 2),
    ]


def test_lines_of_a_text_are_compared_one_by_one() -> None:
    """Also where only the end of the last one differs."""
    request = {"method": "POST", "path": "/a"}
    (one,) = changes(Version([{**request, "body": {"s": "a\nb\n"}}]), Version([{**request, "body": {"s": "a\nc\n"}}]))
    assert [(line.sign, line.text) for line in one.lines] == [("-", "b"), ("+", "c")]
    (one,) = changes(Version([{**request, "body": {"s": "a\nb\n"}}]), Version([{**request, "body": {"s": "a\nb"}}]))
    assert one.is_text


def applied(data: Any, operations: list[dict[str, Any]]) -> Any:
    """What RFC 6902 makes of the data with the operations that lading writes."""
    whole = {"": deepcopy(data)}
    for one in operations:
        above, _, _ = one["path"].rpartition("/")
        step = split(one["path"])[-1] if one["path"] else ""
        place = at(whole[""], above) if one["path"] else whole
        if isinstance(place, list):
            number = len(place) if step == "-" else int(step)
            assert step == "-" or 0 <= number <= len(place) - (one["op"] != "add"), one
            if one["op"] != "add":
                place.pop(number)
            if one["op"] != "remove":
                place.insert(number, one["value"])
        elif one["op"] == "remove":
            del place[step]
        else:
            assert (step in place) == (one["op"] == "replace"), one
            place[step] = one["value"]
    return whole[""]


NAMES = st.sampled_from(["A", "B", "C", "D"])
VALUES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "1Gi", "1024Mi", "a/b~", "a\nb"])
ENTRIES = st.lists(st.fixed_dictionaries({"name": NAMES}, optional={"value": VALUES, "size": VALUES}), max_size=5)
BODIES: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "memory": VALUES,
        "env": ENTRIES,
        "args": st.lists(VALUES, max_size=6),
        "a/b~c": VALUES,
        "m": st.just({}),
    },
)
NESTED: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {}, optional={"nested": BODIES | st.none(), "memory": VALUES, "env": ENTRIES | VALUES}
)


@given(was=BODIES | NESTED, now=BODIES | NESTED)
def test_a_patch_makes_what_is_now_of_what_was(was: Any, now: Any) -> None:
    """Whatever the two are: afterwards nothing differs, and there are operations just where there are changes."""
    operations = list(patch(was, now, SHAPE))
    assert found(applied(was, operations), now) == []
    assert bool(operations) == bool(found(was, now))
    assert json.loads(json.dumps(operations)) == operations


@given(was=BODIES | NESTED)
def test_nothing_differs_from_itself(was: Any) -> None:
    """And from what is absent everything does."""
    assert found(was, deepcopy(was)) == []
    assert [pair.after for pair in differing(Pair("", "", ABSENT, was), SHAPE)]


def keyed(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every list of a schema that says which key tells its entries apart."""
    if isinstance(schema, dict):
        if LIST_KEY in schema:
            yield schema[LIST_KEY], schema
        for inner in schema.values():
            yield from keyed(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keyed(inner)


@pytest.mark.parametrize(("platform", "schema"), [(name, one) for name in platforms() for one in payload_schemas(name)])
def test_the_key_of_a_list_is_one_that_its_entries_have(platform: str, schema: str) -> None:
    """A slip in a schema would let a list be compared by its order without a word."""
    root = payload_schema(platform, schema)
    for key, entries in keyed(root):
        inner = Shape(root, (entries,)).inside(0)
        assert any(key in one.get("properties", {}) for one in inner.schemas), (key, entries)
    assert shape_of(platform, schema).schemas
