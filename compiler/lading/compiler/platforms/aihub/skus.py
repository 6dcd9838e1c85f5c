"""The arithmetic of SKUs: AIHub gives out a cluster in units of its own, so a job chooses a cluster and a number.

The queue names the cluster; without one it is the smallest cover of what is asked for (``bundles.py``). Everything
here is a function of the job and the site.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from lading.compiler.bundles import Bundle, smallest
from lading.compiler.target import Target
from lading.schema.paths import Path
from lading.schema.units import written

QUEUE: Path = ("schedule", "queue")
RESOURCES: Path = ("resources",)
ASKED = (("cpu",), ("memory",), ("gpu", "count"), ("gpu", "model"), ("gpu", "memory"))
"""The resources that a cluster is chosen by; the others are asked for by themselves."""


class Allocation(NamedTuple):
    """What each instance gets: so many SKUs of a cluster, which are ``total`` together.

    ``sku`` and ``total`` are None where the site does not say what a SKU is.
    """

    name: str
    cluster: Mapping[str, Any]
    number: int
    sku: Bundle | None
    total: Bundle | None


class Problem(NamedTuple):
    """Why there is no allocation; ``is_missing`` where the spec says too little, rather than too much."""

    path: Path
    why: str
    is_missing: bool = False


class Wanted(NamedTuple):
    """What one instance asks for, in base units."""

    cores: int = 0
    memory: int = 0
    gpus: int = 0
    model: str | None = None
    gpu_memory: int = 0


def allocation(job: Mapping[str, Any], target: Target) -> Allocation | Problem:
    """The cluster and the number of SKUs that each instance of the job gets, or why there are none."""
    wanted, number = _wanted(job, target), _own_count(job)
    queue = job.get("schedule", {}).get("queue")
    if queue is not None:
        return _of_queue(queue, wanted, number, target)
    if number is not None:
        return Problem(QUEUE, "skuCount counts the SKUs of a cluster, and the queue names it", is_missing=True)
    if wanted == Wanted():
        return Problem(QUEUE, "it names the cluster, unless `resources` choose one", is_missing=True)
    clusters = target.catalog.get("clusters", {})
    covers = {name: found for name, cluster in clusters.items() if (found := _cover(name, cluster, wanted))}
    chosen = smallest({name: found.total for name, found in covers.items() if found.total})
    return covers[chosen] if chosen else Problem(_blamed(job), _no_cover(wanted, clusters))


def cluster_of(queue: str, target: Target) -> str | None:
    """The cluster that the queue is, as the catalog names it; None where it has none."""
    name = target.catalog.get("queues", {}).get(queue, queue)
    return name if name in target.catalog.get("clusters", {}) else None


def sku_of(cluster: Mapping[str, Any]) -> Bundle | None:
    """What one SKU of the cluster is; None where the site does not say."""
    sku = cluster.get("sku")
    return Bundle(sku.get("gpu", 0), sku["memory"], sku["cpu"]) if sku else None


@lru_cache(maxsize=64)  # of the few that sites have
def sku_text(sku: Bundle) -> str:
    """``14 cores, 120Gi, 1 GPU``."""
    gpus = [several(sku.gpus, "GPU")] if sku.gpus else []
    return ", ".join([several(written(sku.cores, "cores"), "core"), written(sku.memory, "bytes"), *gpus])


def several(number: int | str, what: str) -> str:
    """``1 core``, ``14 cores``, ``500m cores``."""
    return f"{number} {what}{'' if str(number) == '1' else 's'}"


def _wanted(job: Mapping[str, Any], target: Target) -> Wanted:
    resources = job.get("resources", {})
    gpu = resources.get("gpu", {})
    model = target.catalog.get("gpus", {}).get(gpu.get("model"), gpu.get("model"))
    amounts = resources.get("cpu", 0), resources.get("memory", 0), gpu.get("count", 0)
    return Wanted(*amounts, model, gpu.get("memory", 0))


def _own_count(job: Mapping[str, Any]) -> int | None:
    found: int | None = job.get("native", {}).get("aihub", {}).get("skuCount")
    return found


def _of_queue(queue: str, wanted: Wanted, number: int | None, target: Target) -> Allocation | Problem:
    name = cluster_of(queue, target)
    if name is None:
        return Problem(QUEUE, _unknown(queue, target))
    cluster = target.catalog["clusters"][name]
    sku = sku_of(cluster)
    if number is not None:
        return _given_out(name, cluster, number, sku)
    if wanted == Wanted():
        why = f"{name} is given out in SKUs: say what an instance needs, or its native.aihub.skuCount"
        return Problem(RESOURCES, why, is_missing=True)
    if sku is None:
        return Problem(QUEUE, f"the site does not say in catalog.clusters.{name}.sku what it is given out in")
    if wanted.gpus and not sku.gpus:
        return Problem((*RESOURCES, "gpu", "count"), f"the site knows of no GPU in a SKU of {name}")
    return _given_out(name, cluster, _number(wanted, sku), sku)


def _given_out(name: str, cluster: Mapping[str, Any], number: int, sku: Bundle | None) -> Allocation:
    total = Bundle(sku.gpus * number, sku.memory * number, sku.cores * number) if sku else None
    return Allocation(name, cluster, number, sku, total)


def _unknown(queue: str, target: Target) -> str:
    known = [*target.catalog.get("queues", {}), *target.catalog.get("clusters", {})]
    names = f"only {', '.join(known)}" if known else "which lists none"
    return f'the site has no cluster "{queue}" in its catalog, {names}'


def _cover(name: str, cluster: Mapping[str, Any], wanted: Wanted) -> Allocation | None:
    sku = sku_of(cluster)
    if sku is None or (wanted.gpus and not _has_gpu(cluster, sku, wanted)):
        return None
    return _given_out(name, cluster, _number(wanted, sku), sku)


def _has_gpu(cluster: Mapping[str, Any], sku: Bundle, wanted: Wanted) -> bool:
    is_model = wanted.model in {None, cluster.get("gpuModel")}
    return sku.gpus > 0 and is_model and cluster.get("gpuMemory", 0) >= wanted.gpu_memory


def _number(wanted: Wanted, sku: Bundle) -> int:
    """The fewest SKUs that are enough."""
    amounts = (wanted.cores, sku.cores), (wanted.memory, sku.memory), (wanted.gpus, sku.gpus)
    return max(1, *(-(-asked // each) for asked, each in amounts if asked))


def _blamed(job: Mapping[str, Any]) -> Path:
    resources = job.get("resources", {})
    gpu = resources.get("gpu", {})
    below = next((("gpu", name) for name in ("memory", "model", "count") if name in gpu), None)
    return (*RESOURCES, *(below or (next(name for name in ("cpu", "memory") if name in resources),)))


def _no_cover(wanted: Wanted, clusters: Mapping[str, Any]) -> str:
    if not clusters:
        return "the site lists no clusters in its catalog"
    if not wanted.gpus:
        return "the site does not say of any cluster what it is given out in"
    models = sorted({cluster["gpuModel"] for cluster in clusters.values() if "gpuModel" in cluster})
    least = f" with {written(wanted.gpu_memory, 'bytes')}" if wanted.gpu_memory else ""
    return f"no cluster of the site has such a GPU{least}, only {', '.join(models) or 'none'}"
