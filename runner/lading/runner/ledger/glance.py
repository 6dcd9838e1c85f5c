"""A look at the ledger for whoever can not wait: it is neither made, nor brought up to date, nor written to."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from lading.runner.ledger.rows import Whole

PATIENCE = 0.2
"""Seconds to wait for another process that is writing."""

_NEWEST = """SELECT id, name, target, (SELECT whole(state) FROM part_now WHERE submission = submission.seq) AS state
    FROM submission WHERE id >= ? AND id < ? ORDER BY seq DESC LIMIT ?"""


class Seen(NamedTuple):
    """A submission as it was last seen."""

    id: str
    name: str
    target: str
    state: str


def glance(file: Path, prefix: str = "", most: int = 100) -> list[Seen]:
    """The newest submissions whose ids begin so, the newest first. Raises where there is no ledger to look at."""
    address = f"file:{quote(str(file))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as connection:
        connection.create_aggregate("whole", 1, Whole)  # type: ignore[arg-type] # typeshed: int only
        return [Seen(*row) for row in connection.execute(_NEWEST, [prefix, f"{prefix}~", most])]
