"""What Suanli's open API is like: where its operations are, what its states and its answers mean.

From the vendor's OpenAPI descriptions (``suanli-job/api`` and ``suanli-deployment/api`` of its skills repository).
"""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from lading.runner.errors import LoginRejected, Refused
from lading.runner.http.answer import Answer, Garbled, field, short
from lading.runner.live import Telling
from lading.runner.secrets.scrub import scrubber
from lading.runner.states import State

NAME = "Suanli"
DETAIL, SEARCH, STOP = (f"/api/task/job/{name}" for name in ("detail", "search", "stop"))
POINTS, POINT_LOG, POD_EVENT = (f"/api/deployment/task/{name}" for name in ("points", "point_log", "pod_event"))
RESOURCES = "/api/deployment/resource/search"
STORAGES, NAS = "/api/storage/get_storage", "/api/storage/nas/v1/list"

SUCCESS = "0000"
"""A text, not a number. What the other codes mean is published nowhere, so they are shown as they are, and nothing is
ever sent again because of one."""

LIVE, END = "Pending,Running,Paused", "End"
EVERY = f"{LIVE},{END}"
"""All that there are. The search is always told which it shall show: what it leaves out by itself is not documented,
and its vendor calls tasks that are at their end "deleted"."""

STATES: Mapping[str, State] = {"Pending": State.PENDING, "Running": State.RUNNING, "Paused": State.RUNNING}
"""``status``. ``End`` is none of these: it says that a task is over, and not how."""

ENDS: Mapping[str, State] = {"Complete": State.SUCCEEDED, "Failed": State.FAILED, "Manual": State.STOPPED}
"""``job_status.status`` where a task is over: these are the ends of the Kubernetes job behind it, which never goes on,
so that they count whatever ``status`` says meanwhile. ``Manual`` is one that its user stopped."""

COUNTS = {"running": "active_pods", "succeeded": "succeeded_pods", "failed": "failed_pods"}

TELLING = Telling(
    adds=frozenset(
        {"task_id", "task_type", "deployment_name", "schedule_status", "status", "job_status", "task_tags"}
        | {"runing_points", "billing_points", "billing_time", "billing_value", "forecast_value"}
        | {"create_time", "last_update_time", "job_group"}
        | {f"resources/*/{name}" for name in ("mark", "region_name", "weight", "resource", "resource/*")}
        | {f"services/*/{name}" for name in ("service_id", "registered_ports", "is_update_repository")}
        | {"services/*/remote_ports/*/url", "services/*/env/*/value_from"}
    ),
    hides=frozenset({"services/*/repository_account"}),
)
"""What a task's detail has that no request said, or that changes by itself. Besides, it has null for all that a request
left out, the other way to count pods in ``mod_param`` too. Nobody can change a machine that was rented."""

SKEW = 300.0
"""Seconds that a clock may be wrong before the platform takes no request of it."""

WRONG_CLOCK = "the clock of this machine may be wrong: the platform takes no request that is five minutes off"
WRONG_KEY = "see that `auth.token` is right, and that `auth.privateKey` is there for a key in RSA mode and only then"
ADVICE: tuple[tuple[str, type[Refused], str], ...] = (
    (r"timestamp|clock|时间戳|时钟", Refused, WRONG_CLOCK),
    (r"\btoken\b|sign_?str|signature|密钥|签名|令牌|鉴权", LoginRejected, WRONG_KEY),
)
"""What the words of a refusal, of which the codes say nothing, let people do."""


def judge(answer: Answer) -> Any:
    """The data of an answer. HTTP is nearly always 200, whatever the platform says."""
    if answer.status in {401, 403}:
        raise LoginRejected(f"{NAME} does not take the key: {answer.words()}", WRONG_KEY)
    said = answer.json()
    code = field(said, "code", of=str)
    if code == SUCCESS and answer.is_success:
        return said.get("data")
    if code == SUCCESS or answer.status >= 500 or said.get("data") is not None:
        raise Garbled(answer.words())  # a no of the platform itself has no data, and is not the server's own failure
    raise _refusal(answer, code, field(said, "message", of=str, default=""))


def _refusal(answer: Answer, code: str, message: str) -> Refused:
    """The platform's no in its own words: cut short after what is secret was taken out, lest a half of it be seen."""
    said = short(scrubber().scrub(message)) or "and no reason"
    sentence = f"{NAME} says no, with code {short(code)}: {said}"
    wrong = off_by(answer)
    if wrong is not None and abs(wrong) > SKEW:
        return Refused(sentence, f"the clock of this machine is {wrong:+.0f} s off: set it")
    for pattern, error, advice in ADVICE:
        if re.search(pattern, message, re.IGNORECASE):
            return error(sentence, advice)
    return Refused(sentence)


def off_by(answer: Answer) -> float | None:
    """By how many seconds our clock is ahead of the platform's; None where it does not tell the time."""
    try:
        return time.time() - parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def rows(data: Any, *names: str) -> list[Mapping[str, Any]]:
    """The objects of a list in an answer, which may be null."""
    found = field(data, *names, of=list, default=[])
    if not all(isinstance(row, Mapping) for row in found):
        raise Garbled(f"{'.'.join(names)} in the answer is no list of objects")
    return list(found)


def amount(data: Any, *names: str, default: int | None = None) -> int:
    """The number in an answer, which counts something; ``default`` where there is none, if that may be."""
    found: int = field(data, *names, of=int) if default is None else field(data, *names, of=int, default=default)
    if found < 0:
        raise Garbled(f"{'.'.join(names)} in the answer is {found}")
    return found
