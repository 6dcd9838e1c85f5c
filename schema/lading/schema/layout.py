"""YAML as a person would lay it out: what is small on one line, texts of several lines as they are, few quotes.

This knows YAML and nothing of the language; ``writer.py`` does. Readers of YAML 1.1 and 1.2 read the same in it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from lading.schema.node import Scalar
from lading.schema.paths import Path, starts_with
from lading.schema.scalars import resolve, trap
from lading.schema.syntax import FULL_WIDTH

Comments = Mapping[Path, Sequence[str]]


class Leaf(NamedTuple):
    """A scalar. ``is_plain``: where the syntax allows it to stand without quotes, it is still read as what is meant."""

    text: str
    is_plain: bool = True


Node: TypeAlias = "Leaf | Mapping[str, Node] | Sequence[Node]"

WIDTH = 100
"""The longest line that several values share; one value alone is never broken."""

FEW = 4
"""How many values a map on one line has at most."""

LONGEST_KEY = 1000
"""A longer key is introduced by a ``?``: libyaml looks for its colon no further than 1024 characters."""

_NO_PLAIN = re.compile(r"\A(?:[ ?:,\[\]{}#&*!|>'\"%@`]|-(?: |\Z)|---|\.\.\.|<<)|:(?: |\Z)| #| \Z")
_LIKE_PUNCTUATION = re.compile(f"[{''.join(FULL_WIDTH)}]")
_NO_PLAIN_IN_FLOW = re.compile(rf"[\[\]{{}},:?]|{_LIKE_PUNCTUATION.pattern}")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\x1b": "\\e"}


def text_leaf(text: str) -> Leaf:
    """The text, where only a text can stand: a number or boolean is its own text there, null is not."""
    return Leaf(text, _resolved(text) is not None and trap(text) is None)


def value_leaf(value: Any) -> Leaf:
    """The text, number, boolean or null, where any of these can stand."""
    if isinstance(value, str):
        return Leaf(value, isinstance(_resolved(value), str) and trap(value) is None)
    return Leaf(json.dumps(value))


def _resolved(text: str) -> Any:
    nowhere: Any = None
    return resolve(Scalar(text, True, nowhere))


def _key(text: str) -> Leaf:
    """The text as a key, where the reader takes nothing for punctuation that only looks like it."""
    leaf = text_leaf(text)
    return leaf._replace(is_plain=leaf.is_plain and not _LIKE_PUNCTUATION.search(text))


def laid_out(node: Node, comments: Comments, path: Path = ()) -> list[str]:
    """The lines of a map or list, one part after the other, each below its comment."""
    found: list[str] = []
    for step, (*above, head), part in _parts(node):
        at = (*path, step)
        found += [*remarks(comments.get(at, ())), *above, *_part(head, part, comments, at)]
    return found


def remarks(texts: Sequence[str]) -> list[str]:
    """The texts as lines of comment."""
    return [f"# {line}".rstrip() for text in texts for line in text.splitlines() or [""]]


def _parts(node: Node) -> Iterator[tuple[str | int, list[str], Node]]:
    """The parts of a map or list: the step to each, what introduces it, itself."""
    if isinstance(node, Mapping):
        yield from ((key, _introduction(key), part) for key, part in node.items())
    elif not isinstance(node, Leaf):
        yield from ((index, ["-"], part) for index, part in enumerate(node))


def _introduction(key: str) -> list[str]:
    word = _scalar(_key(key))
    return [f"{word}:"] if len(word) <= LONGEST_KEY else [f"? {word}", ":"]


def _part(head: str, node: Node, comments: Comments, path: Path) -> list[str]:
    """The part behind what introduces it: on the same line if it is small, else below."""
    if isinstance(node, Leaf):
        return _block_text(head, node.text) if _is_block(node) else [f"{head} {_scalar(node)}"]
    has_comments = any(starts_with(known, path) and known != path for known in comments)
    if not has_comments and _is_small(node, is_item=head == "-"):
        line = f"{head} {flow(node)}"
        if len(line) <= WIDTH or not node:
            return [line]
    below = laid_out(node, comments, path)
    return [f"- {below[0]}", *_indented(below[1:])] if head == "-" else [head, *_indented(below)]


def _is_small(node: Node, *, is_item: bool) -> bool:
    """Whether it may stand on one line: a list of scalars, a map of few; deeper ones only as items of a list."""
    leaves, parts = list(_leaves(node)), [part for _, _, part in _parts(node)]
    if any(_is_block(leaf) for leaf in leaves):
        return False
    is_flat = all(isinstance(part, Leaf) for part in parts)
    return (is_flat or is_item) and len(leaves) <= FEW if isinstance(node, Mapping) else is_flat


def _leaves(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    for _, _, part in _parts(node):
        yield from _leaves(part)


def flow(node: Node) -> str:
    """The node on one line."""
    if isinstance(node, Leaf):
        return _scalar(node, in_flow=True)
    if isinstance(node, Mapping):
        pairs = (f"{_scalar(_key(key), in_flow=True)}: {flow(part)}" for key, part in node.items())
        return "{" + ", ".join(pairs) + "}"
    return "[" + ", ".join(map(flow, node)) + "]"


def _scalar(leaf: Leaf, *, in_flow: bool = False) -> str:
    """The scalar on one line: plain, else in the quotes that need no escapes, else with escapes."""
    text = leaf.text
    if not text.isprintable():
        return '"' + "".join(map(_escaped, text)) + '"'
    if text and leaf.is_plain and not _NO_PLAIN.search(text) and not (in_flow and _NO_PLAIN_IN_FLOW.search(text)):
        return text
    needs_escapes = re.search(r'["\\]', text)
    return f"'{text}'" if needs_escapes and "'" not in text else '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES or character.isprintable():
        return _ESCAPES.get(character, character)
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_block(leaf: Leaf) -> bool:
    """Whether it is a text of lines that can be shown as they are."""
    lines = leaf.text.removesuffix("\n").split("\n")
    return "\n" in leaf.text and any(lines) and all(line.replace("\t", "").isprintable() for line in lines)


def _block_text(head: str, text: str) -> list[str]:
    """The text as a literal block, which says how it ends and, where that can not be seen, how far it is indented."""
    indent = "2" if text[0] in " \t\n" else ""
    end = "" if text[-2:] != "\n\n" and text.endswith("\n") else "+" if text.endswith("\n") else "-"
    return [f"{head} |{indent}{end}", *_indented(text.removesuffix("\n").split("\n"))]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" if line else line for line in lines]
