"""The fields of a compilation that a page speaks of: a key for each, what became of it, and where it is written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lading.compiler.explain import Explained, explain
from lading.compiler.pipeline import Compilation
from lading.runner.pages.rows import Field
from lading.runner.targets.sites import Site
from lading.schema.diagnostics import Place, Spot, place_of
from lading.schema.paths import Path, render
from lading.schema.visible import visible

CATALOGED: Mapping[str, Sequence[str]] = {
    "queue": ("queues",),
    "priority": ("priorities",),
    "model": ("gpus", "gpuNodes"),
    "volume": ("volumes",),
    "image": ("images",),
}
"""Which lists of a catalog say what a field's value is called on a target."""


class Stretch(NamedTuple):
    """A stretch of a file in which a field is written, or what its value means on the target."""

    field: str
    look: str
    place: Place


class Fields:
    """The fields of one compilation, each under a key as soon as somebody asks for it.

    ``mark`` tells its keys from those of another compilation on the same page; ``site`` is searched for what values
    mean, where there is one.
    """

    def __init__(self, compilation: Compilation | None, mark: str = "", site: Site | None = None) -> None:
        self.compilation, self._mark, self._site = compilation, mark, site
        self._keys: dict[Path, str] = {}
        self._known: dict[Path, Explained] = {}
        if compilation:
            self._known = {row.path: row for row in explain(compilation) if row.path}

    @property
    def spec(self) -> str:
        """The file of the spec."""
        return self.compilation.spec.file if self.compilation else ""

    def key(self, path: Path) -> str:
        """What stands for the field on the page."""
        return self._keys.setdefault(path, f"{self._mark}{len(self._keys)}")

    def keys_of(self, paths: Sequence[Path]) -> tuple[str, ...]:
        """What stands for each of the fields."""
        return tuple(self.key(path) for path in paths)

    @property
    def explained(self) -> Sequence[Explained]:
        """What became of each field that is set."""
        return tuple(self._known.values())

    def told(self) -> dict[str, Field]:
        """What there is to say of each field that has a key."""
        return {key: self._field(path) for path, key in self._keys.items()}

    def _field(self, path: Path) -> Field:
        row, place = self._row(path), self.place(path)
        where = f"{place.file}:{place.line}" if place else ""
        said = render(path), row.fidelity if row else "", row.note if row else "", where
        return Field(*map(visible, said))

    def _row(self, path: Path) -> Explained | None:
        """What became of the field, or of the one that it is inside of."""
        return next((row for n in range(len(path), 0, -1) if (row := self._known.get(path[:n]))), None)

    def origin(self, path: Path) -> str:
        """In which kind of file the field is written: the spec, the site, or another; nothing if in none."""
        place = self.place(path)
        if place is None:
            return ""
        site = self._site_file
        return "spec" if place.file == self.spec else "site" if place.file == site else "other"

    @property
    def _site_file(self) -> str:
        defaults = self.compilation.target.defaults if self.compilation else None
        top = defaults.places.get(()) if defaults else None
        return top.value[0] if top else ""

    def place(self, path: Path) -> Place | None:
        """Where the field is written, its key included; None where all that is known is the document."""
        spot = self._spot(path)
        return _with_key(spot) if spot else None

    def _spot(self, path: Path) -> Spot | None:
        places = self.compilation.job.places if self.compilation else {}
        return next((spot for length in range(len(path), 0, -1) if (spot := places.get(path[:length]))), None)

    def stretches(self) -> Iterator[Stretch]:
        """Where each field with a key is written, and what the target's site and lock make of its value."""
        holders = {path[:length] for path in self._keys for length in range(1, len(path))}
        for path, key in self._keys.items():
            row = self._row(path)
            look = row.fidelity if row else ""
            if spot := self._spot(path):
                of_itself = spot.key if path in holders else None  # the fields inside speak for themselves
                yield Stretch(key, look, place_of(of_itself) if of_itself else _with_key(spot))
            if row and self._site:
                yield from (Stretch(key, "catalog", found) for found in self._meanings(self._site, row))

    def _meanings(self, site: Site, row: Explained) -> Iterator[Place]:
        target = self.compilation.target.name if self.compilation else ""
        for listed in CATALOGED.get(str(row.path[-1]), ()):
            at = ("targets", target, "catalog", listed, str(row.value))
            for file in (site.file, site.lock):
                if spot := file.places.get(at):
                    yield _with_key(spot)
                    break

    def written(self, path: Path) -> str:
        """The field and its value as people write them in one line."""
        row = self._row(path)
        return f"{render(path)}={row.written if row else ''}"

    @property
    def paths(self) -> Mapping[str, Path]:
        """The fields by their keys."""
        return {key: path for path, key in self._keys.items()}


def _with_key(spot: Spot) -> Place:
    """The place of a value together with its key."""
    value = place_of(spot.value)
    key = place_of(spot.key) if spot.key and spot.key[0] == value.file else value
    return value._replace(line=key.line, column=key.column)
