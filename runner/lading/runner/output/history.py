"""What the ledger holds, as tables and as data."""

from collections.abc import Sequence
from typing import Any

from lading.runner.ledger.ledger import Ledger
from lading.runner.ledger.record import Event, Part, Submission
from lading.runner.output.screen import Screen
from lading.runner.output.submissions import moment, submission_data
from lading.runner.output.tables import Column

PARTS = (
    Column("TIME", stays_whole=True),
    Column("ID", stays_whole=True),
    Column("JOB"),
    Column("TARGET"),
    Column("STATE", stays_whole=True),
    Column("NATIVE ID", needs=100),
    Column("DIGEST", needs=120),
)
EVENTS = (Column("TIME", stays_whole=True), Column("STEP"), Column("EVENT", stays_whole=True), Column("WHAT"))


def show_all(screen: Screen, submissions: Sequence[Submission]) -> None:
    """One row for each part of each submission."""
    if not screen.is_human:
        screen.document({"submissions": [submission_data(one) for one in submissions]})
    elif submissions:
        screen.table(PARTS, [_row(one, part) for one in submissions for part in one.parts])
    else:
        screen.remark("nothing was submitted")


def _row(submission: Submission, part: Part) -> list[str]:
    job = f"{submission.name}/{part.name}" if part.name else submission.name
    state, digest = str(part.status.state), submission.digest.removeprefix("sha256:")[:12]
    return [moment(submission.created_at) or "", submission.id, job, submission.target, state, part.native_id, digest]


def show_one(screen: Screen, ledger: Ledger, submission: Submission) -> None:
    """The submission, and what happened to it in its order."""
    events = ledger.history(submission.id)
    if not screen.is_human:
        data = {"submission": submission_data(submission), "events": [_event_data(*pair) for pair in events]}
        screen.document(data | {"requests": ledger.requests(submission.id)})
        return
    begun = [moment(submission.created_at) or "", "", "submitted", f"{submission.spec} on {submission.target}"]
    screen.table(EVENTS, [begun, *([moment(e.at) or "", step, str(e.kind), _what(e)] for step, e in events)])


def _event_data(step: str, event: Event) -> dict[str, Any]:
    return {
        "at": moment(event.at),
        "step": step or None,
        "event": str(event.kind),
        "nativeId": event.native_id or None,
        "data": dict(event.data),
    }


def _what(event: Event) -> str:
    data = {key: moment(value) if key in {"started", "ended"} else value for key, value in event.data.items()}
    told = [event.native_id, *(f"{key}={value}" for key, value in data.items())]
    return " ".join(filter(None, told))
