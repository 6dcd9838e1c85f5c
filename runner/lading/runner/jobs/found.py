"""The jobs that an ID on the command line means, and the target of each to ask about it.

``ID`` is a submission's id or any unique beginning of it, or ``TARGET:NATIVE-ID`` for a job that lading did not submit.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lading.runner.errors import NoSuchJob, RunnerError, Unreachable
from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session, check_targets
from lading.runner.ledger.record import Event, Kind, Part, Submission
from lading.runner.secrets.scrub import scrubber
from lading.runner.states import State, Status
from lading.runner.submission.watch import Pace, at_once, follow, refresh
from lading.runner.targets.channel import Channel, check_same_place


@dataclass(frozen=True, slots=True)
class Found:
    """One submission, and the way to its target. A job that lading did not submit has no id."""

    submission: Submission
    session: Session

    @property
    def place(self) -> tuple[str, str, str]:
        """Which target of which site, and its address then: jobs of the same place are asked about together."""
        return self.submission.target, os.path.dirname(self.submission.spec), self.submission.endpoint

    @property
    def channel(self) -> Channel:
        """The channel to the target, as the site of the spec has it; where that is gone, as the one that holds here.

        Raises where another server bears the target's name by now.
        """
        target, spec = self.submission.target, self.submission.spec
        try:
            channel = self.session.channel(target, spec if os.path.isdir(os.path.dirname(spec)) else "")
        except WrongUsage as error:
            raise RunnerError(
                f"{error.message}, where {label(self.submission)} is", "name its site with --site"
            ) from None
        if self.is_ours:
            check_same_place(self.submission, channel)
        return channel

    @property
    def is_still_there(self) -> bool:
        """Whether its target can be worked with, and is the server that it was submitted to."""
        try:
            return bool(self.channel)
        except RunnerError:
            return False

    @property
    def is_ours(self) -> bool:
        """Whether the ledger knows it."""
        return bool(self.submission.id)

    @property
    def parts(self) -> list[Part]:
        """The parts that the platform has. Raises where there are none."""
        there = [part for part in self.submission.parts if part.native_id]
        if not there:
            why = self.submission.parts[0].status.reason or "it is not known if the platform has it"
            raise NoSuchJob(f"{self.submission.target} has no job for {label(self.submission)}: {why}")
        return there

    def note(self, part: Part, event: Event) -> None:
        """What was done to the part stands in the ledger, if the ledger knows it."""
        if self.is_ours:
            self.session.ledger.note(part.token, event)


def label(submission: Submission) -> str:
    """What people call the submission by: its id, or target and native id."""
    return submission.id or f"{submission.target}:{submission.native_id}"


def find_job(session: Session, text: str) -> Found:
    """The submission that the text means."""
    target, colon, native_id = text.partition(":")
    if not colon:
        return Found(session.ledger.get(text), session)
    for known in session.ledger.by_native(target, native_id):
        if (found := Found(known, session)).is_still_there:
            return found
    check_targets(session.site(), [target])
    platform = session.site().target(target).platform.NAME
    part = Part("", "", Kind.ACCEPTED, native_id)
    return Found(Submission("", "", "", target, platform, "", parts=(part,)), session)


def find_jobs(session: Session, texts: Sequence[str]) -> list[Found]:
    """The submissions that the texts mean, each once; without any, all that have not ended."""
    if texts:
        return [find_job(session, text) for text in dict.fromkeys(texts)]
    alive = session.ledger.search(states=[state for state in State if not state.is_final])
    return [Found(submission, session) for submission in alive]


class Refreshed(NamedTuple):
    """Submissions in the order in which they were asked about, and the errors of the targets that could not be asked.

    ``stale`` are those among them that are as the ledger had them, because their target gave no answer.
    """

    submissions: list[Submission]
    errors: list[RunnerError]
    stale: list[Submission]


def refreshed(jobs: Sequence[Found]) -> Refreshed:
    """The submissions as they are now. All targets are asked at once."""
    groups = _by_place(jobs)
    answers = _all_asked([[jobs[place] for place in group] for group in groups])
    now = [job.submission for job in jobs]
    errors, stale = [], []
    for places, (found, error) in zip(groups, answers, strict=True):
        if error:
            errors.append(error)
            stale += [now[place] for place in places]
        for place, submission in zip(places, found, strict=False):
            now[place] = submission
    return Refreshed(now, errors, stale)


def followed(jobs: Sequence[Found], sleep: Callable[[float], None] = time.sleep) -> Iterator[Submission]:
    """Each submission as it is, and again whenever it has changed, until nothing more will happen to any of them.

    Each target is asked at a pace of its own.
    """
    groups = [[jobs[place] for place in group] for group in _by_place(jobs)]
    return at_once([_followed(group, sleep) for group in groups])


def _followed(jobs: Sequence[Found], sleep: Callable[[float], None]) -> Iterator[Submission]:
    """The jobs of one target."""

    reach = _Reach(jobs[0])

    def look(current: Sequence[Submission]) -> tuple[Sequence[Submission], Sequence[RunnerError]]:
        found, error = _asked([replace(job, submission=one) for job, one in zip(jobs, current, strict=True)])
        reach.note(error)
        return found or current, [error] if error else []

    pace = Pace().not_below(jobs[0].channel.client.least_pause)
    return follow(look, [job.submission for job in jobs], pace, sleep)


class _Reach:
    """Whether a target that is followed can be reached; people are told when that changes."""

    def __init__(self, job: Found) -> None:
        self._target, self._screen = job.submission.target, job.session.screen
        self._is_away = False

    def note(self, error: RunnerError | None) -> None:
        """The target was asked, with this error or none."""
        is_away = isinstance(error, Unreachable)
        if is_away and not self._is_away:
            self._screen.remark(f"{self._target} can not be reached since {time.strftime('%H:%M:%S')}; trying again")
        elif self._is_away and not error:
            self._screen.remark(f"{self._target} can be reached again")
        self._is_away = is_away


def _by_place(jobs: Sequence[Found]) -> list[list[int]]:
    """The places of the jobs that are asked about together, target by target."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for place, job in enumerate(jobs):
        groups.setdefault(job.place, []).append(place)
    return list(groups.values())


Asked = tuple[Sequence[Submission], RunnerError | None]
"""What one target says of its jobs, in their order; nothing, and why, where it could not be asked."""


def _all_asked(groups: Sequence[Sequence[Found]]) -> list[Asked]:
    if len(groups) < 2:
        return [_asked(group) for group in groups]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(groups)) as pool:
        return list(pool.map(_asked, groups))


def _asked(jobs: Sequence[Found]) -> Asked:
    try:
        return list(_statuses(jobs)), None
    except RunnerError as error:
        scrubber().error(error)
        return (), error.about(jobs[0].submission.target)


def _statuses(jobs: Sequence[Found]) -> Iterator[Submission]:
    channel = jobs[0].channel
    ours = [job.submission for job in jobs if job.is_ours]
    known = {one.id: one for one in refresh(channel, ours)}
    others = [job.submission.native_id for job in jobs if not job.is_ours]
    said = channel.client.status(others) if others else {}
    for job in jobs:
        yield known[job.submission.id] if job.is_ours else _with_status(job.submission, said)


def _with_status(submission: Submission, said: Mapping[str, Status]) -> Submission:
    (part,) = submission.parts
    if part.native_id not in said:
        raise NoSuchJob(
            f"{submission.target} knows no job {part.native_id}",
            f"see that the id is one that {submission.platform} gave; it may have forgotten the job",
        )
    return replace(submission, parts=(replace(part, status=said[part.native_id]),))
