# ruff: noqa: N815 - a field has the language's own name, everywhere
"""What a site and a spec can say about AIHub beyond the portable language."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from annotated_types import MinLen

from lading.schema.models.common import (
    AbsolutePath,
    Amount,
    Bytes,
    Cores,
    Count,
    Line,
    Model,
    SecretRef,
    Url,
    optional,
    required,
)


class Services(Model):
    """Services that answer at an address of their own instead of the target's `endpoint`."""

    users: Url | None = optional("http://hub.example.org:31031")
    """Where people log in."""

    search: Url | None = optional("http://hub.example.org:31020")
    """The data warehouse."""

    datasets: Url | None = optional("http://hub.example.org:31061")
    """The management of data sets."""

    workflows: Url | None = optional("http://hub.example.org:32023")
    """The workflow center, which runs pipelines."""

    training: Url | None = optional("http://hub.example.org:31032")
    """The training platform."""

    quota: Url | None = optional("http://hub.example.org:31044")
    """The scheduler of quota tasks."""

    tags: Url | None = optional("http://hub.example.org:31043")
    """The service that knows tags, projects and clusters."""

    evaluation: Url | None = optional("http://eval.example.org:8080")
    """The evaluation platform, which the gateway does not have."""


class S3(Model):
    """The relay that uploads files to the object store."""

    endpoint: Url = required("https://s3.example.org:8443")
    """Its address."""

    caFile: Line | None = optional("./hub-ca.pem")
    """The certificate that its own is signed with, as a file; without it one that this machine trusts."""

    token: SecretRef = required("{secret: hub-s3}")
    """The secret that it asks for."""


class Options(Model):
    """``targets.<target>.options`` of an AIHub target."""

    services: Services | None = optional("{evaluation: 'http://eval.example.org:8080'}")
    """Services that are not behind the target's `endpoint`."""

    s3: S3 | None = optional("{endpoint: 'https://s3.example.org:8443', token: {secret: hub-s3}}")
    """The relay that uploads files to the object store."""

    quotaShmUnit: Literal["GiB", "MB"] | None = optional("GiB")
    """The unit in which quota tasks count shared memory: the platform's manual says GiB, its client MB. Without it
    lading takes GiB, and warns."""

    mpiCommand: Literal["launcher", "rank"] | None = optional("rank", default="launcher")
    """What AIHub makes of the command of an MPI or DeepSpeed job: it runs it once, as the launcher, or as each rank."""

    datasetName: Literal["query", "gallery"] | None = optional("gallery", default="query")
    """Which data set of an evaluation the form field `dataset_name` means; `gallery_dataset_name` means the other."""

    runsNeedProject: bool | None = optional("false", default=True)
    """Whether a run of a pipeline must belong to a project."""


class Sku(Model):
    """The unit in which a cluster is given out."""

    cpu: Cores = required("14")
    """Its CPU cores."""

    memory: Bytes = required("120Gi")
    """Its memory."""

    gpu: Amount | None = optional("1")
    """Its GPUs. The platform does not list them: look at a training task's cluster. Without it a cluster with a
    `gpuModel` is never chosen for its GPUs."""


class CatalogCluster(Model):
    """A virtual cluster."""

    id: Count = required("29")
    """Its number on the platform."""

    gpuModel: Line | None = optional("A800")
    """The model of its GPUs; without it, it has none."""

    gpuMemory: Bytes | None = optional("80Gi")
    """The memory of one of its GPUs, for specs that ask by memory."""

    sku: Sku | None = optional("{cpu: 14, memory: 120Gi, gpu: 1}")
    """The unit in which it is given out; without it only `skuCount` can ask for a part of it."""


class CatalogVolume(Model):
    """A storage that is registered on the platform, which alone decides where it is mounted."""

    storage: Count = required("12")
    """Its number on the platform."""

    path: AbsolutePath | None = optional("/mnt/imagenet")
    """Where it is mounted; a mount that names a path of its own needs it."""

    readOnly: bool | None = optional("true", default=False)
    """Whether programs may only read it."""


class Catalog(Model):
    """``targets.<target>.catalog`` of an AIHub target: how the portable names of a spec are spelled there."""

    clusters: Mapping[Line, CatalogCluster] | None = optional(
        "{vc-a800: {id: 29, gpuModel: A800, sku: {cpu: 14, memory: 120Gi, gpu: 1}}}"
    )
    """The virtual clusters."""

    queues: Mapping[Line, Line] | None = optional("{work: vc-a800}")
    """The cluster of each portable queue; a cluster's own name is a queue too."""

    gpus: Mapping[Line, Line] | None = optional("{RTX4090: '4090'}")
    """What the clusters call each portable GPU model, where that is another name."""

    volumes: Mapping[Line, CatalogVolume] | None = optional("{imagenet: {storage: 12, path: /mnt/imagenet}}")
    """The storage that each volume is."""

    tags: Mapping[Line, Count] | None = optional("{faces: 3}")
    """The number of each tag of data sets."""

    featureLibraries: Mapping[Line, Count] | None = optional("{street-2026: 7}")
    """The number of each library of features."""


class NodeCluster(Model):
    """Where some nodes of a pipeline run."""

    cluster: Line = required("vc-a800")
    """The cluster, by its name in the catalog, or by its number."""

    nodes: Annotated[Sequence[Line], MinLen(1)] = required("[train, evaluate]")
    """The nodes of the pipeline."""


class Native(Model):
    """``native.aihub`` of a spec: what the portable language lacks."""

    product: Literal["training", "quota"] | None = optional("quota", default="training")
    """What a job becomes: a training task, or a quota task, which has a priority and may have to give way."""

    project: Count | None = optional("12")
    """The number of the project that a job or run belongs to."""

    category: Literal["training", "inference", "debugging", "special"] | None = optional("training")
    """What kind of work a job is."""

    skuCount: Count | None = optional("8")
    """How many SKUs of its cluster each instance gets, instead of cpu, memory and gpu."""

    vip: bool | None = optional("true")
    """Whether a training task is a VIP task."""

    preemptPolicy: Literal["wait", "kill"] | None = optional("wait")
    """What happens to the tasks on the nodes of a VIP task: it waits for their end, or they are killed."""

    vipNodes: Annotated[Sequence[Line], MinLen(1)] | None = optional("[gpu-01, gpu-02]")
    """The nodes that are kept for a VIP task."""

    notify: Literal["never", "on-failure", "on-completion"] | None = optional("on-failure")
    """When AIHub writes to the owner of a training task."""

    sysAdmin: bool | None = optional("true")
    """Whether the program of a training task has the capability SYS_ADMIN."""

    quotaSchedule: bool | None = optional("true")
    """Whether a training task is scheduled by quota."""

    reschedule: bool | None = optional("true")
    """Whether AIHub itself schedules a failed quota task again; how often is its own affair."""

    useCache: bool | None = optional("true")
    """Whether a run takes the results of nodes that ran before."""

    nodeClusters: Annotated[Sequence[NodeCluster], MinLen(1)] | None = optional(
        "[{cluster: vc-a800, nodes: [train, evaluate]}]"
    )
    """Where the nodes of a run's pipeline run, for those that run elsewhere than the pipeline says."""

    private: bool | None = optional("true")
    """Whether only some people can see a data set."""

    accessUsers: Annotated[Sequence[Count], MinLen(1)] | None = optional("[4, 8]")
    """The numbers of the users who can see a private data set."""

    createdBy: Count | None = optional("4")
    """The number of the user to whom a run, a data set or an evaluation belongs."""
