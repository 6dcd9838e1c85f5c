"""The user service: it stands at an address of its own, and makes the token that everything else takes."""

from collections.abc import Mapping
from typing import Any, NoReturn

from lading.runner.errors import LoginMissing, LoginRejected
from lading.runner.http.answer import Answer, Garbled, field, short
from lading.runner.http.api import Api, login_of
from lading.runner.http.connection import Call, connection
from lading.runner.http.login import Login
from lading.runner.platform import Context

LOGIN, TOKEN_CHECK = "/api/v1/users/login", "/api/v1/users/token_check"
NAME = "AirScheduler's user service"
REJECTED = frozenset({401, 403})


class Users:
    """The user service of one target, and who we are there."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._address = context.options.get("login", "")
        self._api = Api(NAME, connection(context, endpoint=self._address), _judge)

    @property
    def is_there(self) -> bool:
        """Whether the site names one."""
        return bool(self._address)

    def login(self) -> Login:
        """Our login: the site's own token, or one that is made of a user's name and password."""
        if "token" in self._context.auth or self.is_there:
            return login_of(self._context, NAME, _judge, _enter, self._address)
        return Login(self._nowhere, renews=False)

    def whose(self, token: str) -> str:
        """The id of the user whose token it is. Raises LoginRejected where it is nobody's."""
        with self._api.reading():
            body = self._api.ask(Call("GET", TOKEN_CHECK, headers={"token": token}))
            return short(str(field(body, "data", "id")))

    def close(self) -> None:
        """Nothing is open any more."""
        self._api.close()

    def _nowhere(self) -> NoReturn:
        raise LoginMissing(
            f"the site does not say where {self._context.target} takes a name and a password",
            "write the user service's address as options.login of the target, or a token in its auth",
        )


def _enter(login: Mapping[str, str]) -> tuple[Call, tuple[str, ...]]:
    """The token is all of ``data``."""
    return Call("POST", LOGIN, form=login), ("data",)


def _judge(answer: Answer) -> Any:
    """The answer, if it says yes. Of a no only the message is told: the rest may repeat what was sent."""
    if answer.status in REJECTED or field(answer.json(), "code", of=int) != 0:
        raise LoginRejected(
            f"{NAME} did not take the login: {_words(answer)}", "see that `auth` of the target is right"
        )
    return answer.json()


def _words(answer: Answer) -> str:
    try:
        return short(field(answer.json(), "message", of=str))
    except Garbled:
        return f"HTTP {answer.status}"
