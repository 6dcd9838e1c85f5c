"""``lading matrix``: what is carried where, and how well."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import HUMAN, JSON, ONLY, SETS, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import specs


@subcommand("lading matrix -t cluster --format markdown", formats=(HUMAN, "markdown", "html", JSON))
@click.argument("paths", metavar="[PATHS]...", shell_complete=specs, nargs=-1)
@ONLY
@SETS
def command(session: Session, paths: Sequence[str], targets: Sequence[str], sets: Sequence[str]) -> None:
    """Show what is carried where, and how well.

    Of each field of the language on each platform, read from the tables that jobs are compiled with; with PATHS, of
    each job on each target of its site.
    """
    from lading.runner.output.matrix import show_matrix
    from lading.runner.specs.matrix import fields_on_platforms, jobs_on_targets

    found = jobs_on_targets(session, paths, targets, sets) if paths else fields_on_platforms(session, targets)
    show_matrix(session.screen, found)
