"""``lading submit``: specs become jobs."""

from collections.abc import Sequence

import click

from lading.runner.invocation.options import ACCEPT, SETS, TARGETS, Whole, WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import files, specs


@subcommand("lading submit train.yaml -t cluster --wait\nlading submit train.plan.json")
@click.argument("paths", metavar="PATHS", shell_complete=specs, nargs=-1, required=True)
@TARGETS
@ACCEPT
@SETS
@click.option("--dry-run", is_flag=True, help="Print the requests that would be sent, and send nothing.")
@click.option(
    "--if-absent", is_flag=True, help="Not again what is there already: the same payload, alive or succeeded."
)
@click.option("--wait", is_flag=True, help="Wait until all have ended; exit as `lading wait` does.")
@click.option("--follow", is_flag=True, help="Print the logs until the job has ended, then as --wait.")
@click.option(
    "-j", "--jobs", type=Whole(1), default=8, show_default=True, metavar="N", help="How many at the same time."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=files,
    help="With --wait: write the result of what has one to this file.",
)
def command(
    session: Session,
    paths: Sequence[str],
    targets: Sequence[str],
    accept: Sequence[str],
    sets: Sequence[str],
    dry_run: bool,
    if_absent: bool,
    wait: bool,
    follow: bool,
    jobs: int,
    output: str | None,
) -> int:
    """Submit the jobs of specs, or exactly what a plan holds.

    Every job on every target that is named, or on the site's default. Before anything is sent all is compiled, and
    secrets and files are found: one problem there, and nothing is. Each job is sent once; where no answer came the exit
    code is 4, and `lading resolve` finds out what became of it.

    A file that `lading plan` wrote is sent as it is, once, if nothing that it was planned with has changed.
    """
    from lading.runner.jobs.dispatch import compile_all, send_all, sendables, write_results
    from lading.runner.jobs.found import Found
    from lading.runner.jobs.plans import plan_in, plan_jobs
    from lading.runner.jobs.wait import print_logs, wait_for
    from lading.runner.output.asked import show_submitted
    from lading.runner.output.compiled import show_dry, show_planned
    from lading.runner.output.submissions import exit_code

    if output and not wait:
        raise WrongUsage("-o needs --wait: there is no result before the end", "add --wait")
    plan = plan_in(paths)
    if dry_run and not plan:
        return show_dry(session.screen, compile_all(session, paths, targets, accept, sets))
    if plan and (targets or accept or sets):
        raise WrongUsage("a plan is sent as it is", "leave out -t, --accept and --set, or make a new plan with them")
    compiled = plan_jobs(session, *plan) if plan else sendables(session, paths, targets, accept, sets)
    if dry_run:
        return show_planned(session.screen, compiled)
    if follow and (len(compiled) > 1 or not session.screen.is_human):
        raise WrongUsage("--follow follows one job, for people", "use --wait")
    submissions, failed, errors = send_all(session, compiled, if_absent=if_absent, workers=jobs)
    if follow and submissions:
        print_logs(Found(submissions[0], session))
    if wait or follow:
        submissions = wait_for(session, [Found(submission, session) for submission in submissions])
    code = show_submitted(session.screen, submissions, failed, errors)
    if output:
        write_results(session.screen, [Found(submission, session) for submission in submissions], output)
    return code or (exit_code(submissions) if wait or follow else 0)
