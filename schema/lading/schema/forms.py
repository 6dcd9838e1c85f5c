"""Short forms: what people may write instead of a struct, made into the struct's own form, node by node.

A form changes how a thing is written, never what it says; every node keeps the place of the text it came from.
"""

import re
from collections.abc import Callable

from lading.schema.node import Mapping, Node, Scalar, Sequence

_MODEL_AND_COUNT = re.compile(r"(?P<model>[^:]+):(?P<count>\d{1,99})\Z", re.ASCII)
_COUNT_BY_X = re.compile(r"(?P<model>[^\d:][^:]*)[x*×](?P<count>\d{1,99})\Z", re.ASCII)
_COUNT_AND_MODEL = re.compile(r"(?P<count>\d{1,2}) ?[:x*×] ?(?P<model>[^:]*[^\d:][^:]*)\Z", re.ASCII)
_NEGATIVE = re.compile(r"-\d", re.ASCII)
_COUNT = re.compile(r"\d{1,99}\Z", re.ASCII)


def gpu(node: Node) -> Node | str:
    """``8`` → ``{count: 8}``, ``A800:8`` → ``{model: A800, count: 8}``; or the sentence that says what is wrong."""
    if not isinstance(node, Scalar):
        return node
    if match := _MODEL_AND_COUNT.match(node.text):
        return _map(node, model=_text(node, match["model"]), count=_plain(node, match["count"]))
    if match := _COUNT_BY_X.match(node.text):
        return f'write "{match["model"]}:{match["count"]}"'
    if _NEGATIVE.match(node.text):
        return "there can not be fewer than none"
    if match := _COUNT_AND_MODEL.match(node.text):
        return f'write "{match["model"]}:{match["count"]}"'
    if not _COUNT.match(node.text):
        return f'say how many, as in "{node.text}:1"'
    if int(node.text) > LARGEST_COUNT:
        return f'{node.text} looks like a model: write {{model: "{node.text}", count: 1}}'
    return _map(node, count=node)


LARGEST_COUNT = 128
"""More GPUs than this in one replica are taken for a model's name (``gpu: 4090``)."""


def after(node: Node) -> Node | str:
    """A list → ``{ok: list}``."""
    return Mapping({"ok": (node.span, node)}, node.span) if isinstance(node, Sequence) else node


def _map(node: Scalar, **fields: Scalar) -> Mapping:
    return Mapping({name: (node.span, value) for name, value in fields.items()}, node.span)


def _text(node: Scalar, text: str) -> Scalar:
    return Scalar(text, False, node.span)


def _plain(node: Scalar, text: str) -> Scalar:
    return Scalar(text, True, node.span)


FORMS: dict[str, Callable[[Node], Node | str]] = {"gpu": gpu, "after": after}
