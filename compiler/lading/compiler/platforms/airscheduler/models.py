# ruff: noqa: N815 - a field has the language's own name, everywhere
"""What a site and a spec can say about AirScheduler beyond the portable language."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from annotated_types import MinLen

from lading.schema.models.common import (
    AbsolutePath,
    Amount,
    Bytes,
    Line,
    Model,
    Pattern,
    Url,
    optional,
    required,
)
from lading.schema.models.storage import Nfs

Operation = Annotated[
    str,
    Pattern(
        r"create|start|stop|delete|get|modify|filter|logs|resources",
        "one of create, start, stop, delete, get, modify, filter, logs and resources",
    ),
]
Route = Annotated[str, Pattern(r"(?:GET|POST|PUT|DELETE) /[^\s]*", "a method and a path, such as GET /task/{id}")]
Namespace = Annotated[
    str, Pattern(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", "a Kubernetes namespace: lower-case letters, digits and -")
]
StatusNumbers = Annotated[
    str, Pattern(r"-?[0-9]+(?:\.\.(?:-?[0-9]+)?)?", "a number or a range of numbers: -1, 1..99 or 1000..")
]


class Options(Model):
    """``targets.<target>.options`` of an AirScheduler target."""

    api: Literal["v1", "v2"] | None = optional("v2", default="v1")
    """The edition of the interface. The second has variables, time limits and read-only mounts, and other names."""

    namespace: Namespace | None = optional("vision")
    """The namespace of specs that name no queue."""

    reads: Literal["shell", "words"] | None = optional("shell")
    """What the platform does with a command: `shell` hands it to a shell as it is, `words` takes it apart itself, so
    that lading writes `sh -c '…'` around whatever is more than words. Its manual does not say. Without this option
    commands are written for a shell, and those that need one get a warning."""

    encoding: Literal["strings", "objects"] | None = optional("objects", default="strings")
    """How objects inside of the body travel: as the JSON strings of the manual, or as they are."""

    routes: Mapping[Operation, Route] | None = optional('{filter: "GET /api/v1/airscheduler/task/"}')
    """Methods and paths of operations, below the target's endpoint, where this deployment has others than usual, and
    of those that no manual tells: modify, filter, logs and resources. `{id}` stands for the task's."""

    login: Url | None = optional("http://air.example.org:31151")
    """The address of the user service, which makes a token of a user's name and password."""

    monitor: Url | None = optional("http://air.example.org:30888")
    """The address of the real-time monitor."""

    states: Mapping[StatusNumbers, Literal["pending", "running", "succeeded", "failed", "stopped"]] | None = optional(
        '{"-1": pending, "0": succeeded, "1..99": running, "1000..": failed}'
    )
    """What the numbers mean that a task's status is, where this deployment's differ from those of the example."""


class CatalogVolume(Model):
    """Where a volume is: in an NFS export, or in a folder that every node has."""

    nfs: Nfs | None = optional("{server: nas.example.com, path: /export/imagenet}")
    """The export that holds the data."""

    path: AbsolutePath | None = optional("/share/imagenet")
    """The folder of the nodes that holds the data."""

    one_of = (("nfs",), ("path",))
    exactly_one = True


class Catalog(Model):
    """``targets.<target>.catalog`` of an AirScheduler target: how the portable names of a spec are spelled there."""

    volumes: Mapping[Line, CatalogVolume] | None = optional("{imagenet: {path: /share/imagenet}}")
    """Where each volume is."""

    gpus: Mapping[Line, Line] | None = optional("{2080Ti: GeForce RTX 2080 Ti}")
    """The name that the platform has for each portable GPU model. Where any are listed, another model is an error."""

    gpuMemory: Mapping[Line, Bytes] | None = optional("{2080Ti: 11Gi}")
    """The memory of one GPU of each portable model, for specs that ask by memory."""

    queues: Mapping[Line, Namespace] | None = optional("{work: vision}")
    """The namespace of each portable queue. Where any are listed, another queue is an error."""


class Claim(Model):
    """A volume that is claimed for the task."""

    requests: Bytes = required("100Mi")
    """How much it has at least."""

    limits: Bytes = required("1Gi")
    """How much it may grow to."""

    mountPath: AbsolutePath | None = optional("/work")
    """Where the program finds it, in the second edition."""


class Native(Model):
    """``native.airscheduler`` of a spec: what the portable language lacks."""

    sourceServiceId: Amount | None = optional("3")
    """The id under which the service that asks for the task is stored."""

    pvc: Annotated[Sequence[Claim], MinLen(1)] | None = optional("[{requests: 100Mi, limits: 1Gi}]")
    """Volumes that are claimed for the task; the first edition takes one."""

    yamlData: Mapping[str, Any] | None = optional("{kind: Pod}")
    """A Kubernetes manifest to start from; ordinary tasks have none."""

    distributed: bool | None = optional("true")
    """Whether the task is part of a distributed one, in the second edition."""
