"""Choosing where resources come in bundles only: clusters with a unit of their own, machines for rent."""

from collections.abc import Mapping
from typing import NamedTuple


class Bundle(NamedTuple):
    """What one candidate would give, in base units: GPUs, bytes, thousandths of a core."""

    gpus: int
    memory: int
    cores: int


def smallest(candidates: Mapping[str, Bundle]) -> str | None:
    """The name of the one with the fewest GPUs, then the least memory, then the fewest cores, then the first name."""
    return min(candidates, key=lambda name: (*candidates[name], name), default=None)
