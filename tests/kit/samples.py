"""Two different valid values for every field of the language, and the smallest document that holds one."""

from collections.abc import Mapping
from typing import Any, TypeVar

from lading.compiler.matrix import label
from lading.schema.paths import Path, render
from lading.schema.shape import Language, Shape, Struct

Pair = tuple[Any, Any]
Known = TypeVar("Known")

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
    "after.ok": (["one"], ["two"]),
    "after.any": (["one"], ["two"]),
    "after.notOk": (["one"], ["two"]),
    "framework": ("none", "pytorch"),
    "workdir": ("/first", "/second"),
    "pipeline.id": ("11", "12"),
    "pipeline.version": ("21", "22"),
    "resources.gpu.model": ("A800", "H100"),
    "schedule.queue": ("work", "night"),
    "mounts[].volume": ("data", "code"),
}
"""Where any word would do for the language, and targets know only some."""

BESIDE: dict[str, dict[str, Any]] = {
    "args": {"command": ["true"]},
    "shell": {"script": "true"},
    "launch": {"replicas": 2},
    "image": {"command": ["true"]},
    **{
        f"mounts[].{field}": {"path": "/first"}
        for field in ("volume", "nfs", "host", "tmpfs", "disk", "subPath", "readOnly")
    },
}
"""What must stand beside a field for it to mean something; elsewhere a command stands beside it."""

SMALL = {"resources": {"cpu": 1, "memory": "1Gi"}}
AROUND: dict[str, dict[str, Any]] = {
    "roles": {"framework": "pytorch", "roles": {"master": {}, "worker": {}}},
    "containers": {**SMALL, "containers": {"key": {"image": "a/b:1", "command": ["true"], **SMALL}}},
    "pipeline": {"pipeline": {"id": "11", "version": "21"}},
    "workflow": {"steps": {name: {"command": ["true"]} for name in ("one", "two", "key")}},
}
"""What a document must hold for what is inside a field to mean something; or a document of a kind, for anything to."""

ENTRIES = {"roles": "worker"}
"""What the one entry of a map is called, where it can not be called ``key``."""


def pair(shape: Shape, path: Path, language: Language) -> Pair:
    """Two valid values of the shape."""
    if values := _about(path, BY_PATH):
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


def concrete(path: Path) -> Path:
    """The path as it is in a sample document, in which ``*`` is the one entry of its map."""
    steps = zip(("", *path), path, strict=False)
    return tuple(ENTRIES.get(str(above), "key") if step == "*" else step for above, step in steps)


def document(kind: str, path: Path, value: Any, language: Language) -> dict[str, Any]:
    """The smallest document of the kind in which the path has the value; ``*`` and 0 stand for one entry."""
    struct = language.structs[language.kinds[kind]]
    whole = {**smallest(struct, language), **AROUND.get(str(path[0]), {}), **AROUND.get(kind, {})}
    whole |= {"lading": "v1", "kind": kind, "name": "sample"}
    if kind in {"job", "service"}:
        whole |= ({} if path[0] in {"script", "shell"} else {"command": ["true"]}) | BESIDE.get(str(path[0]), {})
    if kind == "search" and path[0] != "sql":
        del whole["sql"]
        whole |= {"text": "a red car", "featureLibrary": "cars", "topK": 10}
    _put(whole, struct, concrete(path), value, language, ())
    accepted = _accepted(kind, concrete(path))
    return whole | ({"accept": accepted} if accepted else {})


def _accepted(kind: str, path: Path) -> list[str]:
    """Losses that come with what stands around the field, and that are not asked about."""
    mounts = [render(path[: path.index("mounts") + 1])] if "mounts" in path else []
    return [*(["ports"] if kind == "service" else []), *mounts]


def _put(node: dict[str, Any], struct: Struct, path: Path, value: Any, language: Language, at: Path) -> None:
    name = str(path[0])
    field = struct.fields[name]
    for group in struct.one_of:
        if name not in group and any(name in other for other in struct.one_of):
            for rival in group:
                node.pop(rival, None)
    node[name] = _inside(field.shape, path[1:], value, language, (*at, name), node.get(name))
    for other, beside in (_about((*at, name), BESIDE) or {}).items() if at else ():
        node.setdefault(other, beside)


def _inside(shape: Shape, rest: Path, value: Any, language: Language, at: Path, before: Any) -> Any:
    if not rest:
        return value
    if shape.type in {"list", "map"} and shape.item:
        others = before if isinstance(before, Mapping) else {}
        inner = _inside(shape.item, rest[1:], value, language, (*at, rest[0]), others.get(rest[0]))
        return [inner] if shape.type == "list" else {**others, rest[0]: inner}
    struct = language.structs[shape.struct]
    node = dict(before) if isinstance(before, Mapping) else smallest(struct, language, at)
    _put(node, struct, rest, value, language, at)
    return node


def _about(path: Path, table: Mapping[str, Known]) -> Known | None:
    """What the table has for the field, by its path or the end of it."""
    name = label(path)
    return next((found for known, found in table.items() if name == known or name.endswith(f".{known}")), None)
