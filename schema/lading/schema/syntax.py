"""What a syntax error of the YAML parser means to the one who wrote the file.

libyaml says what its scanner expected. The tables here say which mistake that is; the words for it are in ``codes.py``.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError

from lading.schema.diagnostics import Diagnostic, Finding, Label, Mark, Place, diagnosed
from lading.schema.units import likely_seconds


class _Mistake(NamedTuple):
    """A code, whether it stands where the construct began instead of where the parser stopped, and words of its own."""

    code: str
    at_start: bool = False
    words: dict[str, str] = {}  # noqa: RUF012 - nobody changes it


_CAN_NOT_BEGIN = _Mistake("LD117")
_TAB = _Mistake("LD111")
_DASH = _Mistake("LD113")
_QUOTE = _Mistake("LD119", at_start=True)
_ESCAPE = _Mistake("LD120")
_BLOCK_TEXT = _Mistake("LD122")
_TAG = _Mistake("LD134", at_start=True)
_DIRECTIVE = _Mistake("LD123", at_start=True)

_BY_PROBLEM = {
    "found character that cannot start any token": _CAN_NOT_BEGIN,
    "did not find expected alphabetic or numeric character": _CAN_NOT_BEGIN._replace(at_start=True),
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "mapping values are not allowed in this context": _Mistake("LD112"),
    "mapping keys are not allowed in this context": _CAN_NOT_BEGIN,
    "block sequence entries are not allowed in this context": _DASH,
    "did not find expected key": _Mistake("LD114", words={"block": "keys", "expected": "a key"}),
    "did not find expected '-' indicator": _Mistake("LD114", words={"block": "list", "expected": 'a "-"'}),
    "did not find expected ',' or ']'": _Mistake("LD115", words={"closing": "]"}),
    "did not find expected ',' or '}'": _Mistake("LD115", words={"closing": "}"}),
    "did not find expected node content": _Mistake("LD118"),
    "found unexpected ':'": _Mistake("LD125"),
    "could not find expected ':'": _Mistake("LD116", at_start=True),
    "found unexpected end of stream": _QUOTE,
    "found unexpected document indicator": _QUOTE,
    "found unknown escape character": _ESCAPE,
    "did not find expected hexdecimal number": _ESCAPE,
    "found invalid Unicode character escape code": _ESCAPE,
    "did not find expected <document start>": _Mistake("LD121"),
    "did not find expected comment or line break": _BLOCK_TEXT,
    "found an indentation indicator equal to 0": _BLOCK_TEXT,
    "found undefined tag handle": _TAG,
    "found incompatible YAML document": _DIRECTIVE,
    "found duplicate %YAML directive": _DIRECTIVE,
    "found duplicate %TAG directive": _DIRECTIVE,
}
_BY_CONTEXT = {
    "while scanning a tag": _TAG,
    "while parsing a tag": _TAG,
    "while scanning a directive": _DIRECTIVE,
    "while scanning a %YAML directive": _DIRECTIVE,
    "while parsing a %TAG directive": _DIRECTIVE,
    "while scanning a %TAG directive": _DIRECTIVE,
    "while parsing a tag directive": _DIRECTIVE,
}
# One objection of the parser can be several mistakes; the line tells which: the code, its text up to there, and after.
_BY_LINE = (
    ("LD117", re.compile(r""), re.compile(r"\t"), _TAB),
    ("LD114", re.compile(r""), re.compile(r"\t"), _TAB),
    ("LD114", re.compile(r".*\S"), re.compile(r""), _Mistake("LD126")),
    ("LD118", re.compile(r""), re.compile(r"-"), _DASH),
    ("LD118", re.compile(r""), re.compile(r":"), _Mistake("LD125")),
    ("LD115", re.compile(r""), re.compile(r"\?"), _Mistake("LD125")),
    ("LD112", re.compile(r"(?!.*: )"), re.compile(r""), _Mistake("LD127")),
)
_IN_BRACKETS = {"LD115", "LD118"}
_CLOSING = {"[": "]", "{": "}"}
_TIME = re.compile(r"[0-9-]+(?::[0-9]+)+")
IN_QUOTES = "put the text in quotes"
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_NAMES = {"": "the end of the file", "\n": "the end of the line", '"': "'\"'"}


FULL_WIDTH = {"：": '":"', "，": '","', "“": "'\"'", "”": "'\"'", "；": '";"'}
"""What keyboards of Chinese write for what YAML gives a meaning, and that."""

_WITHOUT_COLON = {"LD112", "LD116", "LD127"}
_FULL_WIDTH_KEY = re.compile(r"\s*(?:- +)?[\w.-]+\s*：")


def full_width(file: str, line: int, column: int, text: str, code: str) -> Diagnostic | None:
    """An objection to the first full-width sign in a text, as the file has it, that begins there; None where it has
    none.
    """
    found = next((at for at, character in enumerate(text) if character in FULL_WIDTH), None)
    if found is None:
        return None
    words = {"character": FULL_WIDTH[text[found]], "plain": FULL_WIDTH[text[found]]}
    *above, before = _LINE_BREAK.split(text[:found])
    line, column = line + len(above) + 1, len(before) + 1 + (0 if above else column)
    place = Place(file, line, column, line, column + 1)
    return diagnosed(Finding(code, (), words), place)


def _full_width(file: str, code: str, line: int, lines: Sequence[str]) -> Diagnostic | None:
    """The same of a key whose colon the parser misses, in that line or in the one above."""
    if code not in _WITHOUT_COLON:
        return None
    looked_at = (at for at in (line - 1, line) if 0 <= at < len(lines) and _FULL_WIDTH_KEY.match(lines[at]))
    found = next(looked_at, None)
    return None if found is None else full_width(file, found, 0, lines[found], "LD128")


def mistake(file: str, error: MarkedYAMLError, text: str, bracket: Mark | None) -> Diagnostic:
    """The parser's objection as a diagnostic. ``bracket`` is the end of the innermost bracket that was still open."""
    lines = _LINE_BREAK.split(text)
    stopped, began = error.problem_mark, error.context_mark
    known = _BY_CONTEXT.get(error.context or "") or _BY_PROBLEM.get(error.problem or "") or _Mistake("LD110")
    if bracket and known.code in _IN_BRACKETS and _is_end(stopped, lines):
        return _never_closed(file, bracket, lines)
    known = _refined(known, stopped, lines)
    mark = began if known.at_start and began else stopped
    if wrong := _full_width(file, known.code, mark.line, lines):
        return wrong
    character = _character(mark, lines)
    words = {
        "problem": error.problem,
        "character": _NAMES.get(character, f'"{character}"'),
        "choice": _choice(mark, lines),
        **known.words,
    }
    labels = (Label(_place(file, began), "opened here"),) if known.code == "LD115" else ()
    return diagnosed(Finding(known.code, (), words), _place(file, mark), labels)


