"""Parameters: ``${{ params.lr }}`` in strings, and ``matrix``, which makes one job of each combination.

Substitution works on parsed values, never on YAML text, so a value can not break out of its field. A string that is
only one ``${{ }}`` takes the parameter's type.
"""

import itertools
import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as Map
from types import MappingProxyType
from typing import Any, NamedTuple

from lading.schema.diagnostics import Finding
from lading.schema.expressions import NoValue, evaluate
from lading.schema.node import Mapping, Node, Scalar, Sequence
from lading.schema.paths import Path
from lading.schema.scalars import resolve

MARK = "${{"
"""What must stand in a file's text for there to be anything to substitute."""

_EXPRESSION = re.compile(r"(?P<literal>\$\$\{\{)|\$\{\{(?:(?P<code>.*?)\}\}|(?P<open>.*))", re.DOTALL)
_LONGEST_NAME = 63
MOST_COMBINATIONS = 10_000
"""A matrix of more is a mistake, and would only fill the memory."""

MOST_VALUES = 1_000_000
"""Of all documents that a matrix makes, together."""

MOST_TEXT = 1 << 26
"""Characters that all expressions of a document make, for all combinations together."""

_UNTOUCHED = frozenset({"params", "matrix", "lading", "kind"})


class Combination(NamedTuple):
    """One choice of values: the parameters with their values, and those of the matrix among them."""

    values: Map[str, Any] = MappingProxyType({})
    chosen: Map[str, Any] = MappingProxyType({})


def combinations(params: Map[str, Any], matrix: Map[str, list[Any]]) -> list[Combination]:
    """Every combination of the matrix, in the order of the file; one without a matrix."""
    picks = itertools.product(*matrix.values())
    return [Combination({**params, **chosen}, chosen) for chosen in (dict(zip(matrix, p, strict=True)) for p in picks)]


def job_names(name: str, chosen: list[Map[str, Any]], *, is_label: bool) -> list[str]:
    """The names of a matrix's jobs; all end in a digest of their values if two would be equal or one too long."""
    if not any(chosen):
        return [name] * len(chosen)
    longest = _LONGEST_NAME if is_label else 255
    names = ["-".join([name, *(_safe(f"{key}-{as_text(value)}") for key, value in c.items())]) for c in chosen]
    if len(set(names)) == len(names) and all(len(found) <= longest for found in names):
        return names
    return [f"{full[: longest - 7].rstrip('-')}-{_digest(c)}" for full, c in zip(names, chosen, strict=True)]


def _safe(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def _digest(chosen: Map[str, Any]) -> str:
    import hashlib

    text = json.dumps(chosen, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def as_text(value: Any) -> str:
    """A parameter's value as it stands inside a longer string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class _Whole(int):
    """A whole number that is still known as it was written."""

    text: str

    def __str__(self) -> str:
        return self.text


class _Decimal(float):
    """A number that is still known as it was written: ``1.10`` is a version as often as it is a rate."""

    text: str

    def __str__(self) -> str:
        return self.text


def _read(scalar: Scalar) -> Any:
    value = resolve(scalar)
    if type(value) not in {int, float}:
        return value
    number = _Whole(value) if type(value) is int else _Decimal(value)  # type: ignore[arg-type] # it is a number
    number.text = scalar.text
    return number


class Substitution:
    """Puts one combination's values into a document. ``findings`` tells which expressions could not be evaluated."""

    def __init__(self, combination: Combination, shares: int = 1) -> None:
        self.values = combination.values
        self.findings: list[Finding] = []
        self._room = MOST_TEXT // shares

    def document(self, root: Mapping) -> Mapping:
        """The document with every expression replaced; ``params`` and ``matrix`` themselves are left as they are."""
        items = {
            key: (span, node if key in _UNTOUCHED else self.node(node, (key,)))
            for key, (span, node) in root.items.items()
        }
        return Mapping(items, root.span)

    def node(self, node: Node, path: Path) -> Node:
        """The node with every expression in it replaced."""
        if isinstance(node, Sequence):
            return Sequence([self.node(item, (*path, i)) for i, item in enumerate(node.items)], node.span)
        if isinstance(node, Mapping):
            items = {key: (span, self.node(item, (*path, key))) for key, (span, item) in node.items.items()}
            return Mapping(items, node.span)
        return self._scalar(node, path) if MARK in node.text else node

    def _scalar(self, node: Scalar, path: Path) -> Scalar:
        whole = _EXPRESSION.fullmatch(node.text)
        if whole and whole["code"] is not None and "}}" not in whole["code"]:
            value = self._value(whole["code"].strip(), path)
            return Scalar(as_text(value), not isinstance(value, str), node.span)
        text = _EXPRESSION.sub(lambda m: self._replaced(m, path), node.text)
        return Scalar(text, False, node.span)

    def _replaced(self, match: re.Match[str], path: Path) -> str:
        if match["literal"]:
            return MARK
        if match["open"] is not None:
            return self._object(match[0], "it has no }} at its end, and $${{ is the text ${{", path)
        return as_text(self._value(match["code"].strip(), path))

    def _value(self, code: str, path: Path) -> str | int | float:
        try:
            value = evaluate(code, self.values)
        except NoValue as why:
            return self._object(code, str(why), path)
        return value if self._has_room(as_text(value), path) else ""

    def _object(self, code: str, problem: str, path: Path) -> str:
        known = ", ".join(f"params.{name}" for name in self.values) or "none; declare them: `params: {name: value}`"
        self.findings.append(Finding("LD220", path, {"code": code, "problem": problem, "known": known}))
        return ""

    def _has_room(self, text: str, path: Path) -> bool:
        had_room = self._room >= 0
        self._room -= len(text)
        if had_room and self._room < 0:
            self.findings.append(Finding("LD225", path, {"most": MOST_TEXT}))
        return self._room >= 0


def plain_params(node: Node | None) -> Iterator[tuple[str, Any]]:
    """The declared parameters of a document with their default values; what is wrong with them the reader says."""
    if isinstance(node, Mapping):
        for key, (_, item) in node.items.items():
            if isinstance(item, Scalar):
                yield key, _read(item)


def plain_matrix(node: Node | None) -> Iterator[tuple[str, list[Any]]]:
    """The matrix of a document: the choices of each key. What is no choice at all the reader objects to."""
    if isinstance(node, Mapping):
        for key, (_, item) in node.items.items():
            scalars = [n for n in item.items if isinstance(n, Scalar)] if isinstance(item, Sequence) else []
            if scalars:
                yield key, [_read(scalar) for scalar in scalars]
