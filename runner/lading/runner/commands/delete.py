"""``lading delete``."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading delete 01JA")
@click.argument("ids", metavar="ID...", shell_complete=jobs, nargs=-1, required=True)
def command(session: Session, ids: Sequence[str]) -> int:
    """Remove ended jobs from their targets.

    What the targets keep of them goes, logs included; lading's ledger still knows them.
    """
    from lading.runner.jobs.operations import operate

    return operate(session, ids, lambda job, part: job.channel.client.delete(part.native_id), "is gone from its target")