def _refined(known: _Mistake, mark: Mark, lines: Sequence[str]) -> _Mistake:
    line = lines[mark.line] if mark.line < len(lines) else ""
    before, after = line[: mark.column], line[mark.column :]
    for code, left, right, better in _BY_LINE:
        if known.code == code and left.match(before) and right.match(after):
            return better
    return known


def _never_closed(file: str, bracket: Mark, lines: Sequence[str]) -> Diagnostic:
    line, column = bracket.line + 1, bracket.column
    opening = lines[line - 1][column - 1]
    words = {"opening": opening, "closing": _CLOSING[opening]}
    return diagnosed(Finding("LD124", (), words), Place(file, line, column, line, column + 1))


def _is_end(mark: Mark, lines: Sequence[str]) -> bool:
    """Whether the document ends here: nothing but white space follows, or a marker does."""
    rest = [line[mark.column if at == 0 else 0 :] for at, line in enumerate(lines[mark.line :])]
    is_marker = mark.column == 0 and rest[:1] and rest[0].startswith(("---", "..."))
    return bool(is_marker) or not "".join(rest).strip()


def _character(mark: Mark, lines: Sequence[str]) -> str:
    if mark.line >= len(lines):
        return ""
    return lines[mark.line][mark.column : mark.column + 1] or "\n"


def _choice(mark: Mark, lines: Sequence[str]) -> str:
    """What to write instead of a text with a colon: a time as a clock has it is most likely a duration."""
    around = (found for found in _TIME.finditer(lines[mark.line]) if found.start() <= mark.column < found.end())
    likely = likely_seconds(found[0]) if (found := next(around, None)) else None
    return f"write {likely} for a duration, or put the text in quotes" if likely else IN_QUOTES


def _place(file: str, mark: Mark) -> Place:
    return Place(file, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
