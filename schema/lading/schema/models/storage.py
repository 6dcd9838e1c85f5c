# ruff: noqa: N815 - a field has the language's own name, everywhere
"""What is mounted, and where."""

from lading.schema.models.common import AbsolutePath, Bytes, Hostname, Line, Model, RelativePath, optional, required


class Nfs(Model):
    """A folder that an NFS server exports."""

    server: Hostname = required("nas.example.com")
    """The host name or address of the server."""

    path: AbsolutePath = required("/export/code")
    """The exported path on the server."""


class Mount(Model):
    """One thing that is mounted: exactly one of volume, nfs, host, tmpfs and disk, at a path."""

    one_of = (("volume",), ("nfs",), ("host",), ("tmpfs",), ("disk",))
    exactly_one = True

    volume: Line | None = optional("imagenet")
    """The name of a volume; the catalog of the target says what it is there."""

    nfs: Nfs | None = optional("{server: nas.example.com, path: /export/code}")
    """A folder of an NFS server."""

    host: AbsolutePath | None = optional("/scratch/me")
    """A path on the machine that the replica runs on."""

    tmpfs: Bytes | None = optional("8Gi")
    """The size of a file system in memory, as a Kubernetes quantity; it is gone with the job."""

    disk: Bytes | None = optional("100Gi")
    """The size of node-local space, as a Kubernetes quantity; it is gone with the job."""

    path: AbsolutePath | None = optional("/data")
    """Where the program finds it. May be left out for a volume, whose path the catalog then decides."""

    subPath: RelativePath | None = optional("train/2012")
    """The part of the volume that is mounted, as a path inside it; without it all of the volume."""

    readOnly: bool | None = optional("true", default=False)
    """Whether the program may only read."""
