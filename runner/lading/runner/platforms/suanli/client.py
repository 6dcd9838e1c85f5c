"""The operations of an account at Suanli."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

from lading.compiler.platforms.suanli.program import escaped
from lading.runner.errors import NoSuchJob, OutcomeUnknown, Refused, RunnerError
from lading.runner.http.answer import Garbled, field, short
from lading.runner.http.api import Api
from lading.runner.http.connection import Call, connection
from lading.runner.platform import Accepted, Context, Lacking, LogLine, LogQuery, Outgoing
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.logs import Logs, points_of
from lading.runner.platforms.suanli.machines import Machines
from lading.runner.platforms.suanli.protocol import NAME
from lading.runner.platforms.suanli.signing import Signer
from lading.runner.secrets.vault import revealed
from lading.runner.states import State, Status

FEW = 3
"""So many tasks are asked about one by one; of more, the list of all live ones is asked for."""

MOST_PAGES = 100
"""Pages of a hundred tasks that are looked through for one; an account with more can not be searched to its end."""

SKEW = 300
"""Seconds that a clock may be wrong before the platform takes no signature of it."""


def connect(context: Context) -> "Client":
    """A client of the target. Nothing is asked yet."""
    return Client(context)


class Client(Lacking):
    """One account."""

    platform = NAME
    least_pause = 10.0  # the vendor asks not to be asked more often

    def __init__(self, context: Context) -> None:
        self._signer = Signer(context.auth)
        self._api = Api(NAME, connection(context, self._signer.sign), protocol.judge)
        self._machines = Machines(self._api)
        self._escapes = bool(context.options.get("escapeReferences"))

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The task is called by its name and the token: nothing else of it is kept that it could be found by."""
        body = dict(revealed(outgoing.body, escaped if self._escapes else str))
        body["task_name"] = f"{body['task_name']}-{outgoing.token}"
        said = self._api.order(Call("POST", outgoing.path, json=body))
        with self._api.reading(OutcomeUnknown):
            return Accepted(str(_number(said)), said)

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The task whose name ends with the token. How the platform searches names is not documented, so one that a
        search does not find is looked for among all tasks.
        """
        try:
            for query in ({"search_value": token}, {}):
                for row in self._tasks(protocol.EVERY, query):
                    if str(row.get("task_name")).endswith(f"-{token}"):
                        return Accepted(str(_number(row)), row)
        except (RunnerError, Garbled) as error:
            raise OutcomeUnknown(str(error)) from None
        return None

    def look_up(self, what: Mapping[str, Any]) -> Any:
        """The mark of the machine, if the platform has just that one now."""
        return self._machines.mark(what)

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """One by one where there are few; else from the list of live ones, and those that it lacks one by one."""
        known: dict[str, Status] = {}
        if len(ids) > FEW:
            with self._api.reading():
                live = {str(_number(row)): row for row in self._tasks(protocol.LIVE, {})}
                known = {name: status_of(live[name]) for name in ids if name in live}
        found = {name: self._status(name) for name in ids if name not in known}
        return {**known, **{name: status for name, status in found.items() if status}}

    def stop(self, native_id: str) -> None:
        """The task was told to end; one that has ended already is fine."""
        try:
            self._api.order(Call("POST", protocol.STOP, json={"task_id": _id(native_id)}))
        except Refused:
            now = self._status(native_id)
            if now is None or not now.state.is_final:
                raise

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The output of the task's pods, container by container."""
        return Logs(self._api, _id(native_id), query, lambda: self._status(native_id)).lines()

    def catalog(self) -> Mapping[str, Any]:
        """The machines that are rented out now, and the account's storages."""
        return {"resources": self._machines.catalog(), "volumes": dict(sorted(self._storages()))}

    def check(self) -> Sequence[tuple[str, str]]:
        """The kind of key and whether it is taken, how many machines there are, and how wrong our clock is."""
        answer = self._api.line.ask(Call("GET", protocol.SEARCH, query={"page": 1, "page_size": 1}))
        self._api.judged(answer, RunnerError)
        found = [("key", f"{self._signer.mode} mode, and taken"), ("machines", str(len(self._machines.catalog())))]
        return found + ([("clock", _clock(answer.headers["date"]))] if "date" in answer.headers else [])

    def close(self) -> None:
        """Nothing is open any more."""
        self._api.close()

    def _status(self, native_id: str) -> Status | None:
        try:
            task = self._api.ask(Call("GET", protocol.DETAIL, query={"task_id": _id(native_id)}))
        except (Refused, NoSuchJob):
            return None if self._is_unknown(native_id) else self._refuse(native_id)
        with self._api.reading():
            if str(_number(task)) != native_id:
                raise Garbled("it tells of another task")
            status = status_of(task)
            if status.state is State.FAILED:
                return self._with_exit_code(native_id, status)
            if status.state is State.PENDING and not status.reason:
                return replace(status, reason=self._last_event(native_id))
        return status

    def _is_unknown(self, native_id: str) -> bool:
        """Whether the platform has no such task; its codes do not say what a refusal of the detail means."""
        if not native_id.isdecimal():
            return True
        with self._api.reading():
            return all(str(_number(row)) != native_id for row in self._tasks(protocol.EVERY, {}))

    def _refuse(self, native_id: str) -> Status:
        raise RunnerError(f"{NAME} does not tell of task {native_id}, and has it", "look at it in the console")

    def _with_exit_code(self, native_id: str, status: Status) -> Status:
        """The same with what the first pod that failed ended with."""
        for point in points_of(self._api, _id(native_id)):
            for container in protocol.rows(point, "containers"):
                code = field(container, "exit_code", of=int, default=0)
                if code:
                    said = [field(container, name, of=str, default="") for name in ("message", "reason")]
                    return replace(status, exit_code=code & 255, reason=short(said[0] or said[1]))
        return status

    def _last_event(self, native_id: str) -> str:
        """What the platform said last of a pod of the task; nothing where there is none yet."""
        points = [point for point in points_of(self._api, _id(native_id)) if point.get("point_id") is not None]
        if not points:
            return ""
        query = {"point_id": str(points[0]["point_id"])}
        events = protocol.listed(self._api.ask(Call("GET", protocol.EVENTS, query=query)))
        return short(field(events[-1], "message", of=str, default="")) if events else ""

    def _tasks(self, states: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """The account's tasks in these states, each once. Raises OutcomeUnknown where there are too many to see all."""
        seen: set[int] = set()
        for page in range(1, MOST_PAGES + 1):
            paging: dict[str, str | int] = {"status": states, **query, "page": page, "page_size": protocol.PAGE}
            data = self._api.ask(Call("GET", protocol.SEARCH, query=paging))
            rows = {_number(row): row for row in protocol.rows(data, "results")}
            yield from (row for number, row in rows.items() if number not in seen)
            seen |= rows.keys()
            if len(rows) == 0 or len(seen) >= field(data, "count", of=int):
                return
        raise OutcomeUnknown(f"{NAME} has more tasks than can be looked through", "look for it in the console")

    def _storages(self) -> Iterator[tuple[str, dict[str, Any]]]:
        kinds = {"Juicefs": "storage", "ShareStorage": "share"}
        for native, kind in kinds.items():
            query = {"storage_type": native, "status": "Activate"}
            yield from _volumes(self._api, Call("GET", protocol.STORAGES, query=query), kind)
        yield from _volumes(self._api, Call("GET", protocol.NAS), "nas")


def status_of(task: Mapping[str, Any]) -> Status:
    """What the platform says of a task: how one has ended stands elsewhere than that it has."""
    word = field(task, "status", of=str)
    inner = field(task, "job_status", "status", of=str, default="")
    counts = {
        name: field(task, "job_status", f"{native}_pods", of=int, default=0)
        for name, native in (("running", "active"), ("succeeded", "succeeded"), ("failed", "failed"))
    }
    seen = {name: count for name, count in counts.items() if count} if sum(counts.values()) > 1 else {}
    if word == protocol.END:
        return Status(protocol.ENDS.get(inner, State.UNKNOWN), f"{word}/{short(inner)}".rstrip("/"), counts=seen)
    queued = "it waits for a machine to become free" if task.get("schedule_status") == "Queued" else ""
    return Status(protocol.STATES.get(word, State.UNKNOWN), short(word), reason=queued, counts=seen)


def _number(task: Any) -> int:
    return int(field(task, "task_id", of=int))


def _id(native_id: str) -> int:
    if not native_id.isdecimal():
        raise NoSuchJob(f"{NAME} knows no task {short(native_id)}", "its tasks have numbers")
    return int(native_id)


def _volumes(api: Api, call: Call, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    data = api.ask(call)
    with api.reading():
        rows = protocol.listed(data)
    for row in rows:
        number, name = row.get("storage_id", row.get("id")), row.get("storage_name", row.get("name"))
        if isinstance(number, int) and isinstance(name, str) and name:
            yield name, {kind: number}


def _clock(date: str) -> str:
    try:
        wrong = time.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        return "the platform does not tell the time"
    return "right" if abs(wrong) < SKEW / 2 else f"{wrong:+.0f} s wrong; {SKEW} s are too many"
