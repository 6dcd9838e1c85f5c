"""The variables that every process finds, on platforms that hand environment variables on."""

import re
from functools import lru_cache

from lading.compiler.payload import From
from lading.compiler.view import View

OWN = "LADING_"
"""What the names of lading's own variables begin with; a spec can not set such a one."""


RANK_0_OF_1 = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500", "WORLD_SIZE": "1", "RANK": "0", "LOCAL_RANK": "0"}
"""What PyTorch wants to know of a process that is alone, where nothing else tells it."""


def own_variables(view: View) -> dict[str, From]:
    """``LADING_NAME``, ``LADING_REPLICAS``, where it is certain ``LADING_REPLICA``, and one for each mounted volume."""
    if view.plan.is_bare:
        return {}
    replicas = _with_replicas(view).get("replicas") or From(1, ())
    found = {"LADING_NAME": job_name(view), "LADING_REPLICAS": _text(replicas)}
    if replicas.value == 1:
        found["LADING_REPLICA"] = From("0", replicas.sources)
    return found | _of_mounts(view)


def _with_replicas(view: View) -> View:
    """The job, role or step that there are several of; a container is in each of them."""
    return View(view.plan, view.prefix[:-2]) if view.prefix[-2:-1] == ("containers",) else view


def job_name(view: View) -> From:
    """The job's name; a step's after that of its workflow."""
    name = view.plan.root.get("name") or From("", ())
    if view.prefix[:1] != ("steps",):
        return name
    return From(f"{name.value}-{view.prefix[1]}", (*name.sources, view.prefix[:2]))


@lru_cache(maxsize=1024)  # a thousand jobs mount the same few volumes
def mount_variable(volume: str) -> str:
    """The name of the variable that says where the volume is."""
    return f"LADING_MOUNT_{re.sub('[^A-Z0-9]', '_', volume.upper())}"


def _of_mounts(view: View) -> dict[str, From]:
    found = {}
    for mount in view.each("mounts"):
        volume, path = mount.raw("volume"), mount.get("path")
        if volume is not None and path is not None and path.value is not None:
            found[mount_variable(volume)] = From(path.value, (*mount.sources("volume"), *path.sources))
    return found


def _text(value: From) -> From:
    return From(str(value.value), value.sources)
