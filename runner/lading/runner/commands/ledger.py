"""``lading ledger``: everything that is written down of submissions."""

import click

from lading.runner.invocation.options import Whole, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading ledger 01JA")
@click.argument("id_", metavar="[ID]", shell_complete=jobs, required=False)
@click.option("-n", "--limit", type=Whole(1), metavar="N", help="No more than that many; all unless said.")
def command(session: Session, id_: str | None, limit: int | None) -> None:
    """Show all that is written down of submissions.

    Native ids and digests included; of one submission, everything that happened to it.
    """
    from lading.runner.output.history import show_all, show_one

    if id_:
        show_one(session.screen, session.ledger, session.ledger.get(id_))
    else:
        show_all(session.screen, session.ledger.search(limit=limit))
