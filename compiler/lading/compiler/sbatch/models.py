# ruff: noqa: N815 - a field has the language's own name, everywhere
"""What a site and a spec can say about sbatch beyond the portable language, however it is reached."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from annotated_types import MinLen

from lading.schema.models.common import AbsolutePath, Bytes, Count, Line, Model, Name, Scalar, optional, required


class Containers(Model):
    """How this cluster runs container images."""

    runtime: Literal["apptainer", "singularity", "pyxis"] = required("apptainer")
    """The program that runs them: Apptainer or Singularity inside the job, or the Pyxis plugin of Slurm's own srun."""

    flags: Sequence[Line] | None = optional("[--writable-tmpfs]")
    """Further words for `apptainer exec`, or for srun where the runtime is pyxis."""


class Cluster(Model):
    """What the options of every target say whose jobs Slurm runs."""

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
    """``targets.<target>.catalog``: how the portable names of a spec are spelled there."""

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

    events: Annotated[Sequence[Name], MinLen(1)] | None = optional("[END, FAIL]")
    """The events, in Slurm's own words: BEGIN, END, FAIL, REQUEUE, TIME_LIMIT_80 and others."""

    user: Line | None = optional("ada@example.com")
    """The address; without it the user who submits."""


class Native(Model):
    """What sbatch has and the portable language lacks."""

    account: Line | None = optional("vis")
    """The account that is charged."""

    qos: Line | None = optional("normal")
    """The quality of service, where `schedule.priority` does not choose one."""

    constraint: Line | None = optional("a100&ib")
    """The features that the nodes must have."""

    exclusive: Scalar | None = optional("true")
    """Whether the nodes are shared with no other job; `user` and `mcs` for none of anybody else."""

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

    jobName: Line | None = optional("Heat_Equation")
    """The job's name in Slurm, where it is not to be `name`."""

    nodes: Line | None = optional("2-4")
    """How many nodes the job gets, where it may be one of several numbers. The program starts its tasks itself."""

    ntasks: Count | None = optional("64")
    """How many tasks the job has, on however many nodes. The program starts them itself."""

    ntasksPerNode: Count | None = optional("16")
    """How many tasks a node has at most, where it is open how many nodes there are."""

    mem: Line | None = optional("'0'")
    """Memory that `resources.memory` can not say: `0` is all that a node has."""

    memPerCpu: Bytes | None = optional("2Gi")
    """Memory of each core, where it is open how many cores a node has."""

    memPerGpu: Bytes | None = optional("40Gi")
    """Memory of each GPU."""

    gpus: Line | None = optional("a100:8")
    """GPUs of the whole job, where it is open how many a node has."""

    gpusPerTask: Line | None = optional("a100:1")
    """GPUs of each task, where it is open how many tasks a node has."""

    cpusPerGpu: Count | None = optional("6")
    """Cores of each GPU."""

    time: Line | None = optional("UNLIMITED")
    """A time limit that `schedule.timeLimit` can not say."""

    nice: int | None = optional("100")
    """How much later the job starts than others, where `schedule.priority` does not choose it."""

    dependency: Line | None = optional("singleton")
    """What the job waits for and `schedule.after` can not say."""

    requeue: bool | None = optional("true")
    """Whether Slurm runs the job again when a node has failed or it was taken away for another."""

    output: Line | None = optional("logs/%x-%j.out")
    """The file of the output, instead of one that lading names; its folder must exist."""

    error: Line | None = optional("logs/%x-%j.err")
    """The file of the standard error, where that is not to be the output's."""

    export: Line | None = optional("ALL")
    """What the job gets of the environment of whoever submits it; without it nothing, so that all get the same."""

    mail: Mail | None = optional("{events: [END, FAIL]}")
    """Who is written to, and when."""

    directives: Mapping[Name, Scalar] | None = optional("{switches: 1, spread-job: true}")
    """Any other long options of sbatch, without their dashes; `true` for one that takes no value."""
