"""GPUs: the platform gives them by the name of their model, so one is always chosen."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.bundles import Bundle, smallest
from lading.compiler.capability import Leaf, Verdict, emulated, exact, refused
from lading.compiler.importing.reading import Reading
from lading.compiler.payload import From
from lading.compiler.view import View
from lading.schema.units import written

Catalog = Mapping[str, Any]

MAKERS = frozenset({"NVIDIA", "GeForce", "GTX", "RTX", "Quadro", "Tesla"})
"""Words of a product's name that people leave out."""


def model(leaf: Leaf) -> Verdict:
    """The platform's name for the model; the model's own name where the catalog lists none."""
    known = leaf.target.catalog.get("gpus", {})
    if known and leaf.value not in known:
        return refused(f'the site has no GPU "{leaf.value}" in its catalog, only {", ".join(known)}')
    return exact(known.get(leaf.value, leaf.value))


def memory(leaf: Leaf) -> Verdict:
    """The model with the least memory that is enough; nothing to say where the model is said and has enough."""
    gpu, sizes = leaf.beside(), leaf.target.catalog.get("gpuMemory", {})
    said = gpu.get("model")
    if said is not None:
        return _enough(said, sizes.get(said), leaf.value)
    found = chosen(gpu, leaf.target.catalog)
    if found is None:
        return refused(f"no model in catalog.gpuMemory has {written(leaf.value, 'bytes')}")
    asked, has = (written(size, "bytes") for size in (leaf.value, sizes[found]))
    return emulated(leaf.value, f"{asked} → {has}, which is what a {found} has")


def _enough(name: str, has: int | None, wanted: int) -> Verdict:
    if has is None:
        return refused(f"the site does not say in catalog.gpuMemory how much a GPU of model {name} has")
    return exact(None) if has >= wanted else refused(f"a GPU of model {name} has {written(has, 'bytes')}")


def count(leaf: Leaf) -> Verdict:
    """The number; of the smallest model where the spec leaves it open which."""
    gpu = leaf.beside()
    if not leaf.value or "model" in gpu or "memory" in gpu:
        return exact(leaf.value)
    found = chosen(gpu, leaf.target.catalog)
    if found is None:
        return refused("GPUs are given by their model here, and the site's catalog.gpus lists none: say which")
    return emulated(leaf.value, f"asks for {found}, as the spec leaves the model open")


def chosen(gpu: Mapping[str, Any], catalog: Catalog) -> str | None:
    """The portable name of the model: the one that is said, else the smallest that has the memory."""
    if "model" in gpu:
        return str(gpu["model"])
    sizes, least = catalog.get("gpuMemory", {}), gpu.get("memory", 0)
    names = [name for name in catalog.get("gpus", sizes) if sizes.get(name, 0) >= least]
    return smallest({name: Bundle(0, sizes.get(name, 0), 0) for name in names})


def native_name(portable: str, catalog: Catalog) -> str:
    """What the platform calls the model."""
    return str(catalog.get("gpus", {}).get(portable, portable))


def short_name(native: str) -> str:
    """What people call the model: ``2080Ti`` for ``GeForce RTX 2080 Ti``."""
    return "".join(word for word in native.split() if word not in MAKERS) or native


def gpu_dict(view: View) -> From | None:
    """How many GPUs of which model; None where the task gets none."""
    number, sources = view.get("resources", "gpu", "count"), view.sources("resources", "gpu")
    if number is None or not number.value:
        return None
    said = {name: view.raw("resources", "gpu", name) for name in ("model", "memory")}
    catalog = view.plan.target.catalog
    name = chosen({name: value for name, value in said.items() if value is not None}, catalog)
    return From({native_name(str(name), catalog): number.value}, sources)


def read_gpus(reading: Reading) -> None:
    """The one model that the task asks for, by its portable name; the language knows no mixture."""
    found = reading.take("/resource_info/gpu_dict")
    if isinstance(found, dict) and len(found) == 1:
        ((native, number),) = found.items()
        model = reading.know("gpus", short_name(native), native)
        reading.say("resources.gpu", {"model": model, "count": number})
