"""Expressions: what they can say, and that none of them reaches Python, runs long or fills the memory."""

import time
from typing import Any

import pytest

from lading.schema import params
from lading.schema.checks import _never_ready
from lading.schema.expressions import LARGEST, LONGEST, NoValue, evaluate
from lading.schema.load import Loaded, load
from lading.schema.render.human import human

PARAMS = {"name": "fit", "rate": 0.5, "items": 3}


def loaded(fields: str, *sets: str) -> Loaded:
    """A job with these fields."""
    return load("spec.yaml", f"lading: v1\nname: job\ncommand: [echo]\n{fields}".encode(), sets=sets)


def env(fields: str, *sets: str) -> dict[str, Any]:
    """What the job's env holds, of a file without a mistake."""
    found = loaded(fields, *sets)
    assert found.diagnostics == ()
    value: dict[str, Any] = found.specs[0].base.value["env"]
    return value


def said(fields: str, *sets: str) -> list[tuple[str, int]]:
    """The code and line of all that is wrong with the file, and with the job by itself."""
    found = loaded(fields, *sets)
    late = [diagnostic for spec in found.specs for diagnostic in spec.for_target("local")[1]]
    return [(d.code, d.place.line if d.place else 0) for d in (*found.diagnostics, *late)]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("params.name", "fit"),
        ("params.items + 1", 4),
        ("params.rate * 4", 2.0),
        ("7 % 4", 3),
        ("params.name | upper ~ '-x'", "FIT-x"),
        ("params.name.replace('f', 'b').split('i')[1]", "t"),
        ("2.345 | round(1)", 2.3),
        ("'small' if params.items < 4 else 'large'", "small"),
        ("params.other | default('none')", "none"),
        ("true", True),
    ],
)
def test_an_expression_says_a_value(code: str, value: object) -> None:
    """Parameters by name before anything else of that name, arithmetic, filters and harmless methods."""
    assert evaluate(code, PARAMS) == value


@pytest.mark.parametrize(
    "code",
    [
        "params.__class__.__mro__",
        "params.name.__class__",
        "'{0.__class__}'.format(1)",
        "params.name | attr('__class__')",
        "params['__class__']",
        "range(9)",
        "[1, 2, 3] | random",
        "params.name.upper ~ ''",
        "params.name.upper | string",
        "'%0999999999d' % 1",
        "'a'.ljust(999999999)",
        "'{:>999999999}'.format(1)",
        "'a' | center(999999999)",
        "'\\t'.expandtabs(999999999)",
        "'a' * 999999999",
        "2 ** 999999999",
        "1 | round(-999999999)",
        "'xxxxxxxxxx'" + ".replace('x', 'xxxxxxxxxx')" * 9,
        "'xxxxxxxxxx'" + " | replace('x', 'xxxxxxxxxx')" * 9,
        "'a' | slice(999999999) | list",
        "'a' | truncate(-5)",
        "1e999",
        "1e308 * 10",
        r"'\ud800'",
        "(" * 400 + "1" + ")" * 400,
        "1" * (LONGEST + 1),
        "params",
        "none",
        "",
    ],
)
def test_an_expression_that_is_no_small_value_has_none(code: str) -> None:
    """Each is refused in a sentence; none reaches Python's own names, runs long, fills the memory or raises."""
    with pytest.raises(NoValue, match=r"\S"):
        evaluate(code, PARAMS)


def test_filters_and_methods_take_no_long_text() -> None:
    """So that few of them make nothing huge; a long text by itself can be passed on."""
    long = {"text": "x" * (LARGEST + 1)}
    assert evaluate("params.text", long) == long["text"]
    for code in ("params.text | upper", "params.text.upper()", "','.join(params.text)"):
        with pytest.raises(NoValue, match=r"of something this long is not allowed here"):
            evaluate(code, long)


def test_a_number_is_put_into_text_as_it_was_written() -> None:
    """``1.10`` is a version as often as a number, in a file and after --set; what is computed is a number."""
    text = 'params: {v: 1.10, n: 0x10}\nenv: {A: "${{ params.v }}", B: "x-${{ params.v }}-${{ params.n }}"}\n'.replace(
        "n: ", '"n": '
    )
    assert env(text) == {"A": "1.10", "B": "x-1.10-0x10"}
    assert env(text, "v=2.20")["B"] == "x-2.20-0x10"
    assert env('params: {v: 1.10}\nenv: {A: "${{ params.v + 1 }}"}\n') == {"A": "2.1"}


