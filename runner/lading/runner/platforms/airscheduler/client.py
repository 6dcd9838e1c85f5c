"""An AirScheduler as the runner sees it."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lading.compiler.platforms.airscheduler.wire import wire
from lading.runner.errors import NoSuchJob, OutcomeUnknown, Refused, RunnerError
from lading.runner.http.answer import Garbled, field
from lading.runner.live import live_body
from lading.runner.platform import Accepted, Context, Lacking, LogLine, LogQuery, Outgoing, Usage
from lading.runner.platforms.airscheduler import changes, logs, tasks, used
from lading.runner.platforms.airscheduler.api import Api, Said, Unsaid
from lading.runner.platforms.airscheduler.monitor import Monitor
from lading.runner.platforms.airscheduler.protocol import SUCCESS, TELLING, Kind, States
from lading.runner.secrets.vault import revealed
from lading.runner.states import State, Status

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 8
"""Questions about single tasks that are on their way at a time."""

TO_START = "`lading start` tries again, and `lading delete` takes it away"


def connect(context: Context) -> "Client":
    """A client of the target. Nothing is asked yet."""
    return Client(context)


class Client(Lacking):
    """One scheduler, with the user service and the monitor that belong to it."""

    platform = "AirScheduler"
    tells_stopped = False

    def __init__(self, context: Context) -> None:
        self._options = context.options
        self._api = Api(context)
        self._monitor = Monitor(context)
        self._states = States(context.options.get("states", {}))
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The id of the task that was made, whose purpose ends in the mark of the token.

        Only what the scheduler calls invalid was certainly not made: one that could not be started may be there.
        """
        body = revealed(outgoing.body)
        body["usage"] = tasks.marked(body.get("usage", ""), tasks.mark(outgoing.token))
        said = self._api.order("create", body=wire(body, self._options))
        if said.code == SUCCESS:
            return Accepted(self._id(said))
        if said.meaning.kind is Kind.INVALID:
            raise Refused(f"{self._api.place} does not take the task: {said.words}", "correct the spec or the site")
        raise OutcomeUnknown(f"{self._api.place} may have made the task, but says {said.words}")

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The task that bears the mark, among those that the filter finds."""
        try:
            return tasks.find(self._api, token)
        except RunnerError as error:
            raise OutcomeUnknown(str(error), error.help) from None

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """By one filter, or one question to the monitor, where there are many; one question each for what is left."""
        found = self._many(ids) if len(ids) > 1 else {}
        found |= self._each([native_id for native_id in ids if native_id not in found])
        return {native_id: self._states.of(number) for native_id, number in found.items()}

    def stop(self, native_id: str) -> None:
        """The task's container is deleted. One that is not running because it has ended is fine."""
        try:
            self._api.change("stop", tasks.number(native_id))
        except Unsaid as error:
            if error.said.meaning.kind is not Kind.NOT_RUNNING or not self._state(native_id).is_final:
                raise Refused(str(error), "`lading delete` takes away a task that has not started") from None

    def start(self, native_id: str) -> str:
        """The task may run, now or because it was started before and waits for room."""
        if not self._is_started_anew(native_id) and (state := self._state(native_id)) is not State.PENDING:
            raise Refused(f"task {native_id} was started before, and is {state}")
        return native_id

    def delete(self, native_id: str) -> None:
        """The task is gone, and all that the platform knew of it. One that has not started can not be stopped, and
        goes as well.
        """
        state = self._state(native_id)
        if not (state.is_final or state is State.PENDING):
            raise Refused(f"task {native_id} has not ended, and AirScheduler would end it", "stop it first")
        self._api.change("delete", tasks.number(native_id))

    def update(self, native_id: str, changed: Mapping[str, Any]) -> None:
        """The task that waits is another one, and waits again if it did."""
        task = tasks.task(self._api, native_id)
        body = changes.changed(task, changed, self._options)
        state = self._states.of(task.get("status")).state
        if state is not State.PENDING:
            help_ = "stop it, and submit it again with the change"
            raise Refused(f"AirScheduler ends a task to change it, and {native_id} is {state}", help_)
        self._api.change("modify", tasks.number(native_id), body=body)
        if task.get("start_now") is not False:
            self._is_started_anew(native_id)  # whatever was changed is held back

    def live(self, native_id: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the scheduler would be sent to make the task again."""
        body = changes.opened(tasks.task(self._api, native_id), self._options)
        return live_body(sent, {**body, "usage": tasks.unmarked(body.get("usage"))}, TELLING)

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The lines of the task's one container."""
        number = tasks.number(native_id)
        return logs.lines(self._api, self._monitor, number, query, lambda: self._state(native_id))

    def usage(self, native_id: str) -> Sequence[Usage]:
        """What the monitor says, or the scheduler where it can be asked."""
        task = tasks.task(self._api, native_id)
        return used.usage(self._api, self._monitor, task, self._states.of(task.get("status")).state)

    def check(self) -> Sequence[tuple[str, str]]:
        """Who we are, which operations can be had, and whether the monitor answers."""
        who = f"user {self._api.who()}" if self._api.users.is_there else "a token of the site's own"
        said = self._api.ask("get", id=0)  # there is no such task, and whoever says so has taken the token
        if said.code != SUCCESS and said.meaning.kind not in {Kind.NO_TASK, Kind.INVALID}:
            raise RunnerError(f"{self._api.place} does not tell of tasks: {said.words}")
        lacks = [name for name in ("modify", "filter", "logs", "resources") if not self._api.has(name)]
        return [
            ("AirScheduler", f"edition {self._options.get('api', 'v1')}, answers {said.code} for task 0"),
            ("login", who),
            ("routes", f"not configured: {', '.join(f'options.routes.{name}' for name in lacks)}" if lacks else "all"),
            ("monitor", self._monitor.state()),
        ]

    def close(self) -> None:
        """Nothing is open any more."""
        self._monitor.close()
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
        self._api.close()

    def _is_started_anew(self, native_id: str) -> bool:
        """Whether the task was held back until now; it is not any more."""
        try:
            self._api.change("start", tasks.number(native_id))
        except Unsaid as error:
            if error.said.meaning.kind is not Kind.STARTED_BEFORE:
                raise Refused(str(error), TO_START) from None
            return False
        return True

    def _many(self, ids: Sequence[str]) -> dict[str, Any]:
        """The status numbers of those tasks that can be asked about together."""
        if self._api.has("filter"):
            return {native_id: task.get("status") for native_id, task in tasks.by_ids(self._api, ids).items()}
        return self._monitor.statuses(ids) if self._monitor.is_usable else {}

    def _each(self, ids: Sequence[str]) -> dict[str, Any]:
        """The status number of each task that is there."""
        if not ids:
            return {}
        answers = map(self._number, ids) if len(ids) == 1 else self._threads().map(self._number, ids)
        return {native_id: answer[0] for native_id, answer in zip(ids, answers, strict=True) if answer}

    def _number(self, native_id: str) -> tuple[Any] | None:
        try:
            return (tasks.task(self._api, native_id).get("status"),)
        except NoSuchJob:
            return None

    def _threads(self) -> "ThreadPoolExecutor":
        """The same threads for every question, since each has a connection of its own."""
        from concurrent.futures import ThreadPoolExecutor

        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(AT_ONCE, "airscheduler")
            return self._pool

    def _state(self, native_id: str) -> State:
        """The task's state now. Raises NoSuchJob."""
        return self._states.of(tasks.task(self._api, native_id).get("status")).state

    def _id(self, said: Said) -> str:
        try:
            return tasks.id_of(field(said.body, "data"))
        except Garbled as error:
            raise OutcomeUnknown(f"{self._api.place} made a task, and does not say which: {error}") from None
