"""The operations of a PaddleFlow server."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from lading.compiler.platforms.paddleflow.convert import PRIORITIES
from lading.compiler.platforms.paddleflow.expansion import ALL, escaped
from lading.runner.errors import NoSuchJob, NotSupported, OutcomeUnknown, RunnerError
from lading.runner.http.answer import Garbled, field, short
from lading.runner.http.api import Api, login_of
from lading.runner.http.connection import Call, connection
from lading.runner.platform import Accepted, Context, Lacking, LogLine, LogQuery, Outgoing
from lading.runner.platforms.paddleflow import protocol
from lading.runner.platforms.paddleflow.catalog import catalog_of
from lading.runner.platforms.paddleflow.logs import Logs
from lading.runner.platforms.paddleflow.protocol import JOBS, LARGEST_PAGE, NAME
from lading.runner.secrets.vault import revealed
from lading.runner.states import State, Status
from lading.schema.paths import parse

FEW = 3
"""So many jobs are asked about one by one; of more, the list of all is asked for."""

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
        self._api = Api(NAME, connection(context, self._sign), protocol.judge, self._login)

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The job has the id that was chosen for it, so a second request for it could do no harm."""
        chosen = {"id": protocol.job_id(outgoing.token)}
        body = {**chosen, **revealed(outgoing.body, lambda value: escaped(value, ALL))}
        try:
            said = self._api.order(Call("POST", outgoing.path, json=body))
        except protocol.AlreadyThere as taken:
            if body["id"] != chosen["id"]:  # the spec itself says an id, and any job may have it
                raise
            raise OutcomeUnknown(str(taken)) from None
        with self._api.reading(OutcomeUnknown):
            if field(said, "id", of=str) != body["id"]:
                raise Garbled("it tells of another job")
        return Accepted(body["id"], said)

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The job with the id that was made of the token."""
        name = protocol.job_id(token)
        try:
            there = self._job(name)
        except RunnerError as error:
            raise OutcomeUnknown(str(error), error.help) from None
        return Accepted(name, there) if there else None

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """One by one where there are few; else from the list of all jobs, and what that lacks one by one."""
        known = self._listed(ids) if len(ids) > FEW else {}
        missing = {native_id: self._job(native_id) for native_id in ids if native_id not in known}
        return {name: status_of(row) for name, row in {**known, **missing}.items() if row}

    def stop(self, native_id: str) -> None:
        """The job was told to end; one that has ended already is fine."""
        try:
            self._api.order(Call("PUT", f"{JOBS}/{native_id}", query={"action": "stop"}))
        except protocol.HasEnded:
            return

    def delete(self, native_id: str) -> None:
        """The server's record of the ended job is gone."""
        self._api.order(Call("DELETE", f"{JOBS}/{native_id}"))

    def update(self, native_id: str, changes: Mapping[str, Any]) -> None:
        """The priority of a waiting job, or labels of any."""
        body: dict[str, Any] = {}
        for path, value in changes.items():
            match parse(path):
                case ("schedule", "priority"):
                    body["priority"] = PRIORITIES[value]
                case ("labels", str(name)):
                    body.setdefault("labels", {})[name] = value
                case _:
                    raise NotSupported(f"{NAME} can not change {path} of a job", "it changes its priority and labels")
        self._api.order(Call("PUT", f"{JOBS}/{native_id}", query={"action": "modify"}, json=body))

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The output of the job's tasks."""
        return Logs(self._api, native_id, query).lines()

    def catalog(self) -> Mapping[str, Any]:
        """The open queues and the registered flavours."""
        with self._api.reading():
            queues = protocol.rows(self._asked(protocol.QUEUES), "queueList")
            flavours = protocol.rows(self._asked(protocol.FLAVOURS), "flavourList")
        return catalog_of(queues, flavours, self._options.get("gpuResource", ""))

    def jobs(self, **filters: str | int) -> Iterator[Mapping[str, Any]]:
        """The user's jobs, each once, as the filters want them: status, queue, startTime, timestamp, labels (JSON).

        The development branch sorts the newest first and still goes on from the marker upwards, so pages repeat rows
        or lose some: whoever misses a job has to ask for it by its id.
        """
        seen: set[str] = set()
        marker = ""
        while True:
            page = self._asked(JOBS, **filters, maxKeys=LARGEST_PAGE, **({"marker": marker} if marker else {}))
            with self._api.reading():
                rows = {field(row, "id", of=str): row for row in protocol.rows(page, "jobList")}
                is_cut = field(page, "isTruncated", of=bool, default=False)
                marker = field(page, "nextMarker", of=str, default="")
            yield from (row for name, row in rows.items() if name not in seen)
            if not (is_cut and marker and rows.keys() - seen):
                return
            seen |= rows.keys()

    def check(self) -> Sequence[tuple[str, str]]:
        """Whether the login is good, the server's version, and how many queues are open."""
        with self._api.reading():
            queues = protocol.rows(self._asked(protocol.QUEUES), "queueList")
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

    def _asked(self, path: str, **query: str | int) -> Any:
        return self._api.ask(Call("GET", path, query=query))

    def _job(self, native_id: str) -> Mapping[str, Any] | None:
        try:
            row = self._asked(f"{JOBS}/{native_id}")
        except NoSuchJob:
            return None
        with self._api.reading():
            if field(row, "id", of=str) != native_id:
                raise Garbled("it tells of another job")
        return dict(row)

    def _listed(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        wanted = set(ids)
        found: dict[str, Mapping[str, Any]] = {}
        for row in self.jobs():
            if row["id"] in wanted:
                found[row["id"]] = row
            if len(found) == len(wanted):
                break
        return found

    def _sign(self, request: httpx.Request) -> None:
        request.headers[protocol.TOKEN] = self._login.token()
        request.headers[protocol.REQUEST_ID] = str(uuid.uuid4())


def status_of(row: Mapping[str, Any]) -> Status:
    """What a job's record says. Its times are those of the server's own clock, whose zone nobody tells."""
    word, message = (found if isinstance(found := row.get(name), str) else "" for name in ("status", "message"))
    state = protocol.STATES.get(word, State.UNKNOWN)
    return Status(state, short(word), reason="" if state is State.SUCCEEDED else short(message))
