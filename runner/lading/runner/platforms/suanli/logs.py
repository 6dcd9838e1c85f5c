"""The output of a Suanli task: a text per pod and container, which the server gives as it is at that moment."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from lading.runner.errors import LoginRejected, NoSuchJob, NotSupported, Refused
from lading.runner.http.answer import field, short
from lading.runner.platform import LogLine, LogQuery
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.account import Account
from lading.runner.platforms.suanli.pods import Pod, index_of, is_indexed, pods_of
from lading.runner.platforms.suanli.protocol import NAME
from lading.runner.platforms.suanli.tasks import Task, Tasks, status_of

LEAST, MOST = 16, 1000
"""So many letters at the least, and so many of them at the most, are compared to see where two texts overlap."""

TRIES = 100
"""Places at which they may; a text of the same letters over and over has one everywhere."""


@dataclass(slots=True)
class Stream:
    """The output of one container of one pod: how far it was read, and how many lines that were."""

    seen: str = ""
    begun: str = ""
    count: int = 0

    def new(self, text: str, *, is_whole: bool) -> list[str]:
        """The lines that were finished since the last time; all that is left where no more will come."""
        fresh = after(self.seen, text)
        self.seen = text or self.seen
        *lines, self.begun = (self.begun + fresh).split("\n")
        if is_whole and self.begun:
            lines, self.begun = [*lines, self.begun], ""
        return lines


class Logs:
    """The lines of one task that a query asks for. ``pause`` lies between two looks of whoever follows."""

    def __init__(
        self,
        account: Account,
        number: int,
        query: LogQuery,
        pause: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if query.role is not None:
            raise NotSupported(f"all pods of a task at {NAME} are alike: none has a role", "name a --replica")
        self._account, self._tasks = account, Tasks(account)
        self._number, self._query = number, query
        self._pause, self._sleep = pause, sleep
        self._streams: dict[tuple[int, int], Stream] = {}
        self._refused: Refused | None = None

    def lines(self) -> Iterator[LogLine]:
        """Those there are; of somebody who follows, until the task has ended and all of it was read."""
        while True:
            task = self._tasks.of(self._number)  # asked first: what was written before the end is then read after it
            with self._account.reading():
                is_last = not self._query.follow or status_of(task).state.is_final
                wanted = self._wanted(task, is_last)
            for pod, service, source in wanted:
                yield from (LogLine(line, source) for line in self._new(pod, service, is_last))
            if is_last:
                break
            self._sleep(self._pause)
        if self._refused and not any(stream.count for stream in self._streams.values()):
            raise self._refused

    def _wanted(self, task: Task, is_last: bool) -> list[tuple[Pod, int, str]]:
        """Each pod and container whose output is asked for, with what stands before its lines if it is not alone."""
        services = self._services(task)
        pods = [pod for pod in pods_of(self._account, task) if pod.status != "Pending"]
        chosen = sorted((pod for pod in pods if self._is_wanted(pod, task)), key=lambda pod: index_of(pod, task) or 0)
        if pods and not chosen and is_last:
            raise NoSuchJob(f"task {self._number} has no such pod", f"it has had {len(pods)}, counted from 0")
        return [
            (pod, number, "/".join(filter(None, (_label(pod, task) if len(chosen) > 1 else "", name))))
            for pod in chosen
            for number, name in (services if len(services) > 1 else [(services[0][0], "")])
        ]

    def _is_wanted(self, pod: Pod, task: Task) -> bool:
        query = self._query
        if query.index is not None and pod.number is None:
            raise NotSupported(
                f"{NAME} does not tell which element of task {self._number} a pod is",
                "leave out --index" if is_indexed(task) else "its pods have no numbers: name a --replica by its place",
            )
        own = pod.place if pod.number is None else pod.number
        return query.replica in {None, own} and (query.index is None or query.index == index_of(pod, task))

    def _services(self, task: Task) -> list[tuple[int, str]]:
        """The containers that are wanted: the numbers by which their output is asked for, and their names."""
        found = [
            (protocol.amount(row, "service_id"), short(field(row, "service_name", of=str)))
            for row in protocol.rows(task, "services")
        ]
        wanted = [each for each in found if self._query.container in {None, each[1]}]
        if not wanted:
            names = ", ".join(name for _, name in found)
            raise NoSuchJob(f'task {self._number} has no container "{self._query.container}"', f"it has {names}")
        return wanted

    def _new(self, pod: Pod, service: int, is_last: bool) -> list[str]:
        stream = self._streams.setdefault((pod.id, service), Stream())
        try:
            data = self._account.get(protocol.POINT_LOG, task_id=self._number, point_id=pod.id, service_id=service)
        except LoginRejected:
            raise
        except Refused as error:  # of this pod; others may still be told of
            self._refused = error
            return []
        with self._account.reading():
            lines = stream.new(field(data, "logs", of=str, default=""), is_whole=is_last)
        first, last = self._query.lines or (1, None)
        start = stream.count
        stream.count += len(lines)
        return lines[max(first - 1 - start, 0) : None if last is None else max(last - start, 0)]


def after(seen: str, text: str) -> str:
    """What has come since, whether the server tells everything from the beginning or only so much of the end."""
    if text.startswith(seen):
        return text[len(seen) :]
    sizes = (len(seen) - place for place in islice(_places(text[:MOST], seen), TRIES))
    few = range(min(len(seen), MOST), LEAST - 1, -1)
    return text[next((size for size in chain(sizes, few) if text.startswith(seen[-size:])), 0) :]


def _places(piece: str, text: str) -> Iterator[int]:
    place = text.find(piece) if piece else -1
    while place >= 0:
        yield place
        place = text.find(piece, place + 1)


def _label(pod: Pod, task: Mapping[str, Any]) -> str:
    index = index_of(pod, task)
    return str(pod.place if index is None else index)
