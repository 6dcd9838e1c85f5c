"""``lading import``: a spec out of what a platform was sent before."""

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import files, platforms, specs, targets


@subcommand("lading import job.json --from paddleflow > train.yaml")
@click.argument("file", metavar="FILE", shell_complete=files)
@click.option(
    "--from",
    "platform",
    metavar="PLATFORM",
    shell_complete=platforms,
    required=True,
    help="The platform that the file was made for.",
)
@click.option(
    *("-t", "--target"),
    metavar="TARGET",
    shell_complete=targets,
    help="Whose options and catalog hold; the site's first of the platform unless said.",
)
@click.option("-o", "--output", metavar="SPEC", shell_complete=specs, help="Write the spec to this file.")
@click.option("--force", is_flag=True, help="Write over what is there.")
def command(session: Session, file: str, platform: str, target: str | None, output: str | None, force: bool) -> int:
    """Make a spec of a native payload.

    Of a request's JSON or a batch script; the spec compiles to the same again. What has no portable field is kept under
    `native` and pointed out. Exits with 1 if something could not be kept.
    """
    from lading.runner.output.imported import show_imported
    from lading.runner.specs.imported import checked_output, imported

    checked_output(output, force=force)
    return show_imported(session.screen, imported(session, file, platform, target), output)
