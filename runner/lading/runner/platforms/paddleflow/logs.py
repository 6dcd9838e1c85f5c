"""The output of a PaddleFlow job: of each container of each of its pods a text, of which both ends can be had.

From the server's source (``pkg/apiserver/router/v1/log.go``, ``pkg/job/runtime_v2``).
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from lading.runner.errors import NoSuchJob, NotSupported, Refused, RunnerError
from lading.runner.http.answer import field
from lading.runner.http.api import Api
from lading.runner.http.connection import Call
from lading.runner.platform import LogLine, LogQuery
from lading.runner.platforms.paddleflow import protocol
from lading.runner.platforms.paddleflow.tasks import Task, role_is, tasks_of
from lading.runner.platforms.paddleflow.text import Text
from lading.runner.states import State

MOST_LINES = 1_000_000
"""The most that the server takes; for more it gives its thousand."""

MOST_BYTES = "12M"
"""As the server takes it; all tasks together must stay below what is read of one answer."""

PAUSE = 2.0
"""Seconds between two looks of whoever follows."""


class Piece(NamedTuple):
    """One container's text as the server gives it: under which id, and whether it goes on at the other end."""

    id: str
    text: str
    is_cut: bool


class Logs:
    """The lines of one job that a query asks for."""

    def __init__(self, api: Api, native_id: str, query: LogQuery, sleep: Callable[[float], None] = time.sleep) -> None:
        if query.index is not None:
            raise NotSupported("PaddleFlow does not tell the elements of an array apart", "leave out --index")
        self._api, self._id, self._query, self._sleep = api, native_id, query, sleep
        self._texts: dict[str, Text] = {}
        self._cluster = ""
        self._is_by_pod = False

    def lines(self) -> Iterator[LogLine]:
        """Those there are; of somebody who follows, until the job has ended and all of it was read."""
        while True:
            job = self._asked(protocol.job_path(self._id))
            with self._api.reading():
                state = protocol.STATES.get(field(job, "status", of=str), State.UNKNOWN)
                fresh = [] if state is State.PENDING else self._fresh(job)
                self._check_there(job, state)
            for source, found in fresh:
                yield from (LogLine(line, source) for line in found)
            if not self._query.follow or state.is_final:
                return
            self._sleep(PAUSE)

    def _fresh(self, job: Mapping[str, Any]) -> list[tuple[str, Iterator[str]]]:
        """The new lines of each text, which are taken apart when they are read, and what stands before them."""
        tasks = self._wanted(job)
        pieces = self._pieces(job, tasks, from_tail=False)
        ends = {piece.id: piece for piece in self._ends(job, tasks, pieces)}
        fresh = []
        for piece in pieces:
            text = self._texts.setdefault(piece.id, Text(self._query.lines, may_be_stamped="/" in piece.id))
            end = ends.get(piece.id) if piece.is_cut else None
            found = text.fresh(piece.text, end.text if end else None)
            fresh.append((self._source(piece, tasks, pieces), found))
        return fresh

    def _ends(self, job: Mapping[str, Any], tasks: list[Task], pieces: list[Piece]) -> list[Piece]:
        """The other ends of those texts that are cut."""
        cut = [piece.id for piece in pieces if piece.is_cut]
        asked = [task for task in tasks if any(map(task.has, cut))]
        return self._pieces(job, asked, from_tail=True) if cut else []

    def _wanted(self, job: Mapping[str, Any]) -> list[Task]:
        """The tasks of the role and the replica that are asked for."""
        role, replica = self._query.role, self._query.replica
        framework = field(job, "framework", of=str, default="")
        found = [
            task
            for task in tasks_of(job)
            if role is None or role_is(task.role, role, framework)
            if replica is None or task.number == replica
        ]
        if not found and (role is not None or replica is not None):
            raise NoSuchJob(f"PaddleFlow knows no such task of {self._id}", "leave out --role and --replica")
        return found

    def _pieces(self, job: Mapping[str, Any], tasks: list[Task], *, from_tail: bool) -> list[Piece]:
        """The texts of the tasks. Where the server has none by the job, as in those revisions that name this a thing
        to do, each pod is asked for by itself.
        """
        found = [] if self._is_by_pod else self._by_job(job, from_tail)
        if not found and tasks and not self._texts:
            self._is_by_pod = True
        if self._is_by_pod:
            found = [piece for task in tasks for piece in self._by_pod(job, task, from_tail)]
        if self._query.role is not None or self._query.replica is not None:
            found = [piece for piece in found if any(task.has(piece.id) for task in tasks)]
        return self._of_container(found)

    def _by_job(self, job: Mapping[str, Any], from_tail: bool) -> list[Piece]:
        framework = field(job, "framework", of=str, default="") or "standalone"
        try:
            return self._logs(job, from_tail, jobID=self._id, framework=framework)
        except (NoSuchJob, Refused):
            if not tasks_of(job):
                raise
            return []

    def _by_pod(self, job: Mapping[str, Any], task: Task, from_tail: bool) -> list[Piece]:
        found = self._logs(job, from_tail, type="pod", name=task.name, namespace=task.namespace)
        return [piece if task.has(piece.id) else piece._replace(id=f"{task.id}_{piece.id}") for piece in found]

    def _logs(self, job: Mapping[str, Any], from_tail: bool, **what: str) -> list[Piece]:
        end = {"readFromTail": "true"} if from_tail else {}
        where = {**what, "clusterName": self._cluster_of(job)}
        answer = self._asked(protocol.LOGS, **where, **end, lineLimit=MOST_LINES, sizeLimit=MOST_BYTES)
        return [_piece(row) for row in protocol.rows(answer, "taskList")]

    def _cluster_of(self, job: Mapping[str, Any]) -> str:
        """The cluster of the job's queue, which jobs themselves say nothing of."""
        if not self._cluster:
            queue = field(job, "schedulingPolicy", "queue", of=str)
            self._cluster = field(self._asked(protocol.queue_path(queue)), "clusterName", of=str)
        return self._cluster

    def _of_container(self, pieces: list[Piece]) -> list[Piece]:
        name = self._query.container
        if name is None or not pieces:
            return pieces
        found = [piece for piece in pieces if piece.id.endswith((f"_{name}", f"/{name}"))]
        if not found:
            raise NoSuchJob(f"{self._id} has no container {name}", "leave out --container")
        return found

    def _source(self, piece: Piece, tasks: list[Task], pieces: list[Piece]) -> str:
        """What stands in front of a line, where there are several texts: the task, and its container if it has more."""
        if len(pieces) == 1:
            return ""
        task = next((task for task in tasks if task.has(piece.id)), None)
        if task is None:
            return piece.id
        is_alone = sum(task.has(other.id) for other in pieces) == 1
        return task.label if is_alone else f"{task.label}/{piece.id.replace('/', '_').rpartition('_')[2]}"

    def _check_there(self, job: Mapping[str, Any], state: State) -> None:
        has_run = state is State.SUCCEEDED or (state is State.FAILED and job.get("startTime"))
        if has_run and not self._texts:
            raise RunnerError(
                f"the output of {self._id} is not there, or not any more",
                "PaddleFlow takes pods away ten minutes after a success and an hour after a failure",
            )

    def _asked(self, path: str, **query: str | int) -> Any:
        return self._api.ask(Call("GET", path, query=query))


def _piece(row: Mapping[str, Any]) -> Piece:
    is_cut = any(field(row, "logInfo", name, of=bool, default=False) for name in ("hasNextPage", "truncated"))
    return Piece(field(row, "taskID", of=str), field(row, "logInfo", "logContent", of=str, default=""), is_cut)
