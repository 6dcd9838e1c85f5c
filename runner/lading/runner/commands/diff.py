"""``lading diff``: what would be different from what was submitted, or from another version of the specs."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import ACCEPT, HTML, HUMAN, JSON, SETS, TARGETS, WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import specs


@subcommand(
    "lading diff train.yaml -t cluster\nlading diff specs/ --base origin/main --format markdown",
    formats=(HUMAN, JSON, "unified", "json-patch", "markdown", HTML),
)
@click.argument("paths", metavar="PATHS", nargs=-1, required=True, shell_complete=specs)
@TARGETS
@click.option("--all-targets", is_flag=True, help="Every target of the site.")
@click.option(
    "--against",
    metavar="last|live|git:REV|FILE",
    shell_complete=specs,
    help="What was last submitted (unless said otherwise), the job as the platform has it now, the specs as they were "
    "at a git revision, or a file: a plan, a payload that `lading compile` wrote, or another spec.",
)
@click.option(
    "--base",
    metavar="REV",
    help="Where the current branch left this one: as --against git:, on all targets unless -t says which.",
)
@ACCEPT
@SETS
def command(
    session: Session,
    paths: Sequence[str],
    targets: Sequence[str],
    all_targets: bool,
    against: str | None,
    base: str | None,
    accept: Sequence[str],
    sets: Sequence[str],
) -> int:
    """Compare specs with what was last submitted.

    Payload against payload, value by value, each with the line of the spec that made it. Amounts are compared by how
    much they are, lists by the keys of their entries, scripts line by line.

    Against a git revision every job of the PATHS is compared: what changes, what is new, what is gone, and what a
    target would refuse now. As html it is a page, on which the lines of the specs stand beside what they changed.
    Nothing is sent, and only `live` asks the network. Exits with 0 if nothing differs, 1 if
    something does, more if it could not be told.
    """
    from lading.runner.output.difference import show_differences
    from lading.runner.review.baseline import GIT, LAST, baseline_of
    from lading.runner.review.comparison import against_revision, compared
    from lading.runner.specs.compilation import checked, compilations, open_specs

    if targets and all_targets:
        raise WrongUsage("-t and --all-targets can not both be given", "keep one of the two")
    if base and against:
        raise WrongUsage("--base and --against can not both be given", "keep one of the two")
    if base or (against or "").startswith(GIT):
        from lading.runner.specs.revision import Revision, merge_base

        revision = Revision(merge_base(base)) if base else Revision(str(against).removeprefix(GIT))
        chosen = targets or (None if base or all_targets else ())
        found = against_revision(session, revision, paths, chosen, accept, sets)
        show_differences(session, found, revision)
        revision.close()
    else:
        files = open_specs(session, paths, sets)
        named = [file.site.names if all_targets else targets for file in files]
        now = [one for file, names in zip(files, named, strict=True) for one in compilations(file, names, accept)]
        found = [compared(baseline_of(session, against or LAST, one, sets), one) for one in checked(session, now)]
        show_differences(session, found)
    return 1 if any(one.what.is_difference for one in found) else 0
