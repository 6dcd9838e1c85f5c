"""Group commit: what several threads write at the same moment becomes durable by one flush of the disk.

A flush takes longer than all else about a row. Whoever comes first leads those who come while an earlier group is
being flushed: it writes for all of them, and they wait for nothing else. Each write is still by itself: one that fails
leaves nothing and does not keep the others.
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
        self.result: Any = None
        self.error: BaseException | None = None

    def succeeds(self) -> bool:
        """Whether it could be carried out; its result or its error is kept."""
        try:
            self.result = self._action()
        except BaseException as error:  # noqa: BLE001 - it is raised where it belongs, in the thread that waits
            self.error = error
        return self.error is None


class _Group:
    """Writes that become durable together. The thread of the first one sees to it."""

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self.is_over = threading.Event()


class Together:
    """Carries out the writes of all threads; ``commit`` makes several of them durable, or raises and none is."""

    def __init__(self, commit: Callable[[Sequence[Write]], None]) -> None:
        self._commit = commit
        self._coming = _Group()
        self._entry, self._turn = threading.Lock(), threading.Lock()

    def run(self, action: Callable[[], Result]) -> Result:
        """What the action returned, once all that it wrote is durable."""
        write = Write(action)
        with self._entry:
            group = self._coming
            group.writes.append(write)
        if group.writes[0] is write:
            self._lead(group)
        else:
            group.is_over.wait()
        if write.error:
            raise copy(write.error) from write.error  # several threads may have been told of the same one
        result: Result = write.result
        return result

    def _lead(self, group: _Group) -> None:
        try:
            with self._turn:
                self._close(group)
                self._commit(group.writes)
        except BaseException as error:  # noqa: BLE001 - none of it is durable, and each who waits is told
            self._close(group)
            for write in group.writes:
                write.error = write.error or error
        finally:
            group.is_over.set()

    def _close(self, group: _Group) -> None:
        """Who comes from now on is of another group."""
        with self._entry:
            if self._coming is group:
                self._coming = _Group()
