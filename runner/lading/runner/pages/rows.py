"""What a page is made of: panes of rows, and in a row the pieces that light up together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

NEAR = 3
"""Rows that are shown around what matters, where the rest is left out."""


class Piece(NamedTuple):
    """A stretch of a row. ``fields`` are the keys of the fields that it belongs to, ``looks`` how it is shown.

    ``where`` says where it stands, for who points at it.
    """

    text: str
    fields: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    where: str = ""


class Note(NamedTuple):
    """Something to be said of a row: ``look`` is a fidelity or a severity."""

    look: str
    title: str
    text: str


class Row(NamedTuple):
    """A line of a file or of a payload. ``sign`` is ``-`` for what was, ``+`` for what is now, else empty."""

    pieces: Sequence[Piece]
    number: int | None = None
    sign: str = ""
    notes: Sequence[Note] = ()
    is_text: bool = False
    is_gap: bool = False


class Pane(NamedTuple):
    """One file, or one request."""

    title: str
    about: str
    rows: Sequence[Row]


class Field(NamedTuple):
    """What is said of a field to who points at it."""

    name: str
    fidelity: str = ""
    note: str = ""
    place: str = ""


class Section(NamedTuple):
    """One job on one target: where it is written beside what it becomes.

    ``word`` says what became of it, ``notes`` what there is to say beside the lines, ``fields`` what the pieces' keys
    stand for.
    """

    name: str
    word: str
    look: str
    sources: Sequence[Pane]
    payloads: Sequence[Pane]
    fields: Mapping[str, Field]
    notes: Sequence[Note] = ()
    about: str = ""


GAP = Row((Piece("⋯"),), is_gap=True)


def around(matters: Collection[int], length: int, context: int = NEAR) -> Iterator[int | None]:
    """The places that matter, of so many, and those around them; None once for all that is left out between."""
    kept = {near for place in matters for near in range(place - context, place + context + 1) if 0 <= near < length}
    last = -1
    for place in sorted(kept):
        if place > last + 1:
            yield None
        yield place
        last = place
    if kept and last < length - 1:
        yield None
