"""What a server answered: read within bounds, and believed no further than it makes sense."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from lading.runner.secrets.scrub import scrubber
from lading.schema.visible import visible

LONGEST = 300
"""Characters of a server's own words that people are shown."""

LONGEST_NUMBER = 30
"""Digits of a whole number that anybody counts with."""

DEEPEST = 100
"""Lists and objects within each other in an answer: who goes through many more comes to the interpreter's own limit."""

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_MISSING = object()


class Garbled(Exception):
    """An answer that is not what the platform answers; the sentence says what it is instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``headers`` are by lower-case name; ``content`` is all of the body."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether HTTP itself says that it worked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON data. Raises Garbled for all else: a page, half a text, NaN, nesting without end."""
        try:
            data = json.loads(self.content, parse_constant=_no_number, parse_int=_whole, parse_float=_real)
        except (ValueError, RecursionError):
            # What is nearly JSON is nearly a job's record, with whatever people put into its environment.
            said = "it is broken" if self.content.lstrip()[:1] in {b"{", b"["} else self.words()
            raise Garbled(f"the answer is no JSON: {said}") from None
        if is_deep(data):
            raise Garbled("the answer is nested too deeply")
        return whole_characters(data) if b"\\u" in self.content else data

    def words(self) -> str:
        """What the answer says to people, in one short line that moves no cursor: of a page its title."""
        text = self.content[: 64 * LONGEST].decode("utf-8", "replace")
        if re.match(r"\s*<", text):
            title = _TITLE.search(text)
            text = title[1] if title else _MARKUP.sub(" ", text)
        return f"HTTP {self.status}: {short(text)}" if text.strip() else f"HTTP {self.status} and nothing else"


def short(text: str) -> str:
    """Somebody else's text as part of a sentence: one line, not long, no control characters and no secrets.

    These are taken out first: of one that is cut in two nobody would know the beginning again.
    """
    line = " ".join(str(scrubber().scrub(text[: 64 * LONGEST]))[: 8 * LONGEST].split())
    return visible(line if len(line) <= LONGEST else f"{line[:LONGEST]} …")


def field(data: Any, *names: str, of: type | tuple[type, ...] = object, default: Any = _MISSING) -> Any:
    """The value in nested JSON objects, which is of that type. Raises Garbled where it is not, or not there.

    With ``default`` that is the answer where it is not there, or null.
    """
    for depth, name in enumerate(names):
        if not isinstance(data, Mapping) or (found := data.get(name)) is None:
            if default is not _MISSING and (isinstance(data, Mapping) or (data is None and depth)):
                return default
            raise Garbled(f"the answer has no {'.'.join(names)}")
        data = found
    is_right = isinstance(data, of) and not (isinstance(data, bool) and of in {int, float, (int, float)})
    if not is_right:
        raise Garbled(f"{'.'.join(names)} in the answer is {short(json.dumps(data, default=str))[:80]}")
    return data


def is_deep(data: Any) -> bool:
    """Whether JSON data is nested deeper than anybody means it to be."""
    level = [data]
    for _ in range(DEEPEST):
        level = [item for one in level for item in _inside(one)]
        if not level:
            return False
    return True


def _inside(data: Any) -> Iterable[Any]:
    if isinstance(data, list):
        return data
    return data.values() if isinstance(data, dict) else ()


def whole_characters(data: Any) -> Any:
    """The data with U+FFFD for halves of characters, which JSON can name and no text can hold."""
    if isinstance(data, str):
        return data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(data, Mapping):
        return {whole_characters(key): whole_characters(item) for key, item in data.items()}
    return [whole_characters(item) for item in data] if isinstance(data, list) else data


def _whole(text: str) -> int:
    """The number, if it is one that can be reckoned with and written down again."""
    return int(text) if len(text) <= LONGEST_NUMBER else _no_number(text[:LONGEST_NUMBER])


def _real(text: str) -> float:
    return found if math.isfinite(found := float(text)) else _no_number(text[:LONGEST_NUMBER])


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")
