"""A list of one kind of work, page by page, as far as it must be read."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import inf
from typing import Any

from lading.runner.errors import OutcomeUnknown
from lading.runner.http.answer import Answer, Garbled, field
from lading.runner.http.api import Api
from lading.runner.http.connection import Call
from lading.runner.platforms.aihub.protocol import NAME, PAGE, number_of, rows
from lading.runner.submission.ids import time_of

MOST_PAGES = 50
MARGIN = 2 * 86400.0
"""Seconds that are looked back beyond the time of the work: clocks may be set, and those of a platform differ."""

LOOK = "look for it in its own pages"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its rows, how many rows there are in all, and what the platform's clock said, None if it did not."""

    rows: list[Row]
    total: int
    clock: float | None

    @property
    def numbers(self) -> list[int]:
        """The numbers of the rows, in order."""
        return [number_of(row) for row in self.rows]

    @property
    def newest(self) -> float:
        """When the last of the rows was made, by the platform's clock; of rows that do not say so, never yet."""
        times = [row.get("created_at") for row in self.rows]
        return max((at / 1000 if isinstance(at, int) and at > 0 else inf for at in times), default=inf)


class Listing:
    """The list at one path."""

    def __init__(self, api: Api, path: str, clock: Callable[[], float] = time.time) -> None:
        self._api, self._path, self._clock = api, path, clock

    def first(self) -> list[Row]:
        """The first page."""
        return self._page(1).rows

    def find(self, marker: str, token: str) -> Row | None:
        """The row whose description has the marker, None where there is certainly none.

        Of several it is the first that was made: people copy work, and its description with it. Raises OutcomeUnknown
        where it is not seen, and may be there all the same.
        """
        found: list[Row] = []
        try:
            for page in self._since(time_of(token)):
                if page.rows and not any("description" in row for row in page.rows):
                    raise Garbled("its list tells no descriptions")
                found += [row for row in page.rows if marker in field(row, "description", of=str, default="")]
        except OutcomeUnknown:
            if not found:
                raise
        return min(found, key=number_of, default=None)

    def all(self) -> list[Row]:
        """All rows, as far as it tells."""
        found: dict[int, Row] = {}
        for number in range(1, MOST_PAGES + 1):
            page, before = self._page(number), len(found)
            found |= zip(page.numbers, page.rows, strict=True)
            if len(found) in {before, page.total}:
                break
        return list(found.values())

    def several(self, wanted: Collection[int]) -> dict[int, Row]:
        """The rows with these numbers, as far as a few pages have them."""
        found: dict[int, Row] = {}
        for number in range(1, 3 + len(wanted) // PAGE):
            page = self._page(number)
            found |= {own: row for own, row in zip(page.numbers, page.rows, strict=True) if own in wanted}
            if not page.rows or len(found) == len(wanted):
                break
        return found

    def _since(self, made: float) -> Iterator[Page]:
        """The pages that can have what was made then, by our clock. Raises OutcomeUnknown where others may have it.

        How a list is sorted is not documented. Where it is seen to go back from one number to the next lower one, it
        ends for us where a whole page is older. Else every row that it had at the beginning must be seen.
        """
        seen: dict[int, None] = {}
        least = 0
        for number in range(1, MOST_PAGES + 1):
            page = self._page(number)
            if page.total < len(page.rows):
                raise Garbled(f"it lists {len(page.rows)} and counts {page.total}")
            yield page
            before, least = len(seen), least or page.total
            seen |= dict.fromkeys(page.numbers)
            if page.total < least:
                raise OutcomeUnknown(f"{NAME} took some away while its list was read", "`lading resolve` looks again")
            if list(seen) == sorted(seen, reverse=True) and self._is_older(page, made):
                return
            if len(seen) >= page.total or len(seen) == before:
                if len(seen) < least:
                    raise OutcomeUnknown(f"{NAME} lists {len(seen)} of these and counts {least}", LOOK)
                return
        raise OutcomeUnknown(f"{NAME} has more of these than can be looked through", LOOK)

    def _is_older(self, page: Page, made: float) -> bool:
        """Whether all of a page was certainly made before then. The platform's clock may be behind ours by any time."""
        if page.clock is None:
            return False
        return page.newest < made + min(0.0, page.clock - self._clock()) - MARGIN

    def _page(self, number: int) -> Page:
        call = Call("GET", self._path, query={"page_size": PAGE, "page_num": number})
        data, answer = self._api.answered(call)
        return Page(rows(data), field(data, "total", of=int, default=-1), _clock_of(answer))


def _clock_of(answer: Answer) -> float | None:
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError, IndexError):
        return None
