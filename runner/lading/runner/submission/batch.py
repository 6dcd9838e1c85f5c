"""Many submissions at once: a few at a time, each worker with channels of its own, answers in order."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from lading.compiler.pipeline import Compilation
from lading.runner.errors import RunnerError
from lading.runner.ledger.record import Submission
from lading.runner.submission.prepare import after_entries
from lading.runner.submission.submit import submit
from lading.runner.targets.channel import Channel

if TYPE_CHECKING:
    from concurrent.futures import Future

WORKERS = 8

Answer = Submission | RunnerError


def submit_all(
    compilations: Sequence[Compilation],
    connect: Callable[[str], Channel],
    *,
    if_absent: bool = False,
    workers: int = WORKERS,
) -> Iterator[Answer]:
    """What became of each compilation, in order: its submission, or the error that one alone would have raised.

    ``connect`` makes a channel to a target; each worker calls it for itself. A job that comes after another of the
    batch is sent when that one is there. On an interrupt what is on its way is settled, and the rest is never sent.
    """
    from concurrent.futures import ThreadPoolExecutor

    mine = threading.local()
    answers: list[Future[Answer]] = []

    def channel(target: str) -> Channel:
        channels: dict[str, Channel] = mine.__dict__.setdefault("channels", {})
        if target not in channels:
            channels[target] = connect(target)
        return channels[target]

    def answer(place: int) -> Answer:
        compilation = compilations[place]
        try:
            for before in _before(compilations, place):
                _check_is_there(compilations[before].name, answers[before].result())
            return submit(compilation, channel(compilation.target.name), if_absent=if_absent)
        except RunnerError as error:
            return error

    pool = ThreadPoolExecutor(min(workers, len(compilations)) or 1, thread_name_prefix="submit")
    try:
        answers += (pool.submit(answer, place) for place in range(len(compilations)))
        for future in answers:
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _before(compilations: Sequence[Compilation], place: int) -> list[int]:
    """The places of the earlier jobs that this one comes after. Workers take places in order, so waiting ends."""
    compilation = compilations[place]
    names = after_entries(compilation)
    target = compilation.target.name
    earlier = enumerate(compilations[:place]) if names else ()
    return [before for before, other in earlier if other.name in names and other.target.name == target]


def _check_is_there(name: str, answer: Answer) -> None:
    if isinstance(answer, RunnerError):
        raise RunnerError(f"it comes after {name}, which was not submitted", f"see what is wrong with {name} first")
