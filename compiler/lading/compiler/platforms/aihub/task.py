"""The body of a training or quota task."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.payload import From
from lading.compiler.platforms.aihub.convert import PLAIN
from lading.compiler.platforms.aihub.native import completed, own_fields, product_of
from lading.compiler.platforms.aihub.program import AS_ROOT, command, launcher
from lading.compiler.platforms.aihub.skus import ASKED, QUEUE, RESOURCES, Allocation, allocation
from lading.compiler.rows import Body, merged, named_secret, only_set, stated
from lading.compiler.variables import mount_variable, own_variables
from lading.compiler.view import View

BOTH: Mapping[str, Any] = {
    "enable_ssh": False,
    "envs": [],
    "storage_ids": [],
    "use_ib_network": False,
    "always_pull_image": False,
}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "training": {**BOTH, "is_quota_schedule": False, "enable_sys_admin": False},
    "quota": {**BOTH, "enable_reschedule": False},
}
"""What the vendor's client sends of what is not set."""

WRITTEN_OUT: Mapping[str, Mapping[str, Any]] = {
    "training": {"framework": PLAIN, "instances": 1},
    "quota": {"framework": PLAIN, "instances": 1, "priority": 1},
}
"""What the platform wants to be told, and the language has a default for."""

UNSAID: Mapping[str, Mapping[str, Any]] = {which: {**WRITTEN_OUT[which], **DEFAULTS[which]} for which in DEFAULTS}


def task(view: View) -> Body:
    """The whole body."""
    which = product_of(view.plan)
    computed = only_set(
        command=command(view),
        shm=view.get("resources", "shm"),
        envs=_variables(view),
        storage_ids=[volume for mount in view.each("mounts") if (volume := mount.get("volume"))],
    )
    said = merged(stated(view), computed, _allotted(view), own_fields(view.plan))
    return completed(said, UNSAID[which])


def _allotted(view: View) -> Body:
    found = view.plan.once(allocation)
    assert isinstance(found, Allocation), "checks.py has objected"
    asked, queue = [view.get(*RESOURCES, *below) for below in ASKED], view.get(*QUEUE)
    resources = tuple([path for each in asked if each for path in each.sources])
    sources = (*queue.sources, *resources) if queue else resources
    return {"virtual_cluster_id": From(found.cluster["id"], sources), "sku_cnt": From(found.number, resources)}


def _variables(view: View) -> list[Body]:
    """Every variable; what lading tells comes first, so that the spec's own have the last word."""
    told = {} if view.plan.is_bare else {**own_variables(view), **_places(view), **_of_launchers(view)}
    own = {name: named_secret(value) for name, value in view.items("env").items()}
    return [{"key": name, "value": value} for name, value in (told | own).items()]


def _of_launchers(view: View) -> dict[str, From]:
    """What PyTorch looks for and a PyTorchJob does not set, though torchrun does; and what Open MPI asks for."""
    framework = view.raw("framework")
    found = {"LOCAL_RANK": "0"} if framework == "pytorch" and view.raw("slots") in {None, 1} else {}
    if framework == "mpi" and launcher(view):
        found = dict.fromkeys(AS_ROOT, "1")
    return {name: From(value, view.sources("framework")) for name, value in found.items()}


def _places(view: View) -> dict[str, From]:
    """Where each volume is, which the platform decides."""
    known = view.plan.target.catalog.get("volumes", {})
    found = {str(mount.raw("volume")): mount.sources() for mount in view.each("mounts") if mount.get("volume")}
    paths = {name: known[name].get("path") for name in found}
    return {mount_variable(name): From(path, found[name]) for name, path in paths.items() if path}
