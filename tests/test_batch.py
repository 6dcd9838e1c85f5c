"""Many submissions at once: each answer reaches who waits for it, and what is held of each is little."""

import threading
import time
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kit.toy import Toy, channel, compilation

from lading.runner.ledger.kept import AT_ONCE, Kept
from lading.runner.ledger.record import Kind, happened
from lading.runner.platform import Accepted, Outgoing
from lading.runner.states import State
from lading.runner.submission.answers import Answers
from lading.runner.submission.batch import on_each_target, submit_all
from lading.runner.targets.channel import Channel


class Forgetful(Toy):
    """Accepts all, and remembers nothing."""

    def submit(self, outgoing: Outgoing) -> Accepted:
        """Its id is its token."""
        return Accepted(outgoing.token)


def targets(*clients: str) -> list[Channel]:
    """A channel for each, which shares its client with those of the same name."""
    known = {name: SimpleNamespace(client=object()) for name in clients}
    return [cast("Any", known[name]) for name in clients]


def test_answers_come_in_order_whatever_order_they_are_found_in() -> None:
    """The first of a target is found last, and another target does not wait for it."""
    others = threading.Event()

    def work(place: int) -> int:
        if place == 0:
            assert others.wait(10)
        if place == 5:
            others.set()
        return place * 10

    found = list(on_each_target(work, targets("slow", *["quick"] * 5), 1, Answers()))
    assert found == [0, 10, 20, 30, 40, 50]


def test_no_more_than_so_many_are_at_work_on_a_target() -> None:
    """Of two targets each has as many, and no more."""
    at_work, most, lock = {"a": 0, "b": 0}, {"a": 0, "b": 0}, threading.Lock()
    names = ["a", "b"] * 20

    def work(place: int) -> None:
        with lock:
            at_work[names[place]] += 1
            most[names[place]] = max(most[names[place]], at_work[names[place]])
        time.sleep(0.01)
        with lock:
            at_work[names[place]] -= 1

    assert list(on_each_target(work, targets(*names), 3, Answers())) == [None] * 40
    assert most == {"a": 3, "b": 3}


@pytest.mark.parametrize("error", [ValueError("a bug of ours"), KeyboardInterrupt()])
def test_what_is_raised_is_raised_at_its_place_and_the_rest_is_not_begun(error: BaseException) -> None:
    """What was begun is ended first."""
    begun, ended = list[int](), list[int]()

    def work(place: int) -> int:
        begun.append(place)
        if place == 2:
            raise error
        time.sleep(0.02)
        ended.append(place)
        return place

    answers = on_each_target(work, targets(*["one"] * 50), 2, Answers())
    assert [next(answers), next(answers)] == [0, 1]
    with pytest.raises(type(error)):
        next(answers)
    assert sorted([*ended, 2]) == sorted(begun)
    assert len(begun) < 10
    assert not [thread for thread in threading.enumerate() if thread.name == "submit"]


def test_who_stops_listening_ends_it() -> None:
    """As when the one who goes through the answers fails."""
    begun: list[int] = []

    def work(place: int) -> None:
        begun.append(place)
        time.sleep(0.001)

    answers = on_each_target(work, targets(*["one"] * 1000), 1, Answers())
    next(answers)
    answers.close()  # type: ignore[attr-defined] # a generator's
    assert len(begun) < 1000
    assert not [thread for thread in threading.enumerate() if thread.name == "submit"]


def test_a_thousand_more_jobs_need_little_more_room(tmp_path: Path) -> None:
    """An id, an answer and no more is held of each that was sent."""
    line = channel(Forgetful(tmp_path / "platform"), tmp_path / "state")
    list(submit_all([compilation()] * 100, lambda _: line))

    def peak(count: int) -> int:
        jobs = [compilation()] * count
        tracemalloc.start()
        ids = list(submit_all(jobs, lambda _: line))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(set(ids)) == count
        return size

    few = peak(100)
    assert (peak(1100) - few) / 1000 < 400


def test_what_is_kept_is_read_when_it_is_looked_at(tmp_path: Path) -> None:
    """Their order is that of the ids, however many; what happened meanwhile is seen."""
    line = channel(Forgetful(tmp_path / "platform"), tmp_path / "state")
    names = [f"job-{number}" for number in range(AT_ONCE + 5)]
    ids = [str(answer) for answer in submit_all([compilation(name) for name in names], lambda _: line)]
    kept = Kept(line.ledger, ids)
    assert [one.name for one in kept] == names
    assert (len(kept), kept[3].name, [one.name for one in kept[-2:]]) == (len(names), names[3], names[-2:])
    line.ledger.note(kept[3].parts[0].token, happened(Kind.STOP_REQUESTED))
    assert kept[3].state is State.STOPPING
