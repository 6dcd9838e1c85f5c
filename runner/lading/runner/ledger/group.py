"""Group commit: what several threads write at the same moment becomes durable by one flush of the disk.

A flush takes longer than all else about a row. Whoever comes first leads those who come while an earlier group is
being flushed: it writes for all of them, and they wait for nothing else. Each write is still by itself: one that fails
leaves nothing and does not keep the others.
"""

import threading
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, TypeVar

TAKE_OVER = 1.0
"""Seconds after which one who waits sees whether the one who leads was interrupted."""

Result = TypeVar("Result")


class Write:
    """One thread's write, and what became of it."""

    def __init__(self, action: Callable[[], Any]) -> None:
        self._action = action
        self._gate = threading.Lock()
        self._gate.acquire()
        self.result: Any = None
        self.error: BaseException | None = None

    def succeeds(self) -> bool:
        """Whether it could be carried out; its result or its error is kept."""
        try:
            self.result = self._action()
        except BaseException as error:  # noqa: BLE001 - it is raised where it belongs, in the thread that waits
            self.error = error
        return self.error is None

    def is_over(self, seconds: float) -> bool:
        """Whether it is over by then, one way or the other."""
        return self._gate.acquire(timeout=seconds)  # its own: those who share one would queue for it once more

    def end(self) -> None:
        """Its thread goes on."""
        self._gate.release()


class Together:
    """Carries out the writes of all threads; ``commit`` makes several of them durable, or raises and none is."""

    def __init__(self, commit: Callable[[Sequence[Write]], None]) -> None:
        self._commit = commit
        self._coming: list[Write] = []
        self._entry, self._turn = threading.Lock(), threading.Lock()

    def run(self, action: Callable[[], Result]) -> Result:
        """What the action returned, once all that it wrote is durable."""
        write = Write(action)
        with self._entry:
            group = self._coming
            group.append(write)
        if group[0] is write:
            self._lead(group)
        while not write.is_over(TAKE_OVER):
            self._lead(group)
        if write.error:
            raise copy(write.error) from write.error  # several threads may have been told of the same one
        result: Result = write.result
        return result

    def _lead(self, group: list[Write]) -> None:
        """The writes of the group are over, if nobody has led it yet."""
        with self._turn:
            if not self._is_closed_by_us(group):
                return
            try:
                self._commit(group)
            except BaseException as error:  # noqa: BLE001 - none of it is durable, and each who waits is told
                for write in group:
                    write.error = write.error or error
            finally:
                for write in group:
                    write.end()

    def _is_closed_by_us(self, group: list[Write]) -> bool:
        """Whether it was open; who comes from now on is of another group."""
        with self._entry:
            is_open = self._coming is group
            self._coming = [] if is_open else self._coming
            return is_open
