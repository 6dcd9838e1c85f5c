"""The pods of a task, which the platform calls points: their numbers, what they ended with, what happens to them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from lading.compiler.platforms.suanli.counting import element
from lading.runner.errors import LoginRejected, Refused, RunnerError
from lading.runner.http.answer import Garbled, field, short
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.account import Account
from lading.runner.states import Status


class Pod(NamedTuple):
    """One pod. ``number`` is its number in an indexed task: several have the same where one was tried again."""

    id: int
    place: int
    number: int | None
    status: str
    containers: list[Mapping[str, Any]]


def pods_of(account: Account, task: Mapping[str, Any]) -> list[Pod]:
    """All pods that the task has had, in the order of their making."""
    rows = account.rows(protocol.POINTS, task_id=field(task, "task_id", of=int))
    found = {protocol.amount(row, "point_id"): row for row in rows}
    return [
        Pod(
            id=id_,
            place=place,
            number=_number(row, task),
            status=field(row, "status", of=str, default=""),
            containers=protocol.rows(row, "containers"),
        )
        for place, (id_, row) in enumerate(sorted(found.items()))
    ]


def is_indexed(task: Mapping[str, Any]) -> bool:
    """Whether each of the task's pods has a number of its own."""
    return field(task, "job_support", "mod_param", "index", of=Mapping, default=None) is not None


def index_of(pod: Pod, task: Mapping[str, Any]) -> int | None:
    """The index of the array's element that the pod runs; its number where the task was not made of an array."""
    if pod.number is None:
        return None
    for service in protocol.rows(task, "services"):
        script = field(service, "start_script", of=Mapping, default={})
        for text in (*_texts(script, "command"), *_texts(script, "args")):
            if (found := element(text, pod.number)) is not None:
                return found
    return pod.number


def with_exit_code(status: Status, account: Account, task: Mapping[str, Any]) -> Status:
    """The status of a task that failed, with what the first container that did not succeed ended with."""
    try:
        for container in _failed(pods_of(account, task)):
            said = [field(container, name, of=str, default="") for name in ("reason", "message")]
            return replace(status, exit_code=_code(container), reason=short(": ".join(filter(None, said))))
    except (Garbled, Refused) as error:
        if isinstance(error, LoginRejected):
            raise
    return status


def why_pending(account: Account, task: Mapping[str, Any]) -> str:
    """The last thing that happened to a pod which does not run yet, as a sentence; nothing where nobody tells."""
    try:
        pods = [pod for pod in pods_of(account, task) if pod.status == "Pending"]
        events = protocol.rows(account.get(protocol.POD_EVENT, point_id=pods[0].id), "events") if pods else []
        warnings = [event for event in events if event.get("type") == "Warning"]
        said = [field(event, "message", of=str, default="") for event in (warnings or events)[-1:]]
    except (RunnerError, Garbled):
        return ""
    return short(said[0]) if said else ""


def _failed(pods: list[Pod]) -> Iterator[Mapping[str, Any]]:
    """The containers that ended with something else than 0, those of pods that failed before all others."""
    for pod in sorted(pods, key=lambda pod: pod.status != "Failed"):
        yield from (container for container in pod.containers if _code(container))


def _code(container: Mapping[str, Any]) -> int | None:
    """The exit code, which the documents call a text."""
    found = field(container, "exit_code", of=(int, str), default=None)
    text = str(found) if found is not None else ""
    return int(text) & 0xFF if re.fullmatch(r"-?[0-9]{1,9}", text) else None


def _number(point: Mapping[str, Any], task: Mapping[str, Any]) -> int | None:
    """Kubernetes calls the pods of an indexed job by the job's name, their number and five letters of chance."""
    if not is_indexed(task):
        return None
    found = re.fullmatch(r".+-([0-9]{1,9})-[a-z0-9]{5}", field(point, "name", of=str, default=""))
    return int(found[1]) if found else None


def _texts(script: Mapping[str, Any], name: str) -> list[str]:
    return [text for text in field(script, name, of=list, default=[]) if isinstance(text, str)]
