"""Deadlines: what is not over in time is acted upon, and what is costs no thread of its own."""

import threading
import time
from contextlib import suppress

from lading.runner.http.deadlines import Deadlines


def test_what_takes_longer_is_acted_upon_once_and_in_time() -> None:
    """Also where a later deadline was there first, which the thread that looks is waiting for."""
    deadlines = Deadlines()
    late, first, second = threading.Event(), threading.Semaphore(0), threading.Semaphore(0)
    with deadlines.within(60, late.set):
        for done in (first, second):
            with deadlines.within(0.3, done.release):
                assert not done.acquire(timeout=0.02)
                assert done.acquire(timeout=5)
                assert not done.acquire(timeout=0.4)
    assert not late.is_set()


def test_what_is_over_in_time_is_never_acted_upon() -> None:
    """Not when its deadline comes either, and whatever became of it."""
    deadlines, done = Deadlines(), threading.Event()
    with deadlines.within(0.1, done.set):
        pass
    with suppress(ZeroDivisionError), deadlines.within(0.1, done.set):
        assert 1 / 0
    assert not done.wait(0.3)


def test_many_at_once_share_one_thread_which_ends() -> None:
    """A thousand in turn start one thread; once its time comes and nothing is going on it is gone."""
    deadlines, before = Deadlines(), threading.active_count()
    for _ in range(1000):
        with deadlines.within(0.2, lambda: None):
            assert threading.active_count() <= before + 1
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_an_action_that_fails_does_not_end_the_watching() -> None:
    """The next deadline is kept all the same."""
    deadlines, done = Deadlines(), threading.Event()
    hook, threading.excepthook = threading.excepthook, lambda _: None
    try:
        with deadlines.within(0.01, lambda: 1 / 0):
            time.sleep(0.1)
    finally:
        threading.excepthook = hook
    with deadlines.within(0.01, done.set):
        assert done.wait(5)
