"""The rows of Slurm's table whose verdict depends on the value, on the fields beside it or on the site."""

import re
from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import Fidelity, Leaf, Verdict, dropped, emulated, exact, refused, rounded
from lading.compiler.catalog import mounted_folder
from lading.schema.units import written

NO_CONTAINERS = "there are no containers here: map the image in catalog.images, or set options.containers"
NICE_OF_LOW = 1000
"""How much later a job of low priority is where the catalog does not say; anybody may do this to a job of their own."""

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_UNBINDABLE = re.compile(r"[:,]")

FRAMEWORKS_REFUSED = {
    "tensorflow": "nothing writes TF_CONFIG here",
    "paddle": "nothing writes PADDLE_TRAINER_ENDPOINTS here",
    "mxnet": "it needs a scheduler and servers beside the workers, and all tasks of a job are alike here",
    "spark": "it needs a driver beside the executors, and all tasks of a job are alike here",
    "ray": "it needs a head beside the workers, and all tasks of a job are alike here",
}


def image(leaf: Leaf) -> Verdict:
    """What runs the image: a runtime with its own name for the image, or modules that stand for it."""
    entry = leaf.target.catalog.get("images", {}).get(leaf.value)
    runtime = leaf.target.options.get("containers", {}).get("runtime")
    if entry and "module" in entry:
        return emulated(entry, f"loads the module {' '.join(entry['module'])}")
    if entry:
        binary = "singularity" if runtime == "singularity" else "apptainer"
        return emulated({"runtime": binary, "image": entry["apptainer"]}, f"runs in {entry['apptainer']} by {binary}")
    if runtime is None:
        return dropped(NO_CONTAINERS)
    name = _pyxis_name(leaf.value) if runtime == "pyxis" else f"docker://{leaf.value}"
    return exact({"runtime": runtime, "image": name})


def _pyxis_name(image_name: str) -> str:
    """Pyxis wants ``#`` after the registry's host."""
    host, slash, rest = image_name.partition("/")
    is_host = slash and (re.search(r"[.:]", host) or host == "localhost")
    return f"{host}#{rest}" if is_host else image_name


def pull(leaf: Leaf) -> Verdict:
    """Runtimes keep what they have pulled, which is if-not-present; a file or a module is never pulled."""
    found = _image_of(leaf)
    if found is None:
        return dropped("there is no image to pull here")
    is_pulled = leaf.target.catalog.get("images", {}).get(found) is None
    if leaf.value == "if-not-present" or (leaf.value == "never" and not is_pulled):
        return exact(leaf.value)
    return dropped("the container runtime pulls what it does not have yet" if is_pulled else "nothing is pulled here")


def framework(leaf: Leaf) -> Verdict:
    """What needs variables and equal tasks is there; what needs different processes is not."""
    if leaf.value == "deepspeed":
        return emulated(leaf.value, "srun starts the ranks, with PyTorch's variables; DeepSpeed's launcher is not used")
    if why := FRAMEWORKS_REFUSED.get(leaf.value):
        return refused(f"{why}: start it from the program itself, with `framework: none`")
    return exact(leaf.value)


def workdir(leaf: Leaf) -> Verdict:
    """``%`` stands for something in the path of the output file, which is in the working directory."""
    if "%" in leaf.value and not in_container(leaf):
        return refused("Slurm can not write its output file below a folder with % in its name")
    return exact(leaf.value)


def cpu(leaf: Leaf) -> Verdict:
    """Whole cores for each slot, in the end at least what the replica asked for."""
    slots = leaf.beside(above=2).get("slots", 1)
    each = cores_of_slot(leaf.value, slots)
    if each * slots * 1000 == leaf.value:
        return exact(each * slots)
    share = f" ({each} for each of {slots} slots)" if slots > 1 else ""
    return rounded(each * slots, f"{written(leaf.value, 'cores')} → {_several(each * slots, 'core')}{share}")


