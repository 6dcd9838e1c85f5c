"""What Suanli's open API is like: where its operations are, what its states and its answers mean.

From the vendor's OpenAPI descriptions (``suanli-job/api`` and ``suanli-deployment/api`` of its skills repository).
"""

from collections.abc import Mapping
from typing import Any

from lading.runner.errors import LoginRejected, Refused
from lading.runner.http.answer import Answer, Garbled, field, short
from lading.runner.states import State

NAME = "Suanli"
CREATE, DETAIL, SEARCH, STOP = (f"/api/task/job/{name}" for name in ("create", "detail", "search", "stop"))
POINTS, POINT_LOG = "/api/deployment/task/points", "/api/deployment/task/point_log"
EVENTS = "/api/deployment/task/pod_event"
RESOURCES = "/api/deployment/resource/search"
STORAGES, NAS = "/api/storage/get_storage", "/api/storage/nas/v1/list"

SUCCESS = "0000"
"""A text, not a number. What the other codes mean is published nowhere, so they are shown as they are."""

LIVE = "Pending,Running,Paused"
EVERY = f"{LIVE},End"
PAGE = 100

STATES: Mapping[str, State] = {"Pending": State.PENDING, "Running": State.RUNNING, "Paused": State.RUNNING}
END = "End"
"""Says that a task is over, and not how."""

ENDS: Mapping[str, State] = {"Complete": State.SUCCEEDED, "Failed": State.FAILED, "Manual": State.STOPPED}
"""How it is over: ``job_status.status`` of the detail."""

SERVER_MADE = frozenset(
    {"schedule_status", "status", "task_tags", "services/*/registered_ports", "services/*/service_id"}
    | {"services/*/remote_ports/*/url", "resources/*/mark"}
)
"""What a task's detail has that no request said, or that changes by itself."""


def judge(answer: Answer) -> Any:
    """The data of an answer. HTTP is nearly always 200, whatever the platform says."""
    if answer.status in {401, 403}:
        raise LoginRejected(f"{NAME} does not take the key: {answer.words()}", "see that the target's `auth` is right")
    said = answer.json()
    code = field(said, "code", of=str)
    if code == SUCCESS:
        return said.get("data")
    if not answer.is_success:
        raise Garbled(answer.words())
    message = field(said, "message", of=str, default="")
    raise Refused(f"{NAME} says no, with code {short(code)}: {short(message) or 'and no reason'}")


def listed(data: Any) -> list[Mapping[str, Any]]:
    """The objects of an answer that is a list, or a page of one."""
    return rows(data) if isinstance(data, list) else rows(data or {}, "results")


def rows(data: Any, *names: str) -> list[Mapping[str, Any]]:
    """The objects of a list in an answer, which may be null."""
    found = field(data, *names, of=list, default=[]) if names else data or []
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise Garbled(f"{'.'.join(names) or 'data'} in the answer is no list of objects")
    return list(found)
