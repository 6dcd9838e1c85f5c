"""``lading doctor``: can a target be reached, and is the login good."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import targets


@subcommand("lading doctor cluster")
@click.argument("targets", metavar="[TARGET]...", shell_complete=targets, nargs=-1)
def command(session: Session, targets: Sequence[str]) -> int:
    """See if targets can be reached.

    Their version, the login, what jobs need there; of every target of the site, where none is named.
    """
    from lading.runner.invocation.failures import diagnostic_of
    from lading.runner.output.tables import Column
    from lading.runner.targets.health import examine
    from lading.schema.render.json import as_data

    findings, errors = examine(session, targets)
    problems = [diagnostic_of(error) for error in errors]
    if session.screen.is_human:
        columns = (Column("TARGET"), Column("CHECKED"), Column("FOUND"))
        session.screen.table(columns, [[f.target, f.checked, f.found] for f in findings])
        session.screen.diagnostics(problems)
    else:
        data = [{"target": f.target, "checked": f.checked, "found": f.found} for f in findings]
        session.screen.document({"findings": data, "diagnostics": as_data(problems)})
    return max((error.exit_code for error in errors), default=0)
