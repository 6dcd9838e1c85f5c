"""What only Suanli objects to, of fields against each other and against the site."""

from collections.abc import Iterator, Mapping, Sequence
from math import gcd
from typing import Any

from lading.compiler.objections import missing, refusal, warning
from lading.compiler.plan import Plan
from lading.compiler.platforms.suanli.container_checks import container_findings
from lading.compiler.platforms.suanli.counting import MOST_RANGES, own_section, pods_of
from lading.compiler.platforms.suanli.machines import (
    NOTHING,
    Machine,
    asked,
    catalog_machines,
    machines,
    models,
    parts_of,
    said_weights,
    weights_of,
)
from lading.compiler.platforms.suanli.storage import containers, memories, volume_names
from lading.compiler.view import View
from lading.schema.diagnostics import Finding
from lading.schema.units import written

LONGEST_SPOT = 86400
"""The most seconds that a task on a machine that may be taken away can be expected to take."""


def check(plan: Plan) -> Iterator[Finding]:
    """Every objection to the task, then to each of its containers."""
    for rule in (_numbers, _spot, _failed_indices, _machine, _gpus_divide, _unasked_gpus, _same_sizes, _names):
        yield from rule(plan.root)
    for view in containers(plan.root):
        yield from container_findings(view)


def _numbers(root: View) -> Iterator[Finding]:
    ranges = root.raw("array", "indices") or ()
    if len(ranges) > MOST_RANGES:
        why = f"the command tells {MOST_RANGES:,} ranges apart, and these are {len(ranges):,}: number them anew"
        yield refusal(root, ("array", "indices"), why)


def _spot(root: View) -> Iterator[Finding]:
    if not root.raw("schedule", "preemptible"):
        return
    expected, limit = root.value("schedule", "estimate"), root.value("schedule", "timeLimit")
    if expected is None:
        yield missing(root, ("schedule", "estimate"), "a machine that may be taken away is rented for an expected time")
    elif expected > LONGEST_SPOT:
        most = written(LONGEST_SPOT, "seconds")
        yield refusal(root, ("schedule", "estimate"), f"a preemptible task is expected to take at most {most}")
    elif limit is not None and expected >= limit:
        others = ((("schedule", "timeLimit"), "the limit"),)
        yield refusal(root, ("schedule", "estimate"), "it must be less than the time limit", others=others)


def _failed_indices(root: View) -> Iterator[Finding]:
    if root.raw("native", "suanli", "maxFailedIndex") is not None and not root.plan.once(pods_of).is_indexed:
        why = "the pods of this task have no numbers: say `indexed: true` as well"
        yield refusal(root, ("native", "suanli", "maxFailedIndex"), why)


def _machine(root: View) -> Iterator[Finding]:
    job, target = root.plan.job.value, root.plan.target
    named = own_section(job).get("resources")
    if named is not None:
        yield from _named_machines(root, named)
    elif not target.catalog.get("resources"):
        yield refusal(root, ("resources",), f"the catalog of {target.name} has no resources to choose from")
    elif not root.plan.once(machines) and asked(job, target).models <= models(target):
        yield refusal(root, ("resources",), _why_none(root))


def _why_none(root: View) -> str:
    """None is large enough, or those that are can not be shared as the containers ask."""
    job, target = root.plan.job.value, root.plan.target
    wanted, known = asked(job, target), catalog_machines(target)
    counts = [f"{name} has {machine.has('gpu')}" for name, machine in known.items() if wanted.fits(machine, 1)]
    if not counts:
        return f"no machine of the catalog has {_wanted(root)}"
    whole = sum(weight.gpu for weight in root.plan.once(weights_of).values())
    return f"GPUs are shared as they are asked for, and nothing divides into {whole} parts: {', '.join(counts)}"


def _named_machines(root: View, named: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    known, wanted = catalog_machines(root.plan.target), asked(root.plan.job.value, root.plan.target)
    path = ("native", "suanli", "resources")
    for each in named:
        name = each.get("name")
        if name is None and wanted != NOTHING:
            yield warning(root, path, "a mark does not say what its machine has, so that it may be too small")
        elif name is not None and name not in known:
            why = f'the catalog has no resource "{name}", only {", ".join(known) or "none at all"}'
            yield refusal(root, path, why)
        elif name is not None and not wanted.fits(known[name], 1):
            yield refusal(root, path, f"{name} does not have {_wanted(root)}")


def _wanted(root: View) -> str:
    """What the containers ask for together, as one phrase."""
    wanted = asked(root.plan.job.value, root.plan.target)
    memory = f" of {written(wanted.gpu_memory, 'bytes')}" if wanted.gpu_memory else ""
    model = " and ".join(sorted(wanted.models)) or "GPU"
    found = [
        f"{wanted.gpus} × {model}{memory}" if wanted.gpus else "",
        f"{written(wanted.memory, 'bytes')} of memory" if wanted.memory else "",
        f"{written(wanted.cores, 'cores')} cores" if wanted.cores else "",
    ]
    where = f" in {wanted.region}" if wanted.region else ""
    return " and ".join(phrase for phrase in found if phrase) + where or "that much"


def _gpus_divide(root: View) -> Iterator[Finding]:
    """The platform gives each container whole GPUs."""
    job = root.plan.job.value
    whole = sum(weight.gpu for weight in root.plan.once(weights_of).values())
    counts = [machine.has("gpu") for machine in _known(root)]
    if whole == 0:
        yield refusal(root, ("native", "suanli", "weights"), "some container must have a GPU weight above 0")
    elif gcd(*counts) % whole:
        path = ("native", "suanli", "weights") if said_weights(parts_of(job), "gpu") else ("resources", "gpu")
        yield refusal(root, path, f"{gcd(*counts)} GPUs can not be divided into {whole} equal parts")


def _unasked_gpus(root: View) -> Iterator[Finding]:
    """The smallest machine may have more GPUs than are asked for, to be paid for; one that the spec names was meant."""
    if root.is_set("native", "suanli", "resources"):
        return
    wanted = sum(part.raw("resources", "gpu", "count") or 0 for part in containers(root))
    for machine in _known(root):
        count = machine.has("gpu")
        if count > wanted:
            asked_for = f"{count} GPUs, with {wanted} asked for" if wanted else "GPUs that nobody asks for"
            yield warning(root, ("resources", "gpu"), f"{machine.name} is the smallest machine, and it has {asked_for}")


def _known(root: View) -> list[Machine]:
    return [machine for machine in root.plan.once(machines) if machine.entry]


def _same_sizes(root: View) -> Iterator[Finding]:
    """Memory of one name is one volume, whichever container mounts it."""
    names, sizes = volume_names(root), dict[str, Any]()
    for part in containers(root):
        for memory in memories(part):
            first = sizes.setdefault(names[memory.path.value], memory)
            if first.size.value != memory.size.value:
                why = f"the memory at {memory.path.value} is shared, and has one size"
                others = ((first.size.sources[0], "another size"),)
                yield refusal(root, memory.size.sources[0], why, others=others)


def _names(root: View) -> Iterator[Finding]:
    """The names of the containers are those of the pod's services, the job's own among them."""
    seen = {root.value("native", "suanli", "serviceName") or root.value("name")}
    for part in root.each("containers"):
        name = part.value("native", "suanli", "serviceName") or part.key
        if name in seen:
            yield refusal(part, (), f'there is a container "{name}" already (the main one has the name of the job)')
        seen.add(name)
