"""What a site and a spec can say about ``local`` beyond the portable language."""

from collections.abc import Mapping, Sequence

from lading.schema.models.common import AbsolutePath, Duration, Line, Model, optional, required


class Options(Model):
    """``targets.<target>.options`` of a local target."""

    grace: Duration | None = optional("10s", default=10)
    """How long a process has between SIGTERM and SIGKILL when its job is stopped or runs out of time."""


class CatalogVolume(Model):
    """Where a volume is on this machine."""

    path: AbsolutePath = required("/share/imagenet")
    """The folder that holds the data."""


class CatalogImage(Model):
    """What stands for an image on this machine."""

    apptainer: AbsolutePath | None = optional("/share/images/train.sif")
    """The Apptainer image file in which the program runs."""

    module: Sequence[Line] | None = optional("[cuda/12, python/3.11]")
    """The environment modules that are loaded before the program runs."""

    one_of = (("apptainer",), ("module",))
    exactly_one = True


class Catalog(Model):
    """``targets.<target>.catalog`` of a local target: how the portable names of a spec are spelled here."""

    volumes: Mapping[str, CatalogVolume] | None = optional("{imagenet: {path: /share/imagenet}}")
    """Where each volume is."""

    images: Mapping[str, CatalogImage] | None = optional("{'a/b:1': {apptainer: /share/images/b.sif}}")
    """What stands for each image."""

    gpus: Mapping[str, Line] | None = optional("{2080Ti: GeForce RTX 2080 Ti}")
    """Portable GPU models; nothing on this machine chooses by them."""

    queues: Mapping[str, Line] | None = optional("{work: work}")
    """Portable queue names; nothing on this machine queues."""


class Native(Model):
    """``native.local`` of a spec: nothing but ``raw``, which every platform has."""
