"""How many tasks a job has, what they run in, and who starts them."""

from lading.compiler.payload import From
from lading.compiler.view import View, once

RANKED = frozenset({"pytorch", "deepspeed"})
"""Frameworks whose ranks find each other by PyTorch's variables."""


def number(view: View, field: str) -> From:
    """``replicas`` or ``slots``, which is 1 where nothing is said."""
    return From(view.raw(field) or 1, view.sources(field))


def is_once(view: View) -> bool:
    """Whether the program runs a single time and starts the rest itself."""
    return bool(view.value("launch", default="each") == "once")


@once
def count(view: View) -> int:
    """The tasks that run the program."""
    return 1 if is_once(view) else int(number(view, "replicas").value * number(view, "slots").value)


def framework(view: View) -> str:
    """The framework, ``none`` where nothing is said."""
    return str(view.value("framework", default="none"))


def is_ranked(view: View) -> bool:
    """Whether the tasks need PyTorch's variables."""
    return framework(view) in RANKED


def container(view: View) -> From | None:
    """The runtime and what it calls the image; None where the program runs on the node as it is."""
    image = view.get("image")
    return image if image and "runtime" in image.value else None


def modules(view: View) -> list[From]:
    """The environment modules that stand for the image."""
    image = view.get("image")
    return [From(name, image.sources) for name in image.value.get("module", ())] if image else []


def is_pyxis(view: View) -> bool:
    """Whether srun itself runs the image."""
    found = container(view)
    return found is not None and found.value["runtime"] == "pyxis"


def starts_by_srun(view: View) -> bool:
    """Whether srun starts the program: several tasks, ranks of MPI, and images that it runs itself."""
    return count(view) > 1 or is_pyxis(view) or (framework(view) == "mpi" and not is_once(view))


def restarts(view: View) -> bool:
    """Whether a loop starts the program again in place."""
    return bool(view.value("schedule", "restart", default="never") != "never")


def retries(view: View) -> From | None:
    """How often Slurm is asked to run the job again; None for never."""
    found = view.get("schedule", "retries")
    return found if found and found.value else None
