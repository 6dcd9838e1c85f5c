"""From a payload back to a spec, on a platform small enough to see it all: a line on a chalkboard."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from kit.chalkboard import installed

from lading.compiler.capability import CORE, EXACT, GIB, ROUNDED, Row
from lading.compiler.importing.draft import SpecDraft, name_of
from lading.compiler.importing.importer import Imported, import_native
from lading.compiler.importing.reading import Reading, spec_value
from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import default_options, language, platform
from lading.compiler.target import Target
from lading.schema.layers import Layer
from lading.schema.load import load
from lading.schema.paths import Path

LINE = {"task": "sweep-the-floor", "words": ["sweep", "the floor"]}


@pytest.fixture(autouse=True)
def chalkboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toy is one of the platforms."""
    with installed(monkeypatch):
        yield


def hall(**rest: Any) -> Target:
    """A target whose platform is the chalkboard."""
    found = platform("chalkboard")
    assert found is not None
    return Target("hall", found, default_options("chalkboard"), **rest)


def imported(payload: object, **rest: Any) -> Imported:
    """What is made of the payload, one value in a line."""
    return import_native(json.dumps(payload, indent=1, ensure_ascii=False).encode(), "line.json", hall(**rest))


def told(made: Imported) -> list[tuple[str, int, str]]:
    """The code, line and sentence of each problem."""
    return [(d.code, d.place.line if d.place else 0, d.message) for d in made.problems]


def compiled(made: Imported, **rest: Any) -> Mapping[str, Any]:
    """The payload that the spec compiles to."""
    (spec,) = load("line.yaml", made.text.encode(), language=language()).specs
    (request,) = compile_spec(spec, hall(**rest), verify=True, bare=True).requests
    return request.body


SWEEP = """\
# Imported from line.json, a payload of chalkboard.
lading: v1
name: sweep-the-floor
command: [sweep, the floor]
resources: {memory: 2Gi}
schedule: {priority: high}
native:
  chalkboard: {colour: yellow}
"""


def test_what_the_table_places_is_read_by_itself() -> None:
    """Units, translations and names come back by the rows that wrote them, native fields by the platform's reader."""
    payload = {**LINE, "effort": 2, "underlined": True, "colour": "yellow"}
    made = imported(payload)
    assert made == Imported(SWEEP, (), {})
    assert compiled(made) == payload


KEPT = """\
# Imported from line.json, a payload of chalkboard.
# resources.memory could not be said: resources.memory can not be had on hall: the largest that can be said there is 64
lading: v1
# the payload says "Sweep the Floor"
name: sweep-the-floor
command: [sweep, the floor]
native:
  chalkboard:
    raw:
      # lading says "sweep-the-floor" here
      /task: Sweep the Floor
      # no field says this
      /effort: 2000
      # no field says this
      /frame: {width: 3}
"""


def test_what_no_field_can_say_is_kept_raw() -> None:
    """A name that is none, a value that the table refuses and what nobody has read compile to what they were."""
    payload = {**LINE, "task": "Sweep the Floor", "effort": 2000, "frame": {"width": 3}}
    made = imported(payload)
    assert made.text == KEPT
    assert told(made) == [
        ("LD450", 2, '/task is kept as it is, under native.chalkboard.raw: lading says "sweep-the-floor" here'),
        ("LD450", 7, "/effort is kept as it is, under native.chalkboard.raw: no field says this"),
        ("LD450", 8, "/frame is kept as it is, under native.chalkboard.raw: no field says this"),
    ]
    assert compiled(made) == payload


def test_what_is_no_part_of_a_request_is_left_out_and_told() -> None:
    """A null says the same as nothing; what the reader leaves out is neither compared nor kept."""
    made = imported({**LINE, "frame": {"width": 3, "rounded": None}, "writer": "me"})
    assert told(made) == [
        ("LD450", 7, "/frame is kept as it is, under native.chalkboard.raw: no field says this"),
        ("LD451", 9, "/frame/rounded is left out: null says the same as nothing"),
        ("LD451", 11, "/writer is left out: the board notes by itself who wrote on it"),
    ]
    assert made.is_whole
    assert compiled(made) == {**LINE, "frame": {"width": 3}}


def test_what_the_platform_does_not_know_is_lost_and_told() -> None:
    """Nothing that the platform's schema refuses gets into the spec, and each such place is an error."""
    made = imported({**LINE, "hue": 1, "effort": "much", "frame": {"width": "wide", "rounded": True}})
    assert told(made) == [
        ("LD452", 7, "/hue can not be kept: chalkboard would not understand it, there is no such field"),
        ("LD452", 8, "/effort can not be kept: chalkboard would not understand it, it must be of type integer"),
        ("LD450", 9, "/frame is kept as it is, under native.chalkboard.raw: no field says this"),
        (
            "LD452",
            10,
            "/frame/width can not be kept: chalkboard would not understand it, it must be of type integer",
        ),
    ]
    assert not made.is_whole
    assert compiled(made) == {**LINE, "frame": {"rounded": True}}


