"""The variables that lading sets beside the program's own."""

from lading.compiler.payload import From
from lading.compiler.platforms.paddleflow.launch import adds_mpirun
from lading.compiler.variables import RANK_0_OF_1, own_variables
from lading.compiler.view import View

_AS_ROOT = ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM")
"""What Open MPI wants to be told before it starts anything as root; other kinds of MPI do not ask."""


def added(view: View, role: str) -> dict[str, From]:
    """lading's own variables, and those of PyTorch and MPI that nobody else sets."""
    view.get("replicas")  # may be written where there can be one only
    return {**own_variables(view), **_of_pytorch(view, role), **_of_mpi(view, role)}


def _of_mpi(view: View, role: str) -> dict[str, From]:
    return dict.fromkeys(_AS_ROOT, From("1", view.sources("framework"))) if adds_mpirun(view, role) else {}


def _of_pytorch(view: View, role: str) -> dict[str, From]:
    framework = view.get("framework")
    if view.plan.is_bare or framework is None or framework.value != "pytorch" or view.value("slots", default=1) > 1:
        return {}
    found = {"LOCAL_RANK": "0"} if role else RANK_0_OF_1  # the operator sets the rest in the members of a PyTorchJob
    return {name: From(value, framework.sources) for name, value in found.items()}
