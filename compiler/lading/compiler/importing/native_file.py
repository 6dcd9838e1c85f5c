"""A file with a native payload: what it holds once it has been decoded, and where each value stands.

The file may hold the payload as it goes over the wire, as people read it, or as ``lading compile`` prints it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from lading.compiler.importing.json_text import MAX_DEPTH, JsonText, read_json
from lading.compiler.registry import reader
from lading.compiler.target import Target
from lading.schema.diagnostics import Finding, InvalidSpec, Place, diagnosed
from lading.schema.document import decoded, lines_of

REQUEST = frozenset({"method", "path", "body"})
"""What a request has that ``lading compile`` printed."""


class NativeFile(NamedTuple):
    """A payload and where its values stand. ``later`` are the places of what is filled in at submission."""

    payload: Any
    place: Callable[[str], Place]
    later: frozenset[str] = frozenset()


def read_native(name: str, data: bytes, target: Target) -> NativeFile:
    """The payload in the file. Raises InvalidSpec where there is none, or more than one."""
    text = decoded(name, data)
    is_script = target.platform.PAYLOAD == "script"
    if not text.strip():
        raise _refused("LD105", Place(name, 1, 1, 1, 1), what="file", help="name a file with a payload in it")
    if is_script and not text.lstrip().startswith("{"):
        return _script(name, data, text, target)
    native = _payload(read_json(name, text), target)
    if not is_script:
        return native
    if not isinstance(native.payload.get("script"), str):
        raise _no_payload(native.place(""), target, "it is JSON without a script")
    return native._replace(payload=native.payload["script"])


def _script(name: str, data: bytes, text: str, target: Target) -> NativeFile:
    """A batch script, which is none without the ``#!`` that it is submitted for."""
    lines = lines_of(data)

    def place(pointer: str) -> Place:
        number = min(int(pointer[1:]), len(lines)) if pointer[1:].isdecimal() else 1
        return Place(name, number, 1, number, len(lines[number - 1]) + 1)

    if not text.startswith("#!"):
        raise _no_payload(place("/1"), target, "a batch script begins with #!")
    return NativeFile(text, place)


def _payload(whole: JsonText, target: Target) -> NativeFile:
    requests = list(_requests(whole)) or [whole]
    if len(requests) > 1:
        raise _refused("LD141", requests[1].place(""), count=len(requests))
    request = requests[0]
    later: Mapping[str, Any] = {}
    if _is_request(request.value):
        later = {**_map(request.value, "secrets"), **_map(request.value, "late")}
        request = request.below("/body", request.value["body"])
    if not isinstance(request.value, dict):
        raise _no_payload(request.place(""), target, "it is no JSON object")
    unwire = getattr(reader(target.platform.NAME), "unwire", None)
    payload = unwire(request.value, target.options) if unwire else request.value
    if _is_deep(payload):
        raise _refused("LD137", request.place(""), bound=MAX_DEPTH)
    return NativeFile(payload, request.place, frozenset(later) - {""})


def _is_deep(payload: Any) -> bool:
    """Whether there is too much inside of each other, now that texts have become what they hold."""
    level, depth = [payload], 0
    while level and depth <= MAX_DEPTH:
        level = [item for each in level for item in _inside(each)]
        depth += 1
    return bool(level)


def _inside(value: Any) -> list[Any]:
    items = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, Mapping | list)]


def _requests(whole: JsonText) -> Iterator[JsonText]:
    """The requests of what ``lading compile --format json`` prints of one job or of several."""
    if isinstance(whole.value, dict) and "lading" in whole.value:
        for compilation in _items(whole, "compilations") or [whole]:
            yield from _items(compilation, "requests")


def _items(above: JsonText, key: str) -> list[JsonText]:
    found = above.value.get(key) if isinstance(above.value, dict) else None
    items = found if isinstance(found, list) else []
    return [above.below(f"/{key}/{index}", item) for index, item in enumerate(items)]


def _is_request(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= REQUEST


def _map(request: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = request.get(key)
    return found if isinstance(found, dict) else {}


def _no_payload(place: Place, target: Target, why: str) -> InvalidSpec:
    begin = place._replace(end_line=place.line, end_column=place.column + 1)
    return _refused("LD142", begin, platform=target.platform.NAME, why=why)


def _refused(code: str, place: Place, **words: object) -> InvalidSpec:
    return InvalidSpec([diagnosed(Finding(code, (), words), place)])
