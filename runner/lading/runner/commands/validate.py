"""``lading validate``: everything that is wrong with specs and sites, before anything is sent anywhere."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import ACCEPT, HUMAN, JSON, SETS, Whole, WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import specs, targets


@subcommand("lading validate specs/", formats=(HUMAN, JSON, "github", "sarif"))
@click.argument("paths", metavar="PATHS", shell_complete=specs, nargs=-1, required=True)
@click.option(
    "-t",
    "--target",
    "targets",
    metavar="TARGET",
    shell_complete=targets,
    multiple=True,
    help="Only for this target of the site. Repeatable.",
)
@click.option("--no-targets", is_flag=True, help="Only for the language itself, for no target.")
@ACCEPT
@SETS
@click.option("-j", "--jobs", type=Whole(1), metavar="N", help="Processes to work in; as many as pay unless said.")
@click.option("--no-cache", is_flag=True, help="Check everything again, and remember nothing of it.")
def command(
    session: Session,
    paths: Sequence[str],
    targets: Sequence[str],
    no_targets: bool,
    accept: Sequence[str],
    sets: Sequence[str],
    jobs: int | None,
    no_cache: bool,
) -> int:
    """Check specs and site files.

    Specs are compiled for every target of their site, or for those that -t names. Nothing is sent, and no network is
    asked.

    PATHS are files, folders (searched for *.yaml and *.yml that say `lading:`) or - for standard input. What a target
    carries in some other form than it was written is told with -v. What was right before, and has not changed since, is
    known from $LADING_CACHE, or the cache folder of the user.
    """
    from lading.runner.output.verdict import show_verdict
    from lading.runner.specs.files import NO_SPEC, find
    from lading.runner.specs.memory import KNOWN_IN_THE_TIME_OF_ONE, Memory, open_memory
    from lading.runner.specs.parallel import in_parallel, job_count

    if targets and no_targets:
        raise WrongUsage("-t and --no-targets can not both be given", "keep one of the two")
    chosen = () if no_targets else targets or None
    memory = Memory(session, None) if no_cache else open_memory(session, chosen, accept, sets)
    candidates = find(paths)
    known = memory.recall(candidates, jobs or job_count(len(candidates) // KNOWN_IN_THE_TIME_OF_ONE))
    unknown = [candidate for candidate in candidates if candidate not in known]
    if unknown:
        from lading.runner.specs.validation import Checker

        check = Checker(session, chosen, accept, sets).check
        results = in_parallel(check, unknown, jobs or job_count(len(unknown)))
        new = {candidate: checked for candidate, checked in zip(unknown, results, strict=True) if checked}
        memory.keep(new.values())
        known |= new
    if not known:
        raise WrongUsage(f"there is no spec in {', '.join(paths)}", NO_SPEC)
    return show_verdict(session.screen, [known[candidate] for candidate in candidates if candidate in known])
