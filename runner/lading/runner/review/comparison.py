"""Jobs compared: which ones change, where, and what a target would refuse now."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from lading.compiler.pipeline import Compilation
from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session, chosen_targets
from lading.runner.review.difference import Change, Version, changes, version_of
from lading.runner.specs.compilation import compilations, each_file
from lading.runner.specs.files import NO_SPEC
from lading.runner.specs.revision import Revision
from lading.runner.specs.trees import DISK
from lading.runner.targets.sites import Site
from lading.schema.diagnostics import Diagnostic


class What(StrEnum):
    """What became of a job on a target."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    REFUSED = "refused"
    STILL_REFUSED = "still-refused"

    @property
    def is_difference(self) -> bool:
        """Whether it is another one now than before."""
        return self not in {What.SAME, What.STILL_REFUSED}


class Compared(NamedTuple):
    """One job on one target, then and now. ``refused`` is what the target or the language has against it now."""

    name: str
    target: str
    file: str
    what: What
    before: Version = Version()
    after: Version = Version()
    changes: Sequence[Change] = ()
    refused: Sequence[Diagnostic] = ()

    @property
    def compilation(self) -> Compilation | None:
        """How the job is compiled now; None where it is gone."""
        return self.after.compilation


def compared(before: Version | None, now: Compilation) -> Compared:
    """The compilation beside the version before; with None there was none. It has no errors."""
    version = version_of(now)
    found = changes(before or Version(), version)
    what = What.ADDED if before is None else What.CHANGED if found else What.SAME
    return Compared(now.name, now.target.name, now.spec.file, what, before or Version(), version, found)


Place = tuple[str, str, str]
"""File, name and target: which job of which file on which target."""


def against_revision(
    session: Session,
    revision: Revision,
    paths: Sequence[str],
    targets: Sequence[str] | None,
    accept: Sequence[str] = (),
    sets: Sequence[str] = (),
) -> list[Compared]:
    """Every job of the paths beside what it was at the revision: on the targets, with None on all of each site, and
    with none on the default of each.

    A file that was not valid then counts as if it had not been there.
    """
    options = paths, targets, accept, sets
    now, problems = _all(session, *options)
    then, _ = _all(Session(session.settings, revision), *options)
    if not (now or then or problems):
        raise WrongUsage(f"there is no spec in {', '.join(paths)}, now or at {revision.name}", NO_SPEC)
    renamed = _renamed(then, now)
    found = [_beside(place, then.get(renamed.get(place, place)), one) for place, one in now.items()]
    had = {renamed.get(place, place) for place in now}
    broken = {problem.place.file for problem in problems if problem.place}
    gone = [_removed(at, one) for at, one in then.items() if at not in had and at[0] not in broken and one.is_valid]
    return [*_broken(problems), *found, *gone]


def _all(
    session: Session,
    paths: Sequence[str],
    targets: Sequence[str] | None,
    accept: Sequence[str],
    sets: Sequence[str],
) -> tuple[dict[Place, Compilation], list[Diagnostic]]:
    """Every job that can be read, on each of the targets that its site has, and what is wrong with the other files."""
    found: dict[Place, Compilation] = {}
    problems: list[Diagnostic] = []
    there = [path for path in paths if session.tree.is_folder(path) or session.tree.is_file(path)]
    for file in each_file(session, there, sets, problems):
        for name in _chosen(file.site, targets, is_now=session.tree is DISK):
            for one in compilations(file, [name], accept, verify=True):
                found[one.spec.file, one.name, name] = one
    return found, problems


def _chosen(site: Site, targets: Sequence[str] | None, *, is_now: bool) -> Sequence[str]:
    """The names of targets of the site; one that it had not got then is none, and one that it has not now is wrong."""
    if targets is None:
        return site.names
    if is_now:
        return chosen_targets(site, targets)
    return [name for name in targets or [site.default] if name in site.names]


def _broken(problems: Sequence[Diagnostic]) -> Iterator[Compared]:
    """The files that hold no job now because of what is wrong with them."""
    errors = list(dict.fromkeys(problem for problem in problems if problem.is_error))
    for file in dict.fromkeys(problem.place.file if problem.place else "" for problem in errors):
        own = [problem for problem in errors if (problem.place.file if problem.place else "") == file]
        yield Compared(file, "", file, What.REFUSED, refused=own)


def _renamed(then: Mapping[Place, Compilation], now: Mapping[Place, Compilation]) -> dict[Place, Place]:
    """Where jobs stood whose file has another name now: the only one of that name on that target that is gone."""
    gone: dict[tuple[str, str], list[Place]] = {}
    for place in then.keys() - now.keys():
        gone.setdefault(place[1:], []).append(place)
    return {place: old[0] for place in now.keys() - then.keys() if len(old := gone.get(place[1:], [])) == 1}


def _beside(place: Place, then: Compilation | None, now: Compilation) -> Compared:
    file, name, target = place
    if now.is_valid:
        return compared(version_of(then) if then and then.is_valid else None, now)
    if then and not then.is_valid:
        return Compared(name, target, file, What.STILL_REFUSED, after=Version((), now))
    refused = [diagnostic for diagnostic in now.diagnostics if diagnostic.is_error]
    before = version_of(then) if then else Version()
    return Compared(name, target, file, What.REFUSED, before, Version((), now), refused=refused)


def _removed(place: Place, then: Compilation) -> Compared:
    file, name, target = place
    before = version_of(then)
    return Compared(name, target, file, What.REMOVED, before, changes=changes(before, Version()))
