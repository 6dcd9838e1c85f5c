"""Group commit: what several threads write at the same moment becomes durable by one flush of the disk.

A flush takes longer than all else about a row. Whoever comes first writes for all who wait at that moment; the others
find their work done. Each write is still by itself: one that fails leaves nothing and does not keep the others.
"""

import threading
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, TypeVar

Result = TypeVar("Result")


class Write:
    """One thread's write, and what became of it."""

    def __init__(self, action: Callable[[], Any]) -> None:
        self._action = action
        self.is_done = False
        self.result: Any = None
        self.error: BaseException | None = None

    def succeeds(self) -> bool:
        """Whether it could be carried out; its result or its error is kept."""
        try:
            self.result = self._action()
        except BaseException as error:  # noqa: BLE001 - it is raised where it belongs, in the thread that waits
            self.error = error
        return self.error is None


class Together:
    """Carries out the writes of all threads; ``commit`` makes several of them durable, or raises and none is."""

    def __init__(self, commit: Callable[[Sequence[Write]], None]) -> None:
        self._commit = commit
        self._waiting: list[Write] = []
        self._entry, self._turn = threading.Lock(), threading.Lock()

    def run(self, action: Callable[[], Result]) -> Result:
        """What the action returned, once all that it wrote is durable."""
        write = Write(action)
        with self._entry:
            self._waiting.append(write)
        with self._turn:
            if not write.is_done:
                self._carry_out()
        if write.error:
            raise copy(write.error) from write.error  # several threads may have been told of the same one
        result: Result = write.result
        return result

    def _carry_out(self) -> None:
        with self._entry:
            writes, self._waiting = self._waiting, []
        try:
            self._commit(writes)
        except BaseException as error:  # noqa: BLE001 - none of it is durable, and each who waits is told
            for write in writes:
                write.error = write.error or error
        for write in writes:
            write.is_done = True
