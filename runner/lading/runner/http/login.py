"""A login: a token that requests carry. It is got when it is first needed, and once more when it is no longer taken."""

import threading
from collections.abc import Callable
from typing import TypeVar

from lading.runner.errors import LoginRejected, SecretMissing
from lading.runner.secrets.vault import SecretValue

Result = TypeVar("Result")


class Login:
    """The token of one target, for all threads.

    ``obtain`` logs in and returns the token. ``renews`` says whether doing that again can give another one, as it does
    with a user's name and password and not where the site holds the token itself.
    """

    def __init__(self, obtain: Callable[[], SecretValue], *, renews: bool) -> None:
        self._obtain, self._renews = obtain, renews
        self._token: SecretValue | None = None
        self._turned_away: LoginRejected | None = None
        self._lock = threading.Lock()

    def token(self) -> str:
        """The token, for the wire and for nothing else."""
        found = self._token
        if found is None:
            with self._lock:
                found = self._token = self._token or self._entered()
        return header_value(found)

    def during(self, action: Callable[[], Result]) -> Result:
        """What the action gives. Where it finds that the token is no longer taken, it is done once more with a new one.

        A request that was turned away for its login was not carried out, so that is safe for orders too.
        """
        seen = self._token
        try:
            return action()
        except LoginRejected as error:
            if not self._renews or error is self._turned_away:
                raise
            self._forget(seen)
            return action()

    def _entered(self) -> SecretValue:
        """A new token. That logging in itself does not work is kept: a second attempt may lock the account."""
        try:
            return self._obtain()
        except LoginRejected as error:
            self._turned_away = error
            raise

    def _forget(self, seen: SecretValue | None) -> None:
        """Unless another thread has got a new one since the action began."""
        with self._lock:
            if seen is None or self._token is seen:
                self._token = None


def header_value(value: SecretValue) -> str:
    """The value, which can stand in a header. Raises SecretMissing where HTTP can not carry it."""
    text = value.reveal()
    if not (text and text.isascii() and text.isprintable() and text == text.strip()):
        raise SecretMissing("the login holds characters that no HTTP header can carry", "store it as plain text")
    return text
