"""Showing diagnostics: each form as a whole, and that nothing of a user's file is obeyed by a terminal."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.request import url2pathname

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lading.schema.codes import CODES, Severity
from lading.schema.diagnostics import Diagnostic, Label, Place
from lading.schema.render.github import github
from lading.schema.render.human import human
from lading.schema.render.json import as_data
from lading.schema.render.sarif import as_sarif
from lading.schema.visible import columns, visible, visible_json

FILE = "specs/resnet.yaml"


def diagnostic(place: Place | None = None, caption: str = "", *labels: Label, **others: str) -> Diagnostic:
    """A diagnostic of which a test says only what it is about."""
    return Diagnostic(
        code=others.get("code", "LD203"),
        severity=Severity(others.get("severity", "error")),
        message=others.get("message", "it is wrong"),
        path=("resources", "gpus"),
        place=place,
        caption=caption,
        help=others.get("help", ""),
        labels=labels,
        target=others.get("target"),
    )


def drawn(found: Diagnostic, lines: Sequence[str], width: int = 100) -> list[str]:
    """What stands below the sentence, line by line."""
    return human([found], {FILE: lines}, width=width).splitlines()[1:]


def test_a_diagnostic_looks_as_the_contract_says() -> None:
    """The example of the command line's documentation, to the letter."""
    found = diagnostic(
        Place(FILE, 14, 3, 14, 7),
        "resources has no such field",
        message='unknown key "gpus" in resources',
        help='did you mean "gpu"?',
    )
    assert human([found], {FILE: ["", *["x: 1"] * 12, "  gpus: 8"]}) == (
        'error[LD203]: unknown key "gpus" in resources\n'
        "  --> specs/resnet.yaml:14:3\n"
        "   |\n"
        "14 |   gpus: 8\n"
        "   |   ^^^^ resources has no such field\n"
        '   = help: did you mean "gpu"?\n'
    )


def test_places_of_one_file_stand_in_the_order_of_its_lines() -> None:
    """Dots stand for lines left out, a line with two places is shown once, and lines that follow have no dots."""
    found = diagnostic(
        Place(FILE, 4, 1, 4, 2),
        "here",
        Label(Place(FILE, 1, 1, 1, 2), "first"),
        Label(Place(FILE, 4, 4, 4, 5), "too"),
        Label(Place(FILE, 5, 1, 5, 2), "next"),
    )
    assert drawn(found, ["a: 1", "b: 2", "c: 3", "d: 4", "e: 5"]) == [
        " --> specs/resnet.yaml:4:1",
        "  |",
        "1 | a: 1",
        "  | - first",
        "...",
        "4 | d: 4",
        "  | ^ here",
        "  |    - too",
        "5 | e: 5",
        "  | - next",
    ]


def test_places_of_other_files_follow() -> None:
    """A second file has its own name, and every number the same width."""
    found = diagnostic(Place(FILE, 1, 1, 1, 2), "here", Label(Place("site.yaml", 12, 3, 12, 4), "because of this"))
    shown = human([found], {FILE: ["a: 1"], "site.yaml": ["", *[""] * 10, "  queue: x"]})
    assert shown.splitlines()[1:] == [
        "  --> specs/resnet.yaml:1:1",
        "   |",
        " 1 | a: 1",
        "   | ^ here",
        "   |",
        "  ::: site.yaml:12:3",
        "   |",
        "12 |   queue: x",
        "   |   - because of this",
    ]


def test_a_place_of_several_lines_has_a_bar() -> None:
    """From the place's first character to its last; a block of text ends with its last line that holds anything."""
    lines = ["script: |", "  echo", "  exit", "", "next: 1"]
    assert drawn(diagnostic(Place(FILE, 1, 9, 5, 1), "this text"), lines) == [
        " --> specs/resnet.yaml:1:9",
        "  |",
        "1 |   script: |",
        "  |  _________^",
        "2 | |   echo",
        "3 | |   exit",
        "  | |______^ this text",
    ]


def test_a_long_place_is_shown_by_its_ends() -> None:
    """The middle of many lines is left out."""
    lines = ["list:", *(f"- {number}" for number in range(20))]
    assert drawn(diagnostic(Place(FILE, 2, 1, 21, 5), "items"), lines) == [
        "  --> specs/resnet.yaml:2:1",
        "   |",
        " 2 |   - 0",
        "   |  _^",
        " 3 | | - 1",
        " 4 | | - 2",
        " 5 | | - 3",
        " 6 | | - 4",
        "   | | ...",
        "21 | | - 19",
        "   | |____^ items",
    ]


