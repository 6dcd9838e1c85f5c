"""What a plain scalar means: YAML 1.2's core schema, and the scalars that a YAML 1.1 reader reads differently."""

import re
from collections.abc import Callable
from functools import lru_cache
from math import inf, nan
from typing import NamedTuple

from lading.schema.node import Scalar
from lading.schema.units import likely_seconds

Value = None | bool | int | float | str

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""The plain scalars that are null."""

_WORDS: dict[str, Value] = {
    **dict.fromkeys(NULLS),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((sign + word for sign in ("", "+") for word in (".inf", ".Inf", ".INF")), inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), nan),
}
_NUMBER_STARTS = "+-.0123456789"
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASES = {"0o": 8, "0x": 16}
_MOST_DIGITS = 3000  # of any base: Python refuses to convert integers of more than 4300 digits


def resolve(scalar: Scalar) -> Value:
    """The scalar's value in YAML 1.2's core schema. What is not plain is text."""
    text = scalar.text
    if not scalar.plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMBER_STARTS else text


@lru_cache(maxsize=4096)  # a thousand specs use the same few numbers
def _number(text: str) -> int | float | str:
    if _INTEGER.fullmatch(text) and len(text) <= _MOST_DIGITS:
        return int(text, _BASES.get(text[:2], 10))
    return float(text) if _FLOAT.fullmatch(text) else text


class Trap(NamedTuple):
    """A plain scalar that readers disagree on: what YAML 1.1 takes it for, and what to write for that, if anything."""

    reading: str
    plainer: str | None


def _without_zeros(text: str) -> str:
    return re.sub(r"\A([-+]?)[0_]+(?=[0-9])", r"\1", text).replace("_", "")


def _without_underscores(text: str) -> str:
    return text.replace("_", "")


def _duration(text: str) -> str | None:
    likely = likely_seconds(text)
    return likely and f"{likely} for a duration"


def _nothing(_: str) -> None:
    """There is no plainer way to write it."""


def _spellings(*words: str) -> list[str]:
    return [spelling for word in words for spelling in (word, word.capitalize(), word.upper())]


_TRAP_WORDS = {
    **dict.fromkeys(_spellings("y", "yes", "on"), Trap("true", "true")),
    **dict.fromkeys(_spellings("n", "no", "off"), Trap("false", "false")),
    "=": Trap("a default value", None),
}

_SOUND_NUMBER = re.compile(
    r"(?!0[0-9])[0-9]*(?:\.[0-9]+)?[A-Za-z]*"
)  # most numbers and quantities; the rest is looked at
_TRAP_NUMBERS: tuple[tuple[re.Pattern[str], str, Callable[[str], str | None]], ...] = (
    (re.compile(r"[-+]?0[0-9_]+"), "an octal number", _without_zeros),
    (re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+"), "a number in base 60", _duration),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*"), "a number in base 60", _nothing),
    (re.compile(r"[-+]?0b[01_]+|[-+]0o[0-7_]+|[-+]0x[0-9a-fA-F_]+"), "a number", _nothing),
    (re.compile(r"0(?:o[0-7]*_[0-7_]*|x[0-9a-fA-F]*_[0-9a-fA-F_]*)"), "a number", _without_underscores),
    (re.compile(r"(?=.*_)[-+]?[1-9][0-9_]*"), "a number", _without_underscores),
    (re.compile(r"(?=.*_)[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?"), "a number", _without_underscores),
    (re.compile(r"(?=.*_)[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"), "a number", _without_underscores),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a date", _nothing),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*"), "a time", _nothing),
)


@lru_cache(maxsize=4096)  # a thousand specs use the same few words
def trap(text: str) -> Trap | None:
    """What is wrong with the plain scalar, or None where every reader reads the same."""
    if text in _TRAP_WORDS:
        return _TRAP_WORDS[text]
    if text[:1] not in _NUMBER_STARTS or _SOUND_NUMBER.fullmatch(text):
        return None
    for pattern, reading, plainer in _TRAP_NUMBERS:
        if pattern.fullmatch(text):
            return Trap(reading, plainer(text))
    return None
