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
    second time. Exits with 4 while it is not known of one of them if its target has it. How a job ended that its target
    has forgotten can not be settled: that is said, and is no reason to ask again.
    """
    from lading.runner.jobs.found import Found
    from lading.runner.jobs.resolution import resolved
    from lading.runner.output.asked import show, tell_forgotten
    from lading.runner.states import State

    if bool(ids) == is_all:
        raise WrongUsage("name submissions, or say --all", "`lading resolve --all` settles everything")
    chosen = session.ledger.unsettled() if is_all else [session.ledger.get(text) for text in dict.fromkeys(ids)]
    if not chosen:
        session.screen.remark("everything is settled: it is known of every submission if its target has it")
        tell_forgotten(session.screen, session.ledger.search(states=[State.UNKNOWN]))
    submissions, errors = resolved([Found(submission, session) for submission in chosen])
    code = show(session.screen, submissions, errors)
    tell_forgotten(session.screen, submissions)
    return code or (0 if all(submission.is_settled for submission in submissions) else 4)
