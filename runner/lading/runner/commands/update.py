"""``lading update``: fields of a job that has been submitted."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading update 01JA --set schedule.timeLimit=24h")
@click.argument("ids", metavar="ID...", shell_complete=jobs, nargs=-1, required=True)
@click.option("--set", "sets", metavar="FIELD=VALUE", multiple=True, required=True, help="What to change. Repeatable.")
def command(session: Session, ids: Sequence[str], sets: Sequence[str]) -> int:
    """Change fields of submitted jobs.

    As far as their platform can change a job that is there.
    """
    from lading.runner.jobs.changes import changes_of
    from lading.runner.jobs.operations import operate

    changes = changes_of(sets)
    return operate(session, ids, lambda job, part: job.channel.client.update(part.native_id, changes), "is changed")
