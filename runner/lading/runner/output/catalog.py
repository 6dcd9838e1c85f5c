"""The catalogs of targets: a table for each of their parts, or data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lading.runner.errors import NotSupported, RunnerError
from lading.runner.invocation.failures import diagnostic_of
from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session
from lading.runner.output.screen import Screen
from lading.runner.output.tables import Column
from lading.runner.secrets.scrub import scrubbed
from lading.runner.targets.catalog import sections_of
from lading.runner.targets.pull import Change, pull
from lading.runner.targets.sites import Site
from lading.schema.diagnostics import Place
from lading.schema.render.json import as_data

COLUMNS = (Column("NAME", stays_whole=True), Column("IS"), Column("SAID IN", stays_whole=True))


PULLED = (
    *(Column("TARGET"), Column("PART"), Column("HAS", is_number=True)),
    *(Column("NEW", is_number=True), Column("CHANGED", is_number=True), Column("GONE", is_number=True)),
)


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


def pull_catalogs(session: Session, site: Site, named: Sequence[str]) -> int:
    """The lock holds what the targets have now, and what that changed is shown; the answer is the exit code.

    A target that can not be asked is an error where it was named, and a remark where it was not.
    """
    screen = session.screen
    if site.folder is None:
        raise WrongUsage("without a site file there is no lock to write", "`lading init` writes a site file")
    catalogs: dict[str, Mapping[str, Any]] = {}
    problems: list[RunnerError] = []
    for name in named or site.names:
        try:
            catalogs[name] = session.channel(name).client.catalog()
        except NotSupported as lacking:
            if named:
                problems.append(lacking.about(name))
            else:
                screen.remark(f"{name}: {lacking}")
        except RunnerError as error:
            problems.append(error.about(name))
    changes = pull(site, catalogs) if catalogs else []
    diagnostics = [diagnostic_of(scrubbed(error)) for error in problems]
    if screen.is_human:
        if changes:
            screen.table(PULLED, [_pulled_row(change) for change in changes])
        screen.diagnostics(diagnostics)
    else:
        screen.document({"changes": [change._asdict() for change in changes], "diagnostics": as_data(diagnostics)})
    return max((error.exit_code for error in problems), default=0)


def _pulled_row(change: Change) -> list[str]:
    counts = (str(change.total), str(len(change.added)), str(len(change.changed)), str(len(change.gone)))
    return [change.target, change.section, *counts]


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
