# ruff: noqa: N815 - a field has the language's own name, everywhere
"""What a site and a spec can say about PaddleFlow beyond the portable language."""

from collections.abc import Mapping
from typing import Annotated, Any

from annotated_types import Ge, Le

from lading.schema.models.common import Bytes, Cores, Line, Model, Pattern, optional, required
from lading.schema.models.resources import Gpu

Version = Annotated[str, Pattern(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?", "a version of the server such as 0.14.6")]
Port = Annotated[int, Ge(0), Le(65534)]


class Options(Model):
    """``targets.<target>.options`` of a PaddleFlow target."""

    serverVersion: Version | None = optional("0.14.6", default="0.14.3")
    """The version of the server, as `GET /version` tells it. It decides what the fields of file systems are called
    (`fileSystem` up to 0.14.2, `fs` since) and whether there is `limitFlavour` (since 0.14.6)."""

    gpuResource: Line | None = optional("nvidia.com/gpu", default="nvidia.com/gpu")
    """The Kubernetes resource that GPUs are, for models that the catalog gives none of their own."""

    rdma: Line | None = optional("rdma/hca")
    """The Kubernetes resource that the device plugin for InfiniBand or RoCE offers; a replica gets one of it."""


class CatalogVolume(Model):
    """What a volume is on this installation."""

    fs: Line = required("imagenet-fs")
    """The name of the registered file system (`paddleflow fs list`)."""

    claim: Line | None = optional("pfs-fs-root-imagenet-fs-pvc")
    """The PersistentVolumeClaim of the file system in the queue's namespace. A job that is sent as a Kubernetes object
    mounts this one, because the server adds no file systems to such an object."""


class CatalogFlavour(Model):
    """What a registered flavour gives one replica."""

    cpu: Cores | None = optional("4")
    """Its CPU cores."""

    memory: Bytes | None = optional("8Gi")
    """Its memory."""

    gpu: Gpu | None = optional("{count: 1}")
    """Its GPUs."""


class Catalog(Model):
    """``targets.<target>.catalog`` of a PaddleFlow target: how the portable names of a spec are spelled there."""

    volumes: Mapping[Line, CatalogVolume] | None = optional("{imagenet: {fs: imagenet-fs}}")
    """The file system of each volume."""

    gpus: Mapping[Line, Line] | None = optional("{A800: nvidia.com/a800}")
    """The Kubernetes resource of each portable GPU model, where models have resources of their own."""

    gpuNodes: Mapping[Line, Mapping[Line, str]] | None = optional("{A800: {gpu.example.org/model: a800}}")
    """The labels of the nodes that have each portable GPU model, where nodes are told apart by labels."""

    queues: Mapping[Line, Line] | None = optional("{work: vision}")
    """The queue of each portable queue. Where any are listed, another queue is an error."""

    flavours: Mapping[Line, CatalogFlavour] | None = optional("{flavour1: {cpu: 1, memory: 1Gi}}")
    """The registered flavours. Where any are listed, another name in `native.paddleflow.flavour` is an error."""


class Flavour(Model):
    """Resources as PaddleFlow writes them, or the name of a registered flavour."""

    name: Line | None = optional("flavour1")
    """The registered flavour; without a name, or as customFlavour, the fields beside it count."""

    cpu: Line | None = optional("'4'")
    """CPU cores, as a Kubernetes quantity."""

    mem: Line | None = optional("8Gi")
    """Memory, as a Kubernetes quantity."""

    scalarResources: Mapping[Line, str] | None = optional("{nvidia.com/gpu: '1'}")
    """Any other resources, as Kubernetes quantities by their names."""


class Spark(Model):
    """What a Spark job runs; Spark has no command of its own."""

    mainFile: Line | None = optional("local:///opt/app/main.py")
    """The program: a jar or a Python file."""

    mainClass: Line | None = optional("org.example.Main")
    """The class of the jar that has the main method."""

    arguments: str | None = optional("'--date 2024-01-01'")
    """The arguments, which the server hands on as one."""


class Native(Model):
    """``native.paddleflow`` of a spec: what the portable language lacks."""

    flavour: Line | None = optional("flavour1")
    """A registered flavour, instead of cpu, memory and gpu of `resources`."""

    limitFlavour: Flavour | None = optional("{cpu: '8', mem: 16Gi}")
    """The most that a replica may take, where that is more than it asks for. Needs a server of 0.14.6 or later."""

    port: Port | None = optional("8080")
    """The port that PaddleFlow shows with the job; it opens nothing."""

    extensionTemplate: Mapping[str, Any] | None = optional("{spec: {nodeSelector: {zone: a}}}")
    """The Kubernetes object of the job, or parts of it: what lading writes there itself is merged into it."""

    failFast: bool | None = optional("true", default=False)
    """Whether a workflow starts no further steps once one of them has failed, even if they do not wait for it."""

    spark: Spark | None = optional("{mainFile: local:///opt/app/main.py}")
    """What a Spark job runs."""
