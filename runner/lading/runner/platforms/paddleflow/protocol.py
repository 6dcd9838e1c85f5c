"""What PaddleFlow's interface is like: where its operations are, what its states and its errors mean.

From the server's own source, 0.14.2 to 0.14.7 (``pkg/apiserver/router/v1``, ``controller/job``, ``common/errors.go``).
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from lading.runner.errors import LoginRejected, NoSuchJob, Refused, RunnerError
from lading.runner.http.answer import Answer, Garbled, field, short
from lading.runner.http.connection import Call
from lading.runner.states import State
from lading.runner.submission.ids import time_of

NAME = "PaddleFlow"
PREFIX = "/api/paddleflow/v1"
LOGIN, JOBS, QUEUES = f"{PREFIX}/login", f"{PREFIX}/job", f"{PREFIX}/queue"
FLAVOURS, LOGS, VERSION = f"{PREFIX}/flavour", f"{PREFIX}/log/job", f"{PREFIX}/version"

TOKEN, REQUEST_ID = "x-pf-authorization", "x-pf-request-id"
"""Headers: the token stands there as it is, without ``Bearer``."""

LONGEST_ID = 60
"""Characters: validation allows 63, and the column of the database holds fewer."""

LARGEST_PAGE = 1000

SERVERS_OWN = 500
"""From this HTTP status on it is the server that went wrong."""

MARK = "lading-token"
"""The label by which a job is known again whose id the spec itself says."""

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_OURS = re.compile(r"job-([0-9a-hjkmnp-tv-z]{26})(?:-|\Z)")

STATES: Mapping[str, State] = {
    "init": State.PENDING,
    "pending": State.PENDING,
    "running": State.RUNNING,
    "terminating": State.STOPPING,
    "preempting": State.STOPPING,  # of the development branch
    "succeeded": State.SUCCEEDED,
    "failed": State.FAILED,
    "terminated": State.STOPPED,
    "cancelled": State.STOPPED,
    "skipped": State.STOPPED,
    "preempted": State.STOPPED,  # of the development branch
}


class AlreadyThere(Refused):
    """A job of the same id is there."""


class HasEnded(RunnerError):
    """There is nothing to stop any more, which the server tells as an error of its own, without a code."""


class Trouble(RunnerError):
    """The server has trouble of its own: nobody knows what came of an order, and a question may be answered later."""


CODES: Mapping[str, type[RunnerError]] = {
    "AuthWithoutToken": LoginRejected,
    "AuthInvalidToken": LoginRejected,
    "AuthFailed": LoginRejected,
    "UserNotExist": LoginRejected,
    "JobNotFound": NoSuchJob,
}
"""What a code means. They come with HTTP 400, 403 or 404; 401 is never answered."""

MESSAGES: Mapping[str, tuple[re.Pattern[str], type[RunnerError]]] = {
    "JobCreateFailed": (re.compile(r"(?i)duplicate|already exist|unique constraint"), AlreadyThere),
    "": (re.compile(r"(?i)cannot be stopped|status is already"), HasEnded),
}
"""What a message means beside a code that says nothing: whatever is wrong with a new job is JobCreateFailed."""


def login(auth: Mapping[str, str]) -> tuple[Call, tuple[str, ...]]:
    """The request that logs in, and where the token is in its answer."""
    return Call("POST", LOGIN, json=dict(auth)), ("authorization",)


def job_id(token: str) -> str:
    """The id that we give a job: a DNS label that starts with a letter, because services are called after it."""
    name = f"job-{token}"
    if len(name) <= LONGEST_ID:
        return name
    return f"{name[: LONGEST_ID - 17].rstrip('-')}-{hashlib.sha256(token.encode()).hexdigest()[:16]}"


def made_at(native_id: str) -> float | None:
    """When the job was submitted, in seconds since the epoch, if its id is one that we made."""
    found = _OURS.match(native_id)
    return time_of(found[1]) if found else None


def job_path(native_id: str) -> str:
    """Where the job is. Raises NoSuchJob for what can be no id, so that nothing else is found, or ended, there."""
    if not _ID.match(native_id):
        raise NoSuchJob(f"{NAME} has no job {short(native_id) or 'without an id'}", "ids look like job-0a1b2c")
    return f"{JOBS}/{native_id}"


def queue_path(name: str) -> str:
    """Where the queue is."""
    return f"{QUEUES}/{quote(name, safe='')}"


def judge(answer: Answer) -> Any:
    """The data of an answer. Success is told by HTTP alone: a job has a ``message`` too, and orders answer nothing."""
    if answer.is_success:
        return answer.json() if answer.content else None
    said = answer.json()
    code, message = field(said, "code", of=str), field(said, "message", of=str)
    request = field(said, "requestID", of=str, default="")
    error = _meaning(code, message, answer.status)
    help_ = f"the server's administrators know it as request {short(request)}" if request else ""
    if error is LoginRejected:
        help_ = "see that `auth` of the target is right"
    raise error(f"{NAME} says no: {short(message or code)}", help_)


def _meaning(code: str, message: str, status: int) -> type[RunnerError]:
    if code in MESSAGES:
        words, error = MESSAGES[code]
        if words.search(message):
            return error
    return CODES.get(code, Refused if status < SERVERS_OWN else Trouble)


def rows(page: Any, name: str) -> list[Mapping[str, Any]]:
    """The objects of a list in an answer, which may be null."""
    found = field(page, name, of=list, default=[])
    if not all(isinstance(row, Mapping) for row in found):
        raise Garbled(f"{name} in the answer is no list of objects")
    return list(found)
