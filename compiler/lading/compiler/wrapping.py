"""What can be said around a program by words that start it: a time limit, a loop, environment variables.

The words follow as they are, so nothing is quoted twice and everything nests. Each wrapper is said and read back side
by side.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from lading.compiler.templating import Shell, quoted_for_sh
from lading.schema.units import parse_seconds

Words = list[str]
Read = tuple[Any, Words] | None


class Wrapper(NamedTuple):
    """``said(value)`` are the words before those that they start, none where the value asks for nothing.

    ``read(words)`` is the value and what is started by it, or None where other words stand first.
    """

    said: Callable[[Any], Words]
    read: Callable[[Words], Read]


def wrapped(words: Words, values: Mapping[str, Any]) -> Words:
    """The words with all that the values ask for before them."""
    for name in reversed(WRAPPERS):
        value = values.get(name)
        words = WRAPPERS[name].said(value) + words if value else words
    return words


def asks(values: Mapping[str, Any], but: str = "") -> bool:
    """Whether any of the values, but for the one of that name, asks for words before those that they are about."""
    return any(values.get(name) and name != but and wrapper.said(values[name]) for name, wrapper in WRAPPERS.items())


def unwrapped(words: Words, names: Collection[str]) -> tuple[dict[str, Any], Words]:
    """The values of these names that stand before the words, and the words that are left."""
    values = {}
    for name, wrapper in WRAPPERS.items():
        if name in names and (found := wrapper.read(words)):
            values[name], words = found
    return values, words


# A time limit. `-k` and one unit are what coreutils and busybox agree on.

_TIMEOUT = ["timeout", "-k", "10"]
_UNITS = {86400: "d", 3600: "h", 60: "m", 1: "s"}


def _timeout(seconds: int | None) -> Words:
    """SIGTERM when the time is up, and SIGKILL ten seconds later."""
    if not seconds:
        return []
    size = next(size for size in _UNITS if seconds % size == 0)
    return [*_TIMEOUT, f"{seconds // size}{_UNITS[size]}"]


def _time_limit(words: Words) -> Read:
    if words[:3] != _TIMEOUT or len(words) < 5:
        return None
    seconds = parse_seconds(words[3])
    return (seconds, words[4:]) if seconds else None


# Loops. The program runs in the background, because a shell that waits in the foreground keeps SIGTERM to itself.

_RUN = '(exec "$@") & wait $!'
_FORWARD = 'trap "kill \\$!; wait \\$!; exit \\$?" TERM'
_RESTARTS = {
    "on-failure": f"{_FORWARD}; until {_RUN}; do sleep 1; done",
    "always": f"{_FORWARD}; while :; do {_RUN}; sleep 1; done",
}
_ATTEMPTS = f"{_FORWARD}; while [ $((LADING_ATTEMPT+=1)) -le {{}} ]; do {_RUN} && break; done"


def _loop(text: str) -> Words:
    return ["sh", "-c", text, "sh"]


def _looped(words: Words) -> tuple[str, Words] | None:
    """The text of a loop, and what it starts."""
    return (words[2], words[4:]) if len(words) > 4 and words[:4] == _loop(words[2]) else None


def _restarts(restart: str | None) -> Words:
    return _loop(_RESTARTS[restart]) if restart in _RESTARTS else []


def _restart(words: Words) -> Read:
    text, rest = _looped(words) or ("", [])
    return next(((restart, rest) for restart, known in _RESTARTS.items() if known == text), None)


def _attempts(retries: int | None) -> Words:
    return _loop(_ATTEMPTS.format(retries + 1)) if retries else []


def _retries(words: Words) -> Read:
    text, rest = _looped(words) or ("", [])
    count = re.search(r" -le ([0-9]{1,9}) ", text, re.ASCII)
    retries = int(count[1]) - 1 if count else 0
    return (retries, rest) if _attempts(retries)[2:3] == [text] else None


# Environment variables.

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.ASCII | re.DOTALL)


def _variables(env: Mapping[str, str] | None) -> Words:
    return ["env", *(Shell(f"{name}={_as_word(value)}") for name, value in env.items())] if env else []


def _as_word(value: str) -> str:
    return value if isinstance(value, Shell) else quoted_for_sh(value)


def _env(words: Words) -> Read:
    if words[:1] != ["env"]:
        return None
    found: dict[str, str] = {}
    for number, word in enumerate(words[1:], 1):
        match = _ASSIGNMENT.fullmatch(word)
        if not match:
            return (found, words[number:]) if found else None
        found[match[1]] = match[2]
    return None


WRAPPERS: dict[str, Wrapper] = {
    "schedule.timeLimit": Wrapper(_timeout, _time_limit),
    "schedule.restart": Wrapper(_restarts, _restart),
    "schedule.retries": Wrapper(_attempts, _retries),
    "env": Wrapper(_variables, _env),
}
"""Every wrapper by what it says, from the outside in: what restarts for ever still ends when the time is up."""
