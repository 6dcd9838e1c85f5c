"""``lading run``: submit, follow, and end as the job does."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import ACCEPT, HUMAN, SETS, WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import specs, targets


@subcommand("lading run hello.yaml", formats=(HUMAN,))
@click.argument("spec", metavar="SPEC", shell_complete=specs)
@click.option(
    "-t", "--target", metavar="TARGET", shell_complete=targets, help="A target of the site; its default unless said."
)
@ACCEPT
@SETS
def command(session: Session, spec: str, target: str | None, accept: Sequence[str], sets: Sequence[str]) -> int:
    """Submit one job and follow it to its end.

    Prints what the job prints, and exits with its code; with 1 where its platform tells none, which the last line says.
    Codes 2 to 4 of lading itself come with an error. Ctrl-C stops following; the job goes on.
    """
    from lading.runner.jobs.dispatch import send_all, sendables
    from lading.runner.jobs.found import Found
    from lading.runner.jobs.run import see_through

    jobs = sendables(session, [spec], [target] if target else [], accept, sets)
    if len(jobs) > 1:
        raise WrongUsage(f"{spec} makes {len(jobs)} jobs, and run follows one", f"`lading submit {spec} --wait`")
    sent = send_all(session, jobs)
    for error in sent.errors:
        raise error
    return see_through(Found(sent.submissions[0], session))
