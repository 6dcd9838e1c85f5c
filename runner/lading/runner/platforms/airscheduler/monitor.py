"""The real-time monitor: a question is an event, and its answer an event of the same name.

The manual gives the questions and the complaints. It gives neither the names in an answer nor the version of Socket.IO,
and answers do not say which question they are for: so there is one question at a time, a line that has once failed is
used no more, and what comes is believed no further than it makes sense. Long polling only, which every such server
speaks, so that the size of what it sends can be bounded.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from lading.runner.http.answer import short
from lading.runner.platform import Context

CPU, LOGS, STATUS = "monitor_cpu", "monitor_logs", "monitor_status"

PATIENCE = 10.0
"""Seconds in which an answer comes, or a connection."""

FAILURES = 2
"""In a row, after which the monitor is asked no more."""

PACKAGES = {3: "python-socketio[client]<5", 4: "python-socketio[client]>=5.13"}
"""What speaks each version of Engine.IO: they are releases of one package, of which only one can be installed."""

TO_INSTALL = "install it: pip install 'lading[monitor]'"
TO_CONFIGURE = "write its address as options.monitor of the target, or the route, if the platform's people know them"

DEEPEST = 4
"""Objects within objects in which the states of tasks are looked for."""


class NoMonitor(Exception):
    """The monitor gave no answer; the sentence says why."""


class Complaint(Exception):
    """The monitor answered that it could not tell, in its own words."""


class Monitor:
    """The monitor of one target, connected when it is first asked."""

    def __init__(self, context: Context) -> None:
        self._address = context.options.get("monitor", "")
        self._wanted = context.options.get("engineIo")
        self._ca_file = context.ca_file
        self._place = urlsplit(self._address).netloc
        self._lock = threading.Lock()
        self._line: Any = None
        self._failures = 0
        self._cpu_as_object = False

    @property
    def is_usable(self) -> bool:
        """Whether it can be asked."""
        return not self.lack

    @property
    def lack(self) -> str:
        """Why it can not be asked; empty where it can."""
        if not self._address:
            return "not configured"
        speaks = installed()
        if speaks is None:
            return "configured, while the package that speaks with it is not installed"
        if self._wanted not in {None, speaks}:
            return f"said to speak Engine.IO {self._wanted}, while the package that is installed speaks {speaks}"
        return "" if self._failures < FAILURES else "silent"

    @property
    def help(self) -> str:
        """One thing to do about it."""
        if not self._address:
            return TO_CONFIGURE
        speaks = installed()
        if speaks is None:
            return TO_INSTALL
        if self._wanted not in {None, speaks}:
            return f"install the other one: pip install '{PACKAGES[self._wanted]}'"
        other = 7 - speaks
        return f"if it speaks Engine.IO {other}, say so as options.engineIo and pip install '{PACKAGES[other]}'"

    def state(self) -> str:
        """How it is, for ``doctor``."""
        if not self.is_usable:
            return f"{self.lack}: {self.help}"
        try:
            with self._lock:
                self._opened()
        except NoMonitor as error:
            return f"{error}; {self.help}"
        return f"answers, in Engine.IO {installed()}"

    def cpu(self, task: int) -> Any:
        """What the task uses. The manual's sample sends a number, and its prose an object."""
        try:
            return self._ask(CPU, {"task_id": task} if self._cpu_as_object else task, task)
        except Complaint:
            if self._cpu_as_object:
                raise
            found = self._ask(CPU, {"task_id": task}, task)
            self._cpu_as_object = True
            return found

    def logs(self, task: int, first: int, last: int) -> Any:
        """Some lines of the task's log."""
        return self._ask(LOGS, {"task_id": task, "start_line": first, "end_line": last}, task)

    def statuses(self, ids: Sequence[str]) -> dict[str, Any]:
        """The status numbers of those tasks that the answer can be seen to tell."""
        wanted = [int(native_id) for native_id in ids if native_id.isascii() and native_id.isdecimal()]
        try:
            answer = self._ask(STATUS, {"task_ids": wanted})
        except (NoMonitor, Complaint):
            return {}
        found: dict[str, Any] = {}
        _collect(answer, frozenset(map(str, wanted)), found, DEEPEST)
        return found

    def close(self) -> None:
        """Nothing is open any more."""
        if self._line:
            self._line.close()
            self._line = None

    def _ask(self, event: str, data: Any, task: int | None = None) -> Any:
        with self._lock:
            try:
                answer = self._opened().ask(event, data, task)
            except NoMonitor as error:
                self._failures += 1
                self.close()
                raise NoMonitor(f"the monitor at {self._place} {error}") from None
            self._failures = 0
        if isinstance(answer, Mapping) and isinstance(answer.get("code"), int) and answer["code"] != 0:
            raise Complaint(f"the monitor at {self._place} says {short(as_text(answer.get('msg', answer)))}")
        return answer

    def _opened(self) -> Any:
        if self._line is None:
            from lading.runner.platforms.airscheduler.line import Line

            self._line = Line(self._address, self._ca_file, PATIENCE)
        return self._line


def as_text(data: Any) -> str:
    """What came, as people read it."""
    if isinstance(data, str):
        return data
    if isinstance(data, Mapping) and all(isinstance(item, int | float | str) for item in data.values()):
        return ", ".join(f"{key}={item}" for key, item in data.items())
    try:
        return json.dumps(data, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return "something that can not be shown"


@cache
def installed() -> int | None:
    """The version of Engine.IO that is spoken by what is installed."""
    try:
        return 3 if int(version("python-socketio").partition(".")[0]) < 5 else 4
    except (PackageNotFoundError, ValueError):
        return None


def _collect(data: Any, wanted: frozenset[str], found: dict[str, Any], depth: int) -> None:
    """Status numbers that stand under a task's id, or beside it."""
    if depth == 0 or not isinstance(data, Mapping | list):
        return
    if isinstance(data, Mapping):
        own = str(data.get("task_id", data.get("id")))
        if own in wanted and _is_number(data.get("status")):
            found[own] = data["status"]
        for key, item in data.items():
            if str(key) in wanted and _is_number(item):
                found[str(key)] = item
            elif str(key) in wanted and isinstance(item, Mapping) and _is_number(item.get("status")):
                found[str(key)] = item["status"]
    for item in data.values() if isinstance(data, Mapping) else data:
        _collect(item, wanted, found, depth - 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
