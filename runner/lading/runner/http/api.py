"""A platform's interface over HTTP: every request shows who sends it, every answer is judged by the platform's tables.

``judge`` is where a platform says what an answer means: it returns what was asked for, raises one of the errors of
``errors.py`` where the platform itself says no, and Garbled where this is not the platform's own word at all. Then a
question was not answered, and nobody knows what became of an order.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from lading.runner.errors import LoginMissing, OutcomeUnknown, Refused, RunnerError, Unreachable
from lading.runner.http.answer import Answer, Garbled, field
from lading.runner.http.connection import Call, Connection, connection
from lading.runner.http.login import Login
from lading.runner.platform import Context
from lading.runner.secrets.vault import SecretValue, kept_secret

Result = TypeVar("Result")
Judge = Callable[[Answer], Any]
Enter = Callable[[Mapping[str, str]], tuple[Call, tuple[str, ...]]]
"""Makes of a username and password the request that logs in, and says where in the judged answer the token stands."""


class Api:
    """One address of a platform, for all threads. ``name`` is what the platform is called in sentences."""

    def __init__(self, name: str, line: Connection, judge: Judge, login: Login | None = None) -> None:
        self.name, self.line, self.login = name, line, login
        self._judge = judge

    def ask(self, call: Call) -> Any:
        """What a question was answered with."""
        return self.answered(call)[0]

    def answered(self, call: Call) -> tuple[Any, Answer]:
        """The same, and the answer itself, for what its headers say."""

        def action() -> tuple[Any, Answer]:
            answer = self.line.ask(call)
            return self.judged(answer, Unreachable), answer

        return self._during(action)

    def order(self, call: Call) -> Any:
        """What came of something that must not happen twice."""
        return self._during(lambda: self.judged(self.line.order(call), OutcomeUnknown))

    def judged(self, answer: Answer, otherwise: type[RunnerError]) -> Any:
        """What the answer means; ``otherwise`` is raised where it is not the platform's own word."""
        with self.reading(otherwise):
            return self._judge(answer)

    @contextmanager
    def reading(self, otherwise: type[RunnerError] = Unreachable) -> Iterator[None]:
        """What is read of an answer inside is as it should be, or that error is raised."""
        try:
            yield
        except Garbled as garbled:
            raise otherwise(f"{self.name} did not answer as it should: {garbled}", "try again later") from None

    def close(self) -> None:
        """Nothing is open any more."""
        self.line.close()

    def _during(self, action: Callable[[], Result]) -> Result:
        return self.login.during(action) if self.login else action()


def login_of(context: Context, name: str, judge: Judge, enter: Enter, endpoint: str = "") -> Login:
    """The login of a target: the token of the site, or one that is got with the site's username and password.

    ``endpoint`` is the address that logs people in, where that is another one.
    """

    def obtain() -> SecretValue:
        auth = context.auth
        if "token" in auth:
            return auth["token"]
        if missing := {"username", "password"} - set(auth):
            raise LoginMissing(
                f"{name} wants a login, and the target has no {' and no '.join(sorted(missing))}",
                "give it `auth: {username: ..., password: ...}` or `auth: {token: ...}` in the site",
            )
        call, where = enter({part: auth[part].reveal() for part in ("username", "password")})
        door = Api(name, connection(context, endpoint=endpoint), _unquoted()(judge))
        try:
            with door.reading(), _unquoted():
                return token_in(door.ask(call), *where)
        except (Refused, Unreachable):
            raise
        except RunnerError as problem:  # whatever it is, nothing else was sent
            raise Unreachable(f"{name} gave no login: {problem}", problem.help) from None
        finally:
            door.close()

    return Login(obtain, renews="token" not in context.auth)


def token_in(data: Any, *names: str) -> SecretValue:
    """The token that an answer gives, hidden from now on. Raises Garbled where there is none, or nothing in it."""
    if found := field(data, *names, of=str):
        return kept_secret(found)
    raise Garbled("the token is empty")


@contextmanager
def _unquoted() -> Iterator[None]:
    """Nothing is told of an answer that may hold a token which nobody knows yet."""
    try:
        yield
    except Garbled:
        raise Garbled("what it says to the login can not be understood") from None


def header(name: str, login: Login, before: str = "") -> Callable[[httpx.Request], None]:
    """Puts the login's token into the header of that name."""

    def sign(request: httpx.Request) -> None:
        request.headers[name] = before + login.token()

    return sign
