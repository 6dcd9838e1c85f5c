"""Following one job to its end, as if it ran here."""

from lading.runner.invocation.failures import INTERRUPTED
from lading.runner.jobs.found import Found
from lading.runner.jobs.wait import last_of, print_logs
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
    try:
        print_logs(job)
        ended = last_of(job)
    except KeyboardInterrupt:
        screen.remark(
            f"\nthe job goes on; `lading logs -f {submission.id}` shows it, `lading stop {submission.id}` ends it"
        )
        return INTERRUPTED
    if ended.state is not State.SUCCEEDED:
        why = reason(ended)
        screen.complain(f"{submission.id} {ended.state}" + (f": {why}" if why else ""))
    return exit_code_of(ended)


def exit_code_of(submission: Submission) -> int:
    """The job's own exit code; of several parts, that of the first that did not succeed."""
    if submission.state is State.SUCCEEDED:
        return 0
    codes = [part.status.exit_code for part in submission.parts if part.status.state is not State.SUCCEEDED]
    return next((code for code in codes if code), CODES.get(submission.state, 1))
