"""The log of a task, read by ranges of lines.

No manual says whether lines are counted from 0 or 1, or whether the last one of a range is in it. Each answer tells how
many lines there are, so the first one shows whether the scheduler counts as we do; one that does not is asked for
everything each time.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lading.runner.errors import NotSupported, RunnerError, Unreachable
from lading.runner.http.answer import Garbled, field
from lading.runner.platform import LogLine, LogQuery
from lading.runner.platforms.airscheduler.api import Api, Unsaid
from lading.runner.platforms.airscheduler.calls import not_configured
from lading.runner.platforms.airscheduler.monitor import Complaint, Monitor, NoMonitor, as_text
from lading.runner.platforms.airscheduler.protocol import Kind
from lading.runner.states import State

AT_ONCE = 5000
"""Lines that are asked for in one question."""

WHOLE: Mapping[str, tuple[int, int]] = {"v1": (-1, -1), "v2": (0, -1)}
"""The range of all lines. In the first edition -1 is all that there are; in the second it counts from the end."""

LONGEST_RAW = 4096
"""Characters of an answer of the monitor that nobody can read."""

SOONEST, LATEST = 0.5, 5.0
"""Seconds between two looks; the manual's own sample asks every second."""


class Piece(NamedTuple):
    """A range of a log: its text, and how many lines the whole log has."""

    text: str
    total: int


class NoLog(Exception):
    """There is no log, or not yet; ``error`` says why."""

    def __init__(self, error: RunnerError) -> None:
        super().__init__(str(error))
        self.error = error


class NoSuchLines(NoLog):
    """There are no lines, which is no error."""


