"""``lading validate``: everything that is wrong with specs and sites, before anything is sent anywhere."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import ACCEPT, HUMAN, JSON, ONLY, SETS, Whole, WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import specs


@subcommand("lading validate specs/", formats=(HUMAN, JSON, "github", "sarif"))
@click.argument("paths", metavar="PATHS", shell_complete=specs, nargs=-1, required=True)
@ONLY
@click.option("--no-targets", is_flag=True, help="Only for the language itself, for no target.")
@ACCEPT
@SETS
@click.option("-j", "--jobs", type=Whole(1), metavar="N", help="Processes to work in; as many as pay unless said.")
@click.option("--no-cache", is_flag=True, help="Check everything again, and remember nothing of it.")
def command(
    session: Session,
    paths: Sequence[str],
    targets: Sequence[str],
    no_targets: bool,
    accept: Sequence[str],
    sets: Sequence[str],
    jobs: int | None,
    no_cache: bool,
) -> int:
    """Check specs and site files.

    Specs are compiled for every target of their site, or for those that -t names. Nothing is sent, and no network is
    asked.

    PATHS are files, folders (searched for *.yaml and *.yml that say `lading:`) or - for standard input. What a target
    carries in some other form than it was written is told with -v. What was right before, and has not changed since, is
    known from $LADING_CACHE, or the cache folder of the user.
    """
    from lading.runner.output.verdict import show_verdict
    from lading.runner.specs.checking import How, check_files

    if targets and no_targets:
        raise WrongUsage("-t and --no-targets can not both be given", "keep one of the two")
    how = How(() if no_targets else targets or None, accept, sets, jobs, is_new=no_cache)
    return show_verdict(session.screen, check_files(session, paths, how))
