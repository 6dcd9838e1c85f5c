"""``lading schema``: JSON Schemas, for editors and for programs."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import schemas


@subcommand("lading schema spec > spec.schema.json")
@click.argument("what", metavar="[spec|site|PLATFORM|output COMMAND]", shell_complete=schemas, nargs=-1)
def command(session: Session, what: Sequence[str]) -> None:
    """Print JSON Schemas, for editors and programs.

    Of spec files (unless said), of site files, of a platform's own section, or of what a command prints with
    --format json. An editor that knows the schema of specs completes fields and explains them.
    """
    from lading.runner.output.screen import as_json
    from lading.runner.specs.schemas import schema_of

    session.screen.result(as_json(schema_of(*what)))
