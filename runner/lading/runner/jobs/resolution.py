"""Many submissions settled one after the other, whatever becomes of each."""

from collections.abc import Sequence

from lading.runner.errors import RunnerError
from lading.runner.jobs.found import Found
from lading.runner.ledger.record import Submission
from lading.runner.submission.resolve import resolve


def resolved(jobs: Sequence[Found]) -> tuple[list[Submission], list[RunnerError]]:
    """The submissions as the ledger has them now, and what kept any of them from being settled."""
    submissions, errors = [], []
    for job in jobs:
        try:
            submissions.append(resolve(job.submission, job.channel))
        except RunnerError as error:
            submissions.append(job.submission)
            errors.append(error)
    return submissions, errors
