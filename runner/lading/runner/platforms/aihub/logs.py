"""The output of a task's pods, which is at an address each, and of a run's nodes, which the service tells."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from lading.runner.errors import NoSuchJob, NotSupported, Unreachable
from lading.runner.http.answer import field
from lading.runner.http.api import Api
from lading.runner.http.connection import PAUSES, Call
from lading.runner.platform import Context, LogLine, LogQuery
from lading.runner.platforms.aihub.elsewhere import pieces_of
from lading.runner.platforms.aihub.listing import Listing
from lading.runner.platforms.aihub.protocol import Kind
from lading.runner.states import State

PAUSE = 3.0
"""Seconds between two looks of whoever follows."""

LONGEST_LINE = 2**20
"""Bytes after which a line is broken in two."""

Read = Callable[[int], Iterator[bytes]]
"""An output from so many bytes on, piece by piece."""


class Text:
    """One output as far as it was read: ``at`` bytes of it. ``lines`` are the first and the last that are wanted."""

    def __init__(self, lines: tuple[int, int | None] | None) -> None:
        self.at = 0
        self._begun = b""
        self._count = 0
        self._first, self._last = lines or (1, None)

    @property
    def has_all(self) -> bool:
        """Whether no line that is wanted can come any more."""
        return self._last is not None and self._count >= self._last

    def fresh(self, piece: bytes) -> Iterator[str]:
        """The wanted lines that the piece finishes."""
        self.at += len(piece)
        *whole, self._begun = (self._begun + piece).split(b"\n")
        if len(self._begun) > LONGEST_LINE:
            whole, self._begun = [*whole, self._begun], b""
        return self._wanted(whole)

    def rest(self) -> Iterator[str]:
        """What stands after the last newline."""
        begun, self._begun = self._begun, b""
        return self._wanted([begun] if begun else [])

    def _wanted(self, lines: list[bytes]) -> Iterator[str]:
        for line in lines:
            self._count += 1
            if self._first <= self._count and (self._last is None or self._count <= self._last):
                yield line.decode("utf-8", "surrogateescape")


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
        self._texts: dict[str, Text] = {}

    def lines(self) -> Iterator[LogLine]:
        """Those there are; of somebody who follows, until the work has ended and all of it was read."""
        while True:
            row = self._api.ask(Call("GET", self._path))
            with self._api.reading():
                state = (self._kind.states or {}).get(field(row, "status", of=int), State.UNKNOWN)
                outputs = self._of_pods() if self._kind.has_pods else self._of_nodes(row)
            is_last = not self._query.follow or state.is_final
            for name, read in outputs.items():
                source = name if len(outputs) > 1 else ""
                yield from (LogLine(line, source) for line in self._new(name, read, is_last))
            if is_last:
                return
            self._sleep(PAUSE)

    def _new(self, name: str, read: Read, is_last: bool) -> Iterator[str]:
        """The lines of one output that were finished since the last time; of the last time what is left, too."""
        text = self._texts.setdefault(name, Text(self._query.lines))
        for piece in self._pieces(text, read):
            yield from text.fresh(piece)
            if text.has_all:
                return
        if is_last:
            yield from text.rest()

    def _pieces(self, text: Text, read: Read) -> Iterator[bytes]:
        """What comes after what was read; where that breaks off, it goes on from there."""
        for pause in PAUSES:
            try:
                yield from read(text.at)
            except Unreachable:
                self._sleep(pause)
            else:
                return
        yield from read(text.at)

    def _of_pods(self) -> dict[str, Read]:
        pods = Listing(self._api, f"{self._path}/pods").all()
        chosen = [pod for place, pod in enumerate(pods) if self._query.replica in {None, place}]
        if pods and not chosen:
            raise NoSuchJob(f"it has {len(pods)} pods, counted from 0", "name another --replica")
        return {name: read for pod in chosen for name, read in self._of_pod(pod)}

    def _of_pod(self, pod: Any) -> Iterator[tuple[str, Read]]:
        said = self._api.ask(Call("GET", f"{self._path}/pods/{field(pod, 'id', of=int)}/logs/new"))
        found = field(said, "logs", of=list, default=[])
        logs = [(field(log, "name", of=str), field(log, "url", of=str)) for log in found]
        for name, url in logs:
            if self._query.container in {None, name}:
                pod_name = field(pod, "name", of=str)
                yield f"{pod_name}/{name}" if len(logs) > 1 else pod_name, self._at(url)

    def _of_nodes(self, run: Any) -> dict[str, Read]:
        nodes = field(run, "task_nodes", of=list, default=[])
        named = [(field(node, "name", of=str), field(node, "pod_name", of=str, default="")) for node in nodes]
        return {name: self._of_node(pod) for name, pod in named if pod and self._query.role in {None, name}}

    def _of_node(self, pod: str) -> Read:
        def read(at: int) -> Iterator[bytes]:
            said = self._api.ask(Call("GET", f"{self._path}/tasks/{pod}/logs"))
            with self._api.reading():
                log = field(said, "log", of=str, default="").encode("utf-8", "replace")
                url = field(said, "log_s3_url", of=str, default="")
            return iter([log[at:]]) if log or not url else pieces_of(url, self._context, at)

        return read

    def _at(self, url: str) -> Read:
        return lambda at: pieces_of(url, self._context, at)
