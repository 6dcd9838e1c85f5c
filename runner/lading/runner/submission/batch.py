"""Many submissions at once: a few at a time on each target, so that none is flooded and none waits for another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from lading.runner.errors import RunnerError
from lading.runner.ledger.record import Submission
from lading.runner.submission.sendable import Sendable
from lading.runner.submission.submit import submit
from lading.runner.targets.channel import Channel

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

WORKERS = 8

Answer = Submission | RunnerError
Result = TypeVar("Result")


def submit_all(
    jobs: Sequence[Sendable],
    channel_of: Callable[[Sendable], Channel],
    *,
    if_absent: bool = False,
    workers: int = WORKERS,
) -> Iterator[Answer]:
    """What became of each job, in order: its submission, or the error that one alone would have raised.

    At most ``workers`` are on their way to each target at a time. A job that comes after another of the batch is sent
    when that one is there. On an interrupt what is on its way is settled, and the rest is never sent.
    """
    channels = [channel_of(job) for job in jobs]
    futures: list[Future[Answer]] = []

    def answer(place: int) -> Answer:
        try:
            for before in _before(jobs, place):
                _check_is_there(jobs[before].name, futures[before].result())
            return submit(jobs[place], channels[place], if_absent=if_absent)
        except RunnerError as error:
            return error

    return on_each_target(answer, channels, workers, futures)


def on_each_target(
    work: Callable[[int], Result], channels: Sequence[Channel], workers: int, futures: "list[Future[Result]]"
) -> Iterator[Result]:
    """The results of ``work`` for each place, in order; at most ``workers`` at a time for each target.

    ``futures`` is filled with those of all places. On an interrupt what was begun is ended, and no more begun.
    """
    with ExitStack() as ending:
        pools = _pools(channels, workers)
        for pool in pools.values():
            ending.callback(pool.shutdown, cancel_futures=True)
        futures += (pools[id(channel.client)].submit(work, place) for place, channel in enumerate(channels))
        for future in futures:
            yield future.result()


def _pools(channels: Sequence[Channel], workers: int) -> Mapping[int, "ThreadPoolExecutor"]:
    """The threads of each target, by the identity of its client."""
    from concurrent.futures import ThreadPoolExecutor

    sizes: dict[int, int] = {}
    for channel in channels:
        sizes[id(channel.client)] = sizes.get(id(channel.client), 0) + 1
    return {client: ThreadPoolExecutor(min(workers, size), "submit") for client, size in sizes.items()}


def _before(jobs: Sequence[Sendable], place: int) -> list[int]:
    """The places of the earlier jobs that this one comes after. Workers take places in order, so waiting ends."""
    job = jobs[place]
    earlier = enumerate(jobs[:place]) if job.after else ()
    return [before for before, other in earlier if other.name in job.after and other.target == job.target]


def _check_is_there(name: str, answer: Answer) -> None:
    if isinstance(answer, RunnerError):
        raise RunnerError(f"it comes after {name}, which was not submitted", f"see what is wrong with {name} first")
