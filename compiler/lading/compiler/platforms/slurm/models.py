# ruff: noqa: N815 - a field has the language's own name, everywhere
"""What a site and a spec can say about Slurm beyond the portable language."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from annotated_types import MinLen

from lading.schema.models.common import AbsolutePath, Bytes, Duration, Line, Model, Name, Scalar, optional, required


class Containers(Model):
    """How this cluster runs container images."""

    runtime: Literal["apptainer", "singularity", "pyxis"] = required("apptainer")
    """The program that runs them: Apptainer or Singularity inside the job, or the Pyxis plugin of Slurm's own srun."""

    flags: Sequence[Line] | None = optional("[--writable-tmpfs]")
    """Further words for `apptainer exec`, or for srun where the runtime is pyxis."""


class Options(Model):
    """``targets.<target>.options`` of a Slurm target."""

    via: Annotated[Sequence[Line], MinLen(1)] | None = optional("[ssh, login.example.com]")
    """The words before each command, where Slurm's commands are on another machine. They must start a POSIX shell's
    words there: lading runs `VIA… sh` and sends the commands on its standard input."""

    containers: Containers | None = optional("{runtime: apptainer}")
    """How images run. Without it an image is a loss, unless the catalog maps it."""

    gpuResource: Name | None = optional("gpu", default="gpu")
    """The name of the generic resource (GRES) that GPUs are."""

    mpi: Name | None = optional("pmix")
    """The type that srun starts MPI ranks with (`srun --mpi=list` names them); without it the cluster's default."""

    rdma: Line | None = optional("ib")
    """The constraint that chooses nodes with InfiniBand or RoCE."""

    preemptible: Line | None = optional("spot")
    """The QOS of jobs that may be taken away."""

    logs: AbsolutePath | None = optional("/scratch/logs")
    """The folder of the jobs' output files, which must exist. Without it they are in the job's working directory."""

    timeout: Duration | None = optional("1m", default=60)
    """How long one of Slurm's commands may take."""


class CatalogVolume(Model):
    """Where a volume is on this cluster."""

    path: AbsolutePath = required("/share/imagenet")
    """The folder that holds the data."""


class CatalogPriority(Model):
    """What makes a job of this priority sooner or later."""

    qos: Line | None = optional("urgent")
    """The quality of service that the job asks for."""

    nice: int | None = optional("1000")
    """The adjustment of the job's priority; more is later, and only operators may go below 0."""


class CatalogImage(Model):
    """What stands for an image on this cluster."""

    apptainer: AbsolutePath | None = optional("/share/images/train.sif")
    """The Apptainer image file in which the program runs."""

    module: Annotated[Sequence[Line], MinLen(1)] | None = optional("[cuda/12, python/3.11]")
    """The environment modules that are loaded before the program runs."""

    one_of = (("apptainer",), ("module",))
    exactly_one = True


class Catalog(Model):
    """``targets.<target>.catalog`` of a Slurm target: how the portable names of a spec are spelled there."""

    volumes: Mapping[Line, CatalogVolume] | None = optional("{imagenet: {path: /share/imagenet}}")
    """Where each volume is."""

    gpus: Mapping[Line, Name] | None = optional("{A100: a100}")
    """The GRES type of each portable GPU model. Where any are listed, another model is an error."""

    gpuMemory: Mapping[Line, Bytes] | None = optional("{A100: 80Gi}")
    """The memory of one GPU of each portable model, for specs that ask by memory."""

    queues: Mapping[Line, Line] | None = optional("{work: gpu_p}")
    """The partition of each portable queue. Where any are listed, another queue is an error."""

    queueGpus: Mapping[Line, Sequence[Line]] | None = optional("{work: [A100]}")
    """The portable GPU models of each portable queue, for queues that do not have all."""

    priorities: Mapping[Line, CatalogPriority] | None = optional("{high: {qos: urgent}}")
    """What the priorities low, normal and high mean."""

    images: Mapping[Line, CatalogImage] | None = optional("{'a/b:1': {apptainer: /share/images/b.sif}}")
    """What stands for each image."""


class Mail(Model):
    """Who is written to, and when."""

    events: Annotated[Sequence[Name], MinLen(1)] = required("[END, FAIL]")
    """The events, in Slurm's own words: BEGIN, END, FAIL, REQUEUE, TIME_LIMIT_80 and others."""

    user: Line | None = optional("ada@example.com")
    """The address; without it the user who submits."""


class Native(Model):
    """``native.slurm`` of a spec: what the portable language lacks."""

    account: Line | None = optional("vis")
    """The account that is charged."""

    qos: Line | None = optional("normal")
    """The quality of service, where `schedule.priority` does not choose one."""

    constraint: Line | None = optional("a100&ib")
    """The features that the nodes must have."""

    exclusive: bool | None = optional("true")
    """Whether the nodes are shared with no other job."""

    reservation: Line | None = optional("friday")
    """The reservation that the job runs in."""

    licenses: Line | None = optional("matlab:2")
    """The licenses that it takes."""

    gres: Line | None = optional("lustre:1")
    """Generic resources of a node other than the GPUs of `resources.gpu`, which are added to them."""

    nodelist: Line | None = optional("n[1-4]")
    """The nodes that it must have."""

    exclude: Line | None = optional("n7,n9")
    """The nodes that it must not have."""

    signal: Line | None = optional("B:USR1@300")
    """The signal that announces the time limit, and how many seconds before."""

    comment: Line | None = optional("for the deadline")
    """A comment that Slurm keeps with the job; lading puts the submission's token before it."""

    mail: Mail | None = optional("{events: [END, FAIL]}")
    """Who is written to, and when."""

    directives: Mapping[Name, Scalar] | None = optional("{switches: 1, spread-job: true}")
    """Any other long options of sbatch, without their dashes; `true` for one that takes no value."""
