"""The command of a task: one text that a shell of the container runs."""

from lading.compiler.payload import From, Sources
from lading.compiler.platforms.aihub.convert import is_rank
from lading.compiler.shell import FOLDABLE, shell_text
from lading.compiler.templating import Shell
from lading.compiler.view import View

AS_ROOT = ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM")
"""What Open MPI wants to be told before it starts anything as root; other kinds of MPI do not ask."""


def command(view: View) -> From | None:
    """The program with all that has to be said around it; None where the image's own is meant."""
    return shell_text(view, fold=FOLDABLE, launcher=launcher(view))


def launcher(view: View) -> From | None:
    """The words that start every process, where AIHub would start fewer of them than the spec wants."""
    if view.raw("launch") == "once":
        return None
    framework, slots = view.raw("framework"), view.raw("slots") or 1
    if framework == "mpi" and not is_rank(view.plan.target):
        return From(["mpirun", "-np", str((view.raw("replicas") or 1) * slots)], _counted(view))
    if framework == "pytorch" and slots > 1:
        told = _rendezvous(view.raw("replicas") or 1)
        return From(["torchrun", *told, f"--nproc-per-node={slots}", "--no-python"], _counted(view))
    return None


def _counted(view: View) -> Sources:
    """What the number of processes comes of."""
    return view.sources("framework") + view.sources("replicas") + view.sources("slots")


def _rendezvous(replicas: int) -> list[str]:
    """Where the processes of all instances meet, as a PyTorchJob tells each instance."""
    if replicas == 1:
        return ["--standalone"]
    told = {"node-rank": "RANK", "master-addr": "MASTER_ADDR", "master-port": "MASTER_PORT"}
    return [f"--nnodes={replicas}", *(Shell(f'--{option}="${name}"') for option, name in told.items())]
