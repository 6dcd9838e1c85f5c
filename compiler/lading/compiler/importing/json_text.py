"""JSON with the place of every value, so that what is wrong with a payload can be shown where it stands."""

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple

from lading.compiler.pointers import escape, is_within
from lading.schema.diagnostics import Finding, InvalidSpec, Label, Place, diagnosed

Span = tuple[int, int]
"""Where something begins and ends, as offsets in a text."""

MAX_DEPTH = 48
"""A payload becomes part of a spec, which may itself be nested only a little deeper."""

_TOKEN = re.compile(r'[ \t\r\n]*([\[\]{}:,]|"(?:[^"\\]|\\.)*"|[^\s\[\]{}:,"]+)')
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")

_PROBLEMS = {
    "Expecting value": "a value must stand here",
    "Expecting property name": "a key between double quotes must stand here",
    "Expecting ':'": 'a ":" must stand here',
    "Expecting ','": 'a "," must stand here',
    "Extra data": "it has ended before this",
    "Illegal trailing comma": "no comma can stand before a closing bracket",
    "Invalid \\": "there is no such escape",
    "Invalid control character": "a text can not hold a line break, a tab or another control character as it is",
    "Unterminated string": "the text that begins here is never closed",
}
"""What Python says of a text that is not JSON, and what it means."""


class JsonText(NamedTuple):
    """A JSON value and where each value in it stands, by pointer, as offsets in the text of the file."""

    name: str
    text: str
    value: Any
    spans: Mapping[str, Span]

    def place(self, pointer: str) -> Place:
        """The place of the value at the pointer, or of the nearest one above it that is in the text."""
        while pointer not in self.spans:
            pointer = pointer.rpartition("/")[0]
        return _place(self.name, self.text, self.spans[pointer])

    def below(self, pointer: str, value: Any) -> "JsonText":
        """The value, which stands at the pointer, by itself; pointers begin there from now on."""
        spans = {known[len(pointer) :]: span for known, span in self.spans.items() if is_within(known, pointer)}
        return self._replace(value=value, spans=spans)


def read_json(name: str, text: str) -> JsonText:
    """The JSON value in the text. Raises InvalidSpec with the place where it is none, or one that can not be kept."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        problem = next((ours for said, ours in _PROBLEMS.items() if error.msg.startswith(said)), error.msg.lower())
        raise _wrong(name, text, (error.pos, error.pos + 1), problem) from None
    except RecursionError:
        raise _too_deep(name, text, 0) from None
    except ValueError:  # Python reads no number of any length
        raise _wrong(name, text, (0, 1), "a number in it has too many digits") from None
    return JsonText(name, text, value, _Walk(name, text).walk())


class _Walk:
    """A walk over the tokens of a text that is JSON. ``spans`` fills up as it goes."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.spans: dict[str, Span] = {}
        self._tokens = _TOKEN.finditer(text)

    def walk(self) -> dict[str, Span]:
        """The offsets of every value, by pointer. Raises InvalidSpec for what is JSON and can not be kept."""
        self._value(next(self._tokens), "", 0)
        return self.spans

    def _value(self, token: re.Match[str], pointer: str, depth: int) -> None:
        begin, end = token.span(1)
        if depth > MAX_DEPTH:
            raise _too_deep(self.name, self.text, begin)
        if token[1] == "{":
            end = self._map(pointer, depth)
        elif token[1] == "[":
            end = self._list(pointer, depth)
        else:
            self._scalar(token)
        self.spans[pointer] = begin, end

    def _list(self, pointer: str, depth: int) -> int:
        """The end of the list whose bracket was the last token."""
        index, token = 0, next(self._tokens)
        while token[1] != "]":
            self._value(token, f"{pointer}/{index}", depth + 1)
            index, token = index + 1, self._next()
        return token.end(1)

    def _map(self, pointer: str, depth: int) -> int:
        """The end of the map whose bracket was the last token."""
        keys: dict[str, Span] = {}
        token = next(self._tokens)
        while token[1] != "}":
            key = self._scalar(token)
            if key in keys:
                raise self._twice(key, keys[key], token.span(1))
            keys[key] = token.span(1)
            next(self._tokens)  # the colon
            self._value(next(self._tokens), f"{pointer}/{escape(key)}", depth + 1)
            token = self._next()
        return token.end(1)

    def _next(self) -> re.Match[str]:
        """The token after the comma, or the closing bracket."""
        token = next(self._tokens)
        return next(self._tokens) if token[1] == "," else token

    def _scalar(self, token: re.Match[str]) -> Any:
        value = json.loads(token[1])
        if isinstance(value, str) and _SURROGATE.search(value):
            raise _wrong(self.name, self.text, token.span(1), "it holds half of a character")
        if isinstance(value, float) and not isfinite(value):
            raise _wrong(self.name, self.text, token.span(1), "JSON has no such number")
        return value

    def _twice(self, key: str, first: Span, second: Span) -> InvalidSpec:
        label = Label(_place(self.name, self.text, first), "first here")
        finding = Finding("LD131", (), {"key": key})
        return InvalidSpec([diagnosed(finding, _place(self.name, self.text, second), (label,))])


def _wrong(name: str, text: str, span: Span, problem: str) -> InvalidSpec:
    return InvalidSpec([diagnosed(Finding("LD140", (), {"problem": problem}), _place(name, text, span))])


def _too_deep(name: str, text: str, begin: int) -> InvalidSpec:
    place = _place(name, text, (begin, begin + 1))
    return InvalidSpec([diagnosed(Finding("LD137", (), {"bound": MAX_DEPTH}), place)])


def _place(name: str, text: str, span: Span) -> Place:
    (line, column), (end_line, end_column) = (_position(text, offset) for offset in span)
    return Place(name, line, column, end_line, end_column)


def _position(text: str, offset: int) -> tuple[int, int]:
    """Line and column from 1, as every other place counts them."""
    begins = _line_begins(text)
    line = bisect_right(begins, offset)
    return line, offset - begins[line - 1] + 1


@lru_cache(maxsize=1)  # a file has many problems as often as one
def _line_begins(text: str) -> list[int]:
    return [0, *(match.end() for match in _LINE_BREAK.finditer(text))]
