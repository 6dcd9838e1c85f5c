"""An Argo workflow, read back: a graph of containers. Any other workflow is kept as the author's own object."""

import re
from collections.abc import Mapping
from typing import Any

from lading.compiler.importing.reading import Reading
from lading.compiler.platforms.paddleflow import read_pod
from lading.compiler.platforms.paddleflow.workflow import FOLDED, OUTCOMES
from lading.schema.paths import Path

_CONDITIONS = {
    word: re.compile(re.escape(text).replace(re.escape("{0}"), r"([\w-]+)", 1).replace(re.escape("{0}"), r"\1"))
    for word, text in OUTCOMES.items()
}
_TASK = frozenset({"name", "template", "dependencies", "depends"})


def read(reading: Reading, at: str) -> None:
    """The steps, if every task of the graph is a container of its own and waits for what a step can wait for."""
    templates = reading.peek(f"{at}/spec/templates") or []
    places = {template.get("name"): index for index, template in enumerate(templates)}
    entry = reading.peek(f"{at}/spec/entrypoint")
    graph = templates[places[entry]] if entry in places else {}
    tasks = graph.get("dag", {}).get("tasks", [])
    if not tasks or not all(_is_step(task, templates, places) for task in tasks):
        reading.say(("steps", str(entry or "main")), {})
        reading.say_native("extensionTemplate", reading.take(at))
        return
    if "failFast" not in graph["dag"]:
        reading.say_native("failFast", True)
    for task in tasks:
        _read_step(reading, task, f"{at}/spec/templates/{places[task['name']]}")


def _is_step(task: Mapping[str, Any], templates: list[dict[str, Any]], places: Mapping[str, int]) -> bool:
    name = str(task.get("name"))
    is_container = name in places and "container" in templates[places[name]]
    return is_container and task.get("template") == name and task.keys() <= _TASK and _after(task) is not None


def _after(task: Mapping[str, Any]) -> dict[str, list[str]] | None:
    """What the task waits for, as a step says it; None where a step can not."""
    found: dict[str, list[str]] = {}
    if "dependencies" in task:
        found["ok"] = list(task["dependencies"])
    for part in task["depends"].split(" && ") if "depends" in task else ():
        match = next(((word, m) for word, text in _CONDITIONS.items() if (m := text.fullmatch(part))), None)
        if match is None:
            return None
        found.setdefault(match[0], []).append(match[1][1])
    return found


def _read_step(reading: Reading, task: Mapping[str, Any], at: str) -> None:
    into: Path = ("steps", task["name"])
    for word, names in (_after(task) or {}).items():
        reading.say((*into, "after", word), names)
    reading.say((*into, "schedule", "timeLimit"), reading.take(f"{at}/activeDeadlineSeconds"))
    limit = reading.take(f"{at}/retryStrategy/limit")
    reading.say((*into, "schedule", "retries"), int(limit) if str(limit).isdecimal() else None)
    reading.say((*into, "schedule", "priority"), reading.take(f"{at}/priorityClassName"))
    for name in ("labels", "annotations"):
        reading.say((*into, name), reading.take(f"{at}/metadata/{name}"))
    read_pod.container(reading, f"{at}/container", into, FOLDED)
    read_pod.volumes(reading, f"{at}/volumes", f"{at}/container/volumeMounts", into)
