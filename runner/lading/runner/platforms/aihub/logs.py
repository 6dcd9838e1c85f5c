"""The output of a task's pods, which is at an address each, and of a run's nodes, which the service tells."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from lading.runner.errors import NoSuchJob, NotSupported
from lading.runner.http.answer import field
from lading.runner.http.api import Api
from lading.runner.http.connection import Call
from lading.runner.platform import Context, LogLine, LogQuery
from lading.runner.platforms.aihub.elsewhere import text_at
from lading.runner.platforms.aihub.protocol import PAGE, Kind, rows
from lading.runner.states import State

PAUSE = 3.0
"""Seconds between two looks of whoever follows."""


class Logs:
    """The lines of one task or run that a query asks for."""

    def __init__(
        self,
        api: Api,
        context: Context,
        kind: Kind,
        number: int,
        query: LogQuery,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if query.index is not None or (query.role is not None and kind.has_pods):
            raise NotSupported("AIHub tells no roles and no elements apart", "name a --replica by its place")
        self._api, self._context, self._kind, self._query = api, context, kind, query
        self._path, self._sleep = f"{kind.items}/{number}", sleep
        self._shown: dict[str, int] = {}

    def lines(self) -> Iterator[LogLine]:
        """Those there are; of somebody who follows, until the work has ended and all of it was read."""
        while True:
            row = self._api.ask(Call("GET", self._path))
            with self._api.reading():
                state = (self._kind.states or {}).get(field(row, "status", of=int), State.UNKNOWN)
                fresh = list(self._new(row))
            yield from fresh
            if not self._query.follow or state.is_final:
                return
            self._sleep(PAUSE)

    def _new(self, row: Any) -> Iterator[LogLine]:
        texts = dict(self._of_pods() if self._kind.has_pods else self._of_nodes(row))
        first, last = self._query.lines or (1, None)
        for name, text in texts.items():
            lines = text.removesuffix("\n").split("\n") if text else []
            start = max(self._shown.get(name, 0), first - 1)
            wanted = lines[start:last]
            self._shown[name] = start + len(wanted)
            yield from (LogLine(line, name if len(texts) > 1 else "") for line in wanted)

    def _of_pods(self) -> Iterator[tuple[str, str]]:
        paging: dict[str, str | int] = {"page_size": PAGE, "page_num": 1}
        pods = rows(self._api.ask(Call("GET", f"{self._path}/pods", query=paging)))
        chosen = [pod for place, pod in enumerate(pods) if self._query.replica in {None, place}]
        if pods and not chosen:
            raise NoSuchJob(f"it has {len(pods)} pods, counted from 0", "name another --replica")
        for pod in chosen:
            said = self._api.ask(Call("GET", f"{self._path}/pods/{field(pod, 'id', of=int)}/logs/new"))
            logs = [(field(log, "name", of=str), field(log, "url", of=str)) for log in _logs(said)]
            for name, url in logs:
                if self._query.container in {None, name}:
                    pod_name = field(pod, "name", of=str)
                    yield f"{pod_name}/{name}" if len(logs) > 1 else pod_name, text_at(url, self._context)

    def _of_nodes(self, run: Any) -> Iterator[tuple[str, str]]:
        nodes = field(run, "task_nodes", of=list, default=[])
        named = [(field(node, "name", of=str), field(node, "pod_name", of=str, default="")) for node in nodes]
        for name, pod in named:
            if pod and self._query.role in {None, name}:
                said = self._api.ask(Call("GET", f"{self._path}/tasks/{pod}/logs"))
                url = field(said, "log_s3_url", of=str, default="")
                log = field(said, "log", of=str, default="")
                yield name, log or (text_at(url, self._context) if url else "")


def _logs(said: Any) -> list[Any]:
    return list(field(said, "logs", of=list, default=[]))
