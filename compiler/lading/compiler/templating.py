"""Scripts from templates. A value gets into a script as one quoted word or not at all, and its sources come along.

What may stand in a script as it is has the type :class:`Shell`; :func:`sh` makes it of anything else, and
:func:`filled` lets no other value into a template.
"""

import re
from typing import LiteralString, Self

from lading.compiler.payload import From, Piece, Sources

_PLAIN_WORD = re.compile(r"[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class Shell(str):
    """A piece of bash that means what was meant, with the spec paths that made it."""

    __slots__ = ("sources",)
    sources: Sources

    def __new__(cls, text: str, sources: Sources = ()) -> Self:
        """The text, which must be bash already."""
        piece = super().__new__(cls, text)
        piece.sources = sources
        return piece


def quoted(text: str) -> str:
    """The text as one word of bash, which arrives byte for byte whatever it holds.

    Control characters would be lost or refused on the way (sbatch takes no ``\\r\\n``), so they are written as escapes;
    then so is all that is not ASCII, because a backslash after a byte of it means something else in some locales.
    """
    if _PLAIN_WORD.fullmatch(text):
        return text
    if _CONTROL.search(text):
        return "$'" + text.encode().decode("latin-1").translate(_ESCAPES) + "'"
    return quoted_for_sh(text)


def quoted_for_sh(text: str) -> str:
    """The text as one word of any POSIX shell. Every byte stands in it as it is, control characters too."""
    if _PLAIN_WORD.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


_ESCAPES = {
    **{byte: f"\\{byte:03o}" for byte in (*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0x100))},
    ord("\t"): "\\t",
    ord("\r"): "\\r",
    ord("\x1b"): "\\e",
    ord("\\"): "\\\\",
    ord("'"): "\\'",
}
"""What bash writes for a byte between ``$'`` and ``'``, where it is not the byte itself."""


def sh(value: "str | int | From") -> Shell:
    """The value as one word of bash, with its sources; what is bash already stays as it is."""
    return value if isinstance(value, Shell) else Shell(*word(value))


def word(value: "str | int | From") -> Piece:
    """The value as one word of bash, by itself."""
    if isinstance(value, Shell):
        return value, value.sources
    if isinstance(value, From):
        inner, sources = value.value, value.sources
        return inner if isinstance(inner, Shell) else quoted(str(inner)), sources
    return quoted(str(value)), ()


def filled(template: LiteralString, *values: str | int | From) -> Piece:
    """The bash of the template with a word for each ``{}``, made by all that the values were made by."""
    words: list[str] = []
    sources: Sources = ()
    for value in values:
        text, found = word(value)
        words.append(text)
        sources = tuple(dict.fromkeys(sources + found)) if sources and found else sources or found
    return template.format(*words), sources


def exported(name: str, value: str | int | From) -> Piece:
    """The line of bash that gives an environment variable its value."""
    assert name.isidentifier(), f"{name!r} is no name of a variable"
    text, sources = word(value)
    return f"export {name}={text}\n", sources
