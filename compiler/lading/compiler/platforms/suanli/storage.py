"""What a container finds at paths that the image does not have: storages, memory and disks that containers share.

Memory and disks belong to the task and are mounted by name. The name is made of the path, so that containers that mount
one at the same path share it, unless the spec names it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lading.compiler.payload import From
from lading.compiler.rows import Body
from lading.compiler.view import View, once

SHM = "/dev/shm"  # noqa: S108 - the name of a place, where nothing is written

STORAGES = {"storage": "storage_config", "share": "share_storage_config", "nas": "nas_storage_config"}
"""The list of a service in which a volume stands, by what the catalog says that it is."""


class Memory(NamedTuple):
    """Memory that is mounted, with its size in MiB."""

    path: From
    size: From


def containers(root: View) -> list[View]:
    """The containers of a replica, the main one first."""
    return [root, *root.each("containers")] if "containers" in root.plan.job.value else [root]


@once
def memories(view: View) -> list[Memory]:
    """What the container mounts of memory."""
    shm = view.get("resources", "shm")
    found = [Memory(From(SHM, shm.sources), shm)] if shm else []
    sizes = [(mount.get("path"), mount.get("tmpfs")) for mount in view.each("mounts")]
    return found + [Memory(path, size) for path, size in sizes if path and size]


@once
def disks(view: View) -> list[From]:
    """The paths at which the container mounts the machine's own disk."""
    native = view.get("native", "suanli", "disks")
    own = [From(path, native.sources) for path in native.value] if native else []
    mounted = [mount.get("path") for mount in view.each("mounts") if mount.raw("disk") is not None]
    return own + [path for path in mounted if path]


def volumes(root: View) -> Body:
    """The memory and the disks of the task, each once, by name."""
    parts, names = containers(root), volume_names(root)
    sizes = {names[each.path.value]: each.size for part in parts for each in memories(part)}
    scratch = {names[path.value]: path.sources for part in parts for path in disks(part)}
    return {
        "share_mem_volumes": [{"name": name, "size_limit": size} for name, size in sizes.items()],
        "share_disk_volumes": [{"name": From(name, sources)} for name, sources in scratch.items()],
    }


def mounts(view: View, names: Mapping[str, str]) -> Body:
    """What the container mounts, in the lists of its service."""
    return {
        **_storages(view),
        "share_mem_config": [_shared(each.path, names) for each in memories(view)],
        "share_disk_config": [_shared(path, names) for path in disks(view)],
    }


def _shared(path: From, names: Mapping[str, str]) -> Body:
    return {"target_dir": path, "volume_name": From(names[path.value], path.sources)}


def _storages(view: View) -> Body:
    lists: dict[str, list[Any]] = {name: [] for name in STORAGES.values()}
    for mount in view.each("mounts"):
        path, volume = mount.get("path"), mount.get("volume")
        if volume:
            kind = next(kind for kind in STORAGES if kind in volume.value)
            where = path or From(volume.value["path"], volume.sources)
            lists[STORAGES[kind]].append({"storage_id": From(volume.value[kind], volume.sources), "target_dir": where})
    return lists


@once
def volume_names(root: View) -> dict[str, str]:
    """The name of each mounted memory and disk, by path."""
    said = root.value("native", "suanli", "volumeNames") or {}
    paths = [path for part in containers(root) for path in _paths(part)]
    unnamed = [path for path in dict.fromkeys(paths) if path not in said]
    return {**said, **dict(zip(unnamed, _names(unnamed, set(said.values())), strict=True))}


def _paths(view: View) -> Iterator[str]:
    yield from (each.path.value for each in memories(view))
    yield from (path.value for path in disks(view))


def _names(paths: Sequence[str], taken: set[str]) -> Iterator[str]:
    for path in paths:
        name, number = plain_name(path), 1
        while name in taken:
            number += 1
            name = f"{plain_name(path)}-{number}"
        taken.add(name)
        yield name


def plain_name(path: str) -> str:
    """The name that the path gives to what is mounted there."""
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "root"
