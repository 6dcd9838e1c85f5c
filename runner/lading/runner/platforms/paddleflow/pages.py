"""Lists, which a PaddleFlow server gives page by page."""

from collections.abc import Iterator, Mapping
from typing import Any

from lading.runner.http.answer import Garbled, field
from lading.runner.http.api import Api
from lading.runner.http.connection import Call
from lading.runner.platforms.paddleflow import protocol

Row = Mapping[str, Any]

MOST_PAGES = 1000
"""Pages after which a list is taken to have no end."""


def rows(api: Api, path: str, name: str, key: str, query: Mapping[str, str | int]) -> Iterator[Row]:
    """The rows of the list called ``name``, each once by its ``key``.

    A page that is not full is the last one. ``isTruncated`` alone says little: it is true unless the page ends with the
    newest row that there is on the server, whoever it belongs to (``isLastJobPk``). The development branch sorts jobs
    from the newest on and still goes on upwards from the marker, so that its pages repeat rows or lose some: where one
    brings nothing new there is no more to be had, and whoever misses a job has to ask for it by its id.
    """
    seen: set[str] = set()
    marker = ""
    for _ in range(MOST_PAGES):
        more = {"marker": marker} if marker else {}
        page = api.ask(Call("GET", path, query={**query, "maxKeys": protocol.LARGEST_PAGE, **more}))
        with api.reading():
            found = {field(row, key, of=str): row for row in protocol.rows(page, name)}
            is_cut = field(page, "isTruncated", of=bool, default=False)
            marker = field(page, "nextMarker", of=str, default="")
            size = field(page, "maxKeys", of=int, default=protocol.LARGEST_PAGE)
        yield from (row for value, row in found.items() if value not in seen)
        if not (is_cut and len(found) >= size and marker and found.keys() - seen):
            return
        seen |= found.keys()
    with api.reading():
        raise Garbled(f"{name} has no end")
