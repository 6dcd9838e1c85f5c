# ruff: noqa: N815 - a field has the language's own name, everywhere
"""What a site and a spec can say about Suanli beyond the portable language."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from annotated_types import Ge, MinLen

from lading.schema.models.common import (
    AbsolutePath,
    Amount,
    Bytes,
    Cores,
    Count,
    Identifier,
    Line,
    Model,
    optional,
    required,
)

StorageId = Annotated[int, Ge(1)]


class Options(Model):
    """``targets.<target>.options`` of a Suanli target."""

    indexVariable: Identifier | None = optional("JOB_COMPLETION_INDEX", default="JOB_COMPLETION_INDEX")
    """The variable in which a pod of an indexed task finds its number. The platform's documents do not name it; this
    is its name in Kubernetes."""

    escapeReferences: bool | None = optional("true", default=False)
    """Whether `$(NAME)` in commands and variables is sent as `$$(NAME)`, for a platform that puts the variable's value
    in its place as Kubernetes does. Whether Suanli does that is not documented."""


class CatalogVolume(Model):
    """A storage of the account, by the id that the console shows: exactly one of storage, share and nas."""

    storage: StorageId | None = optional("2038")
    """The id of accelerated object storage."""

    share: StorageId | None = optional("2037")
    """The id of a shared volume."""

    nas: StorageId | None = optional("5")
    """The id of a NAS, which must be in the region of the machine."""

    path: AbsolutePath | None = optional("/data")
    """Where it is mounted if the spec does not say."""

    one_of = (("storage",), ("share",), ("nas",))
    exactly_one = True


class CatalogResource(Model):
    """A kind of machine, as the platform's search for resources shows it."""

    deviceName: Line = required("'4090'")
    """The platform's name of the machine (`device_name`)."""

    region: Line = required("chengde-p1")
    """The region that it stands in."""

    regionName: Line | None = optional("Hebei 6")
    """The region's name for people."""

    cpu: Cores = required("16")
    """Its cores."""

    memory: Bytes = required("64512Mi")
    """Its memory."""

    gpuModel: Line | None = optional("'4090'")
    """The platform's name of its GPUs (`gpu_name`)."""

    gpuCount: Amount | None = optional("1", default=0)
    """How many GPUs it has."""

    gpuMemory: Bytes | None = optional("24560Mi")
    """The memory of one of its GPUs. (The platform's own `gpu_memory` is that of all of them together.)"""

    inventory: Amount | None = optional("8")
    """How many of it were free when the catalog was pulled. One of which none was free is only chosen where nothing
    else is large enough."""

    price: Line | None = optional("466 (1.68 ¥/h)")
    """What it cost when the catalog was pulled: the platform's number, and what it is in an hour if it is, as it seems
    to be, millionths of a yuan in a second."""


class Catalog(Model):
    """``targets.<target>.catalog`` of a Suanli target: how the portable names of a spec are spelled there."""

    resources: Mapping[Line, CatalogResource] | None = optional(
        "{4090-1x: {deviceName: '4090', region: chengde-p1, cpu: 16, memory: 64512Mi, gpuModel: '4090', gpuCount: 1,"
        " gpuMemory: 24560Mi}}"
    )
    """The machines that there are. A job gets the one with the fewest GPUs, then the least memory, then the fewest
    cores that is large enough, of those that are free if the catalog says so."""

    gpus: Mapping[Line, Line] | None = optional("{RTX4090: '4090'}")
    """The platform's name of each portable GPU model, where they differ."""

    queues: Mapping[Line, Line] | None = optional("{work: chengde-p1}")
    """The region of each portable queue. Where any are listed, another queue is an error."""

    volumes: Mapping[Line, CatalogVolume] | None = optional("{imagenet: {storage: 2038}}")
    """The storage of each volume."""


class Alternative(Model):
    """A machine that the task may get: exactly one of name and mark."""

    name: Line | None = optional("4090-1x")
    """Its name in `catalog.resources`."""

    mark: Line | None = optional("bWFyaw==")
    """The platform's own handle of it, which does not last: lading looks the handle of a name up by itself."""

    weight: int | None = optional("10")
    """How much it is preferred to the others."""

    one_of = (("name",), ("mark",))
    exactly_one = True


class Weights(Model):
    """What one of several containers gets of the machine: its part of the sum of all weights. Where one says a weight,
    the others have 1, and of the GPUs 0, unless they say theirs."""

    cpu: Count | None = optional("3")
    """Its part of the cores."""

    memory: Count | None = optional("3")
    """Its part of the memory."""

    gpu: Amount | None = optional("1")
    """Its part of the GPUs. The sum over all containers must divide the number of GPUs."""


class EnvSource(Model):
    """Where the value of a variable comes from: a field of the pod, or what a container was given of a resource."""

    field: Line | None = optional("metadata.name")
    """The field, as Kubernetes names it."""

    resource: Line | None = optional("limits.cpu")
    """The resource, as Kubernetes names it: `limits.cpu`, `limits.memory`."""

    container: Line | None = optional("redis")
    """The container that was given it, as the spec names it; without it the one that has the variable."""

    one_of = (("field",), ("resource", "container"))
    exactly_one = True


class Native(Model):
    """``native.suanli`` of a spec, and of a container in it: what the portable language lacks."""

    resources: Annotated[Sequence[Alternative], MinLen(1)] | None = optional("[{name: 4090-1x}, {name: 3090-1x}]")
    """The machines that the task may get, instead of the smallest that is large enough. Of the whole task."""

    region: Line | None = optional("chengde-p1")
    """The region that the machine must stand in. Of the whole task."""

    indexed: bool | None = optional("false")
    """Whether each pod has a number of its own (`mod_param.index`), as the platform recommends where there are
    several. Without it an array and several replicas are indexed. Of the whole task."""

    maxFailedIndex: Amount | None = optional("2")
    """How many pods of an indexed task may fail before all of it ends. Of the whole task."""

    qos: Literal["Guaranteed"] | None = optional("Guaranteed")
    """The class of the task's quality of service. Of the whole task."""

    volumeNames: Mapping[AbsolutePath, Line] | None = optional("{/dev/shm: mem-default}")
    """The names of shared memory and disks, by the path that they are mounted at; paths of one name are one volume.
    Of the whole task."""

    serviceName: Line | None = optional("container-01")
    """The container's name, where it is not that of the job, or of the container in the spec."""

    weights: Weights | None = optional("{cpu: 3, memory: 3, gpu: 1}")
    """What this container gets of the machine, where its `resources` do not say."""

    disks: Annotated[Sequence[AbsolutePath], MinLen(1)] | None = optional("[/scratch]")
    """Where the machine's own disk is mounted, shared by the containers that mount it at the same path. It has no size:
    a `disk` mount, which has one, is the same disk."""

    envFrom: Mapping[Identifier, EnvSource] | None = optional("{POD: {field: metadata.name}}")
    """Variables whose values the platform knows."""
