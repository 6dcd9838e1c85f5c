"""The ledger: what was submitted, and everything that happened to it since. Rows are added and never changed.

A submission's row is its intent: it is committed before the first byte leaves, and a part of it to which nothing has
happened yet may have been sent. Every method is one transaction, is durable when it returns, and may be called from any
thread and any process.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from json import loads
from pathlib import Path
from sqlite3 import Row
from typing import Any

from lading.compiler.payload import Request
from lading.runner.errors import NoSuchJob, PlanUnusable
from lading.runner.ledger.database import open_database, reading, telling
from lading.runner.ledger.group import Together, Write
from lading.runner.ledger.record import Event, Part, Submission
from lading.runner.ledger.rows import (
    COLUMNS,
    WRITTEN,
    Whole,
    as_json,
    event_of,
    event_values,
    part_of,
    storable,
    submission_of,
    submission_values,
)
from lading.runner.states import FINAL, State

FILE = "ledger.db"

_STATE = "(SELECT whole(state) FROM part_now WHERE submission = submission.seq)"
_STATE_IN = f"{_STATE} IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own words
_LABELLED = "EXISTS (SELECT 1 FROM json_each(recorded, '$.labels') WHERE key = ? AND value = ?)"
_REACHED = """EXISTS (SELECT 1 FROM part_now WHERE submission = submission.seq
    AND (outcome IS NULL OR outcome NOT IN ('refused', 'absent', 'unsent')))"""
_UNSETTLED = """EXISTS (SELECT 1 FROM part_now WHERE submission = submission.seq
    AND (outcome IS NULL OR outcome = 'unknown'))"""
_SUBMISSION = f"""INSERT INTO submission ({", ".join(WRITTEN)}) VALUES (:{", :".join(WRITTEN)})
    ON CONFLICT (id) DO NOTHING"""  # noqa: S608 - our own words
_PART = "INSERT INTO part (token, submission, place, name) VALUES (?, ?, ?, ?)"
_EVENT = f"""INSERT INTO event (token, at, kind, state, native_id, data)
    SELECT :token, :at, :kind, :state, :native_id, :data
    WHERE :state IS NULL OR :kind = 'started' OR coalesce((SELECT state FROM part_now WHERE token = :token), '')
        NOT IN ({", ".join(f"'{state}'" for state in sorted(FINAL))})"""  # noqa: S608 - our own words
_NATIVE = "seq IN (SELECT submission FROM event JOIN part USING (token) WHERE native_id = ?)"
_SECRETS = """SELECT DISTINCT secret.value AS name
    FROM submission, json_each(requests) AS request, json_each(request.value, '$.secrets') AS secret
    WHERE target = ?"""
_TWIN = f"""target = ? AND digest = ? AND ifnull(json_extract(recorded, '$.endpoint'), '') IN ('', ?)
    AND {_STATE} IN ('pending', 'running', 'unknown', 'succeeded')"""


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where lading keeps what must outlive a command: ``$LADING_STATE``, else the user's own state folder."""
    if chosen := environ.get("LADING_STATE"):
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_state_path

    return user_state_path("lading", appauthor=False)


