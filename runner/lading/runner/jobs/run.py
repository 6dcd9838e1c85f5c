"""Following one job to its end, as if it ran here."""

from lading.runner.jobs.found import Found
from lading.runner.jobs.wait import going_on, last_of, print_logs
from lading.runner.ledger.record import Submission
from lading.runner.output.submissions import reason
from lading.runner.states import State

CODES = {State.SUCCEEDED: 0, State.UNKNOWN: 4}
"""What a job's end means where its own exit code is not known; anything else is 1."""


def see_through(job: Found) -> int:
    """The job has ended and all that it printed was shown; the answer is its exit code.

    An interrupt ends the following and not the job.
    """
    screen, submission = job.session.screen, job.submission
    screen.remark(f"{submission.id} runs on {submission.target}")
    with going_on(screen, [submission]):
        print_logs(job)
        ended = last_of(job)
    code = own_code(ended)
    if ended.state is not State.SUCCEEDED:
        untold = "" if code else f"{ended.target} tells no exit code"
        why = "; ".join(filter(None, (reason(ended), untold)))
        screen.complain(f"{submission.id} {ended.state}" + (f": {why}" if why else ""))
    return code or CODES.get(ended.state, 1)


def own_code(submission: Submission) -> int | None:
    """The job's own exit code where it says something; of several parts, that of the first that did not succeed."""
    codes = [part.status.exit_code for part in submission.parts if part.status.state is not State.SUCCEEDED]
    return next((code for code in codes if code), None)
