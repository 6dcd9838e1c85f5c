"""The tasks of an account: how each is, and which one bears a token."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from lading.runner.errors import LoginRejected, NoSuchJob, OutcomeUnknown, Refused
from lading.runner.http.answer import Garbled, field, short
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.account import Account
from lading.runner.platforms.suanli.protocol import NAME
from lading.runner.states import State, Status
from lading.runner.submission.ids import time_of

FEW = 3
"""So many tasks are asked about one by one; of more, the lists of all live and of all ended ones are asked for."""

MARGIN = 600.0
"""Seconds by which clocks may differ, twice what the platform itself allows a request."""

Task = Mapping[str, Any]

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_BEFORE_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$)")


class Tasks:
    """What the platform says of tasks, by their numbers."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def of(self, number: int) -> Task:
        """The task. Raises NoSuchJob where there is none."""
        found = self.among([number])
        if number not in found:
            raise NoSuchJob(f"{NAME} knows no task {number}")
        return found[number]

    def among(self, numbers: Iterable[int]) -> dict[int, Task]:
        """Those of the tasks that there are."""
        wanted = set(numbers)
        found = self._listed(wanted) if len(wanted) > FEW else {}
        refused: dict[int, Refused] = {}
        for number in sorted(wanted - found.keys()):
            try:
                found[number] = self._detail(number)
            except LoginRejected:
                raise
            except Refused as error:
                refused[number] = error
        return found | self._known_all_the_same(refused)

    def with_token(self, token: str) -> Task | None:
        """The task whose name ends with the token, or None where there is certainly none.

        How names are searched is not documented, so one that a search does not find is looked for among all tasks.
        """
        with self._account.reading(OutcomeUnknown):
            query = {"status": protocol.EVERY, "search_value": token}
            pages = self._account.pages(protocol.SEARCH, query)
            named = [row for page in pages for row in page.rows if _bears(row, token)] or self._looked_for(token)
            tasks = {number_of(row): row for row in named}
        if len(tasks) > 1:
            raise OutcomeUnknown(f"{NAME} has more than one task with this token: {', '.join(map(str, tasks))}")
        return next(iter(tasks.values()), None)

    def _looked_for(self, token: str) -> list[Task]:
        """Page by page, which ends where tasks are older than the token, if they come in the order of their making."""
        oldest = _made(token) - MARGIN
        seen, promised, times = 0, 0, list[float | None]()
        for number, page in enumerate(self._account.pages(protocol.SEARCH, {"status": protocol.EVERY})):
            if found := [row for row in page.rows if _bears(row, token)]:
                return found
            promised = page.total if number == 0 else promised
            seen += len(page.rows)
            times += [seconds(row.get("create_time")) for row in page.rows]
            if _come_latest_first(times) and (times[-1] or 0.0) < oldest:
                return []
        if seen < promised:
            raise OutcomeUnknown(f"{NAME} shows {seen} of {promised} tasks, and this one is not among them")
        return []

    def _detail(self, number: int) -> Task:
        task = self._account.get(protocol.DETAIL, task_id=number)
        with self._account.reading():
            if number_of(task) != number:
                raise Garbled("it tells of another task")
        found: Task = task
        return found

    def _listed(self, wanted: set[int]) -> dict[int, Task]:
        """Those that the lists show, in no more requests than it takes to ask about each."""
        found: dict[int, Task] = {}
        for states in (protocol.LIVE, protocol.END):
            missing = len(wanted) - len(found)
            for page in self._account.pages(protocol.SEARCH, {"status": states}, min(missing, 100)):
                with self._account.reading():
                    rows = {number_of(row): row for row in page.rows if _says_how(row)}
                found |= {number: row for number, row in rows.items() if number in wanted}
                if len(found) == len(wanted):
                    return found
        return found

    def _known_all_the_same(self, refused: Mapping[int, Refused]) -> dict[int, Task]:
        """Those of which the platform refuses to tell although it has them: no code says which of the two it means."""
        if not refused:
            return {}
        seen, found, promised = 0, dict[int, Task](), 0
        for number, page in enumerate(self._account.pages(protocol.SEARCH, {"status": protocol.EVERY})):
            promised = page.total if number == 0 else promised
            seen += len(page.rows)
            with self._account.reading():
                found |= {number_of(row): row for row in page.rows if number_of(row) in refused}
        if seen < promised and found.keys() != refused.keys():
            raise next(iter(refused.values()))
        return found


def status_of(task: Task) -> Status:
    """What the platform says of a task: how one has ended stands elsewhere than that it has."""
    word = field(task, "status", of=str)
    job = field(task, "job_status", of=Mapping, default={})
    inner = field(job, "status", of=str, default="")
    state = protocol.ENDS.get(inner) or protocol.STATES.get(word, State.UNKNOWN)
    queued = state is State.PENDING and task.get("schedule_status") == "Queued"
    return Status(
        state=state,
        native=short(word if inner in {"", word} else f"{word}/{inner}"),
        exit_code=0 if state is State.SUCCEEDED else None,
        reason="it waits for a machine to become free" if queued else "",
        counts=_counts(task, job, state),
        started=None if state is State.PENDING else seconds(job.get("create_time")),
        ended=seconds(job.get("completion_time")) if state.is_final else None,
    )


def _counts(task: Task, job: Mapping[str, Any], state: State) -> dict[str, int]:
    """How many pods are how, of a task that has several."""
    counts = {name: protocol.amount(job, native, default=0) for name, native in protocol.COUNTS.items()}
    points = protocol.amount(task, "points", default=1)
    if max(points, sum(counts.values())) < 2:
        return {}
    left = 0 if state.is_final else points - counts["running"] - counts["succeeded"]
    return {name: count for name, count in {"pending": left, **counts}.items() if count > 0}


def number_of(task: Any) -> int:
    """The number of the task."""
    found: int = field(task, "task_id", of=int)
    if not _NUMBER.fullmatch(str(found)):
        raise Garbled("task_id in the answer is no task's number")
    return found


def number_in(native_id: str) -> int | None:
    """The task's number, None where this is none."""
    return int(native_id) if _NUMBER.fullmatch(native_id) else None


def seconds(text: Any) -> float | None:
    """The time, which has its zone with it, in seconds since the epoch; None for anything else.

    The detail writes ``2026-04-21T09:04:20.5+08:00``, and the search ``2026-04-21 09:04:20.5 +08:00``.
    """
    try:
        found = datetime.fromisoformat(_BEFORE_ZONE.sub("", text))
        return max(found.timestamp(), 0.0) or None if found.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None


def _says_how(row: Task) -> bool:
    """Whether the list says enough of the task: of one at its end also what end that was."""
    return row.get("status") != protocol.END or field(row, "job_status", "status", of=str, default="") != ""


def _bears(row: Task, token: str) -> bool:
    return bool(field(row, "task_name", of=str).endswith(f"-{token}"))


def _come_latest_first(times: Sequence[float | None]) -> bool:
    """Whether it is plain to see in what order the tasks come, which is not documented."""
    known = [time for time in times if time is not None]
    return len(known) == len(times) > 1 and known[0] > known[-1] and known == sorted(known, reverse=True)


def _made(token: str) -> float:
    """When the token was made; at the beginning of time where it does not say."""
    try:
        return time_of(token)
    except ValueError:
        return 0.0
