"""What a replica is given."""

from typing import Annotated

from lading.schema.models.common import Amount, Bytes, Cores, Line, Model, Shaped, optional, required


class Gpu(Model):
    """GPUs of one replica. Short forms: `gpu: 8` and `gpu: A800:8`."""

    model: Line | None = optional("A800")
    """The portable name of the GPU model, as the target's catalog lists it. Without it any model will do."""

    count: Amount = required("8")
    """How many GPUs one replica gets, all its slots together."""

    memory: Bytes | None = optional("40Gi")
    """The least memory that one GPU must have, as a Kubernetes quantity; it chooses a model from the catalog."""


class Resources(Model):
    """What one replica gets, all its slots together."""

    cpu: Cores | None = optional("8")
    """CPU cores of one replica: a number, or thousandths of a core such as `500m`."""

    memory: Bytes | None = optional("64Gi")
    """Memory of one replica, as a Kubernetes quantity: `64Gi` is binary, `64G` decimal."""

    gpu: Annotated[Gpu, Shaped(form="gpu")] | None = optional("{model: A800, count: 8}")
    """GPUs of one replica: a count, `MODEL:COUNT`, or a map with model, count and memory."""

    shm: Bytes | None = optional("16Gi")
    """Size of the shared memory at /dev/shm, as a Kubernetes quantity."""

    disk: Bytes | None = optional("100Gi")
    """Node-local space without a path of its own, as a Kubernetes quantity; a `disk` mount is space with one."""
