"""From a native file on the command line to the spec that is made of it."""

import os

from lading.compiler.importing.importer import Imported, import_native
from lading.compiler.registry import default_options, platform, platforms, reader
from lading.compiler.target import Platform, Target
from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session, check_targets
from lading.runner.specs.files import read
from lading.schema.diagnostics import InvalidSpec
from lading.schema.document import lines_of
from lading.schema.nearest import did_you_mean


def imported(session: Session, file: str, name: str, target: str | None) -> Imported:
    """The spec made of the file, for the target of that platform. Raises InvalidSpec where none can be made at all."""
    found = _target(session, file, _platform(name), target)
    data = read(file)
    session.screen.sources[file] = lines_of(data)
    made = import_native(data, file, found)
    if not made.text:
        raise InvalidSpec(made.problems)
    return made


def checked_output(name: str | None, *, force: bool) -> None:
    """The file may be written."""
    if name and os.path.lexists(name) and not force:
        raise WrongUsage(f"{name} is there already", "name another file, or write over it with --force")


def _platform(name: str) -> Platform:
    found = platform(name)
    if found is None:
        raise WrongUsage(f'there is no platform "{name}"', did_you_mean(name, platforms(), "the platforms are"))
    if reader(name) is None:
        raise WrongUsage(
            f"there is nothing to import from {name}: what it runs is lading's own", "write a spec: `lading init`"
        )
    return found


def _target(session: Session, file: str, wanted: Platform, name: str | None) -> Target:
    """The target of that name, else the site's first of that platform, else one about which nothing is said."""
    site = session.site(file)
    check_targets(site, [name] if name else [])
    for each in [name] if name else site.names:
        if (found := site.target(each)).platform is wanted:
            return found
    if name:
        raise WrongUsage(f"{name} is no target of {wanted.NAME}", "name one that is with -t, or leave it out")
    return Target(wanted.NAME, wanted, default_options(wanted.NAME))
