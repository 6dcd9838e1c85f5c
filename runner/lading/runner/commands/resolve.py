"""``lading resolve``: what became of submissions that got no answer."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading resolve --all")
@click.argument("ids", metavar="[ID]...", shell_complete=jobs, nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Everything that is not settled.")
def command(session: Session, ids: Sequence[str], is_all: bool) -> int:
    """Settle submissions that got no answer.

    Asks the targets if they have what was sent without an answer, and writes down what they say. Nothing is ever sent a
    second time. Exits with 4 while anything is still unknown.
    """
    from lading.runner.jobs.found import Found
    from lading.runner.jobs.resolution import resolved
    from lading.runner.output.asked import show

    if bool(ids) == is_all:
        raise WrongUsage("name submissions, or say --all", "`lading resolve --all` settles everything")
    chosen = session.ledger.unsettled() if is_all else [session.ledger.get(text) for text in dict.fromkeys(ids)]
    if not chosen:
        session.screen.remark("everything is settled")
    submissions, errors = resolved([Found(submission, session) for submission in chosen])
    code = show(session.screen, submissions, errors)
    return code or (0 if all(submission.is_settled for submission in submissions) else 4)
