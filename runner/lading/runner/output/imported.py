"""A spec made of a native payload, and what could not be said in it."""

from lading.compiler.importing.importer import Imported
from lading.runner.output.files import write_whole
from lading.runner.output.screen import Screen
from lading.schema.render.json import as_data


def show_imported(screen: Screen, made: Imported, output: str | None) -> int:
    """The spec stands on standard output or in a file; the answer is the exit code."""
    if output:
        write_whole(output, made.text)
        screen.remark(f"wrote {output}")
    if screen.is_human:
        if not output:
            screen.result(made.text)
        screen.diagnostics(made.problems)
    else:
        data = {"spec": made.text, "file": output, "catalog": made.catalog, "diagnostics": as_data(made.problems)}
        screen.document(data)
    return 0 if made.is_whole else 1
