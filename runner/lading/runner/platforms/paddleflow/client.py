"""The operations of a PaddleFlow server."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

import httpx

from lading.compiler.platforms.paddleflow.convert import PRIORITIES
from lading.compiler.platforms.paddleflow.expansion import ALL, escaped
from lading.runner.errors import NoSuchJob, NotSupported, OutcomeUnknown, RunnerError, Unreachable
from lading.runner.http.answer import Garbled, field, short
from lading.runner.http.api import Api, login_of
from lading.runner.http.connection import Call, connection
from lading.runner.live import live_body
from lading.runner.platform import Accepted, Context, Lacking, LogLine, LogQuery, Outgoing
from lading.runner.platforms.paddleflow import pages, protocol
from lading.runner.platforms.paddleflow.catalog import catalog_of
from lading.runner.platforms.paddleflow.live import TELLING
from lading.runner.platforms.paddleflow.logs import Logs
from lading.runner.platforms.paddleflow.protocol import JOBS, MARK, NAME, job_path
from lading.runner.secrets.vault import revealed
from lading.runner.states import State, Status
from lading.schema.paths import parse

FEW = 3
"""So many jobs are asked about one by one; of more, the list of all is asked for."""

MARGIN = 86_400
"""Seconds by which the server's clock may be ahead of ours, or behind it."""

_VERSION = re.compile(r"\d+\.\d+\.\d+[\w.-]*")


def connect(context: Context) -> "Client":
    """A client of the target. Nothing is asked yet."""
    return Client(context)


