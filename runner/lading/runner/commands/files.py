"""``lading files``: what is in a folder of a target."""

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session


@subcommand("lading files tianhe:~/jobs")
@click.argument("place", metavar="TARGET:PATH")
def command(session: Session, place: str) -> None:
    """List a folder of a target.

    Its files and folders with their sizes in bytes, and when they were last changed, in the target's own words.
    """
    from lading.runner.jobs.files import place_of
    from lading.runner.output.tables import Column

    screen = session.screen
    target, path = place_of(place)
    entries = session.channel(target).client.listing(path)
    if screen.is_human:
        columns = (Column("SIZE", is_number=True), Column("CHANGED"), Column("NAME", stays_whole=True))
        sizes = ["" if entry.size is None or entry.is_folder else str(entry.size) for entry in entries]
        names = [f"{entry.name}/" if entry.is_folder else entry.name for entry in entries]
        changed = [entry.changed for entry in entries]
        screen.table(columns, [list(row) for row in zip(sizes, changed, names, strict=True)])
    else:
        data = [
            {"name": entry.name, "folder": entry.is_folder, "size": entry.size, "changed": entry.changed or None}
            for entry in entries
        ]
        screen.document({"target": target, "files": data})
