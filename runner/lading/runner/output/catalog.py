"""The catalogs of targets: a table for each of their parts, or data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lading.runner.output.screen import Screen
from lading.runner.output.tables import Column
from lading.runner.targets.catalog import sections_of
from lading.runner.targets.sites import Site
from lading.schema.diagnostics import Place
from lading.schema.render.json import as_data

COLUMNS = (Column("NAME", stays_whole=True), Column("IS"), Column("SAID IN", stays_whole=True))


class Entry(NamedTuple):
    """One entry of a catalog: its value in base units, the same as people write it, and where it stands."""

    name: str
    value: Any
    text: str
    place: Place | None
    is_locked: bool


def show_catalogs(screen: Screen, site: Site, targets: Sequence[str]) -> None:
    """The catalogs stand on standard output, and what is wrong with the lock on standard error."""
    found = {name: dict(_entries(site, name)) for name in targets}
    if not screen.is_human:
        screen.document(_data(site, found))
        return
    screen.diagnostics(site.lock.diagnostics)
    gap = ""
    for name, parts in found.items():
        for section, entries in parts.items():
            screen.result(f"{gap}{name}: {section}\n")
            screen.table(COLUMNS, [[entry.name, entry.text, _where(entry.place)] for entry in entries])
            gap = "\n"
        if not parts:
            screen.remark(f"{name} has no catalog")


def _entries(site: Site, target: str) -> Iterator[tuple[str, list[Entry]]]:
    """Each part that has entries, with them: by their names, as the lock has them."""
    catalog = site.catalog(target)
    for section in sections_of(site.entry(target)["platform"], catalog):
        entries = [
            _entry(site, (target, section.name, name), catalog[section.name][name], text)
            for name, text in sorted(section.entries.items())
        ]
        if entries:
            yield section.name, entries


def _entry(site: Site, steps: tuple[str, str, str], value: Any, text: str) -> Entry:
    target, section, name = steps
    path = ("targets", target, "catalog", section, name)
    own, locked = site.file.places.get(path), site.lock.places.get(path)
    spot = own or locked
    return Entry(name, value, text, spot.place if spot else None, own is None)


def _where(place: Place | None) -> str:
    return f"{place.file}:{place.line}" if place else ""


def _data(site: Site, found: Mapping[str, Mapping[str, Sequence[Entry]]]) -> dict[str, Any]:
    targets = [
        {
            "name": name,
            "platform": site.entry(name)["platform"],
            "catalog": {section: [_entry_data(entry) for entry in entries] for section, entries in parts.items()},
        }
        for name, parts in found.items()
    ]
    return {
        "site": site.file.file if site.folder else None,
        "targets": targets,
        "diagnostics": as_data(site.lock.diagnostics),
    }


def _entry_data(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "value": entry.value,
        "written": entry.text,
        "locked": entry.is_locked,
        "file": entry.place.file if entry.place else None,
        "line": entry.place.line if entry.place else None,
        "column": entry.place.column if entry.place else None,
    }
