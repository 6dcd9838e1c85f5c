"""What sinfo says of a cluster, as a catalog: its partitions, and the GPUs that their nodes have."""

import re
from collections.abc import Iterator
from typing import Any

FORMAT = "%R|%a|%G"
"""Partition, whether it takes jobs, and the generic resources of a group of its nodes."""

_GPU = re.compile(r"(?:^|,)gpu:([A-Za-z][\w.-]*):\d+")
"""A type of GPU and how many of it a node has; before it comes no letter, because ``gpu:4`` has no type."""


def catalog(text: str) -> dict[str, Any]:
    """The catalog: portable names are the cluster's own, of GPUs in capital letters, as their makers write them."""
    rows = list(_rows(text))
    queues = {partition: partition for partition, _ in rows}
    kinds = {partition: _names(rows, partition) for partition in queues}
    found: dict[str, Any] = {"queues": queues}
    if types := sorted({kind for _, gpus in rows for kind in gpus}):
        found["gpus"] = {kind.upper(): kind for kind in types}
        found["queueGpus"] = {partition: names for partition, names in kinds.items() if names}
    return found


def _rows(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in text.splitlines():
        name, *rest = line.strip().split("|")
        if len(rest) == 2 and rest[0] == "up" and name:
            yield name, _GPU.findall(re.sub(r"\([^)]*\)", "", rest[1]))


def _names(rows: list[tuple[str, list[str]]], partition: str) -> list[str]:
    return sorted({kind.upper() for name, kinds in rows if name == partition for kind in kinds})
