"""Many submissions settled at once, a few at a time on each target, whatever becomes of each."""

from collections.abc import Sequence

from lading.runner.errors import RunnerError
from lading.runner.jobs.found import Found, label
from lading.runner.ledger.record import Submission
from lading.runner.submission.answers import Answers
from lading.runner.submission.batch import WORKERS, on_each_target
from lading.runner.submission.resolve import resolve
from lading.runner.targets.channel import Channel


def resolved(jobs: Sequence[Found]) -> tuple[list[Submission], list[RunnerError]]:
    """The submissions as the ledger has them now, and what kept any of them from being settled."""
    now = [job.submission for job in jobs]
    errors: list[RunnerError] = []
    reached: list[tuple[int, Channel]] = []
    for place, job in enumerate(jobs):
        try:
            reached.append((place, job.channel))
        except RunnerError as error:
            errors.append(error.about(job.submission.target, label(job.submission)))

    def settle(index: int) -> Submission | RunnerError:
        place, channel = reached[index]
        try:
            return resolve(now[place], channel)
        except RunnerError as error:
            return error.about(now[place].target, now[place].id)

    outcomes = on_each_target(settle, [channel for _, channel in reached], WORKERS, Answers())
    for (place, _), outcome in zip(reached, outcomes, strict=True):
        if isinstance(outcome, RunnerError):
            errors.append(outcome)
        else:
            now[place] = outcome
    return now, errors