class Client(Lacking):
    """One server, as one of its users."""

    platform = NAME

    def __init__(self, context: Context) -> None:
        self._options = context.options
        self._login = login_of(context, NAME, protocol.judge, protocol.login)
        self._mark, self._requests = uuid4().hex, count(1)
        self._api = Api(NAME, connection(context, self._sign), protocol.judge, self._login)

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The job, under the id that was chosen for it, so a second request for it could do no harm."""
        body = _body(outgoing)
        try:
            said = self._api.order(Call("POST", outgoing.path, json=body))
        except protocol.AlreadyThere as taken:
            return self._taken(outgoing, body, taken)
        with self._api.reading(OutcomeUnknown):
            if field(said, "id", of=str) != body["id"]:
                raise Garbled("it tells of another job")
        return Accepted(body["id"], said)

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The job whose id was made of the token, or that is marked with it because its spec says an id."""
        try:
            there = self._job(protocol.job_id(token)) or self._marked(token)
        except RunnerError as error:
            raise OutcomeUnknown(str(error), error.help) from None
        return Accepted(there["id"], there) if there else None

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """One by one where there are few; else from the list of all jobs, and what that lacks one by one."""
        try:
            known = self._listed(ids) if len(ids) > FEW else {}
            missing = {native_id: self._job(native_id) for native_id in ids if native_id not in known}
        except protocol.Trouble as trouble:  # such as a database that is locked
            raise Unreachable(str(trouble), trouble.help) from None
        return {name: status_of(row) for name, row in {**known, **missing}.items() if row}

    def stop(self, native_id: str) -> None:
        """The job was told to end; one that has ended already is fine."""
        try:
            self._api.order(Call("PUT", job_path(native_id), query={"action": "stop"}))
        except protocol.HasEnded:
            return

    def delete(self, native_id: str) -> None:
        """The server's record of the ended job is gone."""
        self._api.order(Call("DELETE", job_path(native_id)))

    def update(self, native_id: str, changes: Mapping[str, Any]) -> None:
        """The priority of a waiting job, or labels and annotations of any."""
        body = _changes(changes)
        self._api.order(Call("PUT", job_path(native_id), query={"action": "modify"}, json=body))
        if any(value == "" for value in changes.values()):
            self._check_kept(native_id, body)

    def live(self, native_id: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """The job's record, without what the server says of itself."""
        try:
            row = self._job(native_id)
        except protocol.Trouble as trouble:
            raise Unreachable(str(trouble), trouble.help) from None
        if row is None:
            raise NoSuchJob(f"{NAME} has no job {native_id}")
        return live_body(sent, _unmarked(row), TELLING)

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The output of the job's tasks."""
        return Logs(self._api, native_id, query).lines()

    def catalog(self) -> Mapping[str, Any]:
        """The open queues and the registered flavours."""
        flavours = list(pages.rows(self._api, protocol.FLAVOURS, "flavourList", "name", {}))
        return catalog_of(self._queues(), flavours, self._options.get("gpuResource", ""))

    def jobs(
        self,
        *,
        status: str = "",
        queue: str = "",
        labels: Mapping[str, str] | None = None,
        started: str = "",
        changed: int = 0,
    ) -> Iterator[Mapping[str, Any]]:
        """The user's jobs as the server lists them, each once; of ``root`` everybody's.

        Only those with the status in the server's own word, in the queue, with all of the labels, begun since
        ``started`` (``2006-01-02 15:04:05`` on the server's clock) and last changed since ``changed`` (seconds since
        the epoch), where these are said.
        """
        query: dict[str, str | int] = {
            "status": status,
            "queue": queue,
            "labels": json.dumps(labels) if labels else "",
            "startTime": started,
            "timestamp": changed,
        }
        return pages.rows(self._api, JOBS, "jobList", "id", {name: value for name, value in query.items() if value})

    def check(self) -> Sequence[tuple[str, str]]:
        """Whether the login is good, the server's version, and how many queues are open."""
        queues = self._queues()
        said = json.dumps(self._asked(protocol.VERSION))
        found, expected = _VERSION.search(said), self._options["serverVersion"]
        version = found[0] if found else short(said)
        if version.removeprefix("v") != expected.removeprefix("v"):
            version += f", and options.serverVersion says {expected}"
        is_open = [queue for queue in queues if queue.get("status") == "open"]
        return [("login", "good"), ("version", version), ("open queues", str(len(is_open)))]

    def close(self) -> None:
        """Nothing is open any more."""
        self._api.close()

    def _asked(self, path: str) -> Any:
        return self._api.ask(Call("GET", path))

    def _queues(self) -> list[Mapping[str, Any]]:
        return list(pages.rows(self._api, protocol.QUEUES, "queueList", "name", {}))

    def _taken(self, outgoing: Outgoing, body: Mapping[str, Any], taken: protocol.AlreadyThere) -> Accepted:
        """The job that has the id, if it is this one. An id of the spec's own may well be that of another."""
        if found := self.find(outgoing.token):
            return found
        if body["id"] == protocol.job_id(outgoing.token):
            raise OutcomeUnknown(str(taken), taken.help) from None
        raise taken

    def _job(self, native_id: str) -> Mapping[str, Any] | None:
        try:
            row = self._asked(job_path(native_id))
        except NoSuchJob:
            return None
        with self._api.reading():
            if field(row, "id", of=str) != native_id:
                raise Garbled("it tells of another job")
        return dict(row)

    def _marked(self, token: str) -> Mapping[str, Any] | None:
        """The job that bears the token as a label; what the server gives beside it is not believed."""
        for row in self.jobs(labels={MARK: token}):
            labels = row.get("labels")
            if isinstance(labels, Mapping) and labels.get(MARK) == token:
                return row
        return None

    def _listed(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """What the list says of them, as far as it goes: one that is too long to be read is done without."""
        wanted = set(ids)
        found: dict[str, Mapping[str, Any]] = {}
        try:
            for row in self.jobs(changed=_oldest(ids)):
                if row["id"] in wanted:
                    found[row["id"]] = row
                if len(found) == len(wanted):
                    break
        except Unreachable:
            pass  # whoever is asked for next says whether the server is there
        return found

    def _check_kept(self, native_id: str, body: Mapping[str, Any]) -> None:
        """What was made empty is there and empty. The manual says that it is taken away, the source that it stays."""
        job = self._job(native_id) or {}
        for kind in ("labels", "annotations"):
            there = job.get(kind)
            gone = [name for name in body.get(kind, {}) if not isinstance(there, Mapping) or name not in there]
            if gone:
                raise RunnerError(f"{NAME} took {', '.join(gone)} away from the {kind} instead of leaving it empty")

    def _sign(self, request: httpx.Request) -> None:
        request.headers[protocol.TOKEN] = self._login.token()
        request.headers[protocol.REQUEST_ID] = f"{self._mark}-{next(self._requests)}"


def _body(outgoing: Outgoing) -> dict[str, Any]:
    """What is sent. A job whose spec says an id bears the token as a label, by which it is known again."""
    body = revealed(outgoing.body, lambda value: escaped(value, ALL))
    chosen = protocol.job_id(outgoing.token)
    if body.get("id") in (None, "", chosen):
        return {**body, "id": chosen}
    return {**body, "labels": {**(body.get("labels") or {}), MARK: outgoing.token}}


def _unmarked(row: Mapping[str, Any]) -> dict[str, Any]:
    """The job's record without the label that is ours."""
    labels = row.get("labels")
    if not isinstance(labels, Mapping):
        return dict(row)
    return {**row, "labels": {name: value for name, value in labels.items() if name != MARK}}


def _changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for path, value in changes.items():
        match parse(path):
            case ("schedule", "priority"):
                body["priority"] = PRIORITIES[value]
            case ("labels" | "annotations" as kind, str(name)):
                body.setdefault(kind, {})[name] = value
            case _:
                help_ = "it changes a job's priority, labels and annotations"
                raise NotSupported(f"{NAME} can not change {path} of a job", help_)
    return body


def _oldest(ids: Sequence[str]) -> int:
    """Since when each of the jobs must have been changed, as being made is a change too; 0 where nobody knows."""
    times = [protocol.made_at(native_id) for native_id in ids]
    known = [time for time in times if time is not None]
    return max(0, int(min(known)) - MARGIN) if len(known) == len(times) else 0


def status_of(row: Mapping[str, Any]) -> Status:
    """What a job's record says. Its times are those of the server's own clock, whose zone nobody tells."""
    word, message = (found if isinstance(found := row.get(name), str) else "" for name in ("status", "message"))
    state = protocol.STATES.get(word, State.UNKNOWN)
    return Status(state, short(word), reason="" if state is State.SUCCEEDED else short(message))