def cores_of_slot(millicores: int, slots: int) -> int:
    """The whole cores that each slot gets of what the replica asked for."""
    return -(-millicores // (1000 * slots))


def gpu_model(leaf: Leaf) -> Verdict:
    """The GRES type that the catalog has for the model; the model's own name where the catalog lists none."""
    spelled = _spelled(leaf, "gpus")
    if spelled.fidelity is Fidelity.EXACT and not _REFERENCE.fullmatch(spelled.value):
        return refused("a GRES type is made of letters, digits, -, _ and .: give it one in catalog.gpus")
    return spelled


def gpu_memory(leaf: Leaf) -> Verdict:
    """The GRES type with the least memory that is enough; nothing to say where the model is chosen and has enough."""
    memory = leaf.target.catalog.get("gpuMemory", {})
    model = leaf.beside().get("model")
    wanted = written(leaf.value, "bytes")
    if model is not None:
        has = memory.get(model)
        if has is None:
            return refused(f"the site does not say in catalog.gpuMemory how much a GPU of model {model} has")
        return exact(None) if has >= leaf.value else refused(f"a GPU of model {model} has {written(has, 'bytes')}")
    enough = sorted((size, name) for name, size in memory.items() if size >= leaf.value)
    if not enough:
        return refused(f"no model in catalog.gpuMemory has {wanted}")
    size, name = enough[0]
    native = leaf.target.catalog.get("gpus", {}).get(name, name)
    return emulated(native, f"asks for {name}, which has {written(size, 'bytes')}")


def volume(leaf: Leaf) -> Verdict:
    """The folder that the catalog has for the volume, with the mount's ``subPath`` below it."""
    source = mounted_folder(leaf.beside(), leaf.target.catalog)
    if source is None:
        return refused(f'targets.{leaf.target.name}.catalog.volumes has no path for "{leaf.value}"')
    return _bindable(leaf, source)


def host(leaf: Leaf) -> Verdict:
    """A folder of the nodes, which a program that runs on them sees as it is."""
    if not in_container(leaf):
        return exact(None)
    return _bindable(leaf, mounted_folder(leaf.beside(), leaf.target.catalog))


def mount_path(leaf: Leaf) -> Verdict:
    """A container has the data wherever the spec wants it; without one it is where it is."""
    source = mounted_folder(leaf.beside(), leaf.target.catalog)
    if source is None or source.rstrip("/") == leaf.value.rstrip("/"):
        return exact(leaf.value if in_container(leaf) else None)
    if in_container(leaf):
        return _bindable(leaf, leaf.value)
    return dropped(f"nothing can be mounted without a container: the data stays at {source}")


def read_only(leaf: Leaf) -> Verdict:
    """A container can have it read-only; without one the file system's own permissions hold."""
    if in_container(leaf):
        return exact(leaf.value)
    if not leaf.value:
        return exact(None)
    return dropped("the file system's own permissions hold")


def _bindable(leaf: Leaf, path: str | None) -> Verdict:
    if path and _UNBINDABLE.search(path) and in_container(leaf):
        return refused("a path with : or , can not be given to the container runtime")
    return exact(path)


def priority(leaf: Leaf) -> Verdict:
    """The catalog's QOS or nice value; without one a job can be made later by anybody, and sooner by nobody."""
    found = leaf.target.catalog.get("priorities", {}).get(leaf.value)
    if found:
        return exact(found)
    if leaf.value == "normal":
        return exact(None)
    if leaf.value == "low":
        return emulated({"nice": NICE_OF_LOW}, f"--nice={NICE_OF_LOW}")
    return dropped("the site does not say in catalog.priorities which QOS is high")


def retries(leaf: Leaf) -> Verdict:
    """Slurm itself repeats a job only when a node has failed; the script asks for it when the program has."""
    if leaf.value == 0:
        return exact(0)
    return emulated(
        leaf.value,
        f"the script asks Slurm to run it again when the program fails, at most {_several(leaf.value, 'time')}; "
        "a time limit that was reached is final",
    )


def _several(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def restart(leaf: Leaf) -> Verdict:
    """A loop around the program."""
    if leaf.value == "never":
        return exact(leaf.value)
    when = "fails" if leaf.value == "on-failure" else "ends"
    return emulated(leaf.value, f"the script starts the program again a second after it {when}")


def preemptible(leaf: Leaf) -> Verdict:
    """Which jobs may be taken away is said by their QOS."""
    if not leaf.value:
        return exact(None)
    if qos := leaf.target.options.get("preemptible"):
        return exact(qos)
    return dropped("the site does not say in options.preemptible which QOS may be taken away")


def rdma(leaf: Leaf) -> Verdict:
    """Which nodes have it is said by their features."""
    if not leaf.value:
        return exact(None)
    if feature := leaf.target.options.get("rdma"):
        return exact(feature)
    return dropped("the site does not say in options.rdma which constraint chooses such nodes")


def queue(leaf: Leaf) -> Verdict:
    """The partition that the catalog has for the queue; the queue's own name where the catalog lists none."""
    return _spelled(leaf, "queues")


def _spelled(leaf: Leaf, names: str) -> Verdict:
    """The name as the catalog spells it; the name itself where the catalog lists none."""
    known = leaf.target.catalog.get(names, {})
    if known and leaf.value not in known:
        return refused(f'the site has no "{leaf.value}" in its catalog, only {", ".join(known)}')
    return exact(known.get(leaf.value, leaf.value))


def after(leaf: Leaf) -> Verdict:
    """Names and ids, none of which can be mistaken for more of Slurm's own syntax."""
    odd = [name for name in leaf.value if not _REFERENCE.fullmatch(name)]
    return refused(f"{odd[0]!r} is no name or id of a job") if odd else exact(leaf.value)


def in_container(leaf: Leaf) -> bool:
    """Whether the program that the leaf speaks of runs in a container; at the top of a workflow: each step's."""
    steps = leaf.job.get("steps") if leaf.path[0] != "steps" else None
    parts = list(steps.values()) if steps else [_part(leaf)]
    images = [part.get("image", leaf.job.get("image")) for part in parts]
    return all(name is not None and _has_runtime(leaf, name) for name in images)


def _has_runtime(leaf: Leaf, image_name: str) -> bool:
    entry = leaf.target.catalog.get("images", {}).get(image_name)
    return "apptainer" in entry if entry else "containers" in leaf.target.options


def _image_of(leaf: Leaf) -> str | None:
    found = _part(leaf).get("image", leaf.job.get("image"))
    return None if found is None else str(found)


def _part(leaf: Leaf) -> Mapping[str, Any]:
    """The step that the leaf belongs to, or the job."""
    found: Mapping[str, Any] = leaf.job["steps"][leaf.path[1]] if leaf.path[0] == "steps" else leaf.job
    return found
