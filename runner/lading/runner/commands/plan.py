"""``lading plan``: the exact requests of a submission, to be reviewed before they are sent."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import ACCEPT, SETS, TARGETS, WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import files, specs


@subcommand("lading plan train.yaml -t cluster -o train.plan.json")
@click.argument("paths", metavar="PATHS", nargs=-1, required=True, shell_complete=specs)
@TARGETS
@click.option(
    "-o", "--output", metavar="FILE", shell_complete=files, help="Write the plan to this .json file, not to the output."
)
@ACCEPT
@SETS
def command(
    session: Session,
    paths: Sequence[str],
    targets: Sequence[str],
    output: str | None,
    accept: Sequence[str],
    sets: Sequence[str],
) -> int:
    """Write down exactly what would be sent.

    The plan holds every request with its digest, the versions, what was submitted before (`absent` if nothing was), and
    what each target does not carry exactly. `lading submit FILE` sends just that, once, or refuses: if the plan was
    used, edited, or made by another version, if the site or a file has changed, or if something else was submitted
    since. Secrets are in it by name; whoever changes a secret's value makes no plan stale.
    """
    from lading.runner.jobs.dispatch import compile_all
    from lading.runner.jobs.plans import make_plan
    from lading.runner.output.files import write_whole
    from lading.runner.output.review import sentence
    from lading.runner.output.screen import as_json
    from lading.runner.review.comparison import compared
    from lading.runner.review.difference import Version
    from lading.runner.submission.planned import ABSENT, as_document

    if output and not output.endswith(".json"):
        raise WrongUsage(f"a plan is a .json file, and {output} is none", f"write it to {output}.json")
    compiled = compile_all(session, paths, targets, accept, sets)
    plan = make_plan(session, compiled)
    text = as_json(as_document(plan))
    if output:
        write_whole(output, text)
    if not output or not session.screen.is_human:
        session.screen.result(text)
    before = [None if one.baseline == ABSENT else Version(session.ledger.requests(one.baseline)) for one in plan]
    session.screen.remark(sentence([compared(was, now) for was, now in zip(before, compiled, strict=True)]))
    if output:
        session.screen.remark(f"`lading submit {output}` sends it, `lading submit {output} --dry-run` shows it")
    return 0
