"""The job and the service, and the parts that other kinds share with them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from annotated_types import MinLen

from lading.schema.models.common import (
    AbsolutePath,
    Argv,
    Count,
    Env,
    Identifier,
    Image,
    Label,
    LabelKey,
    LabelValue,
    Line,
    Model,
    Name,
    NativeSections,
    Scalar,
    Text,
    constant,
    optional,
    required,
)
from lading.schema.models.network import Network, Port
from lading.schema.models.policy import Array, Probes, Schedule, ServiceSchedule
from lading.schema.models.resources import Resources
from lading.schema.models.storage import Mount

Framework = Literal["none", "pytorch", "mpi", "deepspeed", "paddle", "tensorflow", "mxnet", "spark", "ray"]
Pull = Literal["always", "if-not-present", "never"]


class Document(Model):
    """What every spec starts with."""

    lading: Literal["v1"] = constant("v1", written=True)
    """The version of the language."""

    kind: str = constant("job")
    """What the document describes."""

    name: Label = required("resnet50-train")
    """The name of the work, not of a run of it: a DNS-1123 label that starts with a letter, at most 63 characters."""


class Variants(Model):
    """How one document becomes several."""

    is_layer: ClassVar[bool] = False

    params: Mapping[Identifier, Scalar] | None = optional("{lr: 0.1}")
    """Values that strings of this document may use as `${{ params.NAME }}`; `--set NAME=VALUE` gives others."""

    matrix: Mapping[Identifier, Annotated[Sequence[Scalar], MinLen(1)]] | None = optional(
        "{lr: [0.1, 0.01], seed: [1, 2]}"
    )
    """One job for each combination of these values, used like params. The values become part of the job's name."""


class Described(Model):
    """What people and their tools know it by."""

    description: str | None = optional("ResNet-50 on ImageNet, 90 epochs")
    """What it is, for people."""

    labels: Mapping[LabelKey, LabelValue] | None = optional("{team: vision, tier: batch}")
    """Short facts to find it by, with keys and values as in Kubernetes."""

    annotations: Mapping[Line, str] | None = optional("{ticket: VIS-118}")
    """Any other facts, as text."""


class Native(Model):
    """What only one platform has."""

    native: NativeSections | None = optional("{slurm: {constraint: a100}}")
    """What only one platform has, by platform, checked against that platform's own model (`lading schema PLATFORM`)."""


class Layer(Native):
    """What a document and its overrides have in common."""

    is_layer: ClassVar[bool] = True

    accept: Sequence[Line] | None = optional("[schedule.retries]")
    """The paths of fields that a target may lose; each covers all below it. Those of all layers add up."""


class Program(Model):
    """What runs, on what: `command` and `args`, or `script` and `shell`."""

    one_of = (("command", "args"), ("script", "shell"))

    image: Image | None = optional("registry.example.com/vision/train:2.1")
    """The container image, an OCI reference. On a target without containers it is a loss, unless the site maps it."""

    command: Argv | None = optional("[python, train.py]")
    """The program as argv: no shell reads it, and every argument arrives as it is written."""

    args: Sequence[str] | None = optional("[--epochs, 90]")
    """Further arguments of the command, or of the image's entrypoint where there is no command."""

    script: Text | None = optional('"module load cuda/12\\npython train.py\\n"')
    """A shell script instead of a command. It reaches the shell byte for byte; a `#!` line of its own is its shell."""

    shell: AbsolutePath | None = optional("/bin/sh", default="/bin/bash")
    """The shell that runs the script."""

    env: Env | None = optional("{EPOCHS: 90, WANDB_API_KEY: {secret: wandb}}")
    """Environment variables: text, a number or boolean (as it is written), or a secret by its name."""

    resources: Resources | None = optional("{cpu: 8, memory: 64Gi, gpu: 8}")
    """What one replica gets, all its slots together."""

    mounts: Sequence[Mount] | None = optional("[{volume: imagenet, path: /data, readOnly: true}]")
    """What is mounted: volumes of the site, NFS and host folders, memory and node-local space."""

    ports: Sequence[Port] | None = optional("[{port: 8080, name: http, publish: true}]")
    """The ports that the program listens on. Without `publish` they are reached from inside only."""


