"""Tasks as the scheduler tells of them: one by its id, or those that a filter finds."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lading.runner.errors import NoSuchJob, OutcomeUnknown, RunnerError, Unreachable
from lading.runner.http.answer import Garbled, field
from lading.runner.platform import Accepted
from lading.runner.platforms.airscheduler.api import Api, Said
from lading.runner.platforms.airscheduler.calls import not_configured
from lading.runner.platforms.airscheduler.protocol import SUCCESS

Task = Mapping[str, Any]
"""One task, as the scheduler has it."""

MOST_AT_ONCE = 200
"""Ids in one filter, so that a query stays shorter than servers take."""

WHOLE_TEXTS = (
    "say in options.findBy how the filter finds the mark at the end of a task's `usage`: "
    "`{column: usage}` where it finds a text by a part of it"
)

_MARK = re.compile(r"\[lading:[a-z0-9-]{1,60}\]\Z")


class NotFiltered(RunnerError):
    """The scheduler's filter does not tell."""


def mark(token: str) -> str:
    """What a task's purpose ends in, so that the task can be found again."""
    return f"[lading:{token}]"


def marked(usage: str, mark: str) -> str:
    """The purpose, with the mark at its end."""
    return f"{usage} {mark}".lstrip()


def mark_of(usage: Any) -> str:
    """The mark at the end of a purpose; empty where there is none."""
    found = _MARK.search(usage) if isinstance(usage, str) else None
    return found[0] if found else ""


def unmarked(usage: Any) -> Any:
    """The purpose without the mark."""
    return _MARK.sub("", usage).removesuffix(" ") if isinstance(usage, str) else usage


def number(native_id: str) -> int:
    """The id as the scheduler counts. Raises NoSuchJob for what can be none."""
    if not re.fullmatch(r"[0-9]{1,18}", native_id, re.ASCII):
        raise NoSuchJob(f"AirScheduler knows no task {native_id}: its ids are numbers")
    return int(native_id)


def id_of(task: Any) -> str:
    """The task's id. Raises Garbled where it has none that could be asked for again."""
    found = field(task, "id", of=int)
    if not 0 <= found < 10**18:
        raise Garbled("the answer's id is no id")
    return str(found)


def task(api: Api, native_id: str) -> Task:
    """The task. An older server has it as the one entry of a list. Raises NoSuchJob."""
    said = api.told("get", number(native_id))
    try:
        found = field(said.body, "data", of=(dict, list))
        if found != []:
            return _checked(found[0] if isinstance(found, list) else found)
    except Garbled as error:
        raise Unreachable(f"{api.place} does not say what task {native_id} is: {error}") from None
    raise NoSuchJob(f"{api.place} knows no task {native_id}")


def filtered(api: Api, column: str, values: Sequence[str]) -> Sequence[Task]:
    """The tasks that have one of the values in the column, as the scheduler's filter has them."""
    said = api.ask("filter", col_name=column, col_values=list(values))
    if said.code != SUCCESS:
        raise NotFiltered(f"{api.place} does not filter tasks by {column}: {said.words}")
    try:
        return _listed(said)
    except Garbled as error:
        raise NotFiltered(f"{api.place} does not list tasks: {error}") from None


def by_ids(api: Api, ids: Sequence[str]) -> Mapping[str, Task]:
    """Those of the tasks that a filter by ids finds; none where it does not find them by that."""
    wanted, found = set(ids), dict[str, Task]()
    for start in range(0, len(ids), MOST_AT_ONCE):
        try:
            tasks = filtered(api, "id", ids[start : start + MOST_AT_ONCE])
        except (NotFiltered, Unreachable):
            break
        found |= {str(one["id"]): one for one in tasks if str(one["id"]) in wanted}
    return found


def find(api: Api, token: str) -> Accepted | None:
    """The task whose purpose ends in the mark of the token. None only where the site trusts the filter with that."""
    if not api.has("filter"):
        error = not_configured("filter")
        raise OutcomeUnknown(f"{api.place} can not be asked: {error}", error.help)
    how: Mapping[str, Any] = api.options.get("findBy", {})
    wanted = mark(token)
    tasks = filtered(api, how.get("column", "usage"), how.get("values", [wanted]))
    ids = sorted({one["id"] for one in tasks if mark_of(one.get("usage")) == wanted})
    if len(ids) > 1:
        raise OutcomeUnknown(f"{api.place} has several tasks with the mark {wanted}: {', '.join(map(str, ids))}")
    if not ids and not how:
        raise OutcomeUnknown(f"{api.place} found no task with the mark {wanted}, which proves nothing", WHOLE_TEXTS)
    return Accepted(str(ids[0])) if ids else None


def _listed(said: Said) -> Sequence[Task]:
    return [_checked(one) for one in field(said.body, "data", of=list)]


def _checked(found: Any) -> Task:
    id_of(found)
    task: Task = found
    return task
