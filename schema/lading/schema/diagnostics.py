"""What lading says about a file: findings speak in paths, diagnostics in places.

A rule that objects makes a :class:`Finding`: a code, a path and the words the code's sentence needs. It knows no lines.
:func:`diagnose` looks the lines up, once, at the end. Renderers (``render/``) know diagnostics and no rules.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

from lading.schema.codes import CODES, Severity
from lading.schema.paths import Path


class Place(NamedTuple):
    """A stretch of a file. Lines and columns count from 1, in characters; the end is just after the last one."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Mark(Protocol):
    """A point of a text as the parser counts: lines and columns from 0, in characters."""

    @property
    def line(self) -> int:
        """The line, from 0."""

    @property
    def column(self) -> int:
        """The column, from 0."""


ERROR = Severity.ERROR

Span = tuple[str, Mark, Mark]
"""File, start and end of a stretch of text.

Thousands are made and few are ever shown, so a :class:`Place` is made late.
"""


def place_of(span: Span) -> Place:
    """The span as people count."""
    file, start, end = span
    return Place(file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


class Spot(NamedTuple):
    """Where a value came from: its key, where it has one, and the value itself."""

    key: Span | None
    value: Span

    @property
    def place(self) -> Place:
        """The value's place."""
        return place_of(self.value)


Places = Mapping[Path, Spot]


class Label(NamedTuple):
    """A second place that a diagnostic points to, and what is to be seen there."""

    place: Place
    text: str


class Finding(NamedTuple):
    """A rule's objection, in paths. ``words`` fill the sentence, caption and help of the code in ``codes.py``.

    ``at_key`` points to the key instead of the value; ``others`` are further paths worth showing, each with its
    caption.
    """

    code: str
    path: Path
    words: Mapping[str, object] = MappingProxyType({})
    at_key: bool = False
    others: tuple[tuple[Path, str], ...] = ()
    severity: Severity | None = None
    target: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether this alone makes the command say no."""
        return (self.severity or CODES[self.code].severity) is ERROR


class Diagnostic(NamedTuple):
    """A finding as people and programs read it. ``place`` is None where no file is at fault."""

    code: str
    severity: Severity
    message: str
    path: Path = ()
    place: Place | None = None
    caption: str = ""
    help: str = ""
    labels: tuple[Label, ...] = ()
    target: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether this alone makes the command say no."""
        return self.severity is ERROR


class InvalidSpec(Exception):
    """The input can not be used. Carries every problem that was found, never only the first."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(d.message for d in self.diagnostics))


def spot_of(path: Path, places: Places) -> Spot | None:
    """The spot of the path, or of the nearest thing above it that was written down."""
    for length in range(len(path), -1, -1):
        if found := places.get(path[:length]):
            return found
    return None


def diagnose(finding: Finding, places: Places, target: str | None = None) -> Diagnostic:
    """The finding with its sentence and its lines filled in; ``target`` is the one it is said of."""
    span = _span(finding, places)
    labels = tuple(
        Label(other.place, text) for path, text in finding.others if (other := spot_of(path, places)) is not None
    )
    return diagnosed(finding, place_of(span) if span else None, labels, target)


def _span(finding: Finding, places: Places) -> Span | None:
    """Where the finding points: of what was not written, to the key of what should hold it, or to the spec's name."""
    if finding.path and (spot := places.get(finding.path)):
        return spot.key if finding.at_key and spot.key else spot.value
    spot = spot_of(finding.path[:-1], places)
    if spot is None:
        return None
    if spot.key or spot != places.get(()):
        return spot.key or spot.value
    names = (places[path].key for path in NAMES_OF_DOCUMENTS if path in places)
    return next((key for key in names if key), spot.value)


NAMES_OF_DOCUMENTS: tuple[Path, ...] = (("name",), ("kind",), ("lading",))
"""What stands for a whole document, whose every line would be too many to point to."""


def diagnosed(
    finding: Finding, place: Place | None, labels: tuple[Label, ...] = (), target: str | None = None
) -> Diagnostic:
    """The finding with its sentence filled in, at a place that is known already."""
    code = CODES[finding.code]
    return Diagnostic(
        code=finding.code,
        severity=finding.severity or code.severity,
        message=code.message(finding.words),
        path=finding.path,
        place=place,
        caption=code.caption(finding.words),
        help=code.help(finding.words),
        labels=labels,
        target=target or finding.target,
    )


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, each one once; what has no place comes last."""

    def key(d: Diagnostic) -> tuple[object, ...]:
        if d.place is None:
            return (1, "", 0, 0, d.code, d.message, d.target or "")
        return (0, d.place.file, d.place.line, d.place.column, d.code, d.message, d.target or "")

    found = list(dict.fromkeys(diagnostics))
    return sorted(found, key=key) if len(found) > 1 else found


def each_once(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """In order, with what is the same for several targets said once, naming them."""
    alike: dict[Diagnostic, list[Diagnostic]] = {}
    for each in in_order(diagnostics):
        alike.setdefault(each._replace(target=None), []).append(each)
    return [_for_all(same) for same in alike.values()]


def _for_all(same: list[Diagnostic]) -> Diagnostic:
    first = same[0]
    names = ", ".join(each.target for each in same if each.target)
    return first._replace(message=f"{first.message} (for {names})") if len(same) > 1 else first


def has_errors(found: Iterable[Diagnostic] | Iterable[Finding]) -> bool:
    """Whether any of them is an error."""
    return any(each.is_error for each in found)
