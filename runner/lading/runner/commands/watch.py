"""``lading watch``: submissions as they change, live."""

import sys
from collections.abc import Sequence

import click

from lading.runner.invocation.options import HUMAN, WrongUsage, is_terminal, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading watch", formats=(HUMAN,))
@click.argument("ids", metavar="[ID]...", shell_complete=jobs, nargs=-1)
def command(session: Session, ids: Sequence[str]) -> int:
    """Show submissions as they change.

    Until all have ended; all that have not ended, where no ID is given. On a terminal as a table that keeps itself up
    to date, elsewhere as a line for each change. Exits as `lading wait` does.
    """
    from lading.runner.jobs.found import find_jobs, followed
    from lading.runner.jobs.wait import changes, going_on, on_several
    from lading.runner.ledger.record import Submission
    from lading.runner.output.live import live
    from lading.runner.output.submissions import exit_code

    jobs = find_jobs(session, ids)
    if not jobs:
        raise WrongUsage("nothing is pending or running", "`lading list` shows what has ended")
    with going_on(session.screen, [job.submission for job in jobs]):
        if is_terminal(sys.stdout):
            return exit_code(live(session.screen, jobs))
        last: dict[str, Submission] = {}
        for line in changes(followed(jobs), last, several=on_several(jobs)):
            session.screen.result(f"{line}\n")
    return exit_code(list(last.values()))