@pytest.mark.parametrize(
    ("line", "column", "end", "expected"),
    [
        ("a:\t\tyes", 5, 8, ["a:        yes", "          ^^^"]),
        ("描述: yes", 5, 8, ["描述: yes", "      ^^^"]),
        ("a: 训练", 4, 6, ["a: 训练", "   ^^^^"]),
        ("e\u0301: yes", 5, 8, ["e\u0301: yes", "   ^^^"]),
        ("a\x1b[31m: \u202eb", 9, 11, [r"a\e[31m: \u202eb", "         ^^^^^^^"]),
        ("a:", 3, 3, ["a:", "  ^"]),
    ],
    ids=["tabs", "after wide", "wide", "combining", "controls", "nothing"],
)
def test_the_mark_is_below_what_it_means(line: str, column: int, end: int, expected: list[str]) -> None:
    """Tabs, wide and combining characters and what can not be seen take the columns that a terminal gives them."""
    shown = drawn(diagnostic(Place(FILE, 1, column, 1, end)), [line])
    assert [row[4:] for row in shown[2:]] == expected


def test_long_lines_are_cut_around_the_mark() -> None:
    """Every row of the file fits the width, and dots say where the line goes on."""
    line = f"{'a' * 100} {'b' * 5} {'c' * 100}"
    assert drawn(diagnostic(Place(FILE, 1, 102, 1, 107), "here"), [line], width=40) == [
        " --> specs/resnet.yaml:1:102",
        "  |",
        "1 | …aaaaaaaaaaa bbbbb cccccccccccccccc…",
        "  |              ^^^^^ here",
    ]
    assert drawn(diagnostic(Place(FILE, 1, 1, 1, 101), "here"), [line], width=40) == [
        " --> specs/resnet.yaml:1:1",
        "  |",
        "1 | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…",
        "  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here",
    ]


def test_without_lines_or_place_the_sentence_is_enough() -> None:
    """A file that is not at hand is named; a diagnostic about no file says what to do."""
    assert human([diagnostic(Place("gone.yaml", 3, 1, 3, 2), "here")], {}) == (
        "error[LD203]: it is wrong\n --> gone.yaml:3:1\n"
    )
    assert human([diagnostic(help="do this", severity="note")], {}) == "note[LD203]: it is wrong\n  = help: do this\n"


def test_colors() -> None:
    """Errors are red, warnings yellow, notes cyan; the message is bold; the text of the file has no color."""
    shown = human([diagnostic(Place(FILE, 1, 1, 1, 2), "here")], {FILE: ["a: 1"]}, color=True)
    assert shown == (
        "\x1b[1;31merror[LD203]\x1b[0m\x1b[1m: it is wrong\x1b[0m\n"
        " \x1b[1;34m-->\x1b[0m specs/resnet.yaml:1:1\n"
        " \x1b[1;34m |\x1b[0m\n"
        "\x1b[1;34m1 |\x1b[0m a: 1\n"
        "\x1b[1;34m  |\x1b[0m \x1b[1;31m^ here\x1b[0m\n"
    )
    starts = [human([diagnostic(severity=severity)], {}, color=True)[:7] for severity in Severity]
    assert starts == ["\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m"]


@given(st.text(), st.text(), st.integers(1, 90), st.integers(1, 90), st.integers(0, 120))
def test_nothing_of_a_file_reaches_the_terminal_unseen(line: str, word: str, begin: int, end: int, width: int) -> None:
    """Whatever stands in the file, its name or a message, each row is one line without any control character."""
    line = re.sub("[\r\n]", "", line)
    place = Place(word, 1, min(begin, end, len(line) + 1), 1, max(begin, end))
    found = diagnostic(place, word, Label(place, word), message=word, help=word or "x")
    rows = human([found], {word: [line]}, width=width).split("\n")
    assert len(rows) == 8
    assert [row for row in rows if row != visible(row)] == []


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Po"]), min_size=1, max_size=200), st.data())
def test_rows_fit_the_width(line: str, data: st.DataObject) -> None:
    """A line of the file is never drawn wider than the terminal, and the mark is never outside of it."""
    column = data.draw(st.integers(1, len(line)))
    length = data.draw(st.integers(1, 20))
    width = data.draw(st.integers(24, 120))
    rows = drawn(diagnostic(Place(FILE, 1, column, 1, column + length)), [line], width)
    assert max(columns(row) for row in rows[2:]) <= width
    assert columns(rows[3]) <= columns(rows[2])


