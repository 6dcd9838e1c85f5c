"""``lading stop``."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading stop 01JA")
@click.argument("ids", metavar="ID...", shell_complete=jobs, nargs=-1, required=True)
def command(session: Session, ids: Sequence[str]) -> int:
    """Tell jobs to end.

    All of each: every replica, every element, every step.
    """
    from lading.runner.jobs.operations import operate, stop

    return operate(session, ids, stop, "is told to end", ended="had ended already")
