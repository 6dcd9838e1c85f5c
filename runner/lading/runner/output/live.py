"""A table on a terminal that keeps itself up to date: of all jobs, or of what matters of many."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lading.runner.jobs.found import Found, followed, label
from lading.runner.ledger.record import Submission
from lading.runner.output.screen import Screen
from lading.runner.output.submissions import COLUMNS, NARROW, reasons, rows, shortened
from lading.runner.output.tables import Column, console, rich_table
from lading.runner.states import State

if TYPE_CHECKING:
    from rich.console import RenderableType

AROUND = 3
"""Lines that a table takes beside its rows: titles, the line below them, and one to stand on."""

ORDER = {State.FAILED: 0, State.UNKNOWN: 1, State.STOPPING: 2, State.RUNNING: 3, State.PENDING: 4}
"""What people want to see first where there is no room for all; what went as it should comes last."""


def live(screen: Screen, jobs: Sequence[Found]) -> list[Submission]:
    """The submissions as they ended; until then the table on the screen shows how they are."""
    from rich.live import Live

    now = {label(job.submission): job.submission for job in jobs}
    terminal = console(sys.stdout, colors=screen.settings.colors(sys.stdout))

    def drawn() -> "RenderableType":
        return picture(list(now.values()), terminal.width, terminal.height)

    with Live(get_renderable=drawn, console=terminal, refresh_per_second=4):
        for submission in followed(jobs):
            now[label(submission)] = submission
    return list(now.values())


def picture(submissions: Sequence[Submission], width: int, height: int) -> "RenderableType":
    """A table of all, if it fits; else how many there are of each kind on each target, and the rows that fit."""
    from rich.console import Group
    from rich.text import Text

    told = rows(submissions)
    told = shortened(told) if width < NARROW else told
    below = reasons(told) if width < NARROW else []
    if len(told) + AROUND <= height:
        room = height - len(told) - AROUND
        return Group(rich_table(COLUMNS, told, width), *(Text(line, no_wrap=True) for line in below[:room]))
    seen = [state for state in State if any(one.state is state for one in submissions)]
    counted = summary(submissions, seen)
    room = max(height - len(counted) - 2 * AROUND - 1, 1)
    chosen = first_to_see(submissions)[:room]
    titles = (Column("TARGET"), *(Column(state.value.upper(), is_number=True) for state in seen))
    rest = len(submissions) - len(chosen)
    return Group(
        rich_table(titles, counted, width),
        rich_table(COLUMNS, rows(chosen), width),
        Text(f"and {rest} more: `lading list` shows them", style="dim"),
    )


def summary(submissions: Iterable[Submission], states: Sequence[State]) -> list[list[str]]:
    """One row for each target: how many of its submissions are in each of these states."""
    counts: dict[str, Counter[State]] = {}
    for one in submissions:
        counts.setdefault(one.target, Counter())[one.state] += 1
    return [[target, *(str(count[state] or "") for state in states)] for target, count in counts.items()]


def first_to_see(submissions: Iterable[Submission]) -> list[Submission]:
    """The same, those first that went wrong, then those that are on their way, the newest before the others."""
    newest_first = sorted(submissions, key=lambda one: one.created_at, reverse=True)
    return sorted(newest_first, key=lambda one: ORDER.get(one.state, len(ORDER)))
