"""From YAML text to nodes: libyaml's events, put together here.

libyaml's own composer recurses in C and dies on deep nesting, and its values no longer know where they stood or whether
they were quoted. Nothing here recurses, and what an alias stands for is counted before it is believed.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

from _ruamel_yaml import CParser
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from lading.schema.diagnostics import Diagnostic, Finding, Label, Mark, Span, diagnosed, place_of
from lading.schema.node import Mapping, Node, Scalar, Sequence
from lading.schema.paths import Path
from lading.schema.scalars import Trap, trap
from lading.schema.syntax import IN_QUOTES, full_width, mistake

MAX_DEPTH = 64
MAX_EXPANSION = 10_000  # how many values all aliases of a file may stand for together


class Document(NamedTuple):
    """One YAML document of a file."""

    file: str
    root: Node


_NO_KEYS = frozenset({"", "<<"})


class _Stop(Exception):
    """Nothing can be made of the rest of this document."""


Key = tuple[str, bool, Span]
"""What makes a scalar. One that is a key needs no node of its own."""

Items = dict[str, tuple[Span, Node]]


class _Frame:
    """A map or list that is being filled, and the event that began it; or the document that waits for its value.

    ``takes_key`` says that a key comes next; ``key`` is the one that waits for its value.
    """

    __slots__ = ("event", "items", "key", "node", "takes_key")

    def __init__(self, event: Any, items: Any, node: Mapping | Sequence | None, *, is_map: bool = False) -> None:
        self.event = event
        self.items = items
        self.node = node
        self.takes_key = is_map
        self.key: Key | Node | None = None

    def step(self) -> Path:
        """The step that leads to what comes next, where it is known."""
        if isinstance(self.node, Sequence):
            return (len(self.node.items),)
        return self.key[:1] if isinstance(self.key, tuple) else ()


class Loader:
    """Collects the documents of one file, and what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.documents: list[Document] = []
        self.diagnostics: list[Diagnostic] = []
        self.has_started = False
        self._file = file
        self._anchors: dict[str, Node] = {}
        self._open: list[_Frame] = []
        self._frame: _Frame  # the innermost of those
        self._end: Mark  # of the value that was read last
        self._expanded = 0
        self._text = ""

    def load(self, text: str) -> int | None:
        """Adds the text's documents. Where one can not be read to its end, the line, from 0, where that was noticed."""
        self._text, self._open = text, []
        file, may_have_keys = self._file, "?" in text
        may_be_odd = may_have_keys or "&" in text or "!" in text or not text.isascii()
        next_event = CParser(text).get_event
        event = next_event()
        try:
            while event is not None:
                if type(event) is ScalarEvent:  # most events are: as little as can be is called for one
                    value, plain = event.value, event.style == ""
                    self._end = end = event.end_mark
                    span = (file, event.start_mark, end)
                    if (plain and trap(value)) or (
                        may_be_odd and (may_have_keys or event.anchor or event.ctag or not value.isascii())
                    ):
                        self._notice(event, Scalar(value, plain, span))
                    frame = self._frame
                    if frame.takes_key:
                        frame.key, frame.takes_key = (value, plain, span), False
                    elif frame.key is None:
                        frame.items.append(Scalar(value, plain, span))
                    else:
                        self._put_under_key(frame, Scalar(value, plain, span))
                elif handler := self._HANDLERS.get(type(event)):
                    handler(self, event)
                event = next_event()
        except MarkedYAMLError as error:
            self.diagnostics.append(mistake(self._file, error, text, self._bracket()))
            return int(error.problem_mark.line)
        except _Stop:
            return int(event.start_mark.line)
        return None

    def _document_starts(self, event: Any) -> None:
        self.has_started = True
        self._anchors = {}
        self._open = []
        self._enter(_Frame(event, [], None))

    def _document_ends(self, _: Any) -> None:
        (root,) = self._open.pop().items
        if isinstance(root, Scalar) and root.plain and not root.text:
            words = {"what": "document", "help": 'write a spec here, or remove the "---"'}
            self._report("LD105", root.span, **words)
        else:
            self.documents.append(Document(self._file, root))

    def _put(self, node: Node) -> None:
        """The node is where the next one goes: in the map under the key that waits or as its key, or in the list."""
        frame = self._frame
        if frame.takes_key:
            frame.key = (node.text, node.plain, node.span) if isinstance(node, Scalar) else node
            frame.takes_key = False
        elif frame.key is None:
            frame.items.append(node)
        else:
            self._put_under_key(frame, node)

    def _put_under_key(self, frame: _Frame, node: Node) -> None:
        """The node is in the map under the key that waits, unless that is no key for a map."""
        key, items = frame.key, frame.items
        if isinstance(key, tuple):
            text, plain, span = key
            if text not in items and not (plain and text in _NO_KEYS):
                items[text] = (span, node)
            else:
                self._refuse_key(Scalar(*key), items)
        elif key is not None:
            self._refuse_key(key, items)
        frame.key, frame.takes_key = None, True

    def _notice(self, event: Any, node: Scalar) -> None:
        """Everything about a scalar that few of them have."""
        begin = event.start_mark.index
        if node.text and self._text[begin - 1 : begin] == "?":
            # Inside brackets libyaml takes the "?" of ``?x`` for a sign of its own, and YAML 1.2 for a letter.
            self._report("LD125", node.span, character='"?"', choice=IN_QUOTES)
        if node.plain and not node.text.isascii():
            self._notice_full_width(event)
        if node.plain and (found := trap(node.text)):
            self._report_trap(node.text, found, node.span)
        if event.ctag:
            self._report("LD134", node.span)
        if event.anchor:
            self._anchors[event.anchor] = node

    def _alias(self, event: Any) -> None:
        name = event.anchor
        span = (self._file, event.start_mark, event.end_mark)
        if name in self._anchors:
            self._expand(self._anchors[name], span)
            node: Node = replace(self._anchors[name], span=span)
        else:
            self._report("LD135", span, name=name)
            node = Scalar(f"*{name}", False, span)
        self._end = event.end_mark
        self._put(node)

    def _list_starts(self, event: Any) -> None:
        items: list[Node] = []
        self._enter(_Frame(event, items, Sequence(items, self._opening(event))))

    def _map_starts(self, event: Any) -> None:
        items: Items = {}
        self._enter(_Frame(event, items, Mapping(items, self._opening(event)), is_map=True))

    def _opening(self, event: Any) -> Span:
        """The span of the event that begins a list or a map, which is checked for what neither may have."""
        span = (self._file, event.start_mark, event.end_mark)
        if event.ctag:
            self._report("LD134", span)
        if event.anchor:
            self._anchors.pop(event.anchor, None)  # an alias inside can not mean an older anchor of that name
        if len(self._open) > MAX_DEPTH:
            self._report("LD137", span, bound=MAX_DEPTH)
            raise _Stop
        return span

    def _enter(self, frame: _Frame) -> None:
        self._open.append(frame)
        self._frame = frame

    def _collection_ends(self, event: Any) -> None:
        frame = self._open.pop()
        node, began = frame.node, frame.event
        assert node is not None
        if began.flow_style:  # in block style the parser notices the end only at the next token, lines later
            self._end = event.end_mark
        node.span = (self._file, began.start_mark, self._end)
        if began.anchor:
            self._anchors[began.anchor] = node
        self._frame = self._open[-1]
        self._put(node)

    def _bracket(self) -> Mark | None:
        """The end of the innermost bracket that is open. ``[a: b]`` holds a map without one."""
        for frame in reversed(self._open[1:]):
            event = frame.event
            if event.flow_style and self._text[event.end_mark.index - 1] in "[{":
                bracket: Mark = event.end_mark
                return bracket
        return None

    def _expand(self, node: Node, span: Span) -> None:
        """Counts what an alias of the node stands for, and stops where that is too much."""
        size, depth = measure(node)
        self._expanded += size
        if self._expanded > MAX_EXPANSION:
            self._report("LD136", span, bound=MAX_EXPANSION)
            raise _Stop
        if len(self._open) - 1 + depth > MAX_DEPTH:
            self._report("LD137", span, bound=MAX_DEPTH)
            raise _Stop

    def _refuse_key(self, key: Node, items: Items) -> None:
        if not isinstance(key, Scalar):
            self._report("LD132", key.span, what="a list" if isinstance(key, Sequence) else "a map")
        elif key.plain and not key.text:
            self._report("LD132", key.span, what="nothing")
        elif key.text in items:
            first = Label(place_of(items[key.text][0]), "first here")
            self._report("LD131", key.span, first, key=key.text)
        else:
            self._report("LD133", key.span)

    def _notice_full_width(self, event: Any) -> None:
        """Punctuation that looks like YAML's: in a key it is a mistake, in an item between brackets most likely one."""
        frame, begin = self._frame, event.start_mark
        is_flow = bool(frame.event and getattr(frame.event, "flow_style", False))
        code = "LD128" if frame.takes_key else "LD129" if is_flow else ""
        text = self._text[begin.index : event.end_mark.index]
        if code and (wrong := full_width(self._file, begin.line, begin.column, text, code)):
            self.diagnostics.append(wrong)

    def _report_trap(self, text: str, found: Trap, span: Span) -> None:
        is_key = self._frame.takes_key
        choice = f'write "{text}"' if is_key else f'write "{text}" for the text'
        if found.plainer and not is_key:
            choice = f'write {found.plainer}, or "{text}" for the text'
        self._report("LD138", span, text=text, reading=found.reading, choice=choice)

    def _report(self, code: str, span: Span, *labels: Label, **words: object) -> None:
        path = tuple(step for frame in self._open for step in frame.step())
        self.diagnostics.append(diagnosed(Finding(code, path, words), place_of(span), labels))

    _HANDLERS: ClassVar[dict[type, Callable[["Loader", Any], None]]] = {
        AliasEvent: _alias,
        SequenceStartEvent: _list_starts,
        SequenceEndEvent: _collection_ends,
        MappingStartEvent: _map_starts,
        MappingEndEvent: _collection_ends,
        DocumentStartEvent: _document_starts,
        DocumentEndEvent: _document_ends,
    }


def measure(node: Node) -> tuple[int, int]:
    """How many values the node holds, itself included, and in how many levels, scalars not counted."""
    size = depth = 0
    level = [node]
    while level:
        size += len(level)
        depth += not all(isinstance(each, Scalar) for each in level)
        level = [child for each in level for child in _children(each)]
    return size, depth


def _children(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [value for _, value in node.items.values()]
    return node.items if isinstance(node, Sequence) else []
