"""How far many submissions, or a download, have come: a bar on a terminal, nothing elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from lading.runner.errors import Unreachable
from lading.runner.invocation.options import is_terminal
from lading.runner.output.screen import Screen
from lading.runner.output.tables import console
from lading.runner.platform import Download

Item = TypeVar("Item")

MANY = 4
"""Fewer than that need no bar."""


def progress(screen: Screen, items: Iterable[Item], total: int) -> Iterator[Item]:
    """The items, with a bar on standard error for as long as they take."""
    if total < MANY or not _has_watcher(screen):
        yield from items
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    terminal = console(sys.stderr, colors=screen.settings.colors(sys.stderr))
    columns = (TextColumn("submitting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True) as bar:
        yield from bar.track(items, total=total)


def arriving(screen: Screen, download: Download) -> Iterator[bytes]:
    """The pieces of a file on its way here, with a bar on standard error. Raises Unreachable where some are missing."""
    got = 0
    for piece in _with_bar(screen, download) if _has_watcher(screen) else download.chunks:
        got += len(piece)
        yield piece
    if download.size not in {None, got}:
        raise Unreachable(f"only {got} of {download.size} bytes came", "try again")


def _with_bar(screen: Screen, download: Download) -> Iterator[bytes]:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    terminal = console(sys.stderr, colors=screen.settings.colors(sys.stderr))
    columns = (TextColumn("downloading"), BarColumn(), DownloadColumn(binary_units=True), TransferSpeedColumn())
    with Progress(*columns, console=terminal, transient=True) as bar:
        task = bar.add_task("", total=download.size)
        for piece in download.chunks:
            bar.advance(task, len(piece))
            yield piece


def _has_watcher(screen: Screen) -> bool:
    return not screen.settings.quiet and is_terminal(sys.stderr)
