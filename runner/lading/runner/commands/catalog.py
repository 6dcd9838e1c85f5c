"""``lading catalog``: how the portable names of specs are spelled on each target."""

from collections.abc import Sequence
from typing import Any

import click

from lading.runner.invocation.options import HELP, HUMAN, JSON, ONLY, Commands, common_options, subcommand
from lading.runner.invocation.session import Session, check_targets
from lading.runner.invocation.words import specs, targets


@click.group(cls=Commands, params=common_options(), context_settings=HELP)
def command(**_: Any) -> None:
    """See what names mean on each target.

    A spec names volumes, GPUs and queues in words of its own. What those are on a target, and what the target has,
    stands in the target's catalog: in the site, and beside the site in lading.lock.
    """


@subcommand("lading catalog show cluster")
@click.argument("targets", metavar="[TARGET]...", shell_complete=targets, nargs=-1)
def show(session: Session, targets: Sequence[str]) -> None:
    """Show every entry, and where it was said.

    Of the named targets, or of all that the site names. An entry of lading.lock is not there where the site has one of
    the same name. No network is asked.
    """
    from lading.runner.output.catalog import show_catalogs

    site = session.site()
    check_targets(site, targets)
    show_catalogs(session.screen, site, targets or site.names)


command.add_command(show)


@subcommand("lading catalog pull hub")
@click.argument("targets", metavar="[TARGET]...", shell_complete=targets, nargs=-1)
def pull(session: Session, targets: Sequence[str]) -> int:
    """Ask targets what they have, and write it down.

    The named targets, or all that the site names and that can be asked. What they say is written to lading.lock beside
    the site, to be reviewed and committed: specs are compiled with it, without asking any network.
    """
    from lading.runner.output.catalog import pull_catalogs

    site = session.site()
    check_targets(site, targets)
    return pull_catalogs(session, site, targets)


command.add_command(pull)


@subcommand("lading catalog check specs/", formats=(HUMAN, JSON, "github", "sarif"))
@click.argument("paths", metavar="PATHS", nargs=-1, required=True, shell_complete=specs)
@ONLY
def check(session: Session, paths: Sequence[str], targets: Sequence[str]) -> int:
    """Check that lading.lock still fits.

    It can be read, names only targets of its site, each on its platform, and has what the specs of PATHS name for every
    target of their site, or for those that -t names. The locks are those beside the sites of the specs, or of PATHS. No
    network is asked.
    """
    from lading.runner.output.verdict import show_verdict
    from lading.runner.specs.checking import How, check_files
    from lading.runner.specs.locks import check_locks, strict

    found = check_files(session, paths, How(targets or None))
    return show_verdict(session.screen, [*check_locks(session, found), *map(strict, found)])


command.add_command(check)
