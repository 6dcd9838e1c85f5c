"""The scheduler's HTTP interface: one envelope around every answer, and what it says when it is not taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lading.runner.errors import LoginRejected, NoSuchJob, Refused, RunnerError
from lading.runner.http import api as http
from lading.runner.http.answer import Answer, Garbled, field, short
from lading.runner.http.connection import connection
from lading.runner.platform import Context
from lading.runner.platforms.airscheduler.calls import call, is_configured
from lading.runner.platforms.airscheduler.protocol import SUCCESS, Code, Kind, meaning
from lading.runner.platforms.airscheduler.users import REJECTED, Users
from lading.runner.secrets.scrub import scrubber

NOBODY_TOOK_IT = frozenset({405, 411, 413, 414, 415, 431})
"""What HTTP servers say of a request that they do not hand on to anybody. Of 400 and 404 that is not certain."""

_OF_A_LOGIN = re.compile(r"token|登录|登陆", re.IGNORECASE)
"""Words of a message that is about the login. No manual tells the code for it."""


class Unsaid(RunnerError):
    """The answer's code is none that means success; ``said`` is what it means instead."""

    def __init__(self, message: str, said: "Said") -> None:
        super().__init__(message)
        self.said = said


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the scheduler. ``body`` is all of it: some operations answer beside ``data``, not in it."""

    code: int
    meaning: Code
    message: str
    body: Mapping[str, Any]

    @property
    def words(self) -> str:
        """The code, what it means, and the platform's own words, which may repeat what was sent."""
        means = f", {self.meaning.words}" if self.meaning.words else ""
        own = short(scrubber().scrub(self.message))  # before it is cut somewhere within a secret
        return f"{self.code}{means}" + (f" ({own})" if own else "")


class Api:
    """The operations of one scheduler, by the names that its manual gives them."""

    def __init__(self, context: Context) -> None:
        self.options = context.options
        self.users = Users(context)
        self._login = self.users.login()
        self._line = connection(context, http.header("token", self._login))
        self.place = self._line.place

    def has(self, operation: str) -> bool:
        """Whether it is known where the operation is."""
        return is_configured(self.options, operation)

    def ask(self, operation: str, **arguments: Any) -> Said:
        """The answer to a question, whatever its code."""
        said: Said = self._about(operation).ask(call(self.options, operation, arguments))
        return said

    def told(self, operation: str, task: int, **arguments: Any) -> Said:
        """The answer to a question about a task, which is a success. Raises NoSuchJob, or Unsaid."""
        return self._success(self.ask(operation, id=task, **arguments), operation, task)

    def order(self, operation: str, **arguments: Any) -> Said:
        """The answer to what must not happen twice, whatever its code."""
        ordered = call(self.options, operation, arguments)
        self._login.token()  # whatever becomes of the login, nothing was sent then
        said: Said = self._about(operation).order(ordered)
        return said

    def change(self, operation: str, task: int, **arguments: Any) -> Said:
        """The task was changed. Raises NoSuchJob, or Unsaid."""
        return self._success(self.order(operation, id=task, **arguments), operation, task)

    def who(self) -> str:
        """The user whose token we have. Raises LoginRejected where it is not taken."""
        return self._login.during(lambda: self.users.whose(self._login.token()))

    def close(self) -> None:
        """Nothing is open any more."""
        self._line.close()
        self.users.close()

    def _about(self, operation: str) -> http.Api:
        """The interface as the operation's answers are judged."""
        return http.Api("AirScheduler", self._line, lambda answer: self._judge(operation, answer), self._login)

    def _success(self, said: Said, operation: str, task: int) -> Said:
        if said.code == SUCCESS:
            return said
        if said.meaning.kind is Kind.NO_TASK:
            raise NoSuchJob(f"{self.place} knows no task {task}", "see that the id is one that AirScheduler gave")
        raise Unsaid(f"{self.place} answers to `{operation}` of task {task}: {said.words}", said)

    def _judge(self, operation: str, answer: Answer) -> Said:
        """What the scheduler says, if it has taken the login."""
        if answer.status in NOBODY_TOOK_IT:
            help_ = "see that the endpoint and options.routes are right"
            raise Refused(f"{self.place} does not take it: {answer.words()}", help_)
        try:
            said = _said(operation, answer)
        except Garbled:
            if answer.status in REJECTED:
                raise self._rejected(f"HTTP {answer.status}") from None
            raise
        if said.meaning.kind is Kind.OTHER and said.code != SUCCESS and self._is_of_a_login(operation, answer, said):
            raise self._rejected(said.words)
        return said

    def _is_of_a_login(self, operation: str, answer: Answer, said: Said) -> bool:
        """Whether the login is what is wrong. What makes a task is not believed to be so for a word in a message."""
        if answer.status in REJECTED:
            return True
        if not _OF_A_LOGIN.search(said.message):
            return False
        return operation != "create" or self._is_expired()

    def _is_expired(self) -> bool:
        """Whether a question that does no harm is turned away for the login too."""
        try:
            self._about("get").judged(self._line.ask(call(self.options, "get", {"id": 0})), RunnerError)
        except LoginRejected:
            return True
        except RunnerError:
            return False
        return False

    def _rejected(self, words: str) -> LoginRejected:
        return LoginRejected(f"{self.place} does not take the token: {words}", "log in anew, or correct the token")


def _said(operation: str, answer: Answer) -> Said:
    body = answer.json()
    code = field(body, "code", of=int)
    message = body.get("message")
    return Said(code, meaning(code, operation), message if isinstance(message, str) else "", body)
