"""The user service: it stands at an address of its own, and makes the token that everything else takes."""

from collections.abc import Callable
from typing import Any

from lading.runner.errors import LoginRejected, RunnerError, SecretMissing, Unreachable
from lading.runner.http.answer import Answer, Garbled, field, short
from lading.runner.http.connection import Call, Connection, connection
from lading.runner.http.login import Login, header_value
from lading.runner.platform import Context
from lading.runner.secrets.vault import SecretValue, kept_secret

LOGIN, TOKEN_CHECK = "/api/v1/users/login", "/api/v1/users/token_check"
REJECTED = frozenset({401, 403})


class Users:
    """The user service of one target, and who we are there."""

    def __init__(self, context: Context) -> None:
        self._target, self._auth = context.target, context.auth
        address = context.options.get("login", "")
        self._line: Connection | None = connection(context, endpoint=address) if address else None

    @property
    def is_there(self) -> bool:
        """Whether the site names one."""
        return self._line is not None

    def login(self) -> Login:
        """Our login: the site's own token, or one that is made of a user's name and password."""
        return Login(self._token, renews="token" not in self._auth)

    def whose(self, token: str) -> str:
        """The id of the user whose token it is. Raises LoginRejected where it is nobody's."""
        said = self._said(Call("GET", TOKEN_CHECK, headers={"token": token}), lambda data: field(data, "data", "id"))
        return short(str(said))

    def close(self) -> None:
        """Nothing is open any more."""
        if self._line:
            self._line.close()

    def _token(self) -> SecretValue:
        if "token" in self._auth:
            return self._auth["token"]
        if not {"username", "password"} <= set(self._auth):
            help_ = "write `auth: {token: …}`, or `username` and `password`, at the target in the site"
            raise SecretMissing(f"the site has no login for {self._target}", help_)
        form = {name: self._auth[name].reveal() for name in ("username", "password")}
        token = kept_secret(self._said(Call("POST", LOGIN, form=form), lambda data: field(data, "data", of=str)))
        header_value(token)
        return token

    def _said(self, call: Call, wanted: Callable[[Any], Any]) -> Any:
        """What is wanted of the answer. Whatever else becomes of it, nothing was asked of the scheduler."""
        if self._line is None:
            help_ = "write the user service's address as options.login of the target, or a token in its auth"
            raise SecretMissing(f"the site does not say where {self._target} takes a name and a password", help_)
        try:
            answer = self._line.ask(call)
            is_rejected = answer.status in REJECTED or field(answer.json(), "code", of=int) != 0
            found = None if is_rejected else wanted(answer.json())
        except Unreachable:
            raise
        except (Garbled, RunnerError) as error:
            help_ = "see that options.login is right"
            raise Unreachable(f"{self._line.place} does not answer as a user service does: {error}", help_) from None
        if is_rejected:
            help_ = "correct the login at the target in the site"
            raise LoginRejected(f"{self._line.place} did not take the login: {_words(answer)}", help_)
        return found


def _words(answer: Answer) -> str:
    """What the service says. The whole answer is not shown: it may repeat what was sent."""
    try:
        return short(field(answer.json(), "message", of=str, default="")) or f"HTTP {answer.status}"
    except Garbled:
        return f"HTTP {answer.status}"
