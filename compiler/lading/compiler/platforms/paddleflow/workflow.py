"""A workflow as Argo has it: a graph of containers (https://argo-workflows.readthedocs.io/en/latest/fields/)."""

from collections.abc import Iterator

from lading.compiler.payload import From
from lading.compiler.platforms.paddleflow.pod import around, container
from lading.compiler.rows import Body, only_set
from lading.compiler.view import View

FOLDED = ("schedule.restart",)
ELEMENT = "index"
OUTCOMES = {
    "ok": "{0}.Succeeded",
    "any": "({0}.Succeeded || {0}.Failed || {0}.Errored || {0}.Skipped || {0}.Omitted)",
    "notOk": "({0}.Failed || {0}.Errored)",
}
"""What a step waits for (https://argo-workflows.readthedocs.io/en/latest/enhanced-depends-logic/)."""


def graph(root: View) -> Body:
    """The ``spec`` of the workflow: its steps, or the one step that an array is."""
    steps = root.each("steps") or [root]
    names = [_name(step) for step in steps]
    entry = "main"
    while entry in names:
        entry += "-graph"
    depends = any(step.get("after", word) for step in steps for word in ("any", "notOk"))
    tasks = [_task(step, by_outcome=depends) for step in steps]
    fail_fast = root.get("native", "paddleflow", "failFast")  # what Argo does if nothing is said
    dag = {**({} if fail_fast and fail_fast.value else {"failFast": False}), "tasks": tasks}
    limit = only_set(parallelism=root.get("array", "parallelism"))
    return {"entrypoint": entry, **limit, "templates": [{"name": entry, "dag": dag}, *map(_template, steps)]}


def _name(step: View) -> str:
    return step.key or str(step.value("name"))


def _task(step: View, *, by_outcome: bool) -> Body:
    """A node of the graph. Argo takes either kind of condition for all nodes of one graph, and not both."""
    conditions = list(_conditions(step))
    sources = tuple(path for _, names in conditions for path in names.sources)
    words = [OUTCOMES[word].format(name) for word, names in conditions for name in names.value]
    names = [name for _, names in conditions for name in names.value]
    before = {"depends": " && ".join(words)} if by_outcome else {"dependencies": names}
    return {
        "name": _name(step),
        "template": _name(step),
        **({key: From(value, sources) for key, value in before.items()} if names else {}),
        **_elements(step),
    }


def _conditions(step: View) -> Iterator[tuple[str, From]]:
    for word in OUTCOMES:
        if names := step.get("after", word):
            yield word, names


def _elements(step: View) -> Body:
    """One run for each index: a sequence where they follow each other, else a list."""
    indices = step.get("array", "indices")
    if indices is None:
        return {}
    (first, last, stride), *others = indices.value
    argument = {"arguments": {"parameters": [{"name": ELEMENT, "value": "{{item}}"}]}}
    if stride == 1 and not others:
        return {"withSequence": From({"start": str(first), "end": str(last)}, indices.sources), **argument}
    items = [item for low, high, by in indices.value for item in range(low, high + 1, by)]
    return {"withItems": From(items, indices.sources), **argument}


def _template(step: View) -> Body:
    runs = container(step, "", FOLDED)
    retries, priority = step.get("schedule", "retries"), step.get("schedule", "priority")
    is_array = step.get("array", "indices") is not None
    if is_array:
        index = {"name": "LADING_ARRAY_INDEX", "value": f"{{{{inputs.parameters.{ELEMENT}}}}}"}
        runs["env"] = [index, *runs.get("env", [])]
    return {
        "name": _name(step),
        **only_set(
            inputs={"parameters": [{"name": ELEMENT}]} if is_array else None,
            metadata=_metadata(step),
            activeDeadlineSeconds=step.get("schedule", "timeLimit"),
            retryStrategy=only_set(limit=retries if retries and retries.value else None),
            priorityClassName=priority and From(priority.value.lower(), priority.sources),
            container=runs,
            **around(step),
        ),
    }


def _metadata(step: View) -> Body:
    """The step's own labels and annotations; those of the whole job stand beside its name."""
    return only_set(**{name: step.items(name) for name in ("labels", "annotations")}) if step.key else {}
