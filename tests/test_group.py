"""Group commit: whoever writes learns what became of it, together with others or alone."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from lading.runner.ledger import group
from lading.runner.ledger.group import Together, Write


def in_thread(together: Together, action: object, heard: list[object]) -> threading.Thread:
    """A thread that writes, and notes what it is told."""

    def run() -> None:
        try:
            heard.append(together.run(action))  # type: ignore[arg-type] # what a test wants
        except BaseException as error:  # noqa: BLE001 - whatever it is
            heard.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(is_so: Callable[[], bool]) -> None:
    """It is so by now."""
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def carried_out(writes: Sequence[Write]) -> None:
    """All of them."""
    for write in writes:
        write.succeeds()


def test_those_who_come_during_a_flush_share_the_next_one() -> None:
    """One is flushed alone; the ten who come meanwhile are flushed together, and each is told its own result."""
    sizes, flushed, heard = list[int](), threading.Event(), list[object]()

    def commit(writes: Sequence[Write]) -> None:
        sizes.append(len(writes))
        carried_out(writes)
        assert flushed.wait(10)

    together = Together(commit)
    threads = [in_thread(together, lambda: -1, heard)]
    until(lambda: bool(sizes))
    threads += [in_thread(together, lambda number=number: number, heard) for number in range(10)]
    until(lambda: len(together._coming) == 10)
    flushed.set()
    for thread in threads:
        thread.join(10)
    assert (sizes, sorted(heard, key=str)) == ([1, 10], [-1, *range(10)])


def test_a_flush_that_fails_is_told_to_all_of_its_group_and_to_nobody_else() -> None:
    """Whoever comes later writes anew."""
    failing = [True]

    def commit(writes: Sequence[Write]) -> None:
        carried_out(writes)
        if failing.pop():
            raise OSError("no space left")

    together = Together(commit)
    with pytest.raises(OSError, match="no space left"):
        together.run(lambda: 1)
    failing += [False]
    assert together.run(lambda: 2) == 2


def test_who_is_interrupted_before_it_leads_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one of its group takes over, and what the interrupted one wrote is durable too."""
    monkeypatch.setattr(group, "TAKE_OVER", 0.05)
    written: list[str] = []
    together = Together(carried_out)
    lead = together._lead

    def interrupted(_: list[Write]) -> None:
        monkeypatch.setattr(together, "_lead", lead)
        raise KeyboardInterrupt

    monkeypatch.setattr(together, "_lead", interrupted)
    with pytest.raises(KeyboardInterrupt):
        together.run(lambda: written.append("first"))
    heard: list[object] = []
    in_thread(together, lambda: written.append("second"), heard).join(10)
    assert (written, heard) == (["first", "second"], [None])


def test_a_slow_flush_is_not_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who wait look after a while, and find that their group is led."""
    monkeypatch.setattr(group, "TAKE_OVER", 0.01)
    heard, slow = list[object](), threading.Event()
    sizes: list[int] = []

    def commit(writes: Sequence[Write]) -> None:
        sizes.append(len(writes))
        slow.wait(0.2)
        carried_out(writes)

    together = Together(commit)
    threads = [in_thread(together, lambda: 1, heard) for _ in range(20)]
    for thread in threads:
        thread.join(10)
    assert (heard, sum(sizes)) == ([1] * 20, 20)
