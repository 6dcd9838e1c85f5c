"""``lading list``: what was submitted, as the ledger knows it."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import Whole, WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import targets
from lading.runner.states import State


@subcommand("lading list --state failed --label team=vision")
@click.option(
    "-t", "--target", metavar="TARGET", shell_complete=targets, help="Only what was submitted to this target."
)
@click.option("--name", metavar="NAME", help="Only jobs of this name.")
@click.option(
    "--state",
    "states",
    type=click.Choice([str(s) for s in State]),
    multiple=True,
    help="Only what is in this state. Repeatable.",
)
@click.option("--label", "labels", metavar="KEY=VALUE", multiple=True, help="Only what has this label. Repeatable.")
@click.option(
    "-n", "--limit", type=Whole(1), default=50, show_default=True, metavar="N", help="No more than that many."
)
def command(
    session: Session,
    target: str | None,
    name: str | None,
    states: Sequence[str],
    labels: Sequence[str],
    limit: int,
) -> int:
    """List what was submitted.

    The newest first, each in the state in which it was last seen. No target is asked; `lading status` does that.
    """
    from lading.runner.output.asked import show

    wanted = dict(_label(text) for text in labels)
    chosen = [State(state) for state in states]
    found = session.ledger.search(target=target, name=name, states=chosen, labels=wanted, limit=limit)
    if not found:
        session.screen.remark(
            "nothing was submitted" if not (target or name or states or labels) else "none of that kind"
        )
    return show(session.screen, found)


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise WrongUsage(f'--label "{text}" is not KEY=VALUE', "write `--label team=vision`")
    return key, value
