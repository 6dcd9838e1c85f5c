"""The variables that lading sets beside the program's own."""

from lading.compiler.payload import From
from lading.compiler.variables import own_variables
from lading.compiler.view import View

_ALONE = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500", "WORLD_SIZE": "1", "RANK": "0"}
"""What PyTorch's processes look for; the operator sets it in the members of a PyTorchJob."""


def added(view: View, role: str) -> dict[str, From]:
    """lading's own variables, and those of PyTorch that neither an operator nor torchrun sets."""
    view.get("replicas")  # may be written where there can be one only
    return {**own_variables(view), **_of_pytorch(view, role)}


def _of_pytorch(view: View, role: str) -> dict[str, From]:
    framework = view.get("framework")
    if view.plan.is_bare or framework is None or framework.value != "pytorch" or view.value("slots") > 1:
        return {}
    found = {"LOCAL_RANK": "0"} if role else {**_ALONE, "LOCAL_RANK": "0"}
    return {name: From(value, framework.sources) for name, value in found.items()}
