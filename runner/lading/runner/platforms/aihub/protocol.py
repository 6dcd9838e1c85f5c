"""What AIHub's services are like: which of them a path belongs to, what its answers and the kinds of its work mean.

From the platform's manual and the vendor's own client (``intellif-aihub``, ``aihub/models`` and ``aihub/services``).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from lading.runner.errors import LoginRejected, NoSuchJob, Refused, RunnerError
from lading.runner.http.answer import Answer, Garbled, field, short
from lading.runner.http.connection import Call
from lading.runner.states import State

NAME = "AIHub"

SERVICES: Mapping[str, str] = {
    "/api/v1/auth/": "users",
    "/data-warehouse/": "search",
    "/dataset-mng/": "datasets",
    "/workflow-center/": "workflows",
    "/model-training-platform/": "training",
    "/quota-schedule-management/": "quota",
    "/tag-resource-management/": "tags",
    "/api/v2/tasks/": "evaluation",
}
"""The service of each path, as ``options.services`` calls it; those that it does not name are behind the gateway."""

LOGIN = "/api/v1/auth/login"
STORAGES = "/model-training-platform/api/v1/storages"
CLUSTERS = "/tag-resource-management/api/v1/select-clusters"
PROJECTS = "/tag-resource-management/api/v1/select-projects"
VERSION_OF = "/dataset-mng/api/v2/dataset-versions-detail"

PAGE = 100
LONGEST_NUMBER = 18
"""Digits of the number of anything."""

GPU_MODELS: Mapping[int, str] = {1: "A800", 2: "4090", 3: "3090", 4: "2080"}
"""``gpu_type`` of a cluster's SKU; of one that is newer than this table the cluster of a task says what it is."""

NO_GPU = 5
PORTABLE_GPUS: Mapping[str, str] = {"RTX4090": "4090", "RTX3090": "3090", "RTX2080": "2080"}
"""What a spec that holds elsewhere too calls these."""

FOR_TRAINING = 1
"""``module_type`` of the clusters that tasks can be sent to."""

TASK = {1: State.PENDING, 2: State.RUNNING, 3: State.SUCCEEDED, 4: State.FAILED, 5: State.STOPPED}
LOADING = {5: State.RUNNING, 6: State.RUNNING}
"""A version of a data set is not usable while its metadata are loaded and its index is built."""

WORDS: Mapping[State, str] = {
    State.PENDING: "waiting",
    State.RUNNING: "running",
    State.SUCCEEDED: "success",
    State.FAILED: "failed",
    State.STOPPED: "stopped",
    State.STOPPING: "stopping",
}


class Kind(NamedTuple):
    """One kind of work. ``create`` is where it is asked for, ``items`` where each is, by number, and all are listed.

    ``stop`` and ``again`` are the method and the last step of the path of those orders; of ``again`` the first is for
    what has failed and the second for all else. What has no ``states`` is done as soon as it is there.
    """

    create: str
    items: str
    states: Mapping[int, State] | None = None
    stop: tuple[str, str] | None = None
    again: tuple[str, str] | None = None
    has_pods: bool = False


KINDS: Mapping[str, Kind] = {
    "training": Kind(
        "/model-training-platform/api/v1/trainings",
        "/model-training-platform/api/v1/trainings",
        TASK,
        ("POST", "stop"),
        has_pods=True,
    ),
    "quota": Kind(
        "/quota-schedule-management/api/v1/tasks",
        "/quota-schedule-management/api/v1/tasks",
        {**TASK, 6: State.STOPPING},
        ("POST", "stop"),
        has_pods=True,
    ),
    "run": Kind(
        "/workflow-center/api/v1/runs",
        "/workflow-center/api/v1/runs",
        TASK,
        ("PUT", "stop"),
        ("retry", "resubmit"),
    ),
    "search": Kind("/data-warehouse/api/v1/searches", "/data-warehouse/api/v1/searches", TASK),
    "dataset": Kind("/dataset-mng/api/v2/datasets", "/dataset-mng/api/v2/datasets"),
    "version": Kind(
        "/dataset-mng/api/v2/dataset-versions-upload",
        "/dataset-mng/api/v2/dataset-versions",
        {**TASK, **LOADING},
    ),
    "evaluation": Kind("/api/v2/tasks/import_result", ""),  # hands in results, and can not be asked about
}

CODES: Mapping[int, type[RunnerError]] = {
    1: RunnerError,  # "unknown error": nobody knows what was done
    2: NoSuchJob,
    3: RunnerError,  # "database error"
    8: Refused,
}
"""What a code other than 0 means; one that is not here is a refusal."""

TAKEN = 8


def login(auth: Mapping[str, str]) -> tuple[Call, tuple[str, ...]]:
    """The request that logs in, and where the token is in the data of its answer."""
    return Call("POST", LOGIN, json=dict(auth)), ("token",)


def judge(answer: Answer) -> Any:
    """The data of an answer."""
    if answer.status == 401:
        raise LoginRejected(
            f"{NAME} does not take the login: {answer.words()}", "see that `auth` of the target is right"
        )
    said = answer.json()
    code = field(said, "code", of=int)
    if answer.is_success and code == 0:
        return said.get("data")
    if answer.status >= 500 or code == 0:
        raise Garbled(answer.words())
    message = next(
        (text for name in ("msg", "message", "error", "detail") if isinstance(text := said.get(name), str)), ""
    )
    help_ = "give it another `name` in the spec" if code == TAKEN else ""
    raise CODES.get(code, Refused)(f"{NAME} says no, with code {code}: {short(message) or 'and no reason'}", help_)


def rows(data: Any) -> list[Mapping[str, Any]]:
    """The objects of a list, which is wrapped once more, and may be null."""
    found = field(data, "data", of=list, default=[]) if isinstance(data, Mapping) else data or []
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise Garbled("the answer has no list of objects")
    return list(found)


def number_of(data: Any) -> int:
    """The number by which the platform calls what it tells of."""
    found: int = field(data, "id", of=int)
    if not 0 < found < 10**LONGEST_NUMBER:
        raise Garbled(f"{found} is the number of nothing")
    return found


def kind_at(path: str) -> str:
    """The kind of work that is asked for at the path."""
    return next(name for name, kind in KINDS.items() if kind.create == path)
