"""Reading YAML: what comes out, where it stood, and that no bytes whatever get more than a diagnostic."""

import math
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from lading.schema.codes import Severity
from lading.schema.diagnostics import Diagnostic, Label, Place
from lading.schema.document import MAX_BYTES, lines_of, parse
from lading.schema.loader import MAX_DEPTH, MAX_EXPANSION
from lading.schema.node import Mapping, Node, Scalar, Sequence
from lading.schema.scalars import resolve, trap

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


def root_of(text: str) -> Node:
    """The one document of a text that has nothing wrong with it."""
    documents, diagnostics = parse("spec.yaml", text.encode())
    assert diagnostics == []
    assert len(documents) == 1
    return documents[0].root


def data_of(node: Node) -> Any:
    """The node as plain data."""
    if isinstance(node, Mapping):
        return {key: data_of(value) for key, (_, value) in node.items.items()}
    return [data_of(item) for item in node.items] if isinstance(node, Sequence) else resolve(node)


def codes_of(data: bytes) -> list[str]:
    """The codes of everything that is wrong with a text, in the order of its lines."""
    return [diagnostic.code for diagnostic in parse("spec.yaml", data)[1]]


def places_of(node: Node, lines: list[str]) -> dict[str, str]:
    """For every scalar on one line, its text and what stands at its place."""
    if isinstance(node, Scalar):
        _, line, column, _, end = node.place
        return {node.text: lines[line - 1][column - 1 : end - 1]}
    children = node.items if isinstance(node, Sequence) else [value for _, value in node.items.values()]
    return {text: found for child in children for text, found in places_of(child, lines).items()}


def test_the_c_parser_is_there() -> None:
    """The parser is libyaml's: without it reading is many times slower, and ruamel.yaml does not bring it by itself."""
    loader = sys.modules["lading.schema.loader"]
    assert type(loader.CParser).__module__ != "ruamel.yaml"
    assert Path(sys.modules["_ruamel_yaml"].__file__ or "").suffix in {".so", ".pyd"}


def test_every_key_and_value_has_its_place() -> None:
    """Lines and columns count from 1 in characters, and the end of a block is the end of its last value."""
    root = root_of("# c\nname: träin\nresources:\n  gpu: {count: 8}\n\n# end\nargs:\n- 'é'\n- b\n")
    assert isinstance(root, Mapping)
    assert root.place == Place("spec.yaml", 2, 1, 9, 4)
    assert [(key, Place("spec.yaml", s.line + 1, s.column + 1, e.line + 1, e.column + 1), value.place)
            for key, ((_, s, e), value) in root.items.items()] == [
        ("name", Place("spec.yaml", 2, 1, 2, 5), Place("spec.yaml", 2, 7, 2, 12)),
        ("resources", Place("spec.yaml", 3, 1, 3, 10), Place("spec.yaml", 4, 3, 4, 18)),
        ("args", Place("spec.yaml", 7, 1, 7, 5), Place("spec.yaml", 8, 1, 9, 4)),
    ]  # fmt: skip


def test_places_hold_after_wide_characters_tabs_and_line_breaks_of_every_kind() -> None:
    """What stands at a scalar's place is the scalar, whatever stands before it."""
    text = "日本: [eins, zwei]\r\n𝒳:\tdrei\rb: {é: vier}\n"
    lines = lines_of(text.encode())
    assert places_of(root_of(text), lines) == {word: word for word in ("eins", "zwei", "drei", "vier")}


def test_a_byte_order_mark_moves_nothing() -> None:
    """A UTF-8 byte order mark is skipped and is not a column."""
    documents, diagnostics = parse("spec.yaml", b"\xef\xbb\xbfa: 1\n")
    assert (diagnostics, data_of(documents[0].root)) == ([], {"a": 1})
    assert documents[0].root.place == Place("spec.yaml", 1, 1, 1, 5)
    assert lines_of(b"\xef\xbb\xbfa: 1\n") == ["a: 1", ""]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, None) for text in ("", "~", "null", "Null", "NULL")),
        *((text, True) for text in ("true", "True", "TRUE")),
        *((text, False) for text in ("false", "False", "FALSE")),
        *(("0", 0), ("-12", -12), ("+7", 7), ("0o17", 15), ("0x1F", 31)),
        *((".5", 0.5), ("1.", 1.0), ("-1.10", -1.1), ("1e-3", 0.001), ("+1.5E3", 1500.0), ("1e999", math.inf)),
        *((".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf)),
        *((text, text) for text in ("nUll", "tRUE", "0o8", "0xg", "1e", ".", "-", "1.2.3", "12h", "1 2", "٣")),
    ],
)
def test_plain_scalars_resolve_by_the_core_schema(text: str, value: object) -> None:
    """A plain scalar is what YAML 1.2's core schema says; the same text in quotes is a text."""
    span = root_of("x").span
    found = resolve(Scalar(text, True, span))
    assert (type(found), found) == (type(value), value)
    assert resolve(Scalar(text, False, span)) == text


