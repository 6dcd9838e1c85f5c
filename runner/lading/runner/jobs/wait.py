"""Waiting for submissions: each change is remarked upon, and the end is what counts."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from click.exceptions import Exit

from lading.runner.invocation.failures import INTERRUPTED
from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session
from lading.runner.jobs.found import Found, followed, label
from lading.runner.jobs.logs import print_line, read_logs
from lading.runner.ledger.record import Submission
from lading.runner.output.screen import Screen
from lading.runner.output.submissions import reason
from lading.runner.platform import LogQuery
from lading.schema.units import parse_seconds

MOST_NAMED = 8
"""So many jobs can be named in a line that is read; more only fill the terminal."""


class _TimeIsUp(Exception):
    """Waiting has taken as long as it was allowed to."""


@contextmanager
def going_on(screen: Screen, submissions: Sequence[Submission]) -> Iterator[None]:
    """An interrupt ends the looking on and not the jobs; people are told how to look again, and how to end them."""
    try:
        yield
    except KeyboardInterrupt:
        if len(submissions) > MOST_NAMED:
            screen.remark("\nthe jobs go on; `lading watch` shows them, `lading stop ID` ends one")
            raise Exit(INTERRUPTED) from None
        what, names = (
            "the job goes on" if len(submissions) == 1 else "the jobs go on",
            " ".join(map(label, submissions)),
        )
        again = "logs -f" if len(submissions) == 1 else "wait"
        shows = "shows it" if len(submissions) == 1 else "waits for them"
        ends = "ends it" if len(submissions) == 1 else "ends them"
        screen.remark(f"\n{what}; `lading {again} {names}` {shows}, `lading stop {names}` {ends}")
        raise Exit(INTERRUPTED) from None


def limit_of(text: str | None) -> float | None:
    """The seconds that ``--timeout`` allows, None for as long as it takes."""
    seconds = parse_seconds(text) if text else None
    if text and seconds is None:
        raise WrongUsage(f'"{text}" is no duration', "write it with its unit, such as 90s, 15m or 2h")
    return seconds


def wait_for(session: Session, jobs: Sequence[Found], limit: float | None = None) -> list[Submission]:
    """The submissions as they ended, in the order of the jobs; as they were last seen where the time was up."""
    last: dict[str, Submission] = {}
    try:
        with going_on(session.screen, [job.submission for job in jobs]):
            for line in changes(followed(jobs, _sleeper(limit)), last, several=on_several(jobs)):
                session.screen.remark(line)
    except _TimeIsUp:
        session.screen.remark("the time is up; the jobs go on")
    return [last.get(label(job.submission), job.submission) for job in jobs]


def on_several(jobs: Sequence[Found]) -> bool:
    """Whether it must be said on which target each of them is."""
    return len({job.submission.target for job in jobs}) > 1


def changes(submissions: Iterable[Submission], last: dict[str, Submission], *, several: bool = False) -> Iterator[str]:
    """A line for each change that people can see; ``last`` holds each submission as it is now, by its label.

    Of several targets each line names its own.
    """
    for submission in submissions:
        before = last.get(label(submission))
        last[label(submission)] = submission
        if before is None or change(before) != change(submission):
            yield change(submission, several=several)


def last_of(job: Found) -> Submission:
    """The submission as it ended, without a word about it."""
    *_, last = followed([job])
    return last


def change(submission: Submission, *, several: bool = False) -> str:
    """The state that the submission is in now, in a line."""
    why, where = reason(submission), f" on {submission.target}" if several else ""
    return f"{label(submission)} {submission.name}{where} {submission.state}" + (f": {why}" if why else "")


def _sleeper(limit: float | None) -> Callable[[float], None]:
    end = None if limit is None else time.monotonic() + limit

    def sleep(seconds: float) -> None:
        left = seconds if end is None else end - time.monotonic()
        if left <= 0:
            raise _TimeIsUp
        time.sleep(min(seconds, left))

    return sleep


def print_logs(job: Found) -> None:
    """All that the job prints stands on standard output, until it has ended."""
    with going_on(job.session.screen, [job.submission]):
        for line in read_logs(job, LogQuery(follow=True)):
            print_line(line)
