"""How far many submissions have come: a bar on a terminal, nothing elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from lading.runner.invocation.options import is_terminal
from lading.runner.output.screen import Screen
from lading.runner.output.tables import console

Item = TypeVar("Item")

MANY = 4
"""Fewer than that need no bar."""


def progress(screen: Screen, items: Iterable[Item], total: int) -> Iterator[Item]:
    """The items, with a bar on standard error for as long as they take."""
    if total < MANY or screen.settings.quiet or not is_terminal(sys.stderr):
        yield from items
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    terminal = console(sys.stderr, colors=screen.settings.colors(sys.stderr))
    columns = (TextColumn("submitting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True) as bar:
        yield from bar.track(items, total=total)
