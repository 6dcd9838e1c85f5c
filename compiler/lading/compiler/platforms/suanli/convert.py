"""The rows of Suanli's table whose verdict depends on the value, on the fields beside it or on the site."""

from collections.abc import Callable

from lading.compiler.capability import Fidelity, Leaf, Verdict, dropped, emulated, exact, refused, rounded
from lading.compiler.platforms.suanli.counting import pods_of, size
from lading.compiler.platforms.suanli.machines import (
    catalog_machines,
    models,
    native_model,
    parts_of,
    rental,
    said_weights,
)
from lading.schema.units import written

IN_LEDGER = "kept in lading's ledger"
POLICIES = {"never": "Never", "on-failure": "OnFailure"}


# -- how often it runs


def replicas(leaf: Leaf) -> Verdict:
    """Pods that run at the same time; with an array there is no counter left for them."""
    if leaf.value == 1:
        return exact(1)
    if size(leaf.job.get("array", {}).get("indices", ())) > 1:
        return refused("a task counts its pods once, and the elements of the array are counted already")
    if not leaf.once(pods_of).is_indexed:
        return emulated(leaf.value, "pods that run at the same time, of which none knows its number")
    return emulated(leaf.value, f"numbered pods that run at the same time: LADING_REPLICA is {_number(leaf)}")


def indices(leaf: Leaf) -> Verdict:
    """The platform only counts; the index is made from the pod's number."""
    points = size(leaf.value)
    if not leaf.once(pods_of).is_indexed:
        return emulated(points, "pods without numbers, which do not find LADING_ARRAY_INDEX")
    return emulated(points, f"numbered pods: LADING_ARRAY_INDEX is made from {_number(leaf)}")


def _number(leaf: Leaf) -> str:
    return f"${leaf.target.options['indexVariable']}"


def time_limit(leaf: Leaf) -> Verdict:
    """The platform's limit is that of the whole task, however many of its pods run one after the other."""
    return _of_all_waves(leaf)


def estimate(leaf: Leaf) -> Verdict:
    """Asked for where the machine may be taken away, and nowhere else."""
    if not leaf.job["schedule"].get("preemptible"):
        return Verdict(Fidelity.RECORDED, None, IN_LEDGER)
    return _of_all_waves(leaf)


def _of_all_waves(leaf: Leaf) -> Verdict:
    pods = leaf.once(pods_of)
    if pods.waves == 1:
        return exact(leaf.value)
    whole = leaf.value * pods.waves
    each, all_of_it = written(leaf.value, "seconds"), written(whole, "seconds")
    turns = f"{pods.points} elements, {pods.parallelism} at a time"
    return rounded(whole, f"{each} → {all_of_it} for the whole array ({turns})")


def retries(leaf: Leaf) -> Verdict:
    """More pods: of an indexed task for each number by itself, else for all pods together."""
    pods = leaf.once(pods_of)
    if leaf.value == 0 or pods.points == 1:
        return exact(leaf.value)
    return emulated(
        leaf.value, "counted for each pod by itself" if pods.is_indexed else "counted for all pods together"
    )


def restart(leaf: Leaf) -> Verdict:
    """What the platform does itself, but for numbered pods, which it never restarts."""
    if leaf.value == "always":
        return refused("a task ends when its program does: say on-failure, or make `retries` of it")
    if leaf.value == "on-failure" and leaf.once(pods_of).is_indexed:
        return emulated(leaf.value, "a loop in the command: the platform restarts no numbered pods")
    return exact(POLICIES[leaf.value])


# -- how it starts


def launch(leaf: Leaf) -> Verdict:
    """One program starts nothing in other pods."""
    if leaf.value == "once" and leaf.job.get("replicas", 1) > 1:
        return refused("no pod can start programs in another: let each run its own")
    return exact(None)


