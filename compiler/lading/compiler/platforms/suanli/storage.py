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
from lading.schema.paths import Path

SHM = "/dev/shm"  # noqa: S108 - the name of a place, where nothing is written

STORAGES = {"storage": "storage_config", "share": "share_storage_config", "nas": "nas_storage_config"}
"""The list of a service in which a volume stands, by what the catalog says that it is."""


class Mount(NamedTuple):
    """One mount of the spec, at ``at``, as far as it is carried. ``name`` is that of its volume, ``volume`` the
    catalog's entry of it.
    """

    at: Path
    path: From | None
    name: str | None
    volume: From | None


class Memory(NamedTuple):
    """Memory that is mounted, with its size in MiB."""

    path: From
    size: From


class Stores(NamedTuple):
    """What one container mounts: the mounts of the spec, and of those and what else there is the memory and the disks,
    by their paths.
    """

    mounts: list[Mount]
    memories: list[Memory]
    disks: list[From]


def containers(root: View) -> list[View]:
    """The containers of a replica, the main one first."""
    return [root, *root.each("containers")] if "containers" in root.plan.job.value else [root]


@once
def stores(view: View) -> Stores:
    """What the container mounts."""
    shm, disks = view.get("resources", "shm"), view.get("native", "suanli", "disks")
    found = Stores(
        mounts=[],
        memories=[Memory(From(SHM, shm.sources), shm)] if shm else [],
        disks=[From(path, disks.sources) for path in disks.value] if disks else [],
    )
    for mount in view.each("mounts"):
        path, volume = mount.get("path"), mount.get("volume")
        found.mounts.append(Mount(mount.prefix, path, mount.raw("volume"), volume))
        if volume or path is None:
            continue
        if size := mount.get("tmpfs"):
            found.memories.append(Memory(path, size))
        elif mount.raw("disk") is not None:
            found.disks.append(path)
    return found


def volumes(found: Sequence[Stores], names: Mapping[str, str]) -> Body:
    """The memory and the disks of the task, each once, by name."""
    sizes = {names[each.path.value]: each.size for one in found for each in one.memories}
    scratch = {names[path.value]: path.sources for one in found for path in one.disks}
    return {
        "share_mem_volumes": [{"name": name, "size_limit": size} for name, size in sizes.items()],
        "share_disk_volumes": [{"name": From(name, sources)} for name, sources in scratch.items()],
    }


def mounts(found: Stores, names: Mapping[str, str]) -> Body:
    """What the container mounts, in the lists of its service."""
    return {
        **_storages(found.mounts),
        "share_mem_config": [_shared(each.path, names) for each in found.memories],
        "share_disk_config": [_shared(path, names) for path in found.disks],
    }


def _shared(path: From, names: Mapping[str, str]) -> Body:
    return {"target_dir": path, "volume_name": From(names[path.value], path.sources)}


def _storages(found: Sequence[Mount]) -> Body:
    lists: dict[str, list[Any]] = {name: [] for name in STORAGES.values()}
    for _, path, _, volume in found:
        if volume:
            kind = next(kind for kind in STORAGES if kind in volume.value)
            where = path or From(volume.value["path"], volume.sources)
            lists[STORAGES[kind]].append({"storage_id": From(volume.value[kind], volume.sources), "target_dir": where})
    return lists


@once
def volume_names(root: View) -> dict[str, str]:
    """The name of each mounted memory and disk, by path."""
    said = root.value("native", "suanli", "volumeNames") or {}
    unnamed = [path for path in dict.fromkeys(_paths(root)) if path not in said]
    return {**said, **dict(zip(unnamed, _names(unnamed, set(said.values())), strict=True))}


def _paths(root: View) -> Iterator[str]:
    for found in [stores(part) for part in containers(root)]:
        yield from [each.path.value for each in found.memories]
        yield from [path.value for path in found.disks]


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
