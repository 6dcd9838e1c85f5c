"""``lading delete``."""

from collections.abc import Sequence

import click

from lading.runner.options import subcommand
from lading.runner.session import Session


@subcommand("lading delete 01JA")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
def command(session: Session, ids: Sequence[str]) -> int:
    """Remove ended jobs from their targets.

    What the targets keep of them goes, logs included; lading's ledger still knows them.
    """
    from lading.runner.operating import operate

    return operate(session, ids, lambda client, native_id: client.delete(native_id), "is gone from its target")
