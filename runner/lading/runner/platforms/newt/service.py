"""The service as its callers see it: they are logged in, and have the results of what takes a while.

A call is answered at once (200) or accepted (201, and its result is asked for). What is not known of a call that must
not happen twice is OutcomeUnknown, as in :mod:`lading.runner.http.connection`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lading.runner.errors import (
    LoginMissing,
    LoginRejected,
    OutcomeUnknown,
    Refused,
    RunnerError,
    SecretMissing,
    Unreachable,
)
from lading.runner.http.answer import Answer, Garbled, field
from lading.runner.http.api import token_in
from lading.runner.http.connection import BEHIND_A_PROXY, BUSY, Call, Lost, connection
from lading.runner.http.login import Login
from lading.runner.platform import Context, Download
from lading.runner.platforms.newt import protocol
from lading.runner.platforms.newt.envelope import Envelope, failure, opened
from lading.runner.secrets.vault import SecretValue

if TYPE_CHECKING:
    import httpx

Result = TypeVar("Result")
Read = Callable[[Any], Result]
"""Makes what is wanted of an output. Raises Garbled for another one."""


@dataclass(frozen=True, slots=True)
class Task:
    """A call that was accepted and has no result yet."""

    id: str


class Service:
    """One service, for one user."""

    def __init__(self, context: Context, sleep: Callable[[float], None] = time.sleep) -> None:
        self._context, self._sleep = context, sleep
        self._door = connection(context)
        self._line = connection(context, self._sign)
        self._door.sleep = self._line.sleep = sleep
        self._login = Login(self._log_in, renews=True)

    @property
    def place(self) -> str:
        """Where it is, as people are told."""
        return self._line.place

    def ask(self, call: Call, read: Read[Result], patience: float = protocol.PATIENCE) -> Result:
        """The answer to a question, or to an order that does no harm when it is given again."""
        try:
            first = self._login.during(lambda: self._first(self._line.ask(call)))
            return read(self._output(self._settled(first, patience), is_order=False))
        except Garbled as garbled:
            raise RunnerError(f"{self.place} answered something else: {garbled}", "is the endpoint right?") from None
        except OutcomeUnknown as unknown:
            raise Unreachable(str(unknown), "try again later") from None

    def order(
        self,
        call: Call,
        read: Read[Result],
        accepted: Callable[[str], None] = lambda _: None,
        patience: float = protocol.PATIENCE,
    ) -> Result:
        """The answer to what must not happen twice. ``accepted`` is told the task's id as soon as there is one."""
        try:
            first = self._login.during(lambda: self._first(self._line.order(call)))
            if isinstance(first, Task):
                accepted(first.id)
            return read(self._output(self._settled(first, patience), is_order=True))
        except Garbled as garbled:
            raise OutcomeUnknown(f"{self.place} answered something else: {garbled}") from None

    def result(self, task: str, read: Read[Result]) -> Result:
        """What became of an order that was accepted as this task, which is known for an hour."""
        try:
            return read(self._output(self._settled(Task(task), protocol.PATIENCE), is_order=True))
        except Garbled as garbled:
            raise OutcomeUnknown(f"{self.place} answered something else: {garbled}") from None

    def raw(self, call: Call) -> Download:
        """The bytes of an answer that is no envelope."""
        return self._login.during(lambda: self._opened(call))

    def close(self) -> None:
        """Nothing is open any more."""
        self._door.close()
        self._line.close()

    def _opened(self, call: Call) -> Download:
        stack = ExitStack()
        answer, download = stack.enter_context(self._line.open(call))
        if answer.is_success:
            return Download(_closing(stack, download.chunks), download.size)
        stack.close()
        if answer.status in {401, 403}:  # the body, which would say more, was not read
            raise LoginRejected(f"{self.place} did not take the login", "see that `auth` of the target is right")
        raise failure(opened(answer), self.place, is_order=False)

    def _first(self, answer: Answer) -> Envelope | Task:
        envelope = opened(answer)
        if error := self._turned_away(envelope):
            raise error
        if envelope.is_good and envelope.is_task:
            return Task(_id(envelope.output))
        return envelope

    def _turned_away(self, envelope: Envelope) -> RunnerError | None:
        """The error where it was the login that was not taken, so that nothing was done."""
        error = None if envelope.is_good else failure(envelope, self.place, is_order=False)
        return error if isinstance(error, LoginRejected) else None

    def _output(self, envelope: Envelope, *, is_order: bool) -> Any:
        if not envelope.is_good:
            raise failure(envelope, self.place, is_order=is_order)
        return envelope.output

    def _settled(self, first: Envelope | Task, patience: float) -> Envelope:
        if isinstance(first, Envelope):
            return first
        troubles = 0
        for pause in _pauses(patience):
            self._sleep(pause)
            try:
                if envelope := self._look(first):
                    return envelope
                troubles = 0
            except (RunnerError, Garbled, Lost) as problem:
                troubles += 1
                if troubles == protocol.TROUBLES:
                    raise self._lost(first, f"can not be asked what became of it: {problem}") from None
        raise self._lost(first, f"was not done with it after {patience:.0f} s")

    def _lost(self, task: Task, what: str) -> OutcomeUnknown:
        return OutcomeUnknown(f"{self.place} accepted the request as {task.id}, and {what}")

    def _look(self, task: Task) -> Envelope | None:
        """The envelope with the task's result, None while there is none."""
        # without keeping the connection, so that the server ends what would else be waited for as the answer after 100
        call = Call("GET", f"async/{task.id}", headers={"connection": "close"})
        try:
            return self._login.during(lambda: self._told(self._line.try_once(call)))
        except Lost as lost:
            if _is_illegal(lost):
                return None
            raise

    def _told(self, answer: Answer) -> Envelope | None:
        if answer.status == BUSY or answer.status in BEHIND_A_PROXY or 300 <= answer.status < 400:
            raise Unreachable(f"{self.place} can not answer now: {answer.words()}")
        envelope = opened(answer)
        if error := self._turned_away(envelope):
            raise error
        if not envelope.is_real:
            raise Garbled(answer.words())
        return None if envelope.is_pending else envelope

    def _sign(self, request: "httpx.Request") -> None:
        request.headers["cookie"] = f"{protocol.COOKIE}={self._login.token()}"

    def _log_in(self) -> SecretValue:
        """The id of a new session. Whatever goes wrong here, nothing else was sent."""
        try:
            envelope = opened(self._door.ask(Call("POST", "auth", form=self._credentials())))
            output = self._output(envelope, is_order=False)
            if field(output, "auth", of=bool):
                return token_in(output, protocol.COOKIE)
        except (Refused, SecretMissing, Unreachable):
            raise
        except (RunnerError, Garbled) as problem:
            raise Unreachable(f"{self.place} gave no login: {problem}", "is the endpoint right?") from None
        raise LoginRejected(f"{self.place} did not take the login", "see that `auth` of the target is right")

    def _credentials(self) -> dict[str, str]:
        try:
            return {name: self._context.auth[name].reveal() for name in ("username", "password")}
        except KeyError as missing:
            raise LoginMissing(
                f"the site has no {missing.args[0]} for {self._context.target}",
                "write auth: {username: …, password: …} of the target",
            ) from None


def _id(output: Any) -> str:
    if isinstance(output, str) and protocol.ID.fullmatch(output):
        return output
    raise Garbled("it was accepted, and no id of a task tells where its result will be")


def _is_illegal(lost: Lost) -> bool:
    """Whether it is what a client makes of a status of 100 with a body: no answer, or one that begins as JSON."""
    import httpx

    is_no_http = isinstance(lost.__cause__, httpx.RemoteProtocolError)
    return is_no_http and protocol.AFTER_100.search(str(lost.__cause__)) is not None


def _pauses(patience: float) -> Iterator[float]:
    """How long to wait before each look, in all no longer than that."""
    end = time.monotonic() + patience
    waited = 0.0
    for pause in (*protocol.SOON, *[1.0] * int(patience)):
        waited += pause
        if waited > patience or time.monotonic() > end:
            return
        yield pause


def _closing(stack: ExitStack, chunks: Iterator[bytes]) -> Iterator[bytes]:
    with stack:
        yield from chunks