@pytest.mark.parametrize("text", ["${{ params.v", "a ${{ b", "${{ params.v }"])
def test_an_expression_that_is_never_closed_is_an_error(text: str) -> None:
    """It is not taken for text, which ``$${{`` says."""
    assert said(f'params: {{v: 1}}\nenv: {{A: "{text}"}}\n') == [("LD220", 5)]
    assert env('params: {v: 1}\nenv: {A: "$${{ b"}\n') == {"A": "${{ b"}


@pytest.mark.parametrize("text", ["v=[1]", "v={a: 1}", "env.A=--- a\n--- b"])
def test_a_set_that_could_not_be_used_whole_is_an_error(text: str) -> None:
    """A list for a parameter, and two documents, are not quietly left out."""
    assert said("params: {v: 1}\n", text) == [("LD221", 0)]


def test_expressions_make_no_more_text_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long parameter that is used often enough is one error, where it was too much."""
    monkeypatch.setattr(params, "MOST_TEXT", 100)
    lines = "".join(f'  A{number}: "x${{{{ params.v }}}}"\n' for number in range(9))
    assert said(f"params: {{v: {'y' * 30}}}\nenv:\n{lines}") == [("LD225", 9)]


def test_a_matrix_makes_no_more_values_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The larger the document, the fewer combinations; a number of them too long to be written is no bug."""
    monkeypatch.setattr(params, "MOST_VALUES", 40)
    assert said("matrix: {v: [1, 2, 3]}\n") == []
    monkeypatch.setattr("lading.schema.load.MOST_VALUES", 10)
    assert said("matrix: {v: [1, 2, 3]}\n") == [("LD224", 4)]
    keys = ", ".join(f"k{number}: [1, 2]" for number in range(20_000))
    assert said(f"matrix: {{{keys}}}\n") == [("LD224", 4)]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("resources: {cpu: DIGITS}", "LD210"),
        ("resources: {memory: DIGITSGi}", "LD210"),
        ("resources: {memory: 0.DIGITSGi}", "LD210"),
        ("resources: {gpu: DIGITS}", "LD215"),
        ("resources: {gpu: 'A:DIGITS'}", "LD215"),
        ("schedule: {timeLimit: DIGITSs}", "LD210"),
        ("accept: ['mounts[DIGITS]']", "LD230"),
        ("replicas: DIGITS", "LD201"),
        ("array: {indices: DIGITS}", "LD216"),
    ],
)
def test_a_number_of_any_length_is_a_mistake_and_no_bug(field: str, code: str) -> None:
    """Python itself refuses to read integers of more than 4300 digits."""
    assert (code, 4) in said(field.replace("DIGITS", "9" * 5000) + "\n")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("overrides: {local: {mounts: [null]}}", [("LD202", 4)]),
        ("overrides: {local: {mounts: [{host: null, path: /x}]}}", [("LD202", 4)]),
        ("overrides: {local: {env: {A: {secret: null}}}}", [("LD202", 4)]),
        ("overrides: {local: {accept: null}}", []),
        ("overrides: {local: {env: null, labels: {a: null}, resources: {gpu: null}}}", []),
    ],
)
def test_null_removes_fields_and_stands_in_no_list_and_no_secret(fields: str, expected: list[tuple[str, int]]) -> None:
    """What replaces a weaker layer's value as a whole has nothing below that null could remove."""
    assert said(f"{fields}\n") == expected


def test_a_long_chain_of_steps_is_checked_in_no_time() -> None:
    """Also one that is written from its end: round by round it would take the square of the steps."""
    needs = {f"s{number}": [f"s{number - 1}"] for number in range(30_000, 0, -1)} | {"s0": []}
    begun = time.process_time()
    assert _never_ready(needs) == {}
    assert _never_ready(needs | {"a": ["b"], "b": ["a"], "c": ["a"]}) == {"a": ["b"], "b": ["a"], "c": ["a"]}
    assert time.process_time() - begun < 5


def test_many_mistakes_on_one_long_line_are_shown_in_no_time() -> None:
    """A file that a program wrote may have no line breaks; each mistake is still shown where it is."""
    names = [f"unknown{number}" for number in range(1000)]
    text = "{lading: v1, name: job, command: [echo], " + ", ".join(f"{name}: {'x' * 150}" for name in names) + "}"
    found = load("spec.yaml", text.encode())
    begun = time.process_time()
    drawn = human(found.diagnostics, found.sources)
    assert time.process_time() - begun < 5
    assert [d.place.column for d in found.diagnostics if d.place] == [text.index(f"{name}:") + 1 for name in names]
    lines = drawn.splitlines()
    marks = [(lines[at - 1], line) for at, line in enumerate(lines) if line.lstrip(" |").startswith("^")]
    assert [row[mark.index("^") :][: mark.count("^")] for row, mark in marks] == names
