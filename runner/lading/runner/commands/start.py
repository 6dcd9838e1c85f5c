"""``lading start``."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading start 01JA")
@click.argument("ids", metavar="ID...", shell_complete=jobs, nargs=-1, required=True)
def command(session: Session, ids: Sequence[str]) -> int:
    """Let held jobs run, or ended ones again.

    Those that were submitted with `schedule.hold`; and where the platform can do work again, what has ended.
    """
    from lading.runner.jobs.operations import operate, start

    return operate(session, ids, start, "may run")