def test_a_payload_that_says_too_little_makes_a_spec_that_is_not_whole() -> None:
    """What is missing is said as the compiler says it, and all that nobody has read counts as lost."""
    made = imported({"task": "a", "words": [], "frame": {"width": 3}})
    assert made.text == INCOMPLETE
    assert told(made) == [
        ("LD453", 1, "the payload makes no whole spec: the job says nothing to run"),
        ("LD452", 5, "/frame/width can not be kept: no field says it, and the spec is not complete"),
    ]


INCOMPLETE = """\
# Imported from line.json, a payload of chalkboard.
# command could not be said: command has 0 entries, and at least 1 are allowed
lading: v1
name: a
"""


def test_a_payload_without_what_the_platform_needs_is_none() -> None:
    """Nothing can be made of it, and people are told what is missing or what is wrong with it."""
    assert told(imported({"task": "a", "effort": 0})) == [
        ("LD142", 1, "this is no payload of chalkboard: it needs words")
    ]
    assert told(imported({"task": "a", "words": "sweep", "effort": 0})) == [
        ("LD142", 3, "this is no payload of chalkboard: /words: it must be of type array"),
        ("LD142", 4, "this is no payload of chalkboard: /effort: 0 is less than the minimum of 1"),
    ]


def test_text_that_looks_like_an_expression_stays_text() -> None:
    """What stands between ``${{`` and ``}}`` in a payload is no parameter of anybody's."""
    payload = {**LINE, "words": ["${{ params.x }}", "$${{", "$$$${{ 1 }}", "a\nb\r"]}
    assert compiled(imported(payload)) == payload


def test_a_reference_to_a_secret_stays_one() -> None:
    """What ``lading compile`` printed names its secrets beside the body; the schema has nothing to say of them."""
    request = {"method": "WRITE", "path": "board", "body": {**LINE, "writer": {"secret": "who"}}}
    made = imported({**request, "secrets": {"/writer": "who"}})
    assert told(made) == [("LD451", 10, "/writer is left out: the board notes by itself who wrote on it")]


def test_every_form_that_compile_prints_is_read() -> None:
    """A body, a request, and a compilation of one request."""
    request = {"method": "WRITE", "path": "board", "body": LINE}
    whole = {"lading": 1, "name": "sweep", "requests": [request]}
    forms = [LINE, request, whole, {"lading": 1, "compilations": [whole]}]
    assert {imported(form).text for form in forms} == {imported(LINE).text}
    assert [imported(form).problems for form in forms] == [()] * 4


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "LD105", 1),
        (b" \n", "LD105", 1),
        (b"\xff\xfe{}", "LD102", 1),
        (b'{"task": "\xff"}', "LD101", 1),
        (b"lading: v1\n", "LD140", 1),
        (b"#!/bin/sh\necho\n", "LD140", 1),
        (b"[]", "LD142", 1),
        (b'"text"', "LD142", 1),
        (b"null", "LD142", 1),
        (b"{}", "LD142", 1),
        (b'{"apiVersion": "v1"}', "LD142", 1),
        (b'{"method": "WRITE", "path": "board",\n "body": []}', "LD142", 2),
        (b'{"lading": 1, "requests": [\n{}, \n{}]}', "LD141", 3),
        (b'{"lading": 1, "requests": 3}', "LD142", 1),
        (b'{"task": "a",\n "task": "b"}', "LD131", 2),
        (b"x" * 2_000_000, "LD103", 1),
    ],
)
def test_what_is_no_payload_is_refused(data: bytes, code: str, line: int) -> None:
    """An error where it is, no spec, and never a traceback."""
    made = import_native(data, "line.json", hall())
    assert made.text == ""
    assert {(code, line) for code, line, _ in told(made)} == {(code, line)}


def test_a_byte_order_mark_and_other_line_ends_change_nothing() -> None:
    """As an editor on Windows writes it."""
    plain = json.dumps(LINE, indent=1).encode()
    odd = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")
    assert import_native(odd, "line.json", hall()) == import_native(plain, "line.json", hall())


DEFAULTS = Layer(
    {
        "schedule": {"priority": "high"},
        "resources": {"memory": 3 * 2**30},
        "native": {"chalkboard": {"colour": "red"}},
    }
)

UNDONE = """\
# Imported from line.json, a payload of chalkboard.
lading: v1
name: sweep-the-floor
command: [sweep, the floor]
resources: {memory: 2Gi}
overrides:
  # the target's defaults say more than the payload
  hall: {schedule: null, native: null}
"""


def test_the_defaults_of_the_target_are_undone_where_they_change_anything() -> None:
    """A spec that says all that they say has no need of it, and one that says less takes them away."""
    payload = {**LINE, "effort": 2}
    made = imported(payload, defaults=DEFAULTS)
    assert made.text == UNDONE
    assert compiled(made, defaults=DEFAULTS) == payload
    same = imported({**LINE, "effort": 3, "underlined": True, "colour": "white"}, defaults=DEFAULTS)
    assert "overrides" not in same.text
    assert compiled(same, defaults=DEFAULTS)["colour"] == "white"