class Unreadable(Exception):
    """An answer of the monitor whose parts have names that no manual tells."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


Read = Callable[[int, int], Piece]
"""The lines from the first to the last number. Raises NoLog."""


def lines(api: Api, monitor: Monitor, task: int, query: LogQuery, state: Callable[[], State]) -> Iterator[LogLine]:
    """The lines that are wanted; with ``follow`` until the task has ended, from the monitor where there is one."""
    is_another = query.role not in {None, "worker"} or query.replica not in {None, 0}
    if is_another or query.container is not None or query.index is not None:
        raise NotSupported("a task of AirScheduler is one container, so there is one log and no choice of it")
    if not api.has("logs") and not monitor.is_usable:
        if monitor.lack == "not configured":
            raise not_configured("logs")
        raise NotSupported(f"AirScheduler's monitor is {monitor.lack}, and options.routes.logs not set", monitor.help)
    state()  # whether there is such a task
    by_http, whole = _of_the_scheduler(api, task), WHOLE[api.options.get("api", "v1")]
    if not monitor.is_usable or (api.has("logs") and not query.follow):
        return Log(by_http, whole, query, state).lines()
    return _watched(monitor, task, query, state, by_http if api.has("logs") else None, whole)


def _watched(
    monitor: Monitor,
    task: int,
    query: LogQuery,
    state: Callable[[], State],
    by_http: Read | None,
    whole: tuple[int, int],
) -> Iterator[LogLine]:
    """The lines as the monitor tells them, and from where it fails on as the scheduler does."""
    log = Log(_of_the_monitor(monitor, task), WHOLE["v1"], query, state)
    try:
        yield from log.lines()
    except (NoMonitor, Unreadable) as error:
        if by_http is not None:
            log.read, log.whole, log.by_range = by_http, whole, True
            yield from log.lines()
        elif isinstance(error, Unreadable):
            yield from _raw(monitor, task, error.answer, query, state)
        else:
            raise RunnerError(str(error), monitor.help) from None


def _raw(monitor: Monitor, task: int, answer: Any, query: LogQuery, state: Callable[[], State]) -> Iterator[LogLine]:
    """Each answer of the monitor that differs from the one before, as it came."""
    last = ""
    while True:
        has_ended = not query.follow or state().is_final
        if (text := as_text(answer)[:LONGEST_RAW]) != last:
            yield LogLine(text)
        if has_ended:
            return
        last = text
        time.sleep(LATEST)
        try:
            answer = monitor.logs(task, *WHOLE["v1"])
        except Complaint:
            continue  # there is no log any more
        except NoMonitor as error:
            raise RunnerError(str(error), monitor.help) from None


def _of_the_scheduler(api: Api, task: int) -> Read:
    def read(first: int, last: int) -> Piece:
        try:
            said = api.told("logs", task, start_line=first, end_line=last)
        except Unsaid as error:
            is_empty = error.said.meaning.kind is Kind.NO_SUCH_LINES
            raise (NoSuchLines if is_empty else NoLog)(error) from None
        try:
            return _piece(said.body)
        except Garbled as error:
            raise Unreachable(f"{api.place} does not tell the log of task {task}: {error}") from None

    return read


def _of_the_monitor(monitor: Monitor, task: int) -> Read:
    def read(first: int, last: int) -> Piece:
        try:
            answer = monitor.logs(task, first, last)
        except Complaint as error:
            raise NoSuchLines(RunnerError(str(error))) from None  # it says so of a task that has printed nothing
        try:
            return _piece(answer)
        except Garbled:
            raise Unreadable(answer) from None

    return read


def _piece(body: Any) -> Piece:
    """The text and the number of lines stand at the top, not under ``data`` as all else."""
    return Piece(field(body, "logs", of=str), max(0, field(body, "total_lines", of=int)))


@dataclass(slots=True)
class Log:
    """One log as far as it was read: ``seen`` lines, and what of the next one was ``shown`` before it was finished."""

    read: Read
    whole: tuple[int, int]
    query: LogQuery
    state: Callable[[], State]
    seen: int = -1
    shown: str = ""
    before: str = ""
    by_range: bool = True

    def lines(self) -> Iterator[LogLine]:
        """The lines that were not seen before, and with ``follow`` those that come until the task has ended."""
        first, last = self.query.lines or (1, None)
        self.seen = max(self.seen, first - 1)
        pause = SOONEST
        while True:
            has_ended = not self.query.follow or self.state().is_final  # what was written before the end is read after
            said = False
            for line in self._new(has_ended=has_ended):
                said = True
                yield line
                if last is not None and self.seen >= last:
                    return
            if has_ended:
                return
            pause = SOONEST if said else min(pause * 1.5, LATEST)
            time.sleep(pause)

    def _new(self, *, has_ended: bool) -> Iterator[LogLine]:
        try:
            for batch, is_finished in self._batches():
                held = [] if is_finished or has_ended else batch[-1:]
                for text in batch[: len(batch) - len(held)]:
                    self.seen += 1
                    yield from self._rest(text)
                for text in held:
                    yield from self._unfinished(text)
        except NoLog as none:
            if has_ended:
                raise none.error from None

    def _rest(self, text: str) -> Iterator[LogLine]:
        """The line, without what was shown of it."""
        shown, self.shown = self.shown, ""
        if not shown or text != shown:
            yield LogLine(text.removeprefix(shown))

    def _unfinished(self, text: str) -> Iterator[LogLine]:
        """The last line, which has no end yet, once it has stood there since the last look."""
        if text == self.before and text != self.shown:
            yield LogLine(text.removeprefix(self.shown))
            self.shown = text
        self.before = text

    def _batches(self) -> Iterator[tuple[list[str], bool]]:
        """The lines after those that were seen, a few at a time, and whether the last one has an end."""
        seen, total = self.seen, self._total()
        while total is not None and seen < total:
            size = min(AT_ONCE, total - seen)
            text = self.read(seen, seen + size - 1).text
            found = _split(text, size)
            if len(found) != size:
                self.by_range, total = False, None
            else:
                yield found, seen + size < total or text.endswith("\n")
                seen += size
        if total is None:
            yield from self._everything(seen)

    def _everything(self, seen: int) -> Iterator[tuple[list[str], bool]]:
        try:
            text, total = self.read(*self.whole)
        except NoSuchLines:
            return
        yield _split(text, total)[seen:], text.endswith("\n")

    def _total(self) -> int | None:
        """How many lines there are; None where asking for the first one does not give the first one."""
        if not self.by_range:
            return None
        try:
            text, total = self.read(0, 0)
        except NoLog:
            return None
        if not total and not text:
            return 0
        self.by_range = bool(total and text and len(_split(text, 1)) == 1)
        return total if self.by_range else None


def _split(text: str, size: int) -> list[str]:
    """The lines of a text that should have so many: an end after the last one begins no other."""
    if not text and not size:
        return []
    found = text.split("\n")
    return found[:-1] if len(found) != size and not found[-1] else found
