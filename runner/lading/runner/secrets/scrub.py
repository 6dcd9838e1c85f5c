"""Scrubbing: what a platform sends back may hold what it was sent, and nobody is to see that again."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

from lading.runner.secrets.vault import HIDDEN, SecretValue, looked_up

Failure = TypeVar("Failure", bound=BaseException)

SHORT = 4
"""A value of fewer characters is only hidden where it stands by itself: ``ab`` would else hide half of every word."""


class Scrubber:
    """Takes out values, as they are and as programs usually encode them, of texts, bytes, JSON data and errors."""

    def __init__(self, values: Iterable[SecretValue]) -> None:
        forms = sorted({form for value in values for form in _forms(value.reveal())}, key=len, reverse=True)
        self._long = [form for form in forms if len(form) >= SHORT]
        self._short = re.compile(
            "|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in forms[len(self._long) :]) or r"(?!)"
        )

    def scrub(self, data: Any) -> Any:
        """The text, bytes or JSON data without the values, in keys neither."""
        if isinstance(data, str):
            return self._clean(data)
        if isinstance(data, bytes):
            return self._clean(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        if isinstance(data, Mapping):
            return {self.scrub(key): self.scrub(item) for key, item in data.items()}
        return type(data)(self.scrub(item) for item in data) if type(data) in {list, tuple} else data

    def _clean(self, text: str) -> str:
        for form in self._long:
            text = text.replace(form, HIDDEN)
        return self._short.sub(HIDDEN, text)

    def error(self, error: BaseException) -> None:
        """The error no longer holds the values, and has forgotten what led to it where that holds them."""
        error.args = self.scrub(error.args)
        for name, item in vars(error).items():
            setattr(error, name, self.scrub(item))
        cause = error.__cause__ or error.__context__
        if cause is not None and self._clean(repr(cause)) != repr(cause):
            error.__cause__ = error.__context__ = None


def scrubbed(error: Failure) -> Failure:
    """The same error, without any value that this process has looked up until now."""
    scrubber().error(error)
    return error


def scrubber() -> Scrubber:
    """Takes out every value that this process has looked up until now."""
    return _scrubber_of(_Values(tuple(looked_up)))


class _Values:
    """Values that are told apart by which objects they are: their own hash would tell something of them."""

    def __init__(self, values: tuple[SecretValue, ...]) -> None:
        self.values = values
        self._objects = tuple(map(id, values))

    def __hash__(self) -> int:
        return hash(self._objects)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Values) and self._objects == other._objects


@lru_cache(maxsize=4)
def _scrubber_of(known: _Values) -> Scrubber:
    return Scrubber(known.values)


def _forms(value: str) -> Iterator[str]:
    yield value
    if len(value) < SHORT:
        return
    yield from (line for line in value.splitlines() if len(line) > SHORT)
    yield from _in_json(value)
    yield repr(value)[1:-1]
    yield from (quote(value), quote(value, safe=""), quote_plus(value))
    yield value.replace("'", "'\"'\"'")  # as a shell has it
    yield from _base64(value.encode())
    yield value.encode().hex()


def _in_json(value: str) -> Iterator[str]:
    """The value in JSON, and in JSON that stands in a string of JSON, as platforms have it up to three levels deep."""
    for is_ascii in (True, False):
        inside = value
        for _ in range(3):
            inside = json.dumps(inside, ensure_ascii=is_ascii)[1:-1]
            yield inside


def _base64(data: bytes) -> Iterator[str]:
    """What of the value is always there in base 64, wherever in a longer text it begins (``user:password``)."""
    for before in range(3):
        start = -(-8 * before // 6)
        end = 8 * (before + len(data)) // 6
        padded = bytes(before) + data
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(padded).decode()[start:end]
