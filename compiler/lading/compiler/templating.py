"""Scripts from templates. A value gets into a script as one quoted word or not at all, and its sources come along.

What may stand in a script as it is has the type :class:`Shell`; the filter ``sh`` makes it of anything else, and the
environment refuses the rest. Templates use ``if``, ``for`` and ``include`` only, none of which joins two texts, so each
chunk that jinja2 yields is either the template's own or a whole :class:`Shell`.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from lading.compiler.payload import From, Sources
from lading.compiler.registry import folder_of

if TYPE_CHECKING:
    from jinja2 import Environment

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

    def __str__(self) -> str:
        """Itself: jinja2 calls ``str`` on what it yields, and the sources must survive that."""
        return self


def quoted(text: str) -> str:
    """The text as one word of bash, which arrives byte for byte whatever it holds.

    Control characters would be lost or refused on the way (sbatch takes no ``\\r\\n``), so they are written as escapes;
    then so is all that is not ASCII, because a backslash after a byte of it means something else in some locales.
    """
    if _CONTROL.search(text):
        return "$'" + "".join(_escaped(byte) for byte in text.encode()) + "'"
    return quoted_for_sh(text)


def quoted_for_sh(text: str) -> str:
    """The text as one word of any POSIX shell. Every byte stands in it as it is, control characters too."""
    if _PLAIN_WORD.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def _escaped(byte: int) -> str:
    if chr(byte) in "\\'":
        return f"\\{chr(byte)}"
    return chr(byte) if chr(byte) == "\n" or 0x20 <= byte < 0x7F else _NAMED.get(byte, f"\\{byte:03o}")


_NAMED = {0x09: "\\t", 0x0D: "\\r", 0x1B: "\\e"}


def sh(value: "str | int | From") -> Shell:
    """The value as one word of bash, with its sources; what is bash already stays as it is."""
    if isinstance(value, Shell):
        return value
    if isinstance(value, From):
        return Shell(sh(value.value), value.sources)
    return Shell(quoted(str(value)))


def render(package: str, name: str, **values: Any) -> Iterator[tuple[str, Sources]]:
    """The template beside the modules of ``package``, filled in: pieces of text with their sources."""
    for chunk in _environment(package).get_template(name).generate(values):
        yield str(chunk), chunk.sources if isinstance(chunk, Shell) else ()


@cache
def _environment(package: str) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - it writes shell, not HTML: `finalize` refuses what is not quoted for that
        loader=FileSystemLoader(folder_of(package)),
        undefined=StrictUndefined,
        finalize=_only_shell,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["sh"] = sh
    return environment


def _only_shell(value: object) -> Shell:
    if isinstance(value, Shell):
        return value
    if isinstance(value, int):
        return Shell(str(int(value)))
    raise TypeError(f"{value!r} is not quoted: the template must pass it through sh")
