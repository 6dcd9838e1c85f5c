"""``lading upload``: a file goes to where a target keeps files."""

import sys

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import files


@subcommand("lading upload model.pt tianhe:~/models/model.pt")
@click.argument("file", metavar="FILE", shell_complete=files)
@click.argument("place", metavar="TARGET:PATH")
def command(session: Session, file: str, place: str) -> None:
    """Copy a file to a target.

    Into its file system or its object store, whichever it has. A file that is there is overwritten.
    """
    from lading.runner.jobs.files import existing, place_of
    from lading.runner.output.screen import passed_on
    from lading.runner.secrets.scrub import scrubber

    screen = session.screen
    target, path = place_of(place)
    where = scrubber().scrub(session.channel(target).client.upload(existing(file), path))
    if screen.is_human:
        screen.result(f"{passed_on(where, sys.stdout)}\n")
    else:
        screen.document({"target": target, "place": where})