def framework(leaf: Leaf) -> Verdict:
    """A single process of PyTorch needs only variables; whatever is more has to find other pods."""
    if leaf.value == "none":
        return exact(None)
    if leaf.value != "pytorch":
        return refused(f"nothing starts {leaf.value} processes here: start them in the command, with `framework: none`")
    if leaf.job.get("replicas", 1) > 1:
        return refused("pods do not find each other here: use one replica with as many GPUs")
    return emulated(leaf.value, "one process is rank 0 of 1")


# -- what it gets


def cpu(leaf: Leaf) -> Verdict:
    """The container's part of the machine's cores."""
    return _part_of_machine(leaf, "cpu", lambda value: written(value, "cores"))


def memory(leaf: Leaf) -> Verdict:
    """The container's part of the machine's memory."""
    return _part_of_machine(leaf, "memory", lambda value: written(value, "bytes"))


def gpu_count(leaf: Leaf) -> Verdict:
    """The container's part of the machine's GPUs."""
    return _part_of_machine(leaf, "gpu", str)


def _part_of_machine(leaf: Leaf, resource: str, shown: Callable[[int], str]) -> Verdict:
    name = str(leaf.path[1]) if leaf.path[0] == "containers" else ""
    found = leaf.once(rental)
    asked = getattr(found.amounts[name], resource)
    given = found.shares(name, resource)
    if set(given.values()) <= {leaf.value}:
        return exact(asked)
    notes = ", ".join([f"{shown(size)} of {machine}" for machine, size in given.items()])
    if min(given.values()) < leaf.value and said_weights(parts_of(leaf.job), resource):
        return refused(f"native.suanli.weights of the containers leave it {notes}")
    return rounded(asked, f"{shown(leaf.value)} → {notes}")


def gpu_model(leaf: Leaf) -> Verdict:
    """The platform's name of the model, which some machine of the catalog must have."""
    native, there = native_model(leaf.value, leaf.target), catalog_machines(leaf.target)
    if not there or native in [entry.get("gpuModel") for entry in there.values()]:
        return exact(native)
    known = models(leaf.target)
    if not known:
        return refused("no machine of the catalog has a GPU")
    return refused(f"no machine of the catalog has a {native}: they have {', '.join(sorted(known))}")


def gpu_memory(leaf: Leaf) -> Verdict:
    """The memory of the GPUs of the machine that is large enough."""
    given = {each.name: each.entry.get("gpuMemory", 0) for each in leaf.once(rental).known}
    if set(given.values()) <= {leaf.value}:
        return exact(leaf.value)
    notes = ", ".join(f"{written(size, 'bytes')} of {machine}" for machine, size in given.items())
    return rounded(leaf.value, f"{written(leaf.value, 'bytes')} → {notes}")


def queue(leaf: Leaf) -> Verdict:
    """The region that the catalog has for the queue."""
    known = leaf.target.catalog.get("queues", {})
    if not known:
        return dropped("there are no queues here: catalog.queues may say which region one is")
    if leaf.value not in known:
        return refused(f'the site has no "{leaf.value}" in its catalog, only {", ".join(known)}')
    return exact(known[leaf.value])


# -- what it sees


def volume(leaf: Leaf) -> Verdict:
    """The storage that the catalog has for the volume."""
    entry = leaf.target.catalog.get("volumes", {}).get(leaf.value)
    if entry is None:
        return refused(f'targets.{leaf.target.name}.catalog.volumes has no "{leaf.value}"')
    return exact(entry)


def port(leaf: Leaf) -> Verdict:
    """A published port gets an address; the containers of a pod reach each other's ports without being told."""
    if leaf.beside().get("publish"):
        return exact(leaf.value)
    return emulated(None, f"{leaf.value} is reached from the same pod only; `publish: true` makes it an HTTPS address")


def publish(leaf: Leaf) -> Verdict:
    """The platform makes up an address."""
    if isinstance(leaf.value, bool):
        return exact(leaf.value or None)
    return dropped("the platform chooses the address, with port 443")


def protocol(leaf: Leaf) -> Verdict:
    """Only HTTP comes from outside."""
    if leaf.value == "udp" and leaf.beside().get("publish"):
        return refused("only HTTP reaches a published port")
    return exact(None)
