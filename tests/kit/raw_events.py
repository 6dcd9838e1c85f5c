"""A monitor that says whatever a test wants, byte for byte: long polling of Engine.IO 4, with nothing of a library."""

import json
import threading
from collections.abc import Callable
from typing import Any

from servers.web import Reply, Request, Service

WELCOME = '0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}'
SEPARATOR = "\x1e"
NOTHING = "6"

Say = Callable[[int], str | bytes | Reply]
"""What is said at each poll after the first question, by the number of the poll, counted from 0."""


class RawEvents(Service):
    """It welcomes everybody, and speaks from the first question on."""

    def __init__(self, say: Say, welcome: str | Reply = WELCOME) -> None:
        super().__init__()
        self._say, self._welcome = say, welcome
        self._asked, self.is_over = threading.Event(), threading.Event()
        self.polls = -1

    def answer(self, request: Request) -> Reply:
        """What the monitor says to a request."""
        self.seen.append(request)
        if request.method == "POST":
            if b"monitor_" in request.body:
                self._asked.set()
            return Reply(200, b"ok")
        if "sid" not in request.query:
            self.polls = -1
            self._asked.clear()
            return _reply(self._welcome)
        self.polls += 1
        if not self.polls:
            return _reply('40{"sid":"x"}')
        self._asked.wait(30)
        return _reply(self._say(self.polls - 1))

    def once(self, text: str | bytes) -> str | bytes:
        """A text for the first poll; at later ones there is nothing to say for a long time."""
        if self.polls == 1:
            return text
        self.is_over.wait(30)
        return NOTHING

    def close(self) -> None:
        """Whoever waits for a word gets one."""
        self.is_over.set()
        self._asked.set()


def event(name: str, *data: Any) -> str:
    """An event as it stands on the wire."""
    return "42" + json.dumps([name, *data])


def _reply(said: str | bytes | Reply) -> Reply:
    if isinstance(said, Reply):
        return said
    return Reply(200, said if isinstance(said, bytes) else said.encode())
