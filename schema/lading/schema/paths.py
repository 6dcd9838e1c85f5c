"""Paths: the one way to name a place in a spec, a site or a payload.

A path is a tuple of keys and indexes, ``("mounts", 1, "readOnly")``; people read and write it as
``mounts[1].readOnly``.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

Path = tuple[str | int, ...]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_STEP = re.compile(
    r"""\.?(?:(?P<name>[^.\[\]"]+)|\[(?P<index>[0-9]{1,9})\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\])""", re.ASCII
)


def render(path: Sequence[str | int]) -> str:
    """The path as people write it; keys that are not plain names stand quoted in brackets."""
    return "".join([_rendered(step) for step in path]).removeprefix(".")


@lru_cache(maxsize=4096)  # the fields of the language, again and again
def _rendered(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN.match(step) or step == "*":
        return f".{step}"
    escaped = step.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


@lru_cache(maxsize=4096)
def parse(text: str) -> Path | None:
    """The path that ``render`` would write as this text, or None where it is not one."""
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if not match or (at == 0 and match[0].startswith(".")):
            return None
        at = match.end()
        if match["index"] is not None:
            steps.append(int(match["index"]))
        elif match["quoted"] is not None:
            steps.append(re.sub(r"\\(.)", r"\1", match["quoted"]))
        else:
            steps.append(match["name"])
    return tuple(steps) or None


def starts_with(path: Path, prefix: Path) -> bool:
    """Whether ``path`` is ``prefix`` or lies below it."""
    return path[: len(prefix)] == prefix
