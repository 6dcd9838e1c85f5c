"""The payload of ``local``: what its supervisor reads, as plain JSON. A workflow is one request for each step.

A *group* is a set of identical processes: the replicas of a job, or of one role. A request is its groups and the rules
of when and how often they run.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from lading.compiler.objections import lacks_program
from lading.compiler.payload import Draft, From
from lading.compiler.plan import Plan
from lading.compiler.rows import Body, named_secret, only_set
from lading.compiler.view import View
from lading.schema.diagnostics import Finding

LEADERS = ("master", "chief", "launcher", "head", "driver")
"""Roles whose first replica has rank 0, wherever in the file they stand."""

CONDITIONS = ("ok", "any", "notOk")
AMOUNTS = ("cpu", "memory", "disk")


def emit(plan: Plan) -> Sequence[Draft]:
    """The request that starts the job or service, or those of a workflow's steps, each after what it waits for."""
    root = plan.root
    kind = root.get("kind") or "job"
    if plan.job.kind == "workflow":
        return _workflow(root)
    body = {"name": root.get("name"), "kind": kind, **_work(root), **_after(root, "schedule")}
    return [Draft("START", "local", body)]


def check(plan: Plan) -> Sequence[Finding]:
    """Parts without a program, and programs that only an image knows, which this machine has not."""
    return [finding for part in plan.parts for finding in (*lacks_program(part), *_program_in_image(part))]


def _program_in_image(part: View) -> Iterator[Finding]:
    if part.get("image") is None and part.raw("image") and not (part.raw("command") or part.raw("script")):
        path = (*part.prefix, "args") if part.raw("args") else (*part.prefix, "image")
        yield Finding("LD420", path, {"image": part.raw("image"), "target": part.plan.target.name})


def _workflow(root: View) -> list[Draft]:
    from graphlib import TopologicalSorter

    steps = {step.key: step for step in root.each("steps")}
    needs = {name: _needs(step) for name, step in steps.items()}
    return [_step(root, steps[name], needs[name]) for name in TopologicalSorter(needs).static_order()]


def _step(root: View, step: View, needs: tuple[str, ...]) -> Draft:
    name = From(f"{root.value('name')}-{step.key}", (("name",), step.prefix))
    body = {"name": name, "kind": "job", **_work(step), **_after(step)}
    return Draft("START", "local", body, name=step.key, needs=needs)


def _needs(step: View) -> tuple[str, ...]:
    return tuple(name for condition in CONDITIONS for name in step.value("after", condition) or ())


def _work(view: View) -> Body:
    """What a job and a step have in common."""
    roles = sorted(view.each("roles"), key=lambda role: role.key not in LEADERS)
    return {
        "groups": [_group(role, role.key) for role in roles] or [_group(view, "worker")],
        "launch": _default(view, "each", "launch"),
        "retries": _default(view, 0, "schedule", "retries"),
        "restart": view.get("schedule", "restart") or view.value("schedule", "restart"),
        **only_set(framework=view.get("framework"), hold=view.get("schedule", "hold")),
        **only_set(timeLimit=view.get("schedule", "timeLimit"), array=_array(view)),
    }


def _group(view: View, role: str) -> Body:
    return {
        "role": role,
        "replicas": _default(view, 1, "replicas"),
        "slots": _default(view, 1, "slots"),
        **_program(view),
        "env": {name: named_secret(value) for name, value in view.items("env").items()},
        **only_set(workdir=view.get("workdir"), image=view.get("image")),
        **only_set(resources=_resources(view), mounts=_mounts(view), ports=_ports(view)),
    }


def _program(view: View) -> Body:
    script = view.get("script")
    if script:
        return {"script": script, "shell": _default(view, "/bin/bash", "shell")}
    words = [(name, view.get(name)) for name in ("command", "args")]
    return {"argv": [From(word, found.sources) for _, found in words if found for word in found.value]}


def _resources(view: View) -> Body:
    for path in (("resources",), ("resources", "gpu")):
        view.get(*path)  # may be written and empty
    return only_set(
        **{name: view.get("resources", name) for name in AMOUNTS}, gpu=view.get("resources", "gpu", "count")
    )


def _mounts(view: View) -> list[Body]:
    """The mounts whose data is on this machine."""
    mounts = [_mount(mount) for mount in view.each("mounts")]
    return [mount for mount in mounts if "source" in mount]


def _mount(mount: View) -> Body:
    source, below = mount.get("volume") or mount.get("host"), mount.get("subPath")
    named = mount.get("volume") and From(mount.raw("volume"), mount.sources("volume"))
    whole = source and From(source.value, source.sources + (below.sources if below else ()))
    return only_set(source=whole, volume=named, path=mount.get("path"), readOnly=mount.get("readOnly"))


def _ports(view: View) -> list[Body]:
    """The ports that the program listens on; published under their own number or not at all."""
    ports = [
        only_set(
            port=port.get("port"), name=port.get("name"), protocol=port.get("protocol"), publish=port.get("publish")
        )
        for port in view.each("ports")
    ]
    return [port for port in ports if "port" in port]


def _array(view: View) -> Body:
    return only_set(indices=view.get("array", "indices"), parallelism=view.get("array", "parallelism"))


def _after(view: View, *above: str) -> Body:
    conditions = {name: view.get(*above, "after", name) for name in CONDITIONS}
    return only_set(after=only_set(**conditions))


def _default(view: View, default: Any, *path: str) -> Any:
    """What the spec says with its source, else the language's own default, which is written out."""
    found = view.get(*path)
    return default if found is None else found