@pytest.mark.parametrize(
    ("row", "native", "value"),
    [
        (EXACT("/x"), "text", "text"),
        (ROUNDED("/x", GIB), 2, 2 * 2**30),
        (ROUNDED("/x", GIB), 0.5, 2**29),
        (EXACT("/x", unit=CORE), 1.1, 1100),
        (EXACT("/x", unit=CORE), 0.0001, None),
        (EXACT("/x", unit=CORE), "4", None),
        (EXACT("/x", unit=CORE), True, None),
        (EXACT("/x", values={"low": 0, "high": 1}), 1, "high"),
        (EXACT("/x", values={"low": 0, "high": 1}), True, None),
        (EXACT("/x", values={"low": 0, "high": 1}), 2, None),
        (EXACT("/x", convert=lambda leaf: leaf.value), "x", None),
        (EXACT("/x", convert=lambda leaf: leaf.value, read=lambda native, target: native + target.name), "x", "xhall"),
    ],
)
def test_a_row_reads_what_it_writes(row: Row, native: object, value: object) -> None:
    """Units multiply exactly, translations are looked up backwards, and what can not be told is not said."""
    assert spec_value(row, native, hall()) == value


def reading(payload: object = None, **rest: Any) -> Reading:
    """A payload on its way."""
    return Reading({} if payload is None else payload, hall(**rest))


def test_only_what_a_field_can_hold_is_said() -> None:
    """Text is made of numbers, as in the language; everything else of another type is left to the comparison."""
    made = reading()
    made.say("env", {"A": 1, "B": True, "C": 1.5, "D": "text", "E": [1], "F": {"secret": "token"}})
    made.say("env", {"G": "later"})
    made.say("resources.cpu", 4000)
    made.say("resources.memory", "much")
    made.say("replicas", True)
    made.say("command", ["a", 1, None])
    made.say("args", ["a", 1])
    made.say("mounts[0]", {"volume": "data", "path": "/data", "readOnly": "yes", "subPath": None})
    made.say(("mounts", 1, "host"), "/scratch")
    made.say("image", None)
    assert made.document == {
        "env": {"A": "1", "B": "true", "C": "1.5", "D": "text", "F": {"secret": "token"}, "G": "later"},
        "resources": {"cpu": 4000},
        "args": ["a", "1"],
        "mounts": [{"volume": "data", "path": "/data"}, {"host": "/scratch"}],
    }


@pytest.mark.parametrize("path", ["nothing", "resources.nothing", ("native", "chalkboard")])
def test_a_reader_that_says_an_unknown_field_is_a_bug(path: str | Path) -> None:
    """It is found by the first test that reads anything."""
    with pytest.raises(AssertionError):
        reading().say(path, 1)
    with pytest.raises(AssertionError):
        reading().say_native("nothing", 1)


def test_what_was_taken_is_known() -> None:
    """A value with all that lies below it; one that was only looked at is not taken."""
    made = reading({"a": {"b": [1]}, "c": 2, "d": 3})
    assert (made.take("/a"), made.peek("/c"), made.take("/x"), made.peek("/a/b/7")) == ({"b": [1]}, 2, None, None)
    made.leave_out("/d", "an echo")
    assert [made.is_taken(pointer) for pointer in ("/a", "/a/b/0", "/c", "/d", "/ab")] == [
        True,
        True,
        False,
        True,
        False,
    ]


def test_the_catalog_gives_names_and_grows() -> None:
    """An entry that is there has its name; a new one the name it is given, or that name with a number."""
    made = reading(catalog={"volumes": {"data": {"fs": "one"}}})
    names = [made.know("volumes", "data", {"fs": fs}) for fs in ("one", "two", "three", "two")]
    assert names == ["data", "data-2", "data-3", "data-2"]
    assert made.catalog == {"volumes": {"data-2": {"fs": "two"}, "data-3": {"fs": "three"}}}


def test_a_draft_loses_what_it_is_told_and_nothing_else() -> None:
    """A path below another goes with it, items of a list go together, and what is empty then is gone."""
    mounts = [{"path": "/a"}, {"path": "/b", "readOnly": False}, {"path": "/c"}]
    draft = SpecDraft({"name": "x", "mounts": mounts, "env": {"A": "1"}}, hall(), {("env", "A"): ("odd",)})
    left = draft.without([("mounts", 0, "path"), ("mounts", 0), ("mounts", 1, "readOnly"), ("mounts", 2), ("env", "A")])
    assert (left.document, left.comments) == ({"name": "x", "mounts": [{"path": "/b"}]}, {})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("resnet-50", "resnet-50"),
        ("ResNet_50 (try 2)", "resnet-50-try-2"),
        ("50-epochs", "job-50-epochs"),
        ("训练", "job"),
        ("训练 A800", "a800"),
        ("", "job"),
        ("x" * 99, "x" * 63),
        ("x" * 62 + "--y", "x" * 62),
    ],
)
def test_a_name_is_made_safe(text: str, name: str) -> None:
    """It stays as much like the platform's as a label can be, and a name that is one already stays itself."""
    assert name_of(text) == name
    assert name_of(name) == name
