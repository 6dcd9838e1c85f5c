"""Answers that come in any order and from any thread, to whoever waits for one of them."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Answers(Generic[Answer]):
    """One answer for each place, or what was raised instead. Only who waits for a place is woken when it is filled."""

    def __init__(self) -> None:
        self._found: dict[int, Answer] = {}
        self._raised: dict[int, BaseException] = {}
        self._wanted: set[int] = set()
        self._arrived = threading.Condition()

    def fill(self, place: int, work: Callable[[int], Answer]) -> None:
        """What the work for the place returns or raises is there."""
        try:
            self._found[place] = work(place)
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for it
            self._raised[place] = error
        with self._arrived:
            if place in self._wanted:
                self._wanted.remove(place)
                self._arrived.notify_all()

    def at(self, place: int) -> Answer:
        """The answer for the place, once it is there; what was raised instead is raised."""
        with self._arrived:
            while place not in self._found and place not in self._raised:
                self._wanted.add(place)
                self._arrived.wait()
        if place in self._raised:
            raise self._raised[place]
        return self._found[place]
