"""From the bytes of a file to documents: encoding, size and characters first, then YAML.

Whatever the bytes are, the answer is documents and diagnostics. After a syntax error it goes on at the next ``---``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from lading.schema.diagnostics import Diagnostic, Finding, InvalidSpec, Place, diagnosed, in_order
from lading.schema.loader import Document, Loader

MAX_BYTES = 1 << 20
MAX_RESTARTS = 20  # each one costs a pass over the file

_BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_PLAIN_ASCII = bytes([*b"\t\n\r", *range(0x20, 0x7F)])
# U+0085, U+2028 and U+2029 end a line for libyaml and for nobody else; U+FEFF can not be seen.
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def lines_of(data: bytes) -> list[str]:
    """The lines of a file as places count them; bytes that are no text appear as U+FFFD."""
    return _LINE_BREAK.split(data.decode("utf-8-sig", "replace"))


def parse(name: str, data: bytes) -> tuple[list[Document], list[Diagnostic]]:
    """The documents of a file, and everything that is wrong with its text, in the order of its lines.

    A document that could not be read to its end is left out; one with another problem is there.
    """
    try:
        text = decoded(name, data)
    except InvalidSpec as refused:
        return [], list(refused.diagnostics)
    diagnostics: list[Diagnostic] = []
    if data.translate(None, _PLAIN_ASCII):
        diagnostics = _forbidden(name, text)
        text = _FORBIDDEN.sub("\ufffd", text) if diagnostics else text
    loader = Loader(name)
    _load(loader, text)
    diagnostics += loader.diagnostics
    if not loader.has_started and not diagnostics:
        diagnostics.append(diagnosed(Finding("LD105", (), {"what": "file"}), _start(name)))
    return loader.documents, in_order(_inside(name, diagnostics, text))


def decoded(name: str, data: bytes) -> str:
    """The text of a file. Raises InvalidSpec where it is too large, or not UTF-8."""
    if len(data) > MAX_BYTES:
        raise InvalidSpec([diagnosed(Finding("LD103", (), {"size": len(data), "bound": MAX_BYTES}), _start(name))])
    if data.startswith(tuple(_BYTE_ORDER_MARKS)):
        encoding = next(encoding for mark, encoding in _BYTE_ORDER_MARKS.items() if data.startswith(mark))
        raise InvalidSpec([diagnosed(Finding("LD102", (), {"encoding": encoding}), _start(name))])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = {"byte": f"0x{data[error.start]:02X}"}
        place = _after(name, lines_of(data[: error.start]))
        raise InvalidSpec([diagnosed(Finding("LD101", (), words), place)]) from None


def _forbidden(name: str, text: str) -> list[Diagnostic]:
    """What YAML can not hold, each character once."""
    diagnostics = []
    for character, count in Counter(_FORBIDDEN.findall(text)).items():
        code = ord(character)
        escape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
        where = "here" if count == 1 else f"the first of {count} in this file"
        words = {"character": f"U+{code:04X}", "escape": escape, "where": where}
        place = _after(name, _LINE_BREAK.split(text[: text.index(character)]))
        diagnostics.append(diagnosed(Finding("LD104", (), words), place))
    return diagnostics


def _load(loader: Loader, text: str) -> None:
    """Loads the text; wherever that stops early, once more from the next ``---`` on, every line in its old place."""
    stopped = loader.load(text)
    begin = 0
    for _ in range(MAX_RESTARTS):
        if stopped is None:
            return
        lines = _LINE_BREAK.split(text)
        begin = _next_document(lines, max(stopped, begin + 1))
        if begin == len(lines):
            return
        stopped = loader.load("\n" * begin + "\n".join(lines[begin:]))


def _next_document(lines: Sequence[str], begin: int) -> int:
    starts: Iterable[int] = (
        at for at in range(begin, len(lines)) if lines[at].startswith("---") and lines[at][3:4] in {"", " ", "\t"}
    )
    return next(iter(starts), len(lines))


def _inside(name: str, diagnostics: Sequence[Diagnostic], text: str) -> list[Diagnostic]:
    """The diagnostics, those that the parser noticed below the last line at the end of that line."""
    if not diagnostics:
        return []
    lines = _LINE_BREAK.split(text)
    end = _after(name, lines)
    return [d._replace(place=end) if d.place and d.place.line > len(lines) else d for d in diagnostics]


def _start(name: str) -> Place:
    return Place(name, 1, 1, 1, 1)


def _after(name: str, before: Sequence[str]) -> Place:
    """The place of the one character that follows these lines."""
    line, column = len(before), len(before[-1]) + 1
    return Place(name, line, column, line, column + 1)
