"""What an AIHub has, as the catalog of a target."""

from collections.abc import Mapping, Sequence
from typing import Any

from lading.runner.http.answer import field
from lading.runner.platforms.aihub.protocol import GPU_MODELS

GIB = 2**30
Row = Mapping[str, Any]


def catalog_of(clusters: Sequence[Row], storages: Sequence[Row], trainings: Sequence[Row]) -> dict[str, Any]:
    """Clusters and storages by their names. How many GPUs a SKU has only the cluster of a training tells."""
    gpus = {
        field(row, "virtual_cluster", "id", of=int): field(row, "virtual_cluster", "sku", "gpu", of=int, default=0)
        for row in trainings
        if row.get("virtual_cluster")
    }
    return {
        "clusters": {field(row, "name", of=str): _cluster(row, gpus) for row in clusters},
        "volumes": {field(row, "name", of=str): _storage(row) for row in storages},
    }


def _cluster(row: Row, gpus: Mapping[int, int]) -> dict[str, Any]:
    number = field(row, "id", of=int)
    sku = field(row, "sku", of=Mapping, default={})
    model = GPU_MODELS.get(field(sku, "gpu_type", of=int, default=0))
    memory = field(sku, "gpu_memory", of=int, default=0)
    entry: dict[str, Any] = {"id": number}
    if model:
        entry |= {"gpuModel": model, **({"gpuMemory": memory * GIB} if memory else {})}
    if sku:
        entry["sku"] = {"cpu": field(sku, "cpu", of=int) * 1000, "memory": field(sku, "memory", of=int) * GIB}
        entry["sku"] |= {"gpu": gpus[number]} if number in gpus else {}
    return entry


def _storage(row: Row) -> dict[str, Any]:
    path = field(row, "path", of=str, default="")
    is_read_only = field(row, "permission", of=str, default="rw") == "r"
    return {
        "storage": field(row, "id", of=int),
        **({"path": path} if path.startswith("/") else {}),
        **({"readOnly": True} if is_read_only else {}),
    }
