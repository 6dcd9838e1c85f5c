"""Pulling: what targets have now goes into the lock beside the site."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from lading.compiler.registry import language
from lading.runner.errors import RunnerError
from lading.runner.output.files import write_whole
from lading.runner.targets.catalog import lock_text, sections_of
from lading.runner.targets.lock import NAME
from lading.runner.targets.sites import Site
from lading.schema.load import load_lock


class Change(NamedTuple):
    """What pulling changed of one part of a target's catalog, by the names of entries."""

    target: str
    section: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    total: int


def pull(site: Site, catalogs: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    """The lock holds these catalogs (base units) of the site's targets, and what it held of the others.

    Raises RunnerError, and the lock stays as it was, where a target says of itself what no catalog can hold.
    """
    locked: Mapping[str, Any] = site.lock.value.get("targets", {})
    kept = {name: value for name, value in locked.items() if name in site.names}
    pulled = {name: {"platform": site.entry(name)["platform"], "catalog": own} for name, own in catalogs.items()}
    text = lock_text({**kept, **pulled})
    problems = [problem for problem in load_lock(NAME, text.encode(), language()).diagnostics if problem.is_error]
    if problems:
        where = f" ({problems[0].path})" if problems[0].path else ""
        raise RunnerError(
            f"what the target says of itself can not be written down: {problems[0].message}{where}",
            "write the entries that you need into its catalog in the site",
        )
    assert site.folder, "a site without a file has no lock"
    write_whole(os.path.join(site.folder, NAME), text)
    return [change for name in catalogs for change in _changes(name, site, locked, pulled)]


def _changes(name: str, site: Site, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    platform = site.entry(name)["platform"]
    old = _texts(platform, before.get(name, {}))
    new = _texts(platform, after[name])
    return [_change(name, section, old.get(section, {}), new.get(section, {})) for section in {**old, **new}]


def _texts(platform: str, target: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {section.name: section.entries for section in sections_of(platform, target.get("catalog", {}))}


def _change(target: str, section: str, old: Mapping[str, str], new: Mapping[str, str]) -> Change:
    return Change(
        target,
        section,
        added=tuple(name for name in new if name not in old),
        changed=tuple(name for name in new if name in old and old[name] != new[name]),
        gone=tuple(name for name in old if name not in new),
        total=len(new),
    )
