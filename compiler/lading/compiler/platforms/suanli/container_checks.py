"""What Suanli objects to in one container."""

import re
from collections.abc import Iterator
from typing import Any

from lading.compiler.objections import missing, refusal, warning
from lading.compiler.platforms.suanli.machines import parts_of, said_weights
from lading.compiler.platforms.suanli.program import folded, service_names
from lading.compiler.platforms.suanli.storage import SHM, stores
from lading.compiler.view import View
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path

OF_THE_TASK = ("resources", "region", "indexed", "maxFailedIndex", "qos", "volumeNames")
"""Native fields that no container has for itself."""


def container_findings(view: View) -> Iterator[Finding]:
    """Every objection to the container; the main one is the job itself."""
    for rule in AMONG_OTHERS if "containers" in view.plan.job.value else ALONE:
        yield from rule(view)


def _image(view: View) -> Iterator[Finding]:
    if view.prefix and not view.is_set("image"):
        yield missing(view, ("image",), "every container runs one")


def _program(view: View) -> Iterator[Finding]:
    """What is done in the command needs one."""
    if view.is_set("command") or view.is_set("script"):
        return
    if view.is_set("args"):
        yield missing(view, ("command",), "an image keeps its own program only without arguments")
    for name in folded(view):
        if view.raw(*name.split(".")) not in {None, "never"}:
            yield missing(view, ("command",), f"{name} is done in the command, and the image's own is not known")
    if view.is_set("array", "indices") or (view.raw("replicas") or 1) > 1:
        variable = view.plan.target.options["indexVariable"]
        path = ("array", "indices") if view.is_set("array") else ("replicas",)
        yield warning(view, path, f"without a command, the program finds its number in {variable} only")


def _shares(view: View) -> Iterator[Finding]:
    """Containers share a machine by what they ask for, so each has to say it."""
    parts = parts_of(view.plan.job.value)
    for resource in ("cpu", "memory") if len(parts) > 1 else ():
        if not view.is_set("resources", resource) and not said_weights(parts, resource):
            yield missing(view, ("resources", resource), "several containers share a machine by what each asks for")


def _places(view: View) -> Iterator[Finding]:
    mounts, root = stores(view).mounts, view.plan.root
    for mount in mounts:
        if mount.volume and mount.path is None and "path" not in mount.volume.value:
            path = (*mount.at, "path")
            yield missing(root, path, "neither the mount nor the catalog says where the volume is mounted")
    if not mounts:
        return
    taken = dict.fromkeys(view.raw("native", "suanli", "disks") or (), "native.suanli.disks")
    taken |= {SHM: "resources.shm"} if view.is_set("resources", "shm") else {}
    for mount in mounts:
        if mount.path and mount.path.value in taken:
            yield refusal(root, (*mount.at, "path"), f"{taken[mount.path.value]} has something there already")


def _variables(view: View) -> Iterator[Finding]:
    found = view.raw("native", "suanli", "envFrom")
    known = service_names(view.plan.root) if found else {}
    for name, source in found.items() if found else ():
        path = ("native", "suanli", "envFrom", name)
        if view.is_set("env", name):
            yield refusal(view, path, "`env` sets it already")
        if source.get("container", next(iter(known))) not in known:
            yield refusal(view, path, f"there is no container {source['container']}, only {', '.join(known)}")


def _references(view: View) -> Iterator[Finding]:
    """What Kubernetes puts something else in place of; whether this platform does too is not documented."""
    if view.plan.target.options["escapeReferences"]:
        return
    part = parts_of(view.plan.job.value)[view.key]
    variables = part.get("env", {})
    program = {name: part[name] for name in ("command", "args", "script") if name in part}
    if "$" not in "".join(map(str, (*variables.values(), *program.values()))):
        return
    texts: dict[Path, Any] = {("env", name): value for name, value in variables.items()}
    texts |= {(name,): value for name, value in program.items()}
    for path, text in texts.items():
        for found in sorted(set(_EXPANDED.findall(str(text)))):
            name = found[2:-1]
            if found == "$$" or name in variables:
                put = "one $ in place of $$" if found == "$$" else f"the value of {found} there"
                what = f"the platform may put {put}, as Kubernetes does"
                yield warning(view, path, f"{what}: options.escapeReferences keeps it from that")


_EXPANDED = re.compile(r"\$\$|\$\([A-Za-z_][A-Za-z0-9_]*\)")


def _of_the_task(view: View) -> Iterator[Finding]:
    for name in OF_THE_TASK if view.prefix else ():
        if view.is_set("native", "suanli", name):
            yield refusal(
                view, ("native", "suanli", name), "it holds for the whole task: say it at the top of the spec"
            )


ALONE = (_program, _places, _variables, _references)
AMONG_OTHERS = (_image, _program, _shares, _places, _variables, _references, _of_the_task)
"""What can be wrong with the only container, and with one of several."""
