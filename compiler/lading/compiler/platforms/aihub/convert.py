"""The rows of AIHub's table whose verdict depends on the value, on the fields beside it or on the site."""

from collections.abc import Callable, Mapping
from typing import Any

from lading.compiler.bundles import Bundle
from lading.compiler.capability import GIB, Leaf, Unit, Verdict, dropped, emulated, exact, refused, rounded
from lading.compiler.platforms.aihub.skus import Allocation, allocation, cluster_of, several, sku_text
from lading.compiler.target import Target
from lading.schema.units import written

MB = Unit(10**6, "MB", "bytes")
QUOTA_SHM_UNITS = {"GiB": GIB, "MB": MB}

FRAMEWORKS = {"pytorch": "PyTorchJob", "mpi": "MpiJobMpiRun", "deepspeed": "MpiJobDeepspeed"}
PLAIN = FRAMEWORKS["pytorch"]
"""What a job without a framework becomes: the platform has no plain ones."""

PRIORITIES = {"low": 1, "normal": 1, "high": 2}


def product(job: Mapping[str, Any]) -> str:
    """Which of AIHub's two kinds of task a job becomes."""
    return str(job.get("native", {}).get("aihub", {}).get("product", "training"))


def shm_unit(which: str, target: Target) -> Unit:
    """The unit of shared memory in a task of the product."""
    return QUOTA_SHM_UNITS[target.options.get("quotaShmUnit", "GiB")] if which == "quota" else GIB


def pull(leaf: Leaf) -> Verdict:
    """Always, or where the node does not have the image yet."""
    if leaf.value == "never":
        return dropped("a node pulls an image that it does not have")
    return exact(leaf.value == "always")


def pull_of(native: Any, _: Target) -> str | None:
    """``pull: always``; anything else is what happens anyway."""
    return "always" if native is True else None


def framework(leaf: Leaf) -> Verdict:
    """One of the three that there are; what is none becomes the one that adds nothing but variables."""
    if leaf.value == "none":
        return emulated(PLAIN, "AIHub has no plain jobs: it becomes a PyTorchJob, which only sets more variables")
    if leaf.value not in FRAMEWORKS:
        return refused("AIHub starts jobs of PyTorch, MPI and DeepSpeed: start it from the program, with `none`")
    native = FRAMEWORKS[leaf.value]
    if leaf.value == "pytorch":
        return exact(native)
    if leaf.value == "deepspeed" and leaf.job.get("launch") != "once" and not is_rank(leaf.target):
        return refused(DEEPSPEED)
    return emulated(native, f"{native} is taken to run the command {_as_what(leaf)}; see options.mpiCommand")


DEEPSPEED = "AIHub runs the command once, as the launcher: say `launch: once`, and `deepspeed` in the command"


def _as_what(leaf: Leaf) -> str:
    if is_rank(leaf.target):
        return "as each rank"
    return "once, as the launcher" if leaf.job.get("launch") == "once" else "once, so mpirun is added"


def is_rank(target: Target) -> bool:
    """Whether the command of an MPI job is what each rank runs."""
    return bool(target.options.get("mpiCommand") == "rank")


def framework_of(native: Any, _: Target) -> str | None:
    """The framework behind the platform's word for it."""
    return next((name for name, word in FRAMEWORKS.items() if word == native), None)


def launch(leaf: Leaf) -> Verdict:
    """A PyTorchJob runs the program in each instance; for ranks of MPI lading adds the launcher."""
    if leaf.value == "each" or runs_once(leaf.job, leaf.target):
        return exact(None)
    return refused("AIHub runs the command in every instance, and not in one of them alone")


def slots(leaf: Leaf) -> Verdict:
    """Several processes of an instance are started by PyTorch's or MPI's own launcher."""
    if leaf.value == 1 or leaf.job.get("launch") == "once":
        return exact(None)
    if _framework(leaf) == "pytorch":
        return emulated(leaf.value, f"torchrun starts {leaf.value} processes in each instance")
    if _framework(leaf) == "mpi" and not is_rank(leaf.target):
        return emulated(leaf.value, f"mpirun starts {leaf.value * leaf.job.get('replicas', 1)} ranks")
    return refused("an instance runs its program once: start more processes from the program")


def _framework(leaf: Leaf) -> str:
    return str(leaf.job.get("framework", "none"))


def cpu(leaf: Leaf) -> Verdict:
    """The cores of the SKUs that an instance gets."""
    return _allotted(leaf, lambda total: total.cores, lambda cores: several(written(cores, "cores"), "core"))


def memory(leaf: Leaf) -> Verdict:
    """The memory of the SKUs that an instance gets."""
    return _allotted(leaf, lambda total: total.memory, lambda size: written(size, "bytes"))


def gpu_count(leaf: Leaf) -> Verdict:
    """The GPUs of the SKUs that an instance gets."""
    return _allotted(leaf, lambda total: total.gpus, lambda count: several(count, "GPU"))


