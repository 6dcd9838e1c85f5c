"""``lading wait``: until submissions have ended."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading wait 01JA 01JB --timeout 2h")
@click.argument("ids", metavar="ID...", shell_complete=jobs, nargs=-1, required=True)
@click.option("--timeout", metavar="DURATION", help="Give up after that long, such as 90s or 2h; exit 4.")
def command(session: Session, ids: Sequence[str], timeout: str | None) -> int:
    """Wait until submissions have ended.

    Exits with 0 if all have succeeded, 1 if one has not, 4 if it is not known what became of one, or will.
    """
    from lading.runner.jobs.found import find_jobs
    from lading.runner.jobs.wait import limit_of, wait_for
    from lading.runner.output.asked import show
    from lading.runner.output.submissions import exit_code

    limit = limit_of(timeout)
    ended = wait_for(session, find_jobs(session, ids), limit)
    show(session.screen, ended)
    return exit_code(ended)
