"""Jobs of PaddleFlow, as they go out and as they come to their end."""

from typing import Any

from kit.machine import until
from lading.runner.platform import LogLine, LogQuery, Outgoing
from lading.runner.platforms.paddleflow import protocol
from lading.runner.platforms.paddleflow.client import Client
from lading.runner.states import Status
from lading.runner.submission.ids import Ids, token

BODY = {"name": "x", "image": "a/b:1", "command": "true", "schedulingPolicy": {"queue": "vision"}}
IDS = Ids()


def outgoing(kind: str = "single", **body: Any) -> Outgoing:
    """A job on its way out, with a token that no other has."""
    return Outgoing(token(IDS.new()), "x", "POST", f"{protocol.JOBS}/{kind}", {**BODY, **body})


def submitted(client: Client, kind: str = "single", **body: Any) -> str:
    """A new job."""
    return client.submit(outgoing(kind, **body)).native_id


def ended(client: Client, native_id: str) -> Status:
    """The job's status, once it has ended."""
    until(lambda: client.status([native_id])[native_id].state.is_final)
    return client.status([native_id])[native_id]


def lines(client: Client, native_id: str, **query: Any) -> list[LogLine]:
    """The job's output."""
    return list(client.logs(native_id, LogQuery(**query)))
