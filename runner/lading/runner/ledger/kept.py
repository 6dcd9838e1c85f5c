"""Submissions of which only the ids are held: the ledger has the rest, and thousands need no more room than that."""

from collections.abc import Iterator, Sequence
from typing import overload

from lading.runner.ledger.ledger import Ledger
from lading.runner.ledger.record import Submission

AT_ONCE = 200
"""So many are read together by whoever goes through all of them."""


class Kept(Sequence[Submission]):
    """The submissions of these ids, in their order, each as the ledger has it when it is looked at."""

    def __init__(self, ledger: Ledger, ids: Sequence[str]) -> None:
        self._ledger, self._ids = ledger, ids

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> Submission: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Submission]: ...
    def __getitem__(self, place: int | slice) -> Submission | Sequence[Submission]:
        if isinstance(place, slice):
            return Kept(self._ledger, self._ids[place])
        (found,) = self._ledger.current([self._ids[place]])
        return found

    def __iter__(self) -> Iterator[Submission]:
        for start in range(0, len(self), AT_ONCE):
            yield from self._ledger.current(self._ids[start : start + AT_ONCE])
