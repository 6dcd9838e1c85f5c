"""Rows of the ledger and the nouns that they stand for, in both directions."""

import json
from collections.abc import Sequence
from dataclasses import replace
from sqlite3 import Row
from typing import Any

from lading.compiler.payload import Request
from lading.runner.ledger.record import Event, Kind, Part, Submission, whole
from lading.runner.states import State, Status

COLUMNS = "seq, id, name, kind, target, platform, digest, spec, version, created_at, recorded, losses"
"""A submission's row, but for its requests, which are long and seldom wanted."""

WRITTEN = (*COLUMNS.split(", ")[1:], "requests")
"""The columns that are written; the ledger counts by itself."""


_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


class Whole:
    """The SQL aggregate ``whole``: the state of a submission from those of its parts."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def step(self, state: str) -> None:
        """One more part."""
        self.states.append(State(state))

    def finalize(self) -> str:
        """The state of all of them together."""
        return whole(self.states).value


def as_json(data: object) -> str:
    """The one text of JSON data."""
    return _JSON.encode(data)


def storable(value: Any) -> Any:
    """The value, in a text what is no character written out: the names of files and arguments may be any bytes."""
    is_plain = not isinstance(value, str) or value.isascii()
    return value if is_plain else value.encode("utf-8", "backslashreplace").decode()


def submission_values(submission: Submission, requests: Sequence[Request], now: float) -> dict[str, Any]:
    """The columns of a submission's row."""
    plain = {name: getattr(submission, name) for name in WRITTEN if name != "requests"}
    documents = {
        "recorded": as_json(submission.recorded),
        "losses": as_json(submission.losses),
        "requests": as_json([request.as_data() for request in requests]),
    }
    return {name: storable(value) for name, value in (plain | documents | {"created_at": now}).items()}


def submission_of(row: Row, parts: tuple[Part, ...]) -> Submission:
    """The submission of a row and its parts."""
    values = {name: row[name] for name in COLUMNS.split(", ")[1:]}
    values |= {"recorded": json.loads(row["recorded"]), "losses": tuple(json.loads(row["losses"]))}
    return Submission(**values, parts=parts)


def part_of(row: Row) -> Part:
    """The part of a row of the view ``part_now``."""
    outcome = Kind(row["outcome"]) if row["outcome"] else None
    return Part(row["name"], row["token"], outcome, row["native_id"] or "", _status(row), bool(row["stop_requested"]))


def _status(row: Row) -> Status:
    data, state = json.loads(row["data"] or "{}"), State(row["state"])
    if row["kind"] == Kind.STATE:
        return replace(Status(**data), state=state)
    return Status(state, reason=data.get("reason", ""))


def event_of(row: Row) -> Event:
    """The event of a row."""
    return Event(Kind(row["kind"]), row["native_id"] or "", json.loads(row["data"]), row["at"])


def event_values(token: str, event: Event, now: float) -> dict[str, Any]:
    """The columns of an event's row."""
    native_id = event.native_id or None
    plain = {"token": token, "at": now, "kind": event.kind, "state": event.state, "native_id": native_id}
    return {**plain, "data": as_json(event.data)}
