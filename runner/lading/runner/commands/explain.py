"""``lading explain``: what became of each line of a spec; and what a field of the language or a code means."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import ACCEPT, HTML, HUMAN, JSON, SETS, TARGETS, WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import explainable


@subcommand(
    "lading explain train.yaml -t cluster\nlading explain train.yaml -t cluster --format html > train.html\n"
    "lading explain resources.gpu\nlading explain LD203",
    formats=(HUMAN, JSON, HTML),
)
@click.argument("what", metavar="[SPEC|FIELD|CODE]", shell_complete=explainable, required=False)
@TARGETS
@ACCEPT
@SETS
def command(
    session: Session, what: str | None, targets: Sequence[str], accept: Sequence[str], sets: Sequence[str]
) -> int:
    """Show what became of each line of a spec.

    With a spec: every field beside the line it stands in, the payload values that it made, and how well it is carried.
    As html it is a page, with the spec beside the payload: what is pointed at lights up on the other side.

    With a field of a spec or a site: what it means, its default, and how each platform carries it. With the code of a
    diagnostic: what it says, and what to do. Without any: the fields of a job.
    """
    from lading.runner.output.codes import is_code, show_code
    from lading.runner.output.fields import show_field, show_fields
    from lading.runner.specs.explanation import explain_spec, is_spec

    if what and (targets or is_spec(what)):
        return explain_spec(session, what, targets, accept, sets)
    if targets or accept or sets:
        raise WrongUsage("there is no spec to explain", "`lading explain train.yaml -t cluster`")
    if session.settings.format == HTML:
        raise WrongUsage("only what becomes of a spec is shown as a page", "`lading explain train.yaml --format html`")
    if what and is_code(what):
        show_code(session.screen, what)
    elif what:
        show_field(session.screen, what)
    else:
        show_fields(session.screen)
    return 0