def test_not_a_number_and_endless_digits_resolve() -> None:
    """``.nan`` is a float, and an integer that Python refuses to convert is a float too, not a crash."""
    span = root_of("x").span
    assert math.isnan(float(str(resolve(Scalar(".nan", True, span)))))
    assert resolve(Scalar("9" * 5000, True, span)) == math.inf


@pytest.mark.parametrize(
    ("text", "reading", "plainer"),
    [
        *((text, "true", "true") for text in ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON")),
        *((text, "false", "false") for text in ("n", "N", "no", "No", "NO", "off", "Off", "OFF")),
        ("0777", "an octal number", "777"),
        ("-08", "an octal number", "-8"),
        ("00", "an octal number", "0"),
        ("1:30", "a number in base 60", None),
        ("4090:1", "a number in base 60", None),
        ("12:30:00", "a number in base 60", "12h30m for a duration"),
        ("1:30.5", "a number in base 60", None),
        ("0b101", "a number", None),
        ("-0x1F", "a number", None),
        ("0x1_F", "a number", "0x1F"),
        ("1_000", "a number", "1000"),
        ("1_000.5", "a number", "1000.5"),
        ("2020-01-01", "a date", None),
        ("2020-1-1 10:00:00 +1", "a time", None),
        ("=", "a default value", None),
    ],
)
def test_what_readers_disagree_on_is_refused_with_the_way_out(text: str, reading: str, plainer: str | None) -> None:
    """A plain scalar that YAML 1.1 reads differently is an error wherever it stands; in quotes it is a text."""
    choice = f'write {plainer}, or "{text}" for the text' if plainer else f'write "{text}" for the text'
    place = Place("spec.yaml", 1, 4, 1, 4 + len(text))
    assert parse("spec.yaml", f"a: {text}".encode())[1] == [
        Diagnostic(
            code="LD138",
            severity=Severity.ERROR,
            message=f'YAML readers disagree on "{text}"',
            path=("a",),
            place=place,
            caption=f"YAML 1.1 reads {reading}",
            help=choice,
        )
    ]
    assert codes_of(f"- {text}".encode()) == ["LD138"]
    assert codes_of(f"{text}: 1".encode()) == ["LD138"]
    assert data_of(root_of(f'"{text}": ["{text}"]')) == {text: [text]}


@pytest.mark.parametrize(
    "text",
    ["0", "8", "64Gi", "12h", "500m", "0.5", "1.10", "1e-3", "0o17", "0x1F", "8080:80", "10.0.0.1", "1.2.3", "2020-01",
     "+1", "-1", "yes please", "None", "A800:8", "00:30:00", "_1", "True", "0-99", "0-98:2", "1,5", "5e8b"],
)  # fmt: skip
def test_what_readers_agree_on_is_no_trap(text: str) -> None:
    """Quantities, versions, addresses, ranges and numbers of the core schema need no quotes."""
    assert trap(text) is None
    assert codes_of(f"a: {text}".encode()) == []


def test_a_duplicate_key_shows_both_places_and_the_first_one_holds() -> None:
    """The later key is where the error stands; the label points to the first one."""
    documents, diagnostics = parse("spec.yaml", b"env:\n  A: 1\n  B: 2\n  A: 3\n")
    assert diagnostics == [
        Diagnostic(
            code="LD131",
            severity=Severity.ERROR,
            message='the key "A" stands here twice',
            path=("env", "A"),
            place=Place("spec.yaml", 4, 3, 4, 4),
            caption="the same key again",
            help="keep one of the two",
            labels=(Label(Place("spec.yaml", 2, 3, 2, 4), "first here"),),
        )
    ]
    assert data_of(documents[0].root) == {"env": {"A": 1, "B": 2}}


def test_a_merge_key_in_quotes_is_a_key() -> None:
    """Only the plain ``<<`` is refused."""
    assert data_of(root_of('"<<": 1')) == {"<<": 1}
    assert codes_of(b"<<: {a: 1}") == ["LD133"]


def test_an_alias_stands_where_it_is_written() -> None:
    """An alias has the value of its anchor and its own place."""
    root = root_of("a: &x {k: 1}\nb: *x\nc: [&y t, *y]\n")
    assert data_of(root) == {"a": {"k": 1}, "b": {"k": 1}, "c": ["t", "t"]}
    assert isinstance(root, Mapping)
    assert root.items["b"][1].place == Place("spec.yaml", 2, 4, 2, 6)


def test_anchors_end_with_their_document() -> None:
    """An alias can not reach into another document, nor into the value it is part of."""
    assert codes_of(b"a: &x 1\n---\nb: *x\n") == ["LD135"]
    assert codes_of(b"a: &x 1\nb: &x [*x]\n") == ["LD135"]


def test_aliases_may_stand_for_a_bounded_number_of_values() -> None:
    """Exactly the bound is fine, one more value is refused, and what aliases stand for in all documents is added up."""
    items = ",".join("x" * (MAX_EXPANSION // 2 - 1))
    assert codes_of(f"a: &a [{items}]\nb: *a\nc: *a\n".encode()) == []
    assert codes_of(f"a: &a [{items}]\nb: [*a, *a, &s t, *s]\n".encode()) == ["LD136"]
    one = f"--- {{a: &a [{items}], b: *a}}\n"
    assert codes_of((one * 3).encode()) == ["LD136"]


def test_nesting_is_bounded_with_and_without_aliases() -> None:
    """The deepest allowed structure is read, one level more is refused, and an alias counts with all its levels."""
    assert codes_of(("[" * MAX_DEPTH + "]" * MAX_DEPTH).encode()) == []
    assert codes_of(("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).encode()) == ["LD137"]
    half = MAX_DEPTH // 2
    anchored = f"a: &a {'[' * half}{']' * half}\n"
    fits, too_deep = "[" * (half - 1), "[" * half
    assert codes_of(f"{anchored}b: {fits}*a{']' * len(fits)}\n".encode()) == []
    assert codes_of(f"{anchored}b: {too_deep}*a{']' * len(too_deep)}\n".encode()) == ["LD137"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b"{a: " * 100_000, b"- " * 100_000, b"? " * 100_000, b"--- [\n" * 100_000, b"--- *a\n" * 20_000,
     b"a: &a [" + b"x," * 200_000 + b"]\nb: *a\n", b"'" + b"\n" * 900_000],
    ids=["lists", "maps", "items", "keys", "documents", "aliases", "alias", "lines"],
)  # fmt: skip
def test_hostile_texts_are_refused_in_no_time(data: bytes) -> None:
    """Deep nesting, many broken documents and huge aliases end in diagnostics, not in a crash or an hour."""
    assert set(codes_of(data)) <= {"LD118", "LD119", "LD124", "LD135", "LD136", "LD137"}
    assert codes_of(data)


def test_a_large_file_is_not_read() -> None:
    """A file of exactly the bound is read, a byte more is refused."""
    assert codes_of(b"a: 1 #".ljust(MAX_BYTES, b"x")) == []
    _, diagnostics = parse("spec.yaml", b"a: 1 #".ljust(MAX_BYTES + 1, b"x"))
    assert [(d.code, d.message) for d in diagnostics] == [
        ("LD103", "the file has 1048577 bytes, and no more than 1048576 are read")
    ]


@pytest.mark.parametrize(
    ("data", "code", "message", "line", "column"),
    [
        (b"a: 1\nb: \xc3\xa9\xff", "LD101", "the file is not UTF-8 text", 2, 5),
        (b"a: \xed\xa0\x80", "LD101", "the file is not UTF-8 text", 1, 4),
        ("a: 1".encode("utf-16"), "LD102", "the file is UTF-16, not UTF-8", 1, 1),
        ("a: 1".encode("utf-32"), "LD102", "the file is UTF-32, not UTF-8", 1, 1),
        (b"a: \x00", "LD104", "the character U+0000 can not stand in a YAML file", 1, 4),
        ("a: é\x85".encode(), "LD104", "the character U+0085 can not stand in a YAML file", 1, 5),
        ("a: é\n\ufeff".encode(), "LD104", "the character U+FEFF can not stand in a YAML file", 2, 1),
        (b"", "LD105", "the file is empty", 1, 1),
        (b"\n# nothing\n", "LD105", "the file is empty", 1, 1),
        (b"--- # nothing\n", "LD105", "the document is empty", 2, 1),
    ],
)
def test_bytes_that_are_no_spec(data: bytes, code: str, message: str, line: int, column: int) -> None:
    """The first thing that is wrong with the bytes is said, at its line and column."""
    first = parse("spec.yaml", data)[1][0]
    assert first.place is not None
    assert (first.code, first.message, first.place.line, first.place.column) == (code, message, line, column)


def test_the_other_documents_of_a_file_are_read() -> None:
    """A syntax error costs its own document; those before and after it are read, in their own lines."""
    documents, diagnostics = parse("spec.yaml", b"a: 1\n---\nb: [\n--- \nc: 3\n---\n'd\n---\ne: 5\n")
    assert [data_of(document.root) for document in documents] == [{"a": 1}, {"c": 3}, {"e": 5}]
    assert [document.root.place.line for document in documents] == [1, 5, 9]
    assert [(d.code, d.place.line) for d in diagnostics if d.place] == [("LD124", 3), ("LD119", 7)]


@given(st.binary())
@example(b"\xff\xfe")
@example(b"%YAML 1.2\n")
@example(b"a: &a\n  *a : b")
def test_no_bytes_get_a_traceback(data: bytes) -> None:
    """Any bytes are documents or diagnostics, and every place lies within the file."""
    check(data)


YAML_BITS = st.sampled_from(
    [*"\n\n\n    :-,[]{}&*!|>'\"%@`#?~=\t\\", ": ", "- ", "\n  ", "---\n", "...\n", "<<", "&a ", "*a", "yes", "0777",
     "!t ", "k",      "| \n", ">-\n", "v1", "é", "日", "\r", "\r\n", "\x85", "\u2028", "\ufeff", "%TAG", "%YAML 1.1\n",
     "\\u", "null", "1:30"]
)  # fmt: skip


@given(st.lists(YAML_BITS, max_size=60).map("".join))
@example("{: x}")
@example("[?")
@example("[a: b")
@example("? [a]\n: b")
def test_no_text_of_yaml_signs_gets_a_traceback(text: str) -> None:
    """Any sequence of what means something in YAML is documents or diagnostics."""
    check(text.encode())


def test_a_sign_in_a_text_of_several_lines_is_found_in_its_line() -> None:
    """The bracket that is open makes one text of two lines; the sign is in the second."""
    text = "[lading: v1\nname：x\ncommand: [echo]\n"
    check(text.encode())
    _, diagnostics = parse("spec.yaml", text.encode())
    assert [(d.code, d.place and (d.place.line, d.place.column)) for d in diagnostics] == [
        ("LD129", (2, 5)),
        ("LD115", (3, 8)),
    ]


@given(st.sampled_from(BAD), st.integers(0), st.integers(0, 8), YAML_BITS)
def test_no_mutated_file_gets_a_traceback(file: Path, at: int, length: int, put: str) -> None:
    """A wrong file with a stretch replaced is documents or diagnostics too."""
    data = file.read_bytes()
    at %= len(data)
    check(data[:at] + put.encode() + data[at + length :])


def check(data: bytes) -> None:
    """The bytes give documents or errors, and all places are inside the text."""
    documents, diagnostics = parse("spec.yaml", data)
    assert documents or any(diagnostic.is_error for diagnostic in diagnostics)
    lines = lines_of(data)
    for diagnostic in diagnostics:
        for place in (diagnostic.place, *(label.place for label in diagnostic.labels)):
            assert place is not None
            assert (place.line, place.column) <= (place.end_line, place.end_column)
            assert 1 <= place.line <= len(lines)
            assert 1 <= place.column <= len(lines[place.line - 1]) + 1


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Co"]))
WORDS = st.sampled_from(
    ["a", "b", "x-y", "0o17", "true", "~", "1.10", "1e-3", "64Gi", "9007199254740993", "-.5", ".inf"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), TEXTS, WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


@given(VALUES, st.booleans())
@example({"?0": None}, True)
def test_what_another_yaml_writer_wrote_is_read_the_same(value: Any, flow: bool) -> None:
    """Data that ruamel.yaml wrote comes back equal, or is refused for what YAML readers disagree on."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = flow
    stream = StringIO()
    writer.dump({"root": value}, stream)
    text = stream.getvalue()
    documents, diagnostics = parse("spec.yaml", text.encode())
    if not diagnostics:
        assert [data_of(document.root) for document in documents] == [{"root": value}]
    elif "?" not in text:  # libyaml reads that as a sign of its own in some places
        assert {d.code for d in diagnostics} <= {"LD104", "LD125", "LD131", "LD138"}


SIMPLE = st.lists(
    st.sampled_from(["a", "b", "c", "d", ": ", ": ", "- ", "\n", "\n", "\n  ", "[", "]", "{", "}", ", ", "'x'", '"y"',
                     "12", "1.5", "true", "null", "64Gi", "|\n  t\n", "# c\n", "&q ", "*q", "é"]),
    max_size=25,
).map("".join)  # fmt: skip


@pytest.mark.filterwarnings("ignore::ruamel.yaml.error.ReusedAnchorWarning")
@given(SIMPLE)
def test_accepted_texts_mean_the_same_to_the_pure_parser(text: str) -> None:
    """Where nothing is wrong, ruamel.yaml's own parser in Python reads the same data."""
    documents, diagnostics = parse("spec.yaml", text.encode())
    if diagnostics:
        return
    expected = list(YAML(typ="safe", pure=True).load_all(text))
    assert [data_of(document.root) for document in documents] == [with_text_keys(each) for each in expected]


def with_text_keys(value: Any) -> Any:
    """The data as lading has it: a key is its own text."""
    texts = {None: "null", True: "true"}
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else texts.get(key, str(key)): with_text_keys(v) for key, v in value.items()
        }
    return [with_text_keys(item) for item in value] if isinstance(value, list) else value
