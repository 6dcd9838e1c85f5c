"""A table on a terminal that keeps itself up to date."""

import sys
from collections.abc import Sequence

from lading.runner.jobs.found import Found, followed, label
from lading.runner.ledger.record import Submission
from lading.runner.output.screen import Screen
from lading.runner.output.submissions import COLUMNS, rows
from lading.runner.output.tables import console, rich_table


def live(screen: Screen, jobs: Sequence[Found]) -> list[Submission]:
    """The submissions as they ended; until then the table on the screen shows how they are."""
    from rich.live import Live
    from rich.table import Table

    now = {label(job.submission): job.submission for job in jobs}
    terminal = console(sys.stdout, colors=screen.settings.colors(sys.stdout))

    def drawn() -> Table:
        return rich_table(COLUMNS, rows(list(now.values())), terminal.width)

    with Live(get_renderable=drawn, console=terminal, refresh_per_second=2) as table:
        for submission in followed(jobs):
            now[label(submission)] = submission
            table.refresh()
    return list(now.values())
