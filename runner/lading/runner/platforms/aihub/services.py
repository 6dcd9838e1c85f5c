"""AIHub's services: several addresses, one login."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from lading.runner.errors import NotSupported
from lading.runner.http.answer import Answer, Garbled
from lading.runner.http.api import Api, header, login_of
from lading.runner.http.connection import connection
from lading.runner.platform import Context
from lading.runner.platforms.aihub import protocol
from lading.runner.platforms.aihub.protocol import NAME, SERVICES


class Services:
    """The services of one target, each made when it is first asked."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._own: Mapping[str, str] = context.options.get("services", {})
        self._apis: dict[str, Api] = {}
        self._lock = threading.Lock()
        users = self._own.get("users", context.endpoint)
        self._user: int | None = None
        self._login = login_of(context, NAME, self._entered, protocol.login, users)

    def of(self, path: str) -> Api:
        """The service that the path belongs to. Raises NotSupported where the site does not say where that is."""
        service = next(name for prefix, name in SERVICES.items() if path.startswith(prefix))
        endpoint = self._own.get(service, self._context.endpoint)
        if not endpoint:
            raise NotSupported(
                f"the site does not say where {NAME}'s {service} service is",
                f"name it as `options.services.{service}` of the target, or the gateway as its `endpoint`",
            )
        with self._lock:
            if endpoint not in self._apis:
                line = connection(self._context, header("Authorization", self._login, "Bearer "), endpoint)
                self._apis[endpoint] = Api(NAME, line, protocol.judge, self._login)
            return self._apis[endpoint]

    @property
    def asker(self) -> dict[str, str | int]:
        """Who asks, for questions that must say so: the number that came with the login, nothing with a token."""
        self._login.token()
        return {} if self._user is None else {"user_id": self._user}

    def _entered(self, answer: Answer) -> Any:
        said = protocol.judge(answer)
        with suppress(Garbled):
            self._user = protocol.number_of(said)
        return said

    def close(self) -> None:
        """Nothing is open any more."""
        for api in self._apis.values():
            api.close()
