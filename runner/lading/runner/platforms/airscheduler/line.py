"""One connection to the monitor, through python-socketio, which knows no bounds: so nothing is waited for without one.

The library works in threads of its own. What it raises there is an arrival like any other, and whoever asks waits for
arrivals no longer than a certain time.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import requests
import socketio  # type: ignore[import-untyped]

from lading.runner.http.answer import is_deep, short, whole_characters
from lading.runner.platforms.airscheduler.monitor import CPU, LOGS, STATUS, NoMonitor, installed

LARGEST = 4 * 2**20
"""Bytes of what comes at once."""

ALLOWANCE, LEAST = 4 * LARGEST, 2**12
"""Bytes of all that comes after one question, of which each answer is taken for so many at least: whoever sends more
than he was asked for would else fill our memory, or never let us rest.
"""

SILENT = logging.getLogger("lading.monitor")
SILENT.addHandler(logging.NullHandler())
SILENT.setLevel(logging.CRITICAL + 1)
SILENT.propagate = False

IS_NEW = installed() != 3
"""Whether it is one of the releases that speak Engine.IO 4; the older ones know fewer options."""

TO_GO = 1.0
"""Seconds in which a connection is closed in good order."""


class Arrival(NamedTuple):
    """What the library has to say: the event's name and what came with it; no name where something broke."""

    event: str
    data: Any


class Line:
    """A connection, which is used until it fails for the first time."""

    def __init__(self, address: str, ca_file: Path | None, patience: float) -> None:
        self._patience, self._is_closed = patience, False
        self._arrivals: SimpleQueue[Arrival] = SimpleQueue()
        self._session = _Bounded(ca_file)
        self._sio = _client(self._session, 2 * patience)  # it is we who lose patience first
        self._sio.eio.start_background_task = self._guarded
        for event in (CPU, LOGS, STATUS):
            self._sio.on(event, self._arrived(event))
        self._sio.on("disconnect", self._disconnected)
        self._guarded(self._connect, address)
        try:
            self._next("connect", time.monotonic() + patience)
        except NoMonitor:
            self.close()
            raise

    def ask(self, event: str, data: Any, task: int | None = None) -> Any:
        """What came on the event after it was sent. Raises NoMonitor."""
        self._forget_the_past()
        self._session.allowed = ALLOWANCE
        self._guarded(self._sio.emit, event, data)
        end = time.monotonic() + self._patience
        while True:
            answer = self._next(event, end)
            if task is None or _may_be_about(answer, task):
                return answer

    def close(self) -> None:
        """Nothing is open any more, or will not be for long."""
        self._is_closed = True
        self._guarded(self._sio.disconnect).join(TO_GO)
        self._session.close()

    def _connect(self, address: str) -> None:
        waiting = {"wait_timeout": self._patience} if IS_NEW else {}
        self._sio.connect(address, transports=["polling"], **waiting)
        self._arrivals.put(Arrival("connect", None))
        if self._is_closed:  # nobody waits for it any more
            self._sio.disconnect()

    def _next(self, event: str, end: float) -> Any:
        while True:
            try:
                arrival = self._arrivals.get(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                raise NoMonitor(f"gave no answer in {self._patience:.0f} s") from None
            if not arrival.event:
                raise NoMonitor(str(arrival.data))
            if arrival.event == event:
                return arrival.data

    def _forget_the_past(self) -> None:
        while not self._arrivals.empty():
            if not (arrival := self._arrivals.get()).event:
                raise NoMonitor(str(arrival.data))

    def _arrived(self, event: str) -> Callable[..., None]:
        def arrived(*data: Any) -> None:
            found = data[0] if len(data) == 1 else list(data)
            if is_deep(found):
                self._arrivals.put(Arrival("", "sends what is nested too deeply"))
            else:
                self._arrivals.put(Arrival(event, whole_characters(found)))

        return arrived

    def _disconnected(self, *_: Any) -> None:
        self._arrivals.put(Arrival("", self._session.objection or "hung up"))

    def _guarded(self, target: Callable[..., Any], *arguments: Any, **named: Any) -> threading.Thread:
        """The work in a thread of its own, which never complains on the screen."""

        def work() -> None:
            try:
                target(*arguments, **named)
            except Exception as error:  # noqa: BLE001 - whatever a stranger's bytes make a library raise
                self._arrivals.put(Arrival("", self._session.objection or _why(str(error) or type(error).__name__)))

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread


class _Objection(requests.exceptions.RequestException):
    """What comes is not read to its end."""


class _Bounded(requests.Session):
    """HTTP for the library: nothing large, no redirects, no settings and no logins of the environment.

    ``allowed`` are the bytes that may still come, ``objection`` is why nothing more of an answer was read.
    """

    def __init__(self, ca_file: Path | None) -> None:
        super().__init__()
        self.allowed, self.objection = ALLOWANCE, ""
        self.trust_env = False
        self.headers["accept-encoding"] = "identity"
        if ca_file:
            self.verify = str(ca_file)

    def request(self, *arguments: Any, **named: Any) -> requests.Response:
        """The response, read within the bounds."""
        response = super().request(*arguments, **{**named, "stream": True, "allow_redirects": False})
        try:
            response._content = self._content(response)  # noqa: SLF001 - where it is when it was read without a bound
        except _Objection as error:
            self.objection = str(error)
            raise
        finally:
            response.close()
        return response

    def _content(self, response: requests.Response) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _Objection("sends packed answers, which nobody asked for")
        content = bytearray()
        for piece in response.iter_content(2**16):
            content += piece
            if len(content) > LARGEST:
                raise _Objection(f"sends more than {LARGEST // 2**20} MiB at once")
        self.allowed -= max(len(content), LEAST)
        if self.allowed < 0:
            raise _Objection("sends more than it was asked for")
        return bytes(content)


def _client(session: requests.Session, patience: float) -> Any:
    """A client that neither reconnects nor prints, nor takes the signals of the process."""
    quiet = {"reconnection": False, "logger": SILENT, "engineio_logger": SILENT}
    more = {"handle_sigint": False} if IS_NEW else {}
    return socketio.Client(**quiet, **more, request_timeout=patience, http_session=session)


def _why(text: str) -> str:
    """What the library's words come down to."""
    if found := re.search(r"\[Errno -?\d+\] ([\w ]+)", text):
        return f"can not be reached: {found[1].lower()}"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "shows a certificate that nobody vouches for"
    return f"can not be understood: {short(text)}"


def _may_be_about(answer: Any, task: int) -> bool:
    """Whether the answer does not say that it is about another task."""
    said = answer.get("task_id", task) if isinstance(answer, Mapping) else task
    return str(said) == str(task)
