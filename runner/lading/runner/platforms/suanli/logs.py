"""The output of a Suanli task: a text per pod and container."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lading.runner.errors import NoSuchJob, NotSupported
from lading.runner.http.answer import field, short
from lading.runner.http.api import Api
from lading.runner.http.connection import Call
from lading.runner.platform import LogLine, LogQuery
from lading.runner.platforms.suanli import protocol
from lading.runner.states import Status

PAUSE = 10.0
"""Seconds between two looks of whoever follows: the vendor asks not to be asked more often."""


class Logs:
    """The lines of one task that a query asks for. ``status`` tells how the task is."""

    def __init__(
        self,
        api: Api,
        task: int,
        query: LogQuery,
        status: Callable[[], Status | None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if query.role is not None or query.index is not None:
            raise NotSupported("Suanli does not tell which role or element a pod is", "name a --replica by its place")
        self._api, self._task, self._query, self._status, self._sleep = api, task, query, status, sleep
        self._shown: dict[tuple[str, int], int] = {}

    def lines(self) -> Iterator[LogLine]:
        """Those there are; of somebody who follows, until the task has ended and all of it was read."""
        while True:
            now = self._status()
            if now is None:
                raise NoSuchJob(f"Suanli knows no task {self._task}")
            with self._api.reading():
                fresh = list(self._new())
            yield from fresh
            if not self._query.follow or now.state.is_final:
                return
            self._sleep(PAUSE)

    def _new(self) -> Iterator[LogLine]:
        containers, points = self._containers(), self._points()
        first, last = self._query.lines or (1, None)
        is_one = len(containers) * len(points) == 1
        for place, point in points:
            for number, name in containers.items():
                lines = self._log(point, number)
                start = max(self._shown.get((point, number), 0), first - 1)
                wanted = lines[start:last]
                self._shown[point, number] = start + len(wanted)
                source = "" if is_one else f"{place}/{name}" if len(containers) > 1 else str(place)
                yield from (LogLine(line, source) for line in wanted)

    def _containers(self) -> dict[int, str]:
        """The containers that are wanted, by number, with their names."""
        task = self._api.ask(Call("GET", protocol.DETAIL, query={"task_id": self._task}))
        found = {
            field(row, "service_id", of=int): field(row, "service_name", of=str)
            for row in protocol.rows(task, "services")
        }
        wanted = {number: name for number, name in found.items() if self._query.container in {None, name}}
        if not wanted:
            raise NoSuchJob(
                f'task {self._task} has no container "{self._query.container}"',
                f"it has {', '.join(map(short, found.values()))}",
            )
        return wanted

    def _points(self) -> list[tuple[int, str]]:
        """The pods that are wanted, in the platform's order, with their places."""
        found = [str(row["point_id"]) for row in points_of(self._api, self._task) if row.get("point_id") is not None]
        wanted = [(place, point) for place, point in enumerate(found) if self._query.replica in {None, place}]
        if found and not wanted:
            raise NoSuchJob(f"task {self._task} has {len(found)} pods, counted from 0")
        return wanted

    def _log(self, point: str, container: int) -> list[str]:
        query: dict[str, str | int] = {"task_id": self._task, "point_id": point, "service_id": container}
        text = field(self._api.ask(Call("GET", protocol.POINT_LOG, query=query)), "logs", of=str, default="")
        return text.removesuffix("\n").split("\n") if text else []


def points_of(api: Api, task: int) -> list[Mapping[str, Any]]:
    """The pods of the task: a list, or a page of one."""
    data = api.ask(Call("GET", protocol.POINTS, query={"task_id": task}))
    return protocol.listed(data)
