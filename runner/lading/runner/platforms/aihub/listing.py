"""A list of one kind of work, page by page, as far as it must be read."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from lading.runner.errors import OutcomeUnknown
from lading.runner.http.answer import field
from lading.runner.http.api import Api
from lading.runner.http.connection import Call
from lading.runner.platforms.aihub.protocol import NAME, PAGE, rows
from lading.runner.submission.ids import time_of

MOST_PAGES = 50
SKEW = 2 * 86400.0
"""Seconds by which the platform's clock may be behind ours: one of us may be in another time zone, or a day off."""

Row = Mapping[str, Any]


class Listing:
    """The list at one path."""

    def __init__(self, api: Api, path: str) -> None:
        self._api, self._path = api, path

    def first(self) -> list[Row]:
        """The first page."""
        return self._page(1)[0]

    def find(self, marker: str, token: str) -> Row | None:
        """The row whose description ends with the marker, None where there is certainly none.

        The order of a list is not documented. Where a page shows that it has the newest first, nothing behind a row
        that is older than the token can be it; otherwise all pages are read. Raises OutcomeUnknown past a bound.
        """
        oldest = (time_of(token) - SKEW) * 1000
        for page in self._pages(MOST_PAGES):
            for row in page:
                if str(row.get("description") or "").endswith(marker):
                    return row
            times = [field(row, "created_at", of=int, default=0) for row in page]
            if times == sorted(times, reverse=True) and 0 < times[-1] < oldest:
                return None
        return None

    def several(self, wanted: Collection[int]) -> dict[int, Row]:
        """The rows with these numbers, as far as a few pages have them."""
        found: dict[int, Row] = {}
        enough = 2 + len(wanted) // PAGE
        try:
            for page in self._pages(enough):
                numbered = {field(row, "id", of=int): row for row in page}
                found |= {number: row for number, row in numbered.items() if number in wanted}
                if len(found) == len(wanted):
                    break
        except OutcomeUnknown:
            return found
        return found

    def _pages(self, most: int) -> Iterator[list[Row]]:
        """All pages that have rows. Raises OutcomeUnknown where there are more than ``most``."""
        seen = 0
        for number in range(1, most + 1):
            page, total = self._page(number)
            seen += len(page)
            if page:
                yield page
            if not page or seen >= total:
                return
        raise OutcomeUnknown(f"{NAME} has more of these than can be looked through", "look for it in its own pages")

    def _page(self, number: int) -> tuple[list[Row], int]:
        data = self._api.ask(Call("GET", self._path, query={"page_size": PAGE, "page_num": number}))
        return rows(data), field(data, "total", of=int, default=0)
