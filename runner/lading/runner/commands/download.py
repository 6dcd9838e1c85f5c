"""``lading download``: a file comes from where a target keeps files."""

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import files


@subcommand("lading download tianhe:~/jobs/slurm-42.out\nlading download tianhe:~/jobs/slurm-42.out result.txt")
@click.argument("place", metavar="TARGET:PATH")
@click.argument("file", metavar="[FILE]", shell_complete=files, required=False)
def command(session: Session, place: str, file: str | None) -> None:
    """Copy a file from a target.

    Under its own name into the current folder, or to the FILE or the folder that is named. The file is there whole or
    not at all.
    """
    from lading.runner.jobs.files import landing, place_of
    from lading.runner.output.files import write_pieces
    from lading.runner.output.progress import arriving

    screen = session.screen
    target, path = place_of(place)
    name = landing(path, file)
    size = write_pieces(name, arriving(screen, session.channel(target).client.download(path)))
    if screen.is_human:
        screen.remark(f"{name}: {size} bytes")
    else:
        screen.document({"target": target, "file": name, "size": size})
