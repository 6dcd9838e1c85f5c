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
    from lading.runner.jobs.operations import operate
    from lading.runner.ledger.record import Kind

    return operate(
        session,
        ids,
        lambda client, native_id: client.stop(native_id),
        "is told to end",
        Kind.STOP_REQUESTED,
        ended="had ended already",
    )
