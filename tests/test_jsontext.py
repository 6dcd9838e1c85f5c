"""JSON with places: what is read, where it stands, and every way in which a text is no JSON that can be kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lading.compiler.importing.differences import ABSENT, Difference, differences
from lading.compiler.importing.json_text import MAX_DEPTH, read_json
from lading.compiler.pointers import at, escape
from lading.schema.diagnostics import InvalidSpec

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def written(text: str, pointer: str) -> str:
    """What stands in the text at the place of the pointer."""
    place = read_json("job.json", text).place(pointer)
    lines = text.splitlines(keepends=True)
    begin = sum(len(line) for line in lines[: place.line - 1]) + place.column - 1
    end = sum(len(line) for line in lines[: place.end_line - 1]) + place.end_column - 1
    return text[begin:end]


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_a_value_is_read_as_python_reads_it(value: object, indent: int | str | None, ascii_only: bool) -> None:
    """Whatever the layout, the value is the same and stands at its own pointer."""
    read = read_json("job.json", json.dumps(value, indent=indent, ensure_ascii=ascii_only))
    assert read.value == value
    assert all(at(value, pointer) is not ABSENT for pointer in read.spans)


def test_every_value_has_its_place() -> None:
    """Lines and columns count from 1, in characters, from the first of the value to behind its last."""
    text = '{"名": [1, {"a/b": "x\\ny", "~": null}],\r\n  "empty": {}}\r\n'
    found = {pointer: written(text, pointer) for pointer in read_json("job.json", text).spans}
    assert found == {
        "": text.rstrip(),
        "/名": '[1, {"a/b": "x\\ny", "~": null}]',
        "/名/0": "1",
        "/名/1": '{"a/b": "x\\ny", "~": null}',
        "/名/1/a~1b": '"x\\ny"',
        "/名/1/~0": "null",
        "/empty": "{}",
    }


def test_what_is_not_in_the_text_has_the_place_of_what_is_above_it() -> None:
    """A pointer into a text that holds JSON itself leads to that text."""
    assert written('{"config": "{\\"a\\": 1}"}', "/config/a") == '"{\\"a\\": 1}"'


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("{'a': 1}", 1, 2, "this is not JSON: a key between double quotes must stand here"),
        ('{"a": 1', 1, 8, 'this is not JSON: a "," must stand here'),
        ('{"a" 1}', 1, 6, 'this is not JSON: a ":" must stand here'),
        ('{"a": }', 1, 7, "this is not JSON: a value must stand here"),
        ('{"a": True}', 1, 7, "this is not JSON: a value must stand here"),
        ("{}\n{}", 2, 1, "this is not JSON: it has ended before this"),
        ('{"a": "b', 1, 7, "this is not JSON: the text that begins here is never closed"),
        ('{"a": "\\x"}', 1, 8, "this is not JSON: there is no such escape"),
        (
            '{"a": "\n"}',
            1,
            8,
            "this is not JSON: a text can not hold a line break, a tab or another control character as it is",
        ),
        ('{"a": NaN}', 1, 7, "this is not JSON: JSON has no such number"),
        ('{"a": 1e999}', 1, 7, "this is not JSON: JSON has no such number"),
        ('{"a": "\\ud800"}', 1, 7, "this is not JSON: it holds half of a character"),
        ('{"\\udc00": 1}', 1, 2, "this is not JSON: it holds half of a character"),
        ('{"a": 1' + "0" * 5000 + "}", 1, 1, "this is not JSON: a number in it has too many digits"),
        ('{"a": 1,\n "a": 2}', 2, 2, 'the key "a" stands here twice'),
        ("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), 1, 50, f"this is nested more than {MAX_DEPTH} levels deep"),
        ("[" * 100_000, 1, 1, f"this is nested more than {MAX_DEPTH} levels deep"),
    ],
)
def test_what_can_not_be_read_is_pointed_out(text: str, line: int, column: int, message: str) -> None:
    """One diagnostic, where it stands and in words that do not need Python's."""
    with pytest.raises(InvalidSpec) as caught:
        read_json("job.json", text)
    (found,) = caught.value.diagnostics
    assert found.place is not None
    assert (found.place.line, found.place.column, found.message) == (line, column, message)


@given(VALUES)
def test_nothing_differs_from_itself(value: object) -> None:
    """Whatever the value is."""
    assert differences(value, json.loads(json.dumps(value))) == []


def test_differences_are_told_apart_by_place() -> None:
    """Entries of a map each by itself, a list of another length as a whole, and types that Python thinks equal."""
    one = {"same": [1], "a/b": 1, "gone": {"x": 1}, "list": [1, 2], "items": [{"n": 1}, {"n": 2}]}
    other = {"same": [1], "a/b": True, "new": None, "list": [1], "items": [{"n": 1}, {"n": 2.0}]}
    assert differences(one, other) == [
        Difference(f"/{escape('a/b')}", 1, True),
        Difference("/gone", {"x": 1}, ABSENT),
        Difference("/list", [1, 2], [1]),
        Difference("/items/1/n", 2, 2.0),
        Difference("/new", ABSENT, None),
    ]
