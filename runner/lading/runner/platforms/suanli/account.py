"""The account at Suanli as its operations see it: questions, orders, and lists that come in pages."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from lading.runner.errors import RunnerError, Unreachable
from lading.runner.http.answer import Answer
from lading.runner.http.api import Api
from lading.runner.http.connection import Call, connection
from lading.runner.platform import Context
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.signing import Signer

PAGE = 100
"""Rows that are asked for at once: the most that the one list takes whose most is documented."""

MOST_PAGES = 100
"""Pages that are looked through for one thing; an account with more can not be searched to its end."""


class Page(NamedTuple):
    """Some rows of a list, and how many the whole list has."""

    rows: list[Mapping[str, Any]]
    total: int


class Account(Api):
    """The open API, with requests that are signed and errors that repeat no signature."""

    def __init__(self, context: Context) -> None:
        self.signer = Signer(context.auth)
        super().__init__(protocol.NAME, connection(context, self.signer.sign), protocol.judge)

    def get(self, path: str, **query: str | int) -> Any:
        """What is there."""
        return self.ask(Call("GET", path, query=query))

    def pages(self, path: str, query: Mapping[str, str | int], most: int = MOST_PAGES) -> Iterator[Page]:
        """The list page by page, to its end or as far as that many pages go. A page may be shorter than asked for."""
        seen = 0
        for number in range(1, most + 1):
            data = self.get(path, **query, page=number, page_size=PAGE)
            with self.reading():
                page = Page(protocol.rows(data, "results"), protocol.amount(data, "count"))
            yield page
            seen += len(page.rows)
            if not page.rows or seen >= page.total:
                return

    def rows(self, path: str, **query: str | int) -> list[Mapping[str, Any]]:
        """All rows of the list."""
        return [row for page in self.pages(path, query) for row in page.rows]

    def answer(self, path: str, **query: str | int) -> Answer:
        """The answer that has what is there."""
        call = Call("GET", path, query=query)
        found: Answer = self._during(lambda: self._taken(self.line.ask(call)))
        return found

    @contextmanager
    def reading(self, otherwise: type[RunnerError] = Unreachable) -> Iterator[None]:
        """What is read of an answer inside is as it should be, or that error is raised."""
        try:
            with super().reading(otherwise):
                yield
        except RunnerError as error:
            raise self.signer.hide(error) from None

    def _taken(self, answer: Answer) -> Answer:
        self.judged(answer, Unreachable)
        return answer

    def _during(self, action: Callable[[], Any]) -> Any:
        self.signer.begin()
        try:
            return super()._during(action)
        except RunnerError as error:
            raise self.signer.hide(error) from None