def _allotted(leaf: Leaf, amount: Callable[[Bundle], int], text: Callable[[int], str]) -> Verdict:
    """At least what was asked for. Where nothing can be allotted, ``checks.py`` says why, once."""
    found = leaf.once(allocation)
    if not isinstance(found, Allocation) or found.total is None or found.sku is None:
        return exact(leaf.value)
    got = amount(found.total)
    if got == leaf.value:
        return exact(got)
    skus = f"{several(found.number, 'SKU')} of {found.name} ({sku_text(found.sku)})"
    return rounded(got, f"{text(leaf.value)} → {text(got)}: {skus}")


def gpu_memory(leaf: Leaf) -> Verdict:
    """Chooses a cluster; of one that was chosen otherwise it must be known to be enough."""
    found = leaf.once(allocation)
    if not isinstance(found, Allocation):
        return exact(leaf.value)
    there = found.cluster.get("gpuMemory")
    if there is None:
        return refused(f"the site does not say in catalog.clusters.{found.name}.gpuMemory how much its GPUs have")
    has = f"a GPU of {found.name} has {written(there, 'bytes')}"
    return emulated(found.name, has) if there >= leaf.value else refused(has)


def shm(leaf: Leaf) -> Verdict:
    """Whole units of the product, which differ."""
    unit = shm_unit(product(leaf.job), leaf.target)
    count = -(-leaf.value // unit.size)
    if count * unit.size == leaf.value:
        return exact(count)
    return rounded(count, f"{written(leaf.value, 'bytes')} → {count} {unit.symbol}")


def queue(leaf: Leaf) -> Verdict:
    """The cluster that the queue is; where there is none, ``checks.py`` says so."""
    name = cluster_of(leaf.value, leaf.target)
    return exact(leaf.target.catalog["clusters"][name]["id"] if name else None)


def volume(leaf: Leaf) -> Verdict:
    """The storage that the volume is."""
    known = leaf.target.catalog.get("volumes", {})
    if leaf.value not in known:
        names = f", only {', '.join(known)}" if known else ""
        return refused(f'the site has no volume "{leaf.value}" in its catalog{names}')
    return exact(known[leaf.value]["storage"])


def mount_path(leaf: Leaf) -> Verdict:
    """The platform decides where a storage is mounted."""
    volume = _volume_beside(leaf)
    if volume is None:
        return exact(None)  # nothing is mounted there, and its own row says so
    there = volume.get("path")
    if there is None:
        return refused("the site does not say in catalog.volumes where AIHub mounts this storage")
    if there.rstrip("/") == leaf.value.rstrip("/"):
        return exact(there)
    return refused(f"AIHub mounts this storage at {there}, whatever the spec says")


def read_only(leaf: Leaf) -> Verdict:
    """The storage's own permission holds."""
    if not leaf.value or (_volume_beside(leaf) or {}).get("readOnly"):
        return exact(None)
    return dropped("the storage's own permission holds, and programs may write to it")


def _volume_beside(leaf: Leaf) -> Mapping[str, Any] | None:
    """What the catalog has for the volume of the same mount."""
    _, index, _ = leaf.path
    found: Mapping[str, Any] | None = leaf.target.catalog.get("volumes", {}).get(
        leaf.job["mounts"][index].get("volume")
    )
    return found


def priority(leaf: Leaf) -> Verdict:
    """Quota tasks have two; training tasks none."""
    if product(leaf.job) == "training":
        return dropped("training tasks have no priority: quota tasks do (`native.aihub.product: quota`)")
    if leaf.value == "normal":
        return emulated(1, "a quota task is of high or low priority: low, which may have to give way to others")
    return exact(PRIORITIES[leaf.value])


def priority_of(native: Any, _: Target) -> str | None:
    """``low`` or ``high``."""
    return {1: "low", 2: "high"}.get(native)


def preemptible(leaf: Leaf) -> Verdict:
    """A quota task of low priority may have to give way; no other task does."""
    if not leaf.value:
        return exact(None)
    if product(leaf.job) == "training":
        return dropped("a training task keeps what it has: quota tasks may have to give way")
    if leaf.job.get("schedule", {}).get("priority") == "high":
        return refused("a quota task of high priority keeps what it has")
    return exact(None)


def retries(leaf: Leaf) -> Verdict:
    """A loop around the command: AIHub repeats nothing, or a quota task as often as it likes."""
    if leaf.value == 0:
        return exact(None)
    if not runs_once(leaf.job, leaf.target):
        instead = "; `native.aihub.reschedule` does" if product(leaf.job) == "quota" else ""
        return dropped(f"the command of one instance can be repeated, and not a job of several{instead}")
    return emulated(leaf.value, f"the command repeats the program when it fails, at most {_times(leaf.value)}")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def runs_once(job: Mapping[str, Any], target: Target) -> bool:
    """Whether the command runs a single time: in the one instance, or as the launcher of all."""
    if job.get("framework") in {"mpi", "deepspeed"}:
        return not is_rank(target)
    return bool(job.get("replicas", 1) == 1)


def restart(leaf: Leaf) -> Verdict:
    """A loop around the command of each instance."""
    if leaf.value == "never":
        return exact(None)
    when = "fails" if leaf.value == "on-failure" else "ends"
    return emulated(leaf.value, f"the command starts the program again when it {when}")