class Role(Native, Program):
    """One role of a framework. `env` merges with the job's; what else a role leaves out it has from the job."""

    replicas: Count | None = optional("2", default=1)
    """How many identical instances of this role start."""

    slots: Count | None = optional("8")
    """How many processes (ranks) one replica of this role runs; the job's where it is left out."""

    shell: AbsolutePath | None = optional("/bin/sh")
    """The shell that runs the script; the job's where it is left out."""

    workdir: Line | None = optional("/code")
    """The folder that the program starts in; the job's where it is left out."""


class Container(Native, Program):
    """One more container in each replica, beside the main one and on the same network."""

    probes: Probes | None = optional("{liveness: {tcp: {port: 6379}}}")
    """How the platform tells whether this container is well."""


class Work(Program):
    """What a job, a service and a step have in common."""

    pull: Pull | None = optional("if-not-present")
    """When the image is pulled."""

    launch: Literal["each", "once"] | None = optional("once", default="each")
    """Whether each replica runs the program, or only replica 0 does and starts the rest itself."""

    workdir: Line | None = optional("/code")
    """The folder the program starts in. Without it the image's; without containers the spec's, or a cluster's home."""

    framework: Framework | None = optional("pytorch", default="none")
    """The framework whose way of starting processes is used; its variables are set."""

    replicas: Count | None = optional("4", default=1)
    """How many identical instances start together."""

    slots: Count | None = optional("8", default=1)
    """How many processes (ranks) one replica runs."""

    network: Network | None = optional("{rdma: true}")
    """What the network between the replicas must be able to do."""

    roles: Mapping[Label, Role] | None = optional("{chief: {replicas: 1}, worker: {replicas: 4}}")
    """Instances that differ, by role, instead of `replicas`. The framework says which roles there are."""

    containers: Mapping[Label, Container] | None = optional("{redis: {image: 'redis:7'}}")
    """More containers in each replica beside the main one, by name."""

    probes: Probes | None = optional("{readiness: {http: {path: /healthz, port: 8080}}}")
    """How the platform tells whether a replica is well."""

    ssh: bool | None = optional("true", default=False)
    """Whether people may log in to the replicas."""


class _JobPlanning(Model):
    """When a job runs."""

    schedule: Schedule | None = optional("{priority: high, timeLimit: 12h}")
    """When and how often the job runs."""

    array: Array | None = optional("{indices: 0-99, parallelism: 10}")
    """The job many times over, each time with another index."""


class JobDefaults(Native, _JobPlanning, Work, Described):
    """What a target of a site may say for every job that does not say it itself."""

    is_layer: ClassVar[bool] = True


class JobLayer(Layer, _JobPlanning, Work, Described):
    """What an override may say of a job."""


class Job(Variants, JobLayer, Document):
    """Something that runs and ends."""

    kind: Literal["job"] = constant("job")
    """`job`: something that runs and ends. It is what a document without a kind describes."""

    overrides: Mapping[Name, JobLayer] | None = optional("{tianhe: {image: null, workdir: /HOME/me/code}}")
    """Fields that differ on a target, by target. Null removes what the document says."""


class _ServicePlanning(Model):
    """When a service runs."""

    schedule: ServiceSchedule | None = optional("{priority: high, restart: always}")
    """When and how often the service runs."""


class ServiceLayer(Layer, _ServicePlanning, Work, Described):
    """What an override may say of a service."""


class Service(Variants, ServiceLayer, Document):
    """Something that runs until it is stopped and answers on its ports."""

    kind: Literal["service"] = constant("service")
    """`service`: something that runs until it is stopped."""

    ports: Sequence[Port] = required("[{port: 8080, name: http, publish: true}]")
    """The ports that the service listens on. Without `publish` they are reached from inside only."""

    overrides: Mapping[Name, ServiceLayer] | None = optional("{cluster: {replicas: 2}}")
    """Fields that differ on a target, by target. Null removes what the document says."""
