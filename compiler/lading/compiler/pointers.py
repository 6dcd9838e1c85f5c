"""JSON pointers (RFC 6901): how a place in a payload is named. The empty pointer is the whole of it."""

from collections.abc import Iterator, Mapping
from typing import Any


def escape(key: str) -> str:
    """The key as a step of a pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def split(pointer: str) -> list[str]:
    """The steps of the pointer, as keys."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def is_within(pointer: str, above: str) -> bool:
    """Whether the pointer leads to what ``above`` leads to, or to something inside it."""
    return pointer == above or pointer.startswith(f"{above}/")


def at(body: Any, pointer: str) -> Any:
    """The value that the pointer leads to. Raises LookupError where there is none."""
    for step in split(pointer):
        body = body[int(step)] if isinstance(body, list) else body[step]
    return body


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no map or list, or an empty one, with its pointer."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from leaves(item, f"{pointer}/{escape(key)}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, f"{pointer}/{index}")
    else:
        yield pointer, value


def without_entry(pointer: str, removed: str) -> str | None:
    """The pointer once the list entry ``removed`` is gone: None if it led there, one less if it led behind it."""
    if is_within(pointer, removed):
        return None
    above, _, index = removed.rpartition("/")
    if not is_within(pointer, above) or pointer == above:
        return pointer
    step, *rest = pointer[len(above) + 1 :].split("/")
    moved = str(int(step) - 1) if int(step) > int(index) else step
    return "/".join([above, moved, *rest])
