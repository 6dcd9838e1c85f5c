"""The operations of an account at Suanli."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lading.compiler.platforms.suanli.program import escaped, unescaped
from lading.runner.errors import NoSuchJob, OutcomeUnknown, Refused, RunnerError
from lading.runner.http.answer import Garbled, field, short
from lading.runner.http.connection import Call
from lading.runner.live import live_body
from lading.runner.platform import Accepted, Context, Lacking, LogLine, LogQuery, Outgoing
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.account import Account
from lading.runner.platforms.suanli.logs import Logs
from lading.runner.platforms.suanli.machines import Machines
from lading.runner.platforms.suanli.pods import why_pending, with_exit_code
from lading.runner.platforms.suanli.protocol import NAME
from lading.runner.platforms.suanli.storages import volumes
from lading.runner.platforms.suanli.tasks import Task, Tasks, number_in, number_of, status_of
from lading.runner.secrets.vault import revealed
from lading.runner.states import State, Status
from lading.runner.submission.ids import without_token


def connect(context: Context) -> "Client":
    """A client of the target. Nothing is asked yet."""
    return Client(context)


class Client(Lacking):
    """One account."""

    platform = NAME
    least_pause = 10.0  # the vendor asks not to be asked more often

    def __init__(self, context: Context, sleep: Callable[[float], None] = time.sleep) -> None:
        self._account = Account(context)
        self._tasks, self._machines = Tasks(self._account), Machines(self._account)
        self._escapes = bool(context.options.get("escapeReferences"))
        self._sleep = sleep

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The task is called by its name and the token: nothing else of it is kept that it could be found by."""
        body = self._wire(outgoing.body)
        body["task_name"] = f"{body['task_name']}-{outgoing.token}"
        try:
            said = self._account.order(Call("POST", outgoing.path, json=body))
        except Refused as error:
            self._machines.forget()  # a mark may be what it does not like
            error.help = error.help or "if it is a mark, submit again: marks do not last, and are looked up anew"
            raise
        with self._account.reading(OutcomeUnknown):
            return Accepted(str(number_of(said)), said)

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The task whose name ends with the token."""
        try:
            task = self._tasks.with_token(token)
        except (RunnerError, Garbled) as error:
            raise OutcomeUnknown(str(error)) from None
        return Accepted(str(number_of(task)), task) if task else None

    def look_up(self, what: Mapping[str, Any]) -> Any:
        """The mark of the machine, if the platform has just that one now."""
        return self._machines.mark(what)

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """One by one where there are few, else from the lists of tasks; of one alone, also why it does not run yet."""
        numbers = {native_id: number for native_id in ids if (number := number_in(native_id))}
        tasks = self._tasks.among(numbers.values())
        told = {number: self._status(task, is_alone=len(numbers) == 1) for number, task in tasks.items()}
        return {native_id: told[number] for native_id, number in numbers.items() if number in told}

    def stop(self, native_id: str) -> None:
        """The task was told to end; one that has ended already is fine."""
        number = _number(native_id)
        try:
            self._account.order(Call("POST", protocol.STOP, json={"task_id": number}))
        except (Refused, OutcomeUnknown) as error:
            if not self._has_ended(number, error):
                raise

    def live(self, native_id: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """The task's detail, without what the platform says of itself."""
        task = self._tasks.of(_number(native_id))
        with self._account.reading():
            name = field(task, "task_name", of=str)
        telling = protocol.TELLING._replace(secret=unescaped if self._escapes else str)
        return live_body(sent, {**task, "task_name": without_token(name)}, telling)

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The output of the task's pods, container by container."""
        return Logs(self._account, _number(native_id), query, self.least_pause, self._sleep).lines()

    def catalog(self) -> Mapping[str, Any]:
        """The machines that are rented out now, where they are, and the account's storages."""
        machines = self._machines.catalog()
        regions = sorted({machine["region"] for machine in machines.values()})
        return {
            "resources": machines,
            "queues": dict(zip(regions, regions, strict=True)),
            "volumes": volumes(self._account),
        }

    def check(self) -> Sequence[tuple[str, str]]:
        """The kind of key and whether it is taken, how many machines there are, and how wrong our clock is."""
        answer = self._account.answer(protocol.SEARCH, status=protocol.LIVE, page=1, page_size=1)
        machines = self._machines.catalog().values()
        free = sum(machine["inventory"] > 0 for machine in machines)
        wrong = protocol.off_by(answer)
        return [
            ("key", f"{self._account.signer.mode} mode, and taken"),
            ("machines", f"{len(machines)}, {free} of them free"),
            ("clock", "the platform does not tell the time" if wrong is None else _clock(wrong)),
        ]

    def close(self) -> None:
        """Nothing is open any more."""
        self._account.close()

    def _wire(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body with the values of secrets in it: those of variables as the site wants references to be kept."""
        keep = escaped if self._escapes else str
        services = [
            {key: revealed(value, keep if key == "env" else str) for key, value in service.items()}
            for service in body.get("services", ())
        ]
        return {**revealed(body), "services": services}

    def _status(self, task: Task, *, is_alone: bool) -> Status:
        with self._account.reading():
            status = status_of(task)
        if status.state is State.FAILED:
            status = with_exit_code(status, self._account, task)
        if is_alone and status.state is State.PENDING and not status.reason:
            status = replace(status, reason=why_pending(self._account, task))
        hidden = self._account.signer.hidden
        return replace(status, native=hidden(status.native), reason=hidden(status.reason))

    def _has_ended(self, number: int, error: RunnerError) -> bool:
        """Whether the task, which could not be told to end, does not have to be."""
        try:
            with self._account.reading():
                return status_of(self._tasks.of(number)).state.is_final
        except NoSuchJob:
            raise
        except RunnerError:
            raise error from None


def _number(native_id: str) -> int:
    found = number_in(native_id)
    if found is None:
        raise NoSuchJob(f"{NAME} knows no task {short(native_id)}", "its tasks have numbers")
    return found


def _clock(wrong: float) -> str:
    """A header says whole seconds, and takes some of one to come."""
    most = protocol.SKEW
    return "right" if abs(wrong) < 2 else f"{wrong:+.0f} s off; {most:.0f} s are too many"
