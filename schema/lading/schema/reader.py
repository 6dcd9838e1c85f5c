"""Nodes to values, directed by the language's shapes: the one place where text gets a type.

The type of a scalar is what the field wants, not what YAML guesses: ``1.10`` where text is wanted is the text
``1.10``. Every problem becomes a finding; reading goes on past all of them.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any, ClassVar

from lading.schema.diagnostics import Finding
from lading.schema.forms import FORMS
from lading.schema.nearest import did_you_mean
from lading.schema.node import Mapping, Node, Scalar, Sequence
from lading.schema.paths import Path, render
from lading.schema.scalars import NULLS, resolve
from lading.schema.shape import Field, Language, Shape, Struct, with_raw
from lading.schema.units import likely_bytes, likely_seconds, parse_bytes, parse_cores, parse_range, parse_seconds

WRONG: Any = object()
"""What reading answers for a node that has been objected to; it never gets into a value."""

LARGEST_INDEX_COUNT = 100_000

BY_SIBLING = frozenset({"options", "catalog"})
"""Types that the platform beside them decides about."""

OVERRIDES: Path = ("overrides",)
SPECIAL = frozenset({"options", "catalog", "overrides"})
"""The names of fields that may be read otherwise than their shape alone would say."""


class Reader:
    """Reads nodes of one document. ``findings`` fill up as it goes, and so does ``formed``: what stands for short
    forms, by path.

    ``nulls`` says that null may stand for a value, to take away what a weaker layer set (overrides and ``--set``).
    """

    def __init__(self, language: Language, *, nulls: bool = False) -> None:
        self.language = language
        self.nulls = nulls
        self.is_partial = nulls
        self.formed: dict[Path, Node] = {}
        self.findings: list[Finding] = []

    def read(self, node: Node, shape: Shape, path: Path = ()) -> Any:
        """The value of the node, or WRONG."""
        if isinstance(node, Scalar) and node.plain and node.text in NULLS and shape.type != "any":
            return None if self.nulls else self._object("LD202", path)
        if shape.form:
            formed = FORMS[shape.form](node)
            if isinstance(formed, str):
                return self._object("LD215", path, what=formed)
            node = self.formed[path] = formed
        return self._READ[shape.type](self, node, shape, path)

    def read_struct(self, node: Node, struct: Struct, path: Path = ()) -> Any:
        """The map's fields by name; what is unknown, missing or in conflict has been objected to."""
        if not isinstance(node, Mapping):
            return self._mistyped(node, "a map", path)
        before, self.is_partial = self.is_partial, self.is_partial or struct.is_layer
        value = self._fields(node, struct, path)
        self._missing(struct, node, path)
        self._conflicts(struct, node, path)
        self.is_partial = before
        return value

    def _fields(self, node: Mapping, struct: Struct, path: Path) -> dict[str, Any]:
        value: dict[str, Any] = {}
        findings, fields = self.findings, struct.fields
        before = len(findings)
        for key, (_, item) in node.items.items():
            at = (*path, key)
            known = fields.get(key)
            if known is None:
                self._unknown_key(struct, key, at)
            else:
                is_special = key in SPECIAL
                read = self._special(item, known.shape, at, node) if is_special else self.read(item, known.shape, at)
                if read is not WRONG:
                    value[key] = read
                if len(findings) > before:
                    self._show_example(known, at, before)
                    before = len(findings)
        return value

    def _show_example(self, known: Field, at: Path, since: int) -> None:
        """What is of the wrong type inside the field can be seen in its right form, the nearest field's example."""
        for index, finding in enumerate(self.findings[since:], since):
            if finding.code == "LD201" and known.example and "help" not in finding.words:
                words = {**finding.words, "help": f"write it like `{at[-1]}: {known.example}`"}
                self.findings[index] = finding._replace(words=words)

    def _special(self, item: Node, shape: Shape, at: Path, parent: Mapping) -> Any:
        """The value of a field whose name is one of ``SPECIAL``."""
        if shape.type in BY_SIBLING:
            return self._by_sibling(item, shape.type, at, parent)
        if at != OVERRIDES:
            return self.read(item, shape, at)
        if not isinstance(item, Mapping):
            return self._mistyped(item, "a map of targets", at)
        before, self.nulls = self.nulls, True
        value = self.read(item, shape, at)
        self.nulls = before
        return value

    def _unknown_key(self, struct: Struct, key: str, at: Path) -> None:
        parent = render(at[:-1]) or "the document"
        from lading.schema.meant import MOST_ADVICE, what_was_meant

        help_ = what_was_meant(struct, key, self.language) if len(self.findings) < MOST_ADVICE else ""
        self._object("LD203", at, at_key=True, key=key, parent=parent, help=help_)

    def _missing(self, struct: Struct, node: Mapping, path: Path) -> None:
        if self.is_partial:
            return
        for name in struct.required:
            if name not in node.items:
                example = struct.fields[name].example
                self._object("LD204", path, parent=render(path) or "the document", field=name, example=example)

    def _conflicts(self, struct: Struct, node: Mapping, path: Path) -> None:
        if not struct.one_of or len(struct.rivals.intersection(node.items)) == 1:
            return
        present = [found for group in struct.one_of if (found := _first(group, node))]
        parent = render(path) or "the document"
        if len(present) > 1:
            first, second = sorted(present, key=list(node.items).index)[:2]
            others = (((*path, first), f"{first} is set here"),)
            self._object("LD211", (*path, second), at_key=True, others=others, first=first, second=second)
        elif struct.exactly_one and not present and not self.is_partial:
            known = ", ".join(group[0] for group in struct.one_of)
            self._object("LD212", path, parent=parent, known=known)

    def _by_sibling(self, node: Node, which: str, path: Path, parent: Mapping) -> Any:
        _, platform = parent.items.get("platform", (None, None))
        name = platform.text if isinstance(platform, Scalar) else ""
        return self._of_platform(node, name, which, path)

    def _of_platform(self, node: Node, name: str, which: str, path: Path) -> Any:
        found = self.language.platform(name, which)
        if found is None:
            return WRONG
        struct, structs = found
        if which == "native":
            struct = with_raw(struct)
        inner = Reader(Language({**self.language.structs, **structs}, {}), nulls=self.nulls)
        inner.formed, inner.findings, inner.is_partial = self.formed, self.findings, self.is_partial
        return inner.read_struct(node, struct, path)

    def _native(self, node: Node, shape: Shape, path: Path) -> Any:
        if not isinstance(node, Mapping):
            return self._mistyped(node, "a map of platforms", path)
        value = {}
        for name, (_, item) in node.items.items():
            at = (*path, name)
            if self.language.platform(name, "native") is None:
                known = self.language.platforms()
                self._object("LD214", at, at_key=True, name=name, help=did_you_mean(name, known, "known"))
            elif (read := self._of_platform(item, name, "native", at)) is not WRONG:
                value[name] = read
        return value

    def _text(self, node: Node, shape: Shape, path: Path) -> Any:
        if not isinstance(node, Scalar):
            return self._mistyped(node, shape.says or "text", path)
        text = node.text
        if shape.enum and text not in shape.enum:
            known = ", ".join(shape.enum)
            return self._object("LD205", path, value=text, known=known, help=did_you_mean(text, shape.enum, "one of"))
        if shape.pattern and not _compiled(shape.pattern).fullmatch(text):
            return self._object("LD206", path, path=render(path), value=shown(text), wanted=shape.says or shape.pattern)
        if "\0" in text:
            return self._object(
                "LD206", path, path=render(path), value=shown(text), wanted="text without NUL characters"
            )
        is_bounded = shape.maximum is not None or shape.minimum is not None
        return self._sized(text, len(text), "characters", shape, path) if is_bounded else text

    def _integer(self, node: Node, shape: Shape, path: Path) -> Any:
        value = resolve(node) if isinstance(node, Scalar) and node.plain else None
        if not isinstance(value, int) or isinstance(value, bool):
            return self._mistyped(node, "a whole number", path)
        return self._ranged(value, shape, path)

    def _number(self, node: Node, shape: Shape, path: Path) -> Any:
        value = resolve(node) if isinstance(node, Scalar) and node.plain else None
        if not _is_finite(value):
            return self._mistyped(node, "a number", path)
        return self._ranged(value, shape, path)

    def _boolean(self, node: Node, shape: Shape, path: Path) -> Any:
        value = resolve(node) if isinstance(node, Scalar) and node.plain else None
        return value if isinstance(value, bool) else self._mistyped(node, "true or false", path)

    def _scalar(self, node: Node, shape: Shape, path: Path) -> Any:
        if not isinstance(node, Scalar):
            return self._mistyped(node, "text, a number, true or false", path)
        value = resolve(node) if node.plain else node.text
        return (
            value
            if not isinstance(value, float) or _is_finite(value)
            else self._mistyped(node, "a finite number", path)
        )

    def _anything(self, node: Node, shape: Shape, path: Path) -> Any:
        if isinstance(node, Scalar):
            value = resolve(node) if node.plain else node.text
            is_json = not isinstance(value, float) or _is_finite(value)
            return value if is_json else self._mistyped(node, "a finite number", path)
        return self._list(node, _ANY_LIST, path) if isinstance(node, Sequence) else self._map(node, _ANY_MAP, path)

    def _quantity(self, node: Node, shape: Shape, path: Path) -> Any:
        parse, what, example, needs_unit, likely = _QUANTITIES[shape.type]
        if not isinstance(node, Scalar):
            return self._mistyped(node, what, path)
        value = parse(node.text)
        if value is None and needs_unit and _NUMBER.match(node.text):
            return self._object("LD209", path, path=render(path), value=node.text, what=what, example=example)
        if value is None:
            better = likely(node.text)
            better = f"write {better}" if better else ""
            return self._object("LD210", path, value=shown(node.text), what=what, example=example, help=better)
        return self._ranged(value, shape, path)

    def _indices(self, node: Node, shape: Shape, path: Path) -> Any:
        parts = list(_index_texts(node))
        ranges = [parse_range(part) for part in parts]
        if not parts or any(item is None for item in ranges):
            wrong = next((part for part, item in zip(parts, ranges, strict=True) if item is None), "")
            return self._object("LD216", path, what=f'"{shown(wrong)}" is not an index or a range of them')
        known = [item for item in ranges if item]
        if any(later[0] <= earlier[1] for earlier, later in pairwise(known)):
            return self._object("LD216", path, what="indices must ascend, each one once")
        if sum(len(range(first, last + 1, step)) for first, last, step in known) > LARGEST_INDEX_COUNT:
            return self._object("LD216", path, what=f"there are more than {LARGEST_INDEX_COUNT:,} indices")
        return known

    def _publish(self, node: Node, shape: Shape, path: Path) -> Any:
        value = resolve(node) if isinstance(node, Scalar) and node.plain else None
        if isinstance(value, bool):
            return value
        return (
            self._ranged(value, shape, path) if isinstance(value, int) else self._mistyped(node, "true or a port", path)
        )

    def _env(self, node: Node, shape: Shape, path: Path) -> Any:
        if not isinstance(node, Mapping):
            return self._text(node, shape, path)
        before, self.nulls = self.nulls, False  # it replaces what a weaker layer says, so it is whole by itself
        value = self.read_struct(node, self.language.structs["SecretRef"], path)
        self.nulls = before
        return value

    def _list(self, node: Node, shape: Shape, path: Path) -> Any:
        if not isinstance(node, Sequence):
            return self._mistyped(node, "a list", path)
        value = []
        each = shape.item or _ANY
        before, self.nulls = self.nulls, False  # a list is replaced as a whole: there is nothing below to remove
        for index, item in enumerate(node.items):
            if (read := self.read(item, each, (*path, index))) is not WRONG:
                value.append(read)
        self.nulls = before
        return self._sized(value, len(node.items), "entries", shape, path)

    def _map(self, node: Node, shape: Shape, path: Path) -> Any:
        if not isinstance(node, Mapping):
            return self._mistyped(node, "a map", path)
        value = {}
        each = shape.item or _ANY
        matches = _compiled(shape.key_pattern).fullmatch if shape.key_pattern else None
        for key, (_, item) in node.items.items():
            at = (*path, key)
            if matches and not matches(key):
                self._object("LD213", at, at_key=True, key=shown(key), wanted=shape.key_says or shape.key_pattern)
            elif (read := self.read(item, each, at)) is not WRONG:
                value[key] = read
        return self._sized(value, len(node.items), "entries", shape, path)

    def _struct(self, node: Node, shape: Shape, path: Path) -> Any:
        return self.read_struct(node, self.language.structs[shape.struct], path)

    def _ranged(self, value: Any, shape: Shape, path: Path) -> Any:
        low, high = shape.minimum, shape.maximum
        if low is not None and value < low:
            bound = "more than 0" if shape.type in _QUANTITIES else f"at least {low:g}"
            return self._object("LD207", path, path=render(path), bound=bound)
        if high is not None and value > high:
            return self._object("LD207", path, path=render(path), bound=f"at most {high:g}")
        return value

    def _sized(self, value: Any, size: int, what: str, shape: Shape, path: Path) -> Any:
        if shape.maximum is not None and size > shape.maximum:
            return self._object(
                "LD208", path, path=render(path), size=size, what=what, bound=f"at most {shape.maximum:g}"
            )
        if shape.minimum is not None and size < shape.minimum:
            return self._object(
                "LD208", path, path=render(path), size=size, what=what, bound=f"at least {shape.minimum:g}"
            )
        return value

    def _mistyped(self, node: Node, wanted: str, path: Path) -> Any:
        return self._object("LD201", path, path=render(path) or "the document", wanted=wanted, found=described(node))

    def _object(
        self, code: str, at: Path, *, at_key: bool = False, others: tuple[tuple[Path, str], ...] = (), **words: object
    ) -> Any:
        self.findings.append(Finding(code, at, words, at_key, others))
        return WRONG

    _READ: ClassVar[dict[str, Callable[["Reader", Node, Shape, Path], Any]]] = {
        "text": _text,
        "integer": _integer,
        "number": _number,
        "boolean": _boolean,
        "scalar": _scalar,
        "any": _anything,
        "bytes": _quantity,
        "seconds": _quantity,
        "cores": _quantity,
        "indices": _indices,
        "publish": _publish,
        "env": _env,
        "list": _list,
        "map": _map,
        "struct": _struct,
        "native": _native,
    }


