"""The resources of one replica: a flavour of its own, a registered one, or the limits of a container."""

from typing import Any

from lading.compiler.payload import From
from lading.compiler.rows import only_set
from lading.compiler.view import View

CUSTOM = "customFlavour"


def flavour(view: View, stated: dict[str, Any]) -> dict[str, Any]:
    """The registered flavour by name, else what the rows have stated with everything else beside it."""
    view.get("resources"), view.get("resources", "gpu"), view.get("network")  # may be written and empty
    if name := view.get("native", "paddleflow", "flavour"):
        return {"name": name}
    own = {**stated, **only_set(scalarResources=scalar_resources(view))}
    return {"name": CUSTOM, **own} if own else {}


def limits(view: View) -> dict[str, Any]:
    """The same as Kubernetes has it; what a container asks for is what it is limited to, unless it says otherwise."""
    view.get("resources"), view.get("resources", "gpu"), view.get("network")
    amounts = {"cpu": "cpu", "memory": "memory", "ephemeral-storage": "disk"}
    found = {name: view.get("resources", field) for name, field in amounts.items()}
    return only_set(**found, **scalar_resources(view))


def scalar_resources(view: View) -> dict[str, From]:
    """The GPUs and whatever else a device plugin offers, as texts by the names of the resources."""
    found = {}
    model, count = view.get("resources", "gpu", "model"), view.get("resources", "gpu", "count")
    if count:
        name = model.value if model and isinstance(model.value, str) else view.plan.target.options["gpuResource"]
        found[name] = From(str(count.value), count.sources + (model.sources if model else ()))
    rdma = view.get("network", "rdma")
    if rdma and rdma.value:
        found[rdma.value] = From("1", rdma.sources)
    return found
