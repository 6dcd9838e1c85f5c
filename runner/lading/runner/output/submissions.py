"""Submissions as tables and as data."""

import time
from collections.abc import Sequence
from typing import Any

from lading.runner.ledger.record import Part, Submission
from lading.runner.output.tables import Column, Rows
from lading.runner.states import State
from lading.runner.submission.ids import LENGTH

COLUMNS = (
    Column("ID", stays_whole=True),
    Column("NAME"),
    Column("TARGET"),
    Column("STATE", stays_whole=True),
    Column("AGE", stays_whole=True, is_number=True),
    Column("NATIVE ID", needs=140),
    Column("REASON", needs=100),
)

UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def rows(submissions: Sequence[Submission]) -> list[list[str]]:
    """One row for each submission."""
    now = time.time()
    return [[*_known(one), age(now - one.created_at) if one.created_at else "", *_told(one)] for one in submissions]


NARROW = 100
"""Terminals of fewer columns have no room for reasons beside the rest, nor for whole ids."""

SHORTEST = 12
"""Characters of an id that are shown at least: those of its time, and some."""


def shortened(shown: Rows) -> list[list[str]]:
    """The rows with ids cut to what tells them apart, for a narrow terminal."""
    ids = {row[0] for row in shown}
    size = next((size for size in range(SHORTEST, LENGTH) if len({id_[:size] for id_ in ids}) == len(ids)), LENGTH)
    return [[row[0] if ":" in row[0] else row[0][:size], *row[1:]] for row in shown]


def reasons(shown: Rows) -> list[str]:
    """A line for each row of what went wrong, which says why: below a table that has no room for it."""
    wrong = {str(State.FAILED), str(State.UNKNOWN)}
    return [f"{row[0] or row[1]} {row[3]}: {row[-1]}" for row in shown if row[3] in wrong and row[-1]]


def _known(submission: Submission) -> list[str]:
    shown = submission.id or (f"{submission.target}:{submission.native_id}" if submission.native_id else "")
    return [shown, submission.name, submission.target, str(submission.state)]


def _told(submission: Submission) -> list[str]:
    first, *others = [part.native_id for part in submission.parts if part.native_id] or [""]
    return [f"{first},…" if others else first, reason(submission)]


def reason(submission: Submission) -> str:
    """Why it is in its state, as far as anybody said; the exit code where there is one that says something.

    Of several steps, the one that it is about comes first.
    """
    telling = _telling(submission)
    code = telling.status.exit_code
    why = telling.status.reason or (f"exit code {code}" if code else "")
    return f"{telling.name}: {why}" if why and telling.name else why


def _telling(submission: Submission) -> Part:
    """The part to which the submission owes its state."""
    return next((part for part in submission.parts if part.status.state is submission.state), submission.parts[0])


def age(seconds: float) -> str:
    """How long that is, in the largest unit that fits: ``3h``."""
    whole = max(int(seconds), 0)
    size, unit = next(((size, unit) for size, unit in UNITS if whole >= size), UNITS[-1])
    return f"{whole // size}{unit}"


def moment(seconds: float | None) -> str | None:
    """The time in UTC, to the second; None for no time."""
    if not seconds:
        return None
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def submission_data(submission: Submission) -> dict[str, Any]:
    """The submission as data."""
    telling = _telling(submission)
    return {
        "id": submission.id or None,
        "name": submission.name or None,
        "kind": submission.kind or None,
        "target": submission.target,
        "platform": submission.platform,
        "nativeId": submission.native_id or None,
        "nativeState": telling.status.native or None,
        "state": str(submission.state),
        "exitCode": telling.status.exit_code,
        "reason": telling.status.reason or None,
        "result": telling.status.result,
        "spec": submission.spec or None,
        "digest": submission.digest or None,
        "createdAt": moment(submission.created_at),
        "recorded": dict(submission.recorded),
        "parts": [part_data(part) for part in submission.parts],
    }


def part_data(part: Part) -> dict[str, Any]:
    """One part of a submission."""
    return {
        "name": part.name or None,
        "outcome": str(part.outcome) if part.outcome else None,
        "nativeId": part.native_id or None,
        "nativeState": part.status.native or None,
        "state": str(part.status.state),
        "exitCode": part.status.exit_code,
        "reason": part.status.reason or None,
        "counts": dict(part.status.counts),
        "started": moment(part.status.started),
        "ended": moment(part.status.ended),
    }


def exit_code(submissions: Sequence[Submission]) -> int:
    """What ``wait`` ends with: 1 where one has not succeeded, 4 where it is not known how one ended or will, else 0."""
    states = {submission.state for submission in submissions}
    if states & {State.FAILED, State.STOPPED}:
        return 1
    return 0 if states <= {State.SUCCEEDED} else 4
