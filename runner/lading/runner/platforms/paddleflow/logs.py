"""The output of a PaddleFlow job: a text per task, which the server gives from its beginning."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lading.runner.errors import NoSuchJob, NotSupported
from lading.runner.http.answer import field
from lading.runner.http.api import Api
from lading.runner.http.connection import Call
from lading.runner.platform import LogLine, LogQuery
from lading.runner.platforms.paddleflow import protocol
from lading.runner.states import State

MOST_LINES = 1_000_000
"""The most that the server gives of one task."""

MOST_BYTES = "12M"
"""As the server takes it; all tasks together must stay below what is read of one answer."""

PAUSE = 2.0
"""Seconds between two looks of whoever follows."""


class Logs:
    """The lines of one job that a query asks for."""

    def __init__(self, api: Api, native_id: str, query: LogQuery, sleep: Callable[[float], None] = time.sleep) -> None:
        if query.container is not None or query.index is not None:
            raise NotSupported("PaddleFlow tells no containers and no elements apart", "name a --role and a --replica")
        self._api, self._id, self._query, self._sleep = api, native_id, query, sleep
        self._shown: dict[str, int] = {}

    def lines(self) -> Iterator[LogLine]:
        """Those there are; of somebody who follows, until the job has ended and all of it was read."""
        while True:
            job = self._asked(f"{protocol.JOBS}/{self._id}")
            with self._api.reading():
                state = protocol.STATES.get(field(job, "status", of=str), State.UNKNOWN)
                fresh = list(self._new(job))
            yield from fresh
            if not self._query.follow or state.is_final:
                return
            self._sleep(PAUSE)

    def _new(self, job: Any) -> Iterator[LogLine]:
        tasks = self._tasks(job)
        first, last = self._query.lines or (1, None)
        for name, lines in tasks.items():
            start = max(self._shown.get(name, 0), first - 1)
            wanted = lines[start:last]
            self._shown[name] = start + len(wanted)
            yield from (LogLine(line, name if len(tasks) > 1 else "") for line in wanted)

    def _tasks(self, job: Any) -> dict[str, list[str]]:
        queue = field(job, "schedulingPolicy", "queue", of=str)
        cluster = field(self._asked(f"{protocol.QUEUES}/{queue}"), "clusterName", of=str)  # of which jobs say nothing
        last = (self._query.lines or (1, None))[1]
        lines = min(last or MOST_LINES, MOST_LINES)
        answer = self._asked(protocol.LOGS, jobID=self._id, clusterName=cluster, lineLimit=lines, sizeLimit=MOST_BYTES)
        wanted = self._wanted(job)
        tasks = dict(map(_task, protocol.rows(answer, "taskList")))
        return {name: text for name, text in tasks.items() if wanted is None or name in wanted}

    def _wanted(self, job: Any) -> set[str] | None:
        """The tasks of the role and replica that are asked for, by what the job says of its tasks; None for all."""
        role, replica = self._query.role, self._query.replica
        if role is None and replica is None:
            return None
        found = {
            str(row.get("id"))
            for row in protocol.rows(field(job, "distributedRuntime", of=Mapping, default={}), "runtimes")
            if role is None or row.get("role") in {role, f"p{role}"}
            if replica is None or str(row.get("index")) == str(replica)
        }
        if not found:
            raise NoSuchJob(f"PaddleFlow knows no such task of {self._id}", "leave out --role and --replica")
        return found

    def _asked(self, path: str, **query: str | int) -> Any:
        return self._api.ask(Call("GET", path, query=query))


def _task(row: Mapping[str, Any]) -> tuple[str, list[str]]:
    text = field(row, "logInfo", "logContent", of=str, default="")
    return field(row, "taskID", of=str), text.removesuffix("\n").split("\n") if text else []
