"""What a task uses now, from the monitor or from the scheduler.

Neither says in which unit. The totals are what the task asked for, in units that we know; where they are the same
number, so is the unit. Anything else is shown as it came.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lading.compiler.platforms.airscheduler.read import unwire
from lading.runner.errors import NotSupported, RunnerError
from lading.runner.http.answer import short
from lading.runner.platform import Usage
from lading.runner.platforms.airscheduler.api import Api, Unsaid
from lading.runner.platforms.airscheduler.monitor import Complaint, Monitor, NoMonitor, as_text
from lading.runner.platforms.airscheduler.protocol import Kind
from lading.runner.platforms.airscheduler.tasks import Task
from lading.runner.states import State

NOTHING: Mapping[str, Any] = {}


def usage(api: Api, monitor: Monitor, task: Task, state: State) -> Sequence[Usage]:
    """What the task uses; nothing where nothing of it runs."""
    data = _measured(api, monitor, task, state)
    return [] if data is NOTHING else [_read(data, task)]


def _measured(api: Api, monitor: Monitor, task: Task, state: State) -> Any:
    if monitor.is_usable:
        try:
            return monitor.cpu(task["id"])
        except (NoMonitor, Complaint) as error:
            if isinstance(error, Complaint) and state is not State.RUNNING:
                return NOTHING
            if not api.has("resources"):
                raise RunnerError(str(error), monitor.help) from None
    if not api.has("resources"):
        raise NotSupported(
            f"what a task uses can be told by AirScheduler's monitor, which is {monitor.lack}, or by a route that is "
            "not configured: options.routes.resources",
            monitor.help,
        )
    try:
        return api.told("resources", task["id"]).body.get("data")
    except Unsaid as error:
        if error.said.meaning.kind is Kind.NO_CONTAINER and state is not State.RUNNING:
            return NOTHING
        raise


def _read(data: Any, task: Task) -> Usage:
    asked = unwire(task, {}).get("resource_info")
    asked = asked if isinstance(asked, Mapping) else {}
    cpu = _amount(data, "cpu_usage", "cpu_total", asked.get("cpu_count"))
    memory = _amount(data, "memory_usage", "memory_total", asked.get("mem_size"))
    text = "" if cpu is not None and memory is not None else short(as_text(data))
    return Usage(text, cpu, None if memory is None else int(memory))


def _amount(data: Any, name: str, of: str, asked: Any) -> float | None:
    """The number, if it is in the unit of what the task asked for."""
    if not isinstance(data, Mapping) or data.get(of) is None or data[of] != asked:
        return None
    found = data.get(name)
    if not isinstance(found, int | float) or isinstance(found, bool):
        return None
    return float(found) if 0 <= found < 1e18 else None
