"""Changing a task: the scheduler takes the whole of it again, with its id."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.platforms.airscheduler.read import unwire
from lading.compiler.platforms.airscheduler.wire import wire
from lading.runner.errors import NotSupported
from lading.runner.platforms.airscheduler.tasks import Task, mark_of, marked

OURS = (
    *("id", "name", "usage", "source_service_id", "running_type", "working_type", "namespace", "image_repo_tag"),
    *("start_now", "distributed", "running_config", "resource_info"),
)
"""What is said of a task when it is made, and its id. The scheduler tells more of it, which is not ours to say."""

MILLICORES = 1000

PLACES: Mapping[str, tuple[str, ...]] = {
    "description": ("usage",),
    "image": ("image_repo_tag",),
    "workdir": ("running_config", "work_dir"),
    "resources.cpu": ("resource_info", "cpu_count"),
    "resources.memory": ("resource_info", "mem_size"),
    "resources.shm": ("resource_info", "shm_size"),
    "schedule.timeLimit": ("running_config", "timeout"),
}
"""Where each field of a spec stands in a task, of those that one number or text says."""

ONLY_V2 = frozenset({"schedule.timeLimit"})


def changed(task: Task, changes: Mapping[str, Any], options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body that makes the task what it was, with the changes."""
    body = opened(task, options)
    for path, value in changes.items():
        if path not in PLACES or (path in ONLY_V2 and options.get("api") != "v2"):
            known = ", ".join(one for one in PLACES if options.get("api") == "v2" or one not in ONLY_V2)
            raise NotSupported(f"lading can not change {path} of a task of AirScheduler", f"it can change {known}")
        *above, name = PLACES[path]
        place = body[above[0]] if above else body
        place[name] = _native(path, value, task)
    return wire(body, options)


def opened(task: Task, options: Mapping[str, Any]) -> dict[str, Any]:
    """The body that made the task, with its id and its mark."""
    body = dict(unwire({key: task[key] for key in OURS if key in task}, options))
    for name in ("running_config", "resource_info"):
        if not isinstance(body.get(name), Mapping):
            raise NotSupported(
                f"AirScheduler does not say the {name} of task {task['id']}", "stop it, and submit it again"
            )
        body[name] = dict(body[name])
    return body


def _native(path: str, value: Any, task: Task) -> Any:
    if path == "description":  # the mark stays, or the task could not be found again
        return marked(value, mark_of(task.get("usage")))
    return -(-value // MILLICORES) if path == "resources.cpu" else value
