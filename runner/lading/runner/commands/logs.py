"""``lading logs``: what a job has printed."""

from contextlib import nullcontext

import click

from lading.runner.invocation.options import Whole, WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import jobs


@subcommand("lading logs -f 01JA")
@click.argument("id_", metavar="ID", shell_complete=jobs)
@click.option("-f", "--follow", is_flag=True, help="Go on until the job has ended.")
@click.option("--lines", metavar="A:B", help="Only these lines, counted from 1; either end may be left out.")
@click.option("--role", metavar="R", help="Only this role's.")
@click.option("--replica", type=Whole(0), metavar="N", help="Only this replica's, counted from 0.")
@click.option("--container", metavar="C", help="Only this container's.")
@click.option("--index", type=Whole(0), metavar="I", help="Only this element's of an array.")
@click.option("--step", metavar="NAME", help="Only this step's of a workflow.")
def command(
    session: Session,
    id_: str,
    follow: bool,
    lines: str | None,
    role: str | None,
    replica: int | None,
    container: str | None,
    index: int | None,
    step: str | None,
) -> None:
    """Print the output of a job.

    Where several processes write, each line begins with the name of its own. On a terminal control characters are
    written out; a file or a program gets what the job has printed.
    """
    from lading.runner.jobs.found import find_job
    from lading.runner.jobs.logs import lines_of, print_line, read_logs
    from lading.runner.jobs.wait import going_on
    from lading.runner.platform import LogQuery

    if follow and not session.screen.is_human:
        raise WrongUsage("--format json is one document, and -f has no end", "leave out one of the two")
    query = LogQuery(follow, lines_of(lines), role, replica, container, index)
    job = find_job(session, id_)
    found = read_logs(job, query, step)
    if session.screen.is_human:
        line = None
        with going_on(session.screen, [job.submission]) if follow else nullcontext():
            for line in found:
                print_line(line)
        if line is None and (step or query != LogQuery(follow)):
            session.screen.remark("nothing was printed there")
    else:
        data = [{"text": line.text, "source": line.source or None, "isError": line.is_error} for line in found]
        session.screen.document({"lines": data})
