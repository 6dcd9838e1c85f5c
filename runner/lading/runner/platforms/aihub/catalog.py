"""What an AIHub has, as the catalog of a target."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lading.runner.http.answer import field
from lading.runner.platforms.aihub.protocol import GPU_MODELS, NO_GPU, PORTABLE_GPUS, number_of

GIB = 2**30
Row = Mapping[str, Any]
Used = Callable[[int], Row]
"""The cluster of that number as the record of a task has it, which tells of GPUs; empty where no task tells."""


def catalog_of(clusters: Sequence[Row], storages: Sequence[Row], used: Used) -> dict[str, Any]:
    """Clusters and storages by their names, and what the clusters call the models of GPUs that they have."""
    entries = {name: _cluster(row, used) for name, row in _named(clusters)}
    models = {entry.get("gpuModel") for entry in entries.values()}
    gpus = {portable: model for portable, model in PORTABLE_GPUS.items() if model in models}
    return {
        "clusters": entries,
        **({"gpus": gpus} if gpus else {}),
        "volumes": {name: _storage(row) for name, row in _named(storages)},
    }


def _named(rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """Each with its name; of those that share one, all but the first have their number behind it."""
    seen: set[str] = set()
    for row in rows:
        name = field(row, "name", of=str)
        yield f"{name}-{number_of(row)}" if name in seen else name, row
        seen.add(name)


def _cluster(row: Row, used: Used) -> dict[str, Any]:
    number = number_of(row)
    sku = field(row, "sku", of=Mapping, default={})
    kind = field(sku, "gpu_type", of=int, default=NO_GPU)
    there = {} if kind == NO_GPU else used(number)
    model = GPU_MODELS.get(kind) or field(there, "gpu_type", of=str, default="")
    memory = field(sku, "gpu_memory", of=int, default=0)
    gpus = field(there, "sku", "gpu", of=int, default=0)
    entry: dict[str, Any] = {"id": number}
    if model:
        entry |= {"gpuModel": model, **({"gpuMemory": memory * GIB} if memory else {})}
    if sku:
        entry["sku"] = {"cpu": field(sku, "cpu", of=int) * 1000, "memory": field(sku, "memory", of=int) * GIB}
        entry["sku"] |= {"gpu": gpus} if gpus else {}
    return entry


def _storage(row: Row) -> dict[str, Any]:
    path = field(row, "path", of=str, default="")
    is_read_only = field(row, "permission", of=str, default="rw") == "r"
    return {
        "storage": number_of(row),
        **({"path": path} if path.startswith("/") else {}),
        **({"readOnly": True} if is_read_only else {}),
    }
