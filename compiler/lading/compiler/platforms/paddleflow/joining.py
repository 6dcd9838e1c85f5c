"""Two Kubernetes objects as one: what the spec's author says of it, with what lading says."""

from typing import Any, NamedTuple

from lading.compiler.payload import From, Sources


class Joined(NamedTuple):
    """The object, and the pairs of values that could not both be in it; the author's is then."""

    value: Any
    clashes: list[tuple[Any, Any]]


def joined(theirs: Any, own: Any) -> Joined:
    """Both as one.

    Maps are joined key by key. Entries of lists belong together if they have one name, and so do the first containers:
    that of a pod has no name before the server gives it one.
    """
    clashes: list[tuple[Any, Any]] = []
    return Joined(_joined(theirs, own, clashes, ""), clashes)


def opened(value: Any, sources: Sources) -> Any:
    """The tree with the sources at each of its leaves."""
    if isinstance(value, dict) and value:
        return {key: opened(item, sources) for key, item in value.items()}
    if isinstance(value, list) and value:
        return [opened(item, sources) for item in value]
    return From(value, sources)


def _joined(theirs: Any, own: Any, clashes: list[tuple[Any, Any]], key: str) -> Any:
    if isinstance(theirs, dict) and isinstance(own, dict):
        both = {name: _joined(theirs[name], own[name], clashes, name) for name in theirs.keys() & own.keys()}
        return {**theirs, **own, **both}
    if _has_maps(theirs) and _has_maps(own):
        return _joined_lists(theirs, own, clashes, key)
    if _plain(theirs) != _plain(own):
        clashes.append((theirs, own))
    return theirs


def _joined_lists(theirs: list[Any], own: list[Any], clashes: list[tuple[Any, Any]], key: str) -> list[Any]:
    left, whole = list(theirs), []
    for item in own:
        at = _twin(left, item, key)
        whole.append(item if at is None else _joined(left.pop(at), item, clashes, ""))
    return whole + left


def _twin(entries: list[Any], item: dict[str, Any], key: str) -> int | None:
    """Where the entry is that speaks of the same thing."""
    if "name" not in item:
        return 0 if key == "containers" and entries else None
    names = [_plain(entry.get("name")) for entry in entries]
    return names.index(_plain(item["name"])) if _plain(item["name"]) in names else None


def _has_maps(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _plain(value: Any) -> Any:
    return _plain(value.value) if isinstance(value, From) else value
