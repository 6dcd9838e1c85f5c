"""``lading upload``: a file goes to where a target keeps files."""

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session


@subcommand("lading upload model.pt tianhe:~/models/model.pt")
@click.argument("file", metavar="FILE")
@click.argument("place", metavar="TARGET:PATH")
def command(session: Session, file: str, place: str) -> None:
    """Copy a file to a target.

    Into its file system or its object store, whichever it has. A file that is there is overwritten.
    """
    from lading.runner.jobs.files import existing, place_of

    screen = session.screen
    target, path = place_of(place)
    where = session.channel(target).client.upload(existing(file), path)
    if screen.is_human:
        screen.result(f"{where}\n")
    else:
        screen.document({"target": target, "place": where})
