"""``lading schema``: JSON Schemas, for editors and for programs."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import files, schemas


@subcommand("lading schema spec -o spec.schema.json")
@click.argument("what", metavar="[spec|site|PLATFORM|output COMMAND]", shell_complete=schemas, nargs=-1)
@click.option("-o", "--output", metavar="FILE", shell_complete=files, help="Write the schema to this file.")
def command(session: Session, what: Sequence[str], output: str | None) -> None:
    """Print JSON Schemas, for editors and programs.

    Of spec files (unless said), of site files, of a platform's own section, or of what a command prints with
    --format json. An editor that knows the schema of specs completes fields and explains them: with -o, what is printed
    is the line at the top of a spec or site that tells it the file.
    """
    from lading.runner.output.screen import as_json
    from lading.runner.specs.schemas import FILES, schema_of

    schema = as_json(schema_of(*what))
    if not output:
        session.screen.result(schema)
        return
    from lading.runner.output.files import write_whole

    write_whole(output, schema)
    session.screen.remark(f"wrote {output}")
    if set(what) <= FILES.keys():
        session.screen.result(f"# yaml-language-server: $schema={output}\n")
