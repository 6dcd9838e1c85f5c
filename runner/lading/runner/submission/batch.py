"""Many submissions at once: a few at a time on each target, so that none is flooded and none waits for another."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Thread
from typing import TypeVar

from lading.runner.errors import RunnerError
from lading.runner.submission.answers import Answers
from lading.runner.submission.sendable import Sendable
from lading.runner.submission.submit import submit
from lading.runner.targets.channel import Channel

WORKERS = 8

Answer = str | RunnerError
Result = TypeVar("Result")


def submit_all(
    jobs: Sequence[Sendable],
    channel_of: Callable[[Sendable], Channel],
    *,
    if_absent: bool = False,
    workers: int = WORKERS,
) -> Iterator[Answer]:
    """What became of each job, in order: its submission's id, or the error that one alone would have raised.

    At most ``workers`` are on their way to each target at a time. A job that comes after another of the batch is sent
    when that one is there. On an interrupt what is on its way is settled, and the rest is never sent.
    """
    channels = [channel_of(job) for job in jobs]
    answers: Answers[Answer] = Answers()

    def answer(place: int) -> Answer:
        try:
            for before in _before(jobs, place):
                _check_is_there(jobs[before].name, answers.at(before))
            return submit(jobs[place], channels[place], if_absent=if_absent)
        except RunnerError as error:
            return error

    return on_each_target(answer, channels, workers, answers)


def on_each_target(
    work: Callable[[int], Result], channels: Sequence[Channel], workers: int, answers: Answers[Result]
) -> Iterator[Result]:
    """The results of ``work`` for each place, in order; at most ``workers`` at a time for each target.

    They are the ``answers`` too. On an interrupt what was begun is ended, and no more begun.
    """
    queues = _queues(channels)

    def take(places: deque[int]) -> None:
        with suppress(IndexError):
            while True:
                answers.fill(places.popleft(), work)

    threads = [
        Thread(target=take, args=(places,), name="submit")
        for places in queues
        for _ in range(min(workers, len(places)))
    ]
    try:
        for thread in threads:
            thread.start()
        for place in range(len(channels)):
            yield answers.at(place)
    finally:
        for places in queues:
            places.clear()
        for thread in threads:
            if thread.is_alive():
                thread.join()


def _queues(channels: Sequence[Channel]) -> list[deque[int]]:
    """The places of each target, which is known by its client, in order."""
    queues: dict[int, deque[int]] = {}
    for place, channel in enumerate(channels):
        queues.setdefault(id(channel.client), deque()).append(place)
    return list(queues.values())


def _before(jobs: Sequence[Sendable], place: int) -> list[int]:
    """The places of the earlier jobs that this one comes after. Workers take places in order, so waiting ends."""
    job = jobs[place]
    earlier = enumerate(jobs[:place]) if job.after else ()
    return [before for before, other in earlier if other.name in job.after and other.target == job.target]


def _check_is_there(name: str, answer: Answer) -> None:
    if isinstance(answer, RunnerError):
        raise RunnerError(f"it comes after {name}, which was not submitted", f"see what is wrong with {name} first")