class Ledger:
    """The ledger in a folder; both are made if they are not there."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._file = folder / FILE
        self._clock = clock
        self._lock = threading.RLock()
        self._connection = open_database(self._file)
        self._writing = Together(self._commit)
        self._connection.create_aggregate("whole", 1, Whole)  # type: ignore[arg-type] # typeshed: int only

    def close(self) -> None:
        """Nothing is open any more."""
        self._connection.close()

    def begin(self, submission: Submission, requests: Sequence[Request], *, if_absent: bool = False) -> str:
        """The intent to submit stands in the ledger, and its id is returned.

        With ``if_absent``, where the same payload is on its way, alive or has succeeded on the target already, nothing
        is written and that submission's id is returned. Of several processes at the same moment one writes.
        """
        values = submission_values(submission, requests, self._clock())

        def write() -> str:
            twin = self.twin(submission.target, submission.digest, submission.endpoint) if if_absent else None
            if twin:
                return twin.id
            row = self._connection.execute(_SUBMISSION, values)
            if not row.rowcount:
                raise PlanUnusable(f"the plan was used already: {submission.id}", "make a new plan: lading plan")
            parts = [(part.token, row.lastrowid, place, part.name) for place, part in enumerate(submission.parts)]
            self._connection.executemany(_PART, parts)
            return submission.id

        with telling(self._file):
            return self._writing.run(write)

    def note(self, token: str, event: Event) -> None:
        """The event has happened to the part now. No state follows a final one, but of what is started again."""
        values = event_values(token, event, self._clock())
        with telling(self._file):
            self._writing.run(lambda: self._connection.execute(_EVENT, values).rowcount)

    def get(self, id_prefix: str) -> Submission:
        """The one submission whose id begins so; none and several are errors, and several are named."""
        prefix = id_prefix.upper()
        found = self._submissions("id >= ? AND id < ?", [prefix, prefix + "~"], limit=6)
        if len(found) == 1:
            return found[0]
        if not found:
            named = _first(self._submissions("name = ?", [id_prefix], limit=1))
            help_ = f"the newest of that name is {named.id}" if named else "`lading list` shows those there are"
            raise NoSuchJob(f"no submission has the id {id_prefix}", help_)
        names = ", ".join(f"{one.id} ({one.name})" for one in found[:5]) + (", …" if len(found) > 5 else "")
        raise NoSuchJob(f"several submissions begin with {id_prefix}: {names}", "write more of the id")

    def has(self, id_: str) -> bool:
        """Whether there is a submission of that id."""
        return bool(self._rows("SELECT 1 FROM submission WHERE id = ?", [id_]))

    def current(self, ids: Sequence[str]) -> list[Submission]:
        """The submissions of these ids as they are now, in that order."""
        found = {one.id: one for one in self._submissions("id IN (SELECT value FROM json_each(?))", [as_json(ids)])}
        with reading(self._file):
            return [found[id_] for id_ in ids]

    def newest(self, target: str, name: str) -> Submission | None:
        """The last submission of that name of which any part reached the target, or may have."""
        return _first(self._submissions(f"target = ? AND name = ? AND {_REACHED}", [target, name], limit=1))

    def by_native(self, target: str, native_id: str) -> list[Submission]:
        """The submissions of which a part has that id on the target, the newest first; none that lading did not submit.

        There are several where the target has been several servers.
        """
        return self._submissions(f"target = ? AND {_NATIVE}", [target, native_id])

    def twin(self, target: str, digest: str, endpoint: str = "") -> Submission | None:
        """The submission because of which ``begin`` with ``if_absent`` would write nothing."""
        return _first(self._submissions(_TWIN, [target, digest, endpoint], limit=1))

    def unsettled(self) -> list[Submission]:
        """Every submission of which nobody knows for certain if the platform has it, the newest first."""
        return self._submissions(_UNSETTLED, [])

    def search(
        self,
        *,
        target: str | None = None,
        name: str | None = None,
        states: Iterable[State] = (),
        labels: Mapping[str, str] | None = None,
        limit: int | None = None,
    ) -> list[Submission]:
        """The submissions that fit all that is asked, the newest first."""
        asked: list[tuple[str, Sequence[str]]] = [(_LABELLED, label) for label in (labels or {}).items()]
        asked += [
            (f"{column} = ?", [text]) for column, text in (("target", target), ("name", name)) if text is not None
        ]
        if chosen := [str(state) for state in states]:
            asked.append((_STATE_IN, [as_json(chosen)]))
        where = " AND ".join(text for text, _ in asked) or "true"
        return self._submissions(where, [value for _, values in asked for value in values], limit)

    def requests(self, submission_id: str) -> list[dict[str, Any]]:
        """The requests of a submission, as data with the names of secrets."""
        rows = self._rows("SELECT requests FROM submission WHERE id = ?", [submission_id])
        with reading(self._file):
            (row,) = rows
            return list(loads(row["requests"]))

    def secrets_sent(self, target: str) -> frozenset[str]:
        """The names of all secrets that requests to the target ever held."""
        return frozenset(row["name"] for row in self._rows(_SECRETS, [target]))

    def history(self, submission_id: str) -> list[tuple[str, Event]]:
        """All that happened to a submission, in order: the part's name and the event."""
        text = """SELECT name, event.* FROM event JOIN part USING (token)
            WHERE submission = (SELECT seq FROM submission WHERE id = ?) ORDER BY event.seq"""
        rows = self._rows(text, [submission_id])
        with reading(self._file):
            return [(row["name"], event_of(row)) for row in rows]

    def _submissions(self, where: str, values: Sequence[str], limit: int | None = None) -> list[Submission]:
        text = f"SELECT {COLUMNS} FROM submission WHERE {where} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - own words
        with self._transaction("BEGIN"):
            rows = self._rows(text, [*values, -1 if limit is None else limit])
            parts = self._parts([row["seq"] for row in rows])
        with reading(self._file):
            return [submission_of(row, tuple(parts[row["seq"]])) for row in rows]

    def _parts(self, submissions: Sequence[int]) -> Mapping[int, list[Part]]:
        text = "SELECT * FROM part_now WHERE submission IN (SELECT value FROM json_each(?)) ORDER BY submission, place"
        parts: dict[int, list[Part]] = {seq: [] for seq in submissions}
        rows = self._rows(text, [as_json(submissions)])
        with reading(self._file):
            for row in rows:
                parts[row["submission"]].append(part_of(row))
        return parts

    def _rows(self, text: str, values: Sequence[Any]) -> list[Row]:
        with self._lock, telling(self._file):
            return self._connection.execute(text, [storable(value) for value in values]).fetchall()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        """What is read inside is of one moment; what is written is durable afterwards, or none of it is there."""
        connection = self._connection
        with self._lock, telling(self._file):
            if connection.in_transaction:
                yield
                return
            connection.execute(begin)
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise

    def _commit(self, writes: Sequence[Write]) -> None:
        """All of them are durable, but for those that failed: they left nothing, and say so themselves."""
        left = list(writes)
        while failed := self._failed_one_of(left):
            left.remove(failed)

    def _failed_one_of(self, writes: Sequence[Write]) -> Write | None:
        """The first of them that fails, because of which none was written; None, and all are durable."""
        failed = None
        with suppress(_Undone), self._transaction("BEGIN IMMEDIATE"):
            failed = next((write for write in writes if not write.succeeds()), None)
            if failed:
                raise _Undone
        return failed


class _Undone(Exception):
    """What was written until now shall not be."""


def _first(found: Sequence[Submission]) -> Submission | None:
    return found[0] if found else None
