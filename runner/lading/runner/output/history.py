"""What the ledger holds, as tables and as data."""

from collections.abc import Mapping, Sequence
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
    told = [
        _in_words(key, event.data[key]) for key in (*WORDS, *sorted(event.data.keys() - WORDS)) if key in event.data
    ]
    return ", ".join(filter(None, (event.native_id, *told)))


WORDS = ("state", "native", "exit_code", "reason", "counts", "started", "ended")
"""What platforms say of a job, in the order in which people want to know it."""


def _in_words(key: str, value: Any) -> str:
    if key in {"state", "reason"}:
        return str(value)
    if key in {"started", "ended"}:
        return f"{key} {moment(value)}"
    if isinstance(value, Mapping):
        return ", ".join(f"{value[name]} {name}" for name in value)
    called = {"native": f'which it calls "{value}"', "exit_code": f"exit code {value}"}
    return called.get(key, f"{key} {value}")
