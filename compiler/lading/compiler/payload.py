"""The payload: what a platform is sent, where every value of it came from, and its canonical bytes.

An emitter writes a :class:`Draft`, a tree of plain JSON values in which what came from the spec stands as
:class:`From`. :func:`settle` takes the origins out and keeps them beside the plain payload, by JSON pointer; for a
text, by line.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from lading.compiler.pointers import escape
from lading.schema.paths import Path

Sources = tuple[Path, ...]
Piece = tuple[str, Sources]
"""A piece of a text, and the spec paths that made it."""


@dataclass(slots=True)
class From:
    """A payload value (any JSON value, a text, or a :class:`Secret`) and the spec paths that made it."""

    value: Any
    sources: Sources


class Secret(NamedTuple):
    """The name of a secret, standing where its value will stand in the request and nowhere else."""

    name: str

    def shown(self) -> dict[str, Any]:
        """What people see in its place."""
        return {"secret": self.name}


class FileContent(NamedTuple):
    """The content of a file beside the spec, standing where it will stand in the request."""

    path: str

    def shown(self) -> dict[str, Any]:
        """What people see in its place."""
        return {"file": self.path}


class Answer(NamedTuple):
    """A value from the answer to an earlier request of the same compilation, which is known once that was sent."""

    request: str
    pointer: str

    def shown(self) -> dict[str, Any]:
        """What people see in its place."""
        return {"answer": f"{self.request}#{self.pointer}"}


class Lookup(NamedTuple):
    """Something short-lived that the platform is asked for at submission, by what it must be."""

    what: Mapping[str, Any]

    def shown(self) -> dict[str, Any]:
        """What people see in its place."""
        return {"lookup": dict(self.what)}


Late = FileContent | Answer | Lookup
"""What is only known when the request is sent."""


class Text:
    """A text written piece by piece, each with its sources: a script. Lives in a draft where a string would."""

    def __init__(self, pieces: Iterable[Piece] = ()) -> None:
        self.pieces = list(pieces)

    def add(self, text: str, *sources: Path) -> None:
        """The text stands at the end, made by these paths."""
        self.pieces.append((text, sources))

    def __str__(self) -> str:
        return "".join([text for text, _ in self.pieces])

    def lines(self) -> Iterator[tuple[int, Sources]]:
        """The sources of each line that has any, by line number from 1."""
        at, found = 1, dict[int, dict[Path, None]]()
        for text, sources in self.pieces:
            newlines = text.count("\n")
            last = at + newlines - (1 if text.endswith("\n") else 0)
            for line in range(at, last + 1):
                if sources:
                    found.setdefault(line, {}).update(dict.fromkeys(sources))
            at += newlines
        yield from ((line, tuple(paths)) for line, paths in sorted(found.items()))


class Draft(NamedTuple):
    """One request as an emitter writes it.

    ``name`` tells several apart (a workflow's steps); ``needs`` names those before it. ``schema`` is the file of the
    platform's folder, without ``.schema.json``, that describes the body. A request that ``prepares`` brings something
    to where another one needs it, and is none of the user's own.
    """

    method: str
    path: str
    body: Mapping[str, Any]
    name: str = ""
    needs: tuple[str, ...] = ()
    schema: str = "payload"
    prepares: bool = False


class Origin(NamedTuple):
    """Where one payload value came from. ``line`` is the line of the text at ``pointer``, None for other values."""

    pointer: str
    line: int | None
    sources: Sources


class Request(NamedTuple):
    """One request, plain. ``secrets`` are the names that stand in the body as ``{"secret": NAME}``, by JSON pointer.

    Their values are filled in by the runner, at those pointers and nowhere else: a label may be called ``secret`` too.
    So is ``late``, what else is only known when the request is sent, as the body shows it.
    """

    method: str
    path: str
    body: Mapping[str, Any]
    name: str = ""
    needs: tuple[str, ...] = ()
    origins: Sequence[Origin] = ()
    secrets: Mapping[str, str] = MappingProxyType({})
    late: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    schema: str = "payload"
    prepares: bool = False

    def as_data(self) -> dict[str, Any]:
        """The request as JSON data: what is shown, stored, compared and hashed."""
        data: dict[str, Any] = {"method": self.method, "path": self.path, "body": self.body}
        if self.name:
            data["name"] = self.name
        if self.needs:
            data["needs"] = list(self.needs)
        if self.secrets:
            data["secrets"] = dict(self.secrets)
        if self.late:
            data["late"] = dict(self.late)
        return data


def settle(draft: Draft) -> Request:
    """The request that the draft describes, with its origins and the places of its secrets beside it."""
    unknown: list[tuple[Place, Secret | Late]] = []
    body = _plain(draft.body, None, unknown)
    secrets = {_pointer(place): value.name for place, value in unknown if isinstance(value, Secret)}
    late = {_pointer(place): value.shown() for place, value in unknown if isinstance(value, Late)}
    return Request(
        draft.method,
        draft.path,
        body,
        draft.name,
        draft.needs,
        origins=Origins(draft.body),
        secrets=secrets,
        late=late,
        schema=draft.schema,
        prepares=draft.prepares,
    )


SCALARS = frozenset({str, int, float, bool, type(None)})
LISTS = frozenset({list, tuple})


Place = tuple["Place | None", str | int] | None
"""A place in a body: that of the map or list that it is in, and the step from there. None is the whole body."""


def _plain(value: Any, place: Place, unknown: list[tuple[Place, Secret | Late]]) -> Any:
    """The value without its sources, and with what people see where it is not known yet, which is in the list then."""
    kind = type(value)
    while kind is From:
        value = value.value
        kind = type(value)
    if kind in SCALARS:
        return value
    if isinstance(value, dict):
        plain = {}
        for key, item in value.items():
            inner = type(item)
            if inner is From:
                item = item.value  # noqa: PLW2901 - it is what stands there
                inner = type(item)
            plain[key] = item if inner in SCALARS else _plain(item, (place, key), unknown)
        return plain
    if kind in LISTS:
        return [_plain(item, (place, index), unknown) for index, item in enumerate(value)]
    if kind is Text:
        return str(value)
    if isinstance(value, Secret | Late):
        unknown.append((place, value))
        return value.shown()
    return value


def _pointer(place: Place) -> str:
    pointer = ""
    while place:
        place, step = place
        pointer = f"/{escape(str(step))}{pointer}"
    return pointer


class Origins(Sequence[Origin]):
    """The origins of a body, found when somebody asks for them: of most bodies nobody does."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    @cached_property
    def _found(self) -> list[Origin]:
        return list(_origins(self._body, "", ()))

    def __getitem__(self, index: Any) -> Any:
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._found == list(other)

    __hash__ = None  # type: ignore[assignment] # as of any list


def _origins(value: Any, pointer: str, sources: Sources) -> Iterator[Origin]:
    while isinstance(value, From):
        value, sources = value.value, value.sources
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _origins(item, f"{pointer}/{escape(key)}", sources)
    elif type(value) in LISTS and value:
        for index, item in enumerate(value):
            yield from _origins(item, f"{pointer}/{index}", sources)
    elif isinstance(value, Text):
        yield from (Origin(pointer, line, found) for line, found in value.lines())
    elif sources:
        yield Origin(pointer, None, sources)


def canonical(data: Any) -> bytes:
    """The one byte string of JSON data: sorted keys, no spaces, UTF-8. Same data, same bytes, everywhere."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(requests: Sequence[Request]) -> str:
    """``sha256:`` and the hash of what would be sent, taken with the names of secrets, never their values."""
    import hashlib

    return "sha256:" + hashlib.sha256(canonical([request.as_data() for request in requests])).hexdigest()
