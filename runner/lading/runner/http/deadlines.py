"""Deadlines: something is done about whatever is not over in time, by one thread for all that is going on.

Nearly everything is over long before its deadline, so that to have one must cost next to nothing: no thread is started
for it, and the one that looks is not woken unless it would come too late.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Action = Callable[[], object]


class Deadlines:
    """What is going on, from any thread, until when, and what is to be done if it is not over by then."""

    def __init__(self) -> None:
        self._open: dict[object, tuple[float, Action]] = {}
        self._next_look = math.inf
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, seconds: float, action: Action) -> Iterator[None]:
        """The action is done, once, if what happens inside takes longer; it is never done afterwards."""
        mine, end = object(), time.monotonic() + seconds
        with self._changed:
            self._open[mine] = end, action
            if end < self._next_look:
                self._look_by(end)
        try:
            yield
        finally:
            with self._changed:
                self._open.pop(mine, None)

    def _look_by(self, end: float) -> None:
        self._next_look = end
        self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
            self._thread.start()

    def _watch(self) -> None:
        """Looks whenever something may be late, until nothing is going on."""
        with self._changed:
            try:
                while self._open:
                    self._next_look = min(end for end, _ in self._open.values())
                    self._changed.wait(max(0.0, self._next_look - time.monotonic()))
                    self._act(time.monotonic())
            finally:
                self._next_look, self._thread = math.inf, None

    def _act(self, now: float) -> None:
        late = [key for key, (end, _) in self._open.items() if end <= now]
        for key in late:
            _, action = self._open.pop(key)
            action()


DEADLINES = Deadlines()
"""Those of this process."""
