"""Volumes: NFS exports and folders of the nodes, by where the program finds them."""

import posixpath
import re
from collections.abc import Collection, Mapping
from itertools import chain, count
from typing import Any, NamedTuple

from lading.compiler.importing.reading import Reading
from lading.compiler.payload import From
from lading.compiler.rows import Body, only_set
from lading.compiler.variables import mount_variable
from lading.compiler.view import View

NAME_OF_EXPORT = ""
"""What the manual's example has where the platform finds a name by itself."""


class Volume(NamedTuple):
    """One mount whose data is somewhere. ``place`` is the path, and the server that exports it.

    ``at`` is where the program finds it: without a word in the spec, where it is. ``portable`` is the volume's name in
    the spec, None where that says the place itself.
    """

    place: From
    at: From
    portable: str | None
    read_only: From | None

    @property
    def name(self) -> str:
        """The name that it is mounted by, where the edition wants one."""
        if self.portable is not None:
            return _safe(self.portable)
        return NAME_OF_EXPORT if "server" in self.place.value else _safe(self.at.value)

    @property
    def body(self) -> Body:
        """What both editions have."""
        there, sources = self.place.value, self.place.sources
        place = {key: From(value, sources) for key, value in there.items()}
        read_only = only_set(read_only=self.read_only)
        return {"is_nfs": From("server" in there, sources), **place, "mount_path": self.at, **read_only}


def volumes(view: View) -> list[Body]:
    """What is mounted. The first edition wants all of its keys, and a name for each folder of the nodes."""
    found = [volume for mount in view.each("mounts") if (volume := _volume(mount))]
    if view.plan.target.options["api"] == "v2":
        return [volume.body for volume in found]
    names = _told_apart([volume.name for volume in found])
    return [{"server": "", **volume.body, "mount_name": name} for volume, name in zip(found, names, strict=True)]


def variables_of_volumes(view: View) -> dict[str, From]:
    """What tells the program where it finds volumes, of which the spec itself does not say it."""
    if view.plan.is_bare:
        return {}
    named = [(mount.raw("volume"), _volume(mount)) for mount in view.each("mounts") if mount.raw("path") is None]
    return {mount_variable(name): volume.at for name, volume in named if volume}


def _volume(mount: View) -> Volume | None:
    said, read_only, place = mount.get("path"), mount.get("readOnly"), _place(mount)
    if place is None:
        return None
    at = said or From(place.value["path"], place.sources)
    return Volume(place, at, mount.raw("volume"), read_only)


def _place(mount: View) -> From | None:
    found, below = _whole(mount), mount.get("subPath")
    if found is None or below is None:
        return found
    path = posixpath.join(found.value["path"], below.value)
    return From({**found.value, "path": path}, found.sources + below.sources)


def _whole(mount: View) -> From | None:
    """Where the data is, without the part of it that is wanted; None where it is nowhere."""
    volume, host = mount.get("volume"), mount.get("host")
    if volume:
        return From(volume.value.get("nfs", volume.value), volume.sources)
    if host:
        return From({"path": host.value}, host.sources)
    server, export = mount.get("nfs", "server"), mount.get("nfs", "path")
    if server and export:
        return From({"server": server.value, "path": export.value}, server.sources + export.sources)
    return None


def _safe(text: str) -> str:
    """The text as Kubernetes takes it for a name; it stays a little shorter, so that a number fits behind it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:58].rstrip("-") or "volume"


def _told_apart(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        found.append(_free(name, found) if name else name)
    return found


def _free(name: str, taken: Collection[str]) -> str:
    numbered = (f"{name}-{number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)


def read_volumes(reading: Reading) -> None:
    """Each volume is a mount."""
    entries = reading.take("/running_config/volumes")
    if isinstance(entries, list):
        reading.say("mounts", [_mount(reading, entry) for entry in entries])


def _mount(reading: Reading, entry: Mapping[str, Any]) -> Body:
    path = entry["path"]
    nfs = {"server": entry.get("server"), "path": path} if entry.get("is_nfs") else None
    volume = _portable_name(reading, entry, {"nfs": nfs} if nfs else {"path": path})
    source = {"volume": volume} if volume else {"nfs": nfs} if nfs else {"host": path}
    return {**source, "path": entry["mount_path"], "readOnly": entry.get("read_only")}


def _portable_name(reading: Reading, entry: Mapping[str, Any], there: Body) -> str | None:
    """The volume of the catalog that this is, or that it must be in the first edition so as to keep its name."""
    if reading.target.options["api"] == "v2":
        known = reading.target.catalog.get("volumes", {})
        return next((name for name, place in known.items() if place == there), None)
    name = entry.get("mount_name", "")
    by_itself = NAME_OF_EXPORT if "nfs" in there else _safe(entry["mount_path"])
    return None if name == by_itself or name != _safe(name) else reading.know("volumes", name, there)