def described(node: Node) -> str:
    """What a person would call the node: ``a list``, ``the text "4"``."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a map"
    return f'the text "{shown(node.text)}"' if not node.plain or isinstance(resolve(node), str) else node.text


def shown(text: str, most: int = 60) -> str:
    """A text short enough for a sentence."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _first(names: tuple[str, ...], node: Mapping) -> str | None:
    """The first of the names that the node has."""
    for name in names:
        if name in node.items:
            return name
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _is_finite(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value not in {float("inf"), float("-inf")} and value == value  # noqa: PLR0124 - nan is not itself


def _index_texts(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield from (part.strip() for part in node.text.split(","))
    elif isinstance(node, Sequence):
        yield from (item.text if isinstance(item, Scalar) else "…" for item in node.items)


_ANY = Shape("any")
_ANY_LIST, _ANY_MAP = Shape("list", item=_ANY), Shape("map", item=_ANY)
_NUMBER = re.compile(r"\d+(\.\d+)?\Z", re.ASCII)
_Likely = Callable[[str], str | None]
_QUANTITIES: dict[str, tuple[Callable[[str], int | None], str, str, bool, _Likely]] = {
    "bytes": (parse_bytes, "an amount of memory", "64Gi", True, likely_bytes),
    "seconds": (parse_seconds, "a duration", "12h", True, likely_seconds),
    "cores": (parse_cores, "a number of cores", "500m", False, lambda _: None),
}
