"""``lading usage``: what a job uses now."""

import time

import click

from lading.runner.invocation.options import WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs

INTERVAL = 2.0
"""Seconds between two looks with ``-f``."""


@subcommand("lading usage 01JA")
@click.argument("id_", metavar="ID", shell_complete=jobs)
@click.option("-f", "--follow", is_flag=True, help="Look again every two seconds, until the job has ended.")
def command(session: Session, id_: str, follow: bool) -> None:
    """Show what a job uses now.

    The cores and the memory of its processes.
    """
    from lading.runner.jobs.found import find_job, refreshed
    from lading.runner.output.used import COLUMNS, row, usage_data

    if follow and not session.screen.is_human:
        raise WrongUsage("--format json is one document, and -f has no end", "leave out one of the two")
    job = find_job(session, id_)
    while True:
        used = [usage for part in job.parts for usage in job.channel.client.usage(part.native_id)]
        if session.screen.is_human and used:
            session.screen.table(COLUMNS, [row(usage) for usage in used])
        elif session.screen.is_human:
            session.screen.remark("nothing of it runs now")
        else:
            session.screen.document({"usage": [usage_data(usage) for usage in used]})
        if not follow:
            return
        time.sleep(INTERVAL)
        (submission,), errors, _ = refreshed([job])
        if errors:
            raise errors[0]
        if submission.state.is_final:
            return
