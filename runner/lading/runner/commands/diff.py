"""``lading diff``: what would be different from what was submitted."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import ACCEPT, SETS, TARGETS, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import specs


@subcommand("lading diff train.yaml -t cluster")
@click.argument("spec", metavar="SPEC", shell_complete=specs)
@TARGETS
@click.option(
    "--against",
    metavar="last|FILE",
    shell_complete=specs,
    default="last",
    show_default=True,
    help="What was last submitted, or a file: a payload that `lading compile` wrote, or another spec.",
)
@ACCEPT
@SETS
def command(
    session: Session, spec: str, targets: Sequence[str], against: str, accept: Sequence[str], sets: Sequence[str]
) -> int:
    """Compare a spec with what was last submitted.

    Payload against payload, value by value, each new one with the line of the spec that made it. Exits with 0 if
    nothing differs, 1 if something does.
    """
    from lading.runner.output.difference import show_differences
    from lading.runner.review.baseline import baseline_of
    from lading.runner.review.difference import changes
    from lading.runner.specs.compilation import checked, compilations, open_spec

    compiled = checked(session, compilations(open_spec(session, spec, sets), targets, accept))
    found = [(one, changes(baseline_of(session, against, one, sets), one.requests)) for one in compiled]
    show_differences(session.screen, found)
    return 1 if any(differences for _, differences in found) else 0
