"""Two different valid values for every field of the language, and the smallest document that holds one."""

import re
from collections.abc import Mapping
from typing import Any

from lading.schema.paths import Path
from lading.schema.shape import Language, Shape, Struct

Pair = tuple[Any, Any]

BY_PATTERN: dict[str, Pair] = {
    "a DNS-1123 label": ("first", "second"),
    "a Kubernetes label value": ("red", "blue"),
    "an image reference": ("registry.example.com/a/b:1", "registry.example.com/a/b:2"),
    "an absolute path": ("/first", "/second"),
    "one line of text": ("one", "two"),
    "one line of at most": ("one", "two"),
    "a relative path": ("one/a", "two/b"),
    "an address that starts with s3": ("s3://bucket/a", "s3://bucket/b"),
    "an address that starts with http": ("http://a.example.org", "http://b.example.org"),
    "a host name": ("a.example.org", "b.example.org"),
    "a name of letters": ("one", "two"),
    "a port name": ("one", "two"),
}
BY_TYPE: dict[str, Pair] = {
    "text": ("one", "two"),
    "integer": (2, 3),
    "number": (2, 3),
    "boolean": (False, True),
    "scalar": ("one", 2),
    "any": ("one", "two"),
    "bytes": ("2Gi", "3Gi"),
    "seconds": ("2h", "3h"),
    "cores": (2, 4),
    "indices": ("0-3", "0-7"),
    "publish": (True, 8080),
    "env": ("one", "two"),
}
BY_PATH: dict[str, Pair] = {
    "kind": ("job", "job"),
    "schedule.after.ok": (["101"], ["102"]),
    "schedule.after.any": (["101"], ["102"]),
    "schedule.after.notOk": (["101"], ["102"]),
    "framework": ("none", "pytorch"),
    "resources.gpu.model": ("A800", "H100"),
    "schedule.queue": ("work", "night"),
    "mounts[].volume": ("data", "code"),
}
"""Where any word would do for the language, and targets know only some."""

BESIDE: dict[str, dict[str, Any]] = {
    "args": {"command": ["true"]},
    "shell": {"script": "true"},
    "script": {},
    "launch": {"replicas": 2},
    "image": {"command": ["true"]},
}
"""What must stand beside a field for it to mean something; elsewhere a command stands beside it."""


def pair(shape: Shape, path: Path, language: Language) -> Pair:
    """Two valid values of the shape."""
    name = re.sub(r"\[\d+\]", "[]", _label(path))
    for known, values in BY_PATH.items():
        if name == known or name.endswith(f".{known}"):
            return values
    if shape.enum:
        return shape.enum[0], shape.enum[-1]
    if shape.says:
        return next(values for says, values in BY_PATTERN.items() if shape.says.startswith(says))
    if shape.type == "list" and shape.item:
        one, two = pair(shape.item, (*path, 0), language)
        least = int(shape.minimum or 1)
        return [one] * least, [two] * least
    if shape.type == "map" and shape.item:
        one, two = pair(shape.item, (*path, "key"), language)
        return {"key": one}, {"key": two}
    if shape.type == "struct":
        struct = language.structs[shape.struct]
        return smallest(struct, language, path), smallest(struct, language, path)
    low = int(shape.minimum or 0)
    return (low + 2, low + 3) if shape.type == "integer" else BY_TYPE[shape.type]


def smallest(struct: Struct, language: Language, path: Path = ()) -> dict[str, Any]:
    """The smallest valid value of the struct."""
    value = {}
    for name, field in struct.fields.items():
        if field.required:
            value[name] = pair(field.shape, (*path, name), language)[0]
    if struct.exactly_one and not any(name in value for group in struct.one_of for name in group):
        first = struct.one_of[0][0]
        value[first] = pair(struct.fields[first].shape, (*path, first), language)[0]
    return value


def document(kind: str, path: Path, value: Any, language: Language) -> dict[str, Any]:
    """The smallest document of the kind in which the path has the value; ``*`` and 0 stand for one entry."""
    struct = language.structs[language.kinds[kind]]
    whole = {"lading": "v1", "kind": kind, "name": "sample", **smallest(struct, language)}
    whole |= {"lading": "v1", "kind": kind, "name": "sample"}
    if kind == "workflow":
        whole["steps"] = {"key": {"command": ["true"]}}
    elif kind in {"job", "service"} and path[0] not in {"script", "shell"}:
        whole["command"] = ["true"]
    if kind == "search" and path[0] != "sql":
        del whole["sql"]
        whole |= {"text": "a red car", "featureLibrary": "cars", "topK": 10}
    if kind == "service":
        whole["accept"] = ["ports"]
    if kind in {"job", "service"}:
        whole |= BESIDE.get(str(path[0]), {})
    _put(whole, struct, path, value, language, ())
    return whole


def _put(node: dict[str, Any], struct: Struct, path: Path, value: Any, language: Language, at: Path) -> None:
    name = str(path[0])
    field = struct.fields[name]
    for group in struct.one_of:
        if name not in group and any(name in other for other in struct.one_of):
            for rival in group:
                node.pop(rival, None)
    node[name] = _inside(field.shape, path[1:], value, language, (*at, name), node.get(name))
    if at and at[0] in {"roles", "steps", "containers"}:
        for other, beside in BESIDE.get(name, {}).items():
            node.setdefault(other, beside)


def _inside(shape: Shape, rest: Path, value: Any, language: Language, at: Path, before: Any) -> Any:
    if not rest:
        return value
    if shape.type in {"list", "map"} and shape.item:
        step = 0 if shape.type == "list" else "key"
        old = before["key"] if isinstance(before, Mapping) and "key" in before else None
        inner = _inside(shape.item, rest[1:], value, language, (*at, step), old)
        return [inner] if shape.type == "list" else {"key": inner}
    struct = language.structs[shape.struct]
    node = dict(before) if isinstance(before, Mapping) else smallest(struct, language, at)
    _put(node, struct, rest, value, language, at)
    return node


def _label(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text