def test_json_is_what_the_contract_promises() -> None:
    """Every key is there, null where there is nothing to say."""
    found = diagnostic(Place(FILE, 14, 3, 14, 7), "caption", help="do this", target="pf")
    assert as_data([found, diagnostic()]) == [
        {
            "code": "LD203",
            "severity": "error",
            "message": "it is wrong",
            "path": "resources.gpus",
            "file": FILE,
            "line": 14,
            "column": 3,
            "endLine": 14,
            "endColumn": 7,
            "help": "do this",
            "target": "pf",
        },
        {
            "code": "LD203",
            "severity": "error",
            "message": "it is wrong",
            "path": "resources.gpus",
            "file": None,
            "line": None,
            "column": None,
            "endLine": None,
            "endColumn": None,
            "help": None,
            "target": None,
        },
    ]


def test_github_commands_can_not_be_forged() -> None:
    """One line each, whatever the texts hold: percent signs, line breaks, colons and commas are escaped."""
    shown = github(
        [
            diagnostic(Place("a,b:c%.yaml", 1, 2, 1, 3), message="100%\n::error::x", help="do, this"),
            diagnostic(Place(FILE, 1, 2, 3, 4), severity="warning"),
            diagnostic(severity="note"),
        ]
    )
    assert shown == (
        "::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=2,endColumn=3,title=LD203%3A unknown key"
        "::100%25%0A::error::x%0Ado, this\n"
        "::warning file=specs/resnet.yaml,line=1,endLine=3,title=LD203%3A unknown key::it is wrong\n"
        "::notice title=LD203%3A unknown key::it is wrong\n"
    )


def test_sarif_is_a_log_of_one_run() -> None:
    """The result has its place, its other places and its target; the same input gives the same log."""
    found = diagnostic(
        Place("a b/ü.yaml", 1, 2, 1, 3), "", Label(Place(FILE, 4, 5, 6, 7), "first here"), help="do this", target="pf"
    )
    log = as_sarif([found, diagnostic(severity="note")], version="1.2.3")
    assert json.dumps(log) == json.dumps(as_sarif([found, diagnostic(severity="note")], version="1.2.3"))
    (run,) = log["runs"]
    assert {key: value for key, value in run["tool"]["driver"].items() if key != "rules"} == {
        "name": "lading",
        "version": "1.2.3",
    }
    assert run["results"] == [
        {
            "ruleId": "LD203",
            "level": "error",
            "message": {"text": "it is wrong\ndo this"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "a%20b/%C3%BC.yaml"},
                        "region": {"startLine": 1, "startColumn": 2, "endLine": 1, "endColumn": 3},
                    },
                    "logicalLocations": [{"fullyQualifiedName": "resources.gpus"}],
                }
            ],
            "relatedLocations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "specs/resnet.yaml"},
                        "region": {"startLine": 4, "startColumn": 5, "endLine": 6, "endColumn": 7},
                    },
                    "message": {"text": "first here"},
                }
            ],
            "properties": {"target": "pf"},
        },
        {"ruleId": "LD203", "level": "note", "message": {"text": "it is wrong"}, "locations": []},
    ]
    assert url2pathname(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == str(
        Path("a b/ü.yaml")
    )


def test_every_code_is_a_rule_of_sarif() -> None:
    """The rules are the table of codes, in the order of their numbers."""
    (run,) = as_sarif([], version="0")["runs"]
    assert [(rule["id"], rule["shortDescription"]["text"]) for rule in run["tool"]["driver"]["rules"]] == sorted(
        (name, code.title) for name, code in CODES.items()
    )


def test_json_says_the_same_without_moving_a_cursor() -> None:
    """An 8-bit terminal obeys U+009B as it does ESC [, and a change of direction shows another text than there is."""
    data = {"a\x9b2J\x7f": ["\u202e\u2028\ufeff", "\\\x9b", "\x1b[2J", "é 你 \U0001f600"]}
    text = visible_json(json.dumps(data, indent=2, ensure_ascii=False))
    assert json.loads(text) == data
    assert [line for line in text.splitlines() if line != visible(line)] == []
    assert "é 你 \U0001f600" in text
