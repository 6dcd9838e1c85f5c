"""``lading status``: what state submissions are in now."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading status 01JA")
@click.argument("ids", metavar="[ID]...", shell_complete=jobs, nargs=-1)
def command(session: Session, ids: Sequence[str]) -> int:
    """Ask for the state of submissions.

    Of everything that has not ended, where no ID is given. An ID is a submission's, or any unique beginning of it; or
    TARGET:NATIVE-ID for a job that lading did not submit.
    """
    from lading.runner.jobs.found import Found, find_job, refreshed
    from lading.runner.output.asked import show
    from lading.runner.states import FINAL, State

    if ids:
        jobs = [find_job(session, text) for text in dict.fromkeys(ids)]
    else:
        alive = session.ledger.search(states=[state for state in State if state not in FINAL])
        jobs = [Found(submission, session) for submission in alive]
    submissions, errors = refreshed(jobs)
    if not submissions:
        session.screen.remark("nothing is pending or running; `lading list` shows what has ended")
    return show(session.screen, submissions, errors)
