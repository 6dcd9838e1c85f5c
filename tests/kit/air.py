"""AirScheduler at work for a test, and clients of it whose options are what its site would say."""

from collections.abc import Mapping
from typing import Any

from servers.airscheduler import PASSWORD, TASK, AirschedulerService
from servers.web import Fault, Reply, Server, as_json

from kit.machine import until
from lading.compiler.registry import default_options
from lading.runner.platform import Context, Outgoing
from lading.runner.platforms.airscheduler.client import Client, connect
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import Status

LOGIN = {"username": SecretValue("tester"), "password": SecretValue(PASSWORD)}
GIB = 2**30


class Air:
    """A platform at work, and a client of it whose options are what its site would say."""

    def __init__(self, service: AirschedulerService) -> None:
        self.service, self.server = service, Server(service)
        self._clients: list[Client] = []
        self.client = self.another()

    def another(self, auth: Mapping[str, SecretValue] = LOGIN, **options: Any) -> Client:
        """One more client, with other options; None takes one away."""
        whole = {**default_options("airscheduler"), **self.service.target("")["options"], **options}
        given = {name: value for name, value in whole.items() if value is not None}
        self._clients.append(connect(Context("air", given, self.server.url, auth)))
        return self._clients[-1]

    def submit(self, command: str = "true", token: str = "01jtoken", **body: Any) -> str:
        """The id of a new task."""
        return self.client.submit(outgoing(command, token, **body)).native_id

    def ended(self, native_id: str) -> Status:
        """The task once it has ended."""
        until(lambda: self.client.status([native_id])[native_id].state.is_final)
        return self.client.status([native_id])[native_id]

    def asked(self, method: str = "") -> list[str]:
        """What the scheduler was asked, in order."""
        return [f"{one.method} {one.target}" for one in self.service.seen if one.method.startswith(method)]

    def meets(self, reply: Reply, match: str = "", times: int = 1, **fault: Any) -> None:
        """What the next requests are answered."""
        self.service.faults.append(Fault(reply=reply, match=match, times=times, **fault))

    def renew(self) -> None:
        """Nothing was ever asked of it, and there is a new client."""
        service = self.service
        self._hang_up()
        for task in service.tasks.values():
            service.end(task)
        for things in (service.tasks, service.seen, service.faults, service.users.seen, service.users.faults):
            things.clear()
        service.users.tokens.clear()
        service.users.given.clear()
        service.made, service.runs = 0, True
        self.client = self.another()

    def close(self) -> None:
        """Nothing of it is left."""
        self._hang_up()
        self.server.close()

    def _hang_up(self) -> None:
        while self._clients:
            self._clients.pop().close()


def outgoing(command: str = "true", token: str = "01jtoken", **body: Any) -> Outgoing:
    """A request as the compiler makes it; ``running_config`` may hold more than the command."""
    whole = {
        "name": "hello",
        "working_type": 0,
        "namespace": "vision",
        "image_repo_tag": "a/b:1",
        "start_now": True,
        "resource_info": {"cpu_count": 1, "mem_size": GIB},
        **body,
        "running_config": {"command": command, **body.get("running_config", {})},
    }
    return Outgoing(token, "hello", "POST", TASK, whole)


def envelope(code: int, message: str = "words", data: Any = None, status: int = 200) -> Reply:
    """What the scheduler answers."""
    return as_json({"code": code, "message": message, "data": data}, status)
