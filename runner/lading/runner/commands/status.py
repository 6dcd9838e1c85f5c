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
    from lading.runner.jobs.found import find_jobs, refreshed
    from lading.runner.output.asked import show, tell_age

    found = refreshed(find_jobs(session, ids))
    if not found.submissions:
        session.screen.remark("nothing is pending or running; `lading list` shows what has ended")
    code = show(session.screen, found.submissions, found.errors)
    tell_age(session, found.stale)
    return code
