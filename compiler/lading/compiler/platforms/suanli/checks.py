"""What only Suanli objects to, of fields against each other and against the site."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import gcd
from typing import Any

from lading.compiler.objections import missing, refusal, warning
from lading.compiler.plan import Plan
from lading.compiler.platforms.suanli.container_checks import container_findings
from lading.compiler.platforms.suanli.counting import MOST_RANGES, own_section, pods_of
from lading.compiler.platforms.suanli.machines import (
    GPUS,
    NOTHING,
    Asked,
    Rental,
    catalog_machines,
    models,
    parts_of,
    rental,
    said_weights,
)
from lading.compiler.platforms.suanli.storage import containers, stores, volume_names
from lading.compiler.target import Target
from lading.compiler.view import View
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path
from lading.schema.units import written

Rule = Callable[[View], Iterator[Finding]]

LONGEST_SPOT = 86400
"""The most seconds that a task on a machine that may be taken away can be expected to take."""


def check(plan: Plan) -> Iterator[Finding]:
    """Every objection to the task, then to each of its containers."""
    root = plan.root
    for path, rule in OF_FIELDS.items():
        if path in plan.entries:
            yield from rule(root)
    for rule in OF_ALL:
        yield from rule(root)
    for view in containers(root):
        yield from container_findings(view)


def _numbers(root: View) -> Iterator[Finding]:
    ranges = root.raw("array", "indices")
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
    if not root.plan.once(pods_of).is_indexed:
        why = "the pods of this task have no numbers: say `indexed: true` as well"
        yield refusal(root, ("native", "suanli", "maxFailedIndex"), why)


def _machine(root: View) -> Iterator[Finding]:
    target, found = root.plan.target, root.plan.once(rental)
    named = own_section(root.plan.job.value).get("resources")
    if named is not None:
        yield from _named_machines(root, named, found.asked)
    elif not catalog_machines(target):
        yield refusal(root, ("resources",), f"the catalog of {target.name} has no resources to choose from")
    elif not found.machines and found.asked.models <= models(target):
        yield refusal(root, ("resources",), _why_none(found, target))


def _why_none(found: Rental, target: Target) -> str:
    """None is large enough, or those that are can not be shared as the containers ask."""
    there = catalog_machines(target).items()
    counts = [f"{name} has {entry.get(GPUS, 0)}" for name, entry in there if found.asked.fits(entry, 1)]
    if not counts:
        return f"no machine of the catalog has {_wanted(found.asked)}"
    whole = found.gpu_parts
    return f"GPUs are shared as they are asked for, and nothing divides into {whole} parts: {', '.join(counts)}"


def _named_machines(root: View, named: Sequence[Mapping[str, Any]], wanted: Asked) -> Iterator[Finding]:
    known = catalog_machines(root.plan.target)
    path = ("native", "suanli", "resources")
    for each in named:
        name = each.get("name")
        if name is None and wanted != NOTHING:
            yield warning(root, path, "a mark does not say what its machine has, so that it may be too small")
        elif name is not None and name not in known:
            why = f'the catalog has no resource "{name}", only {", ".join(known) or "none at all"}'
            yield refusal(root, path, why)
        elif name is not None and not wanted.fits(known[name], 1):
            yield refusal(root, path, f"{name} does not have {_wanted(wanted)}")


def _wanted(wanted: Asked) -> str:
    """What the containers ask for together, as one phrase."""
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
    found = root.plan.once(rental)
    whole, common = found.gpu_parts, gcd(*[machine.has("gpu") for machine in found.known])
    if whole == 0:
        yield refusal(root, ("native", "suanli", "weights"), "some container must have a GPU weight above 0")
    elif common % whole:
        is_said = said_weights(parts_of(root.plan.job.value), "gpu")
        path = ("native", "suanli", "weights") if is_said else ("resources", "gpu")
        yield refusal(root, path, f"{common} GPUs can not be divided into {whole} equal parts")


def _unasked_gpus(root: View) -> Iterator[Finding]:
    """The smallest machine may have more GPUs than are asked for, to be paid for; one that the spec names was meant."""
    if "resources" in own_section(root.plan.job.value):
        return
    found = root.plan.once(rental)
    wanted = found.asked.gpus
    for machine in found.known:
        count = machine.has("gpu")
        if count > wanted:
            asked_for = f"{count} GPUs, with {wanted} asked for" if wanted else "GPUs that nobody asks for"
            yield warning(root, ("resources", "gpu"), f"{machine.name} is the smallest machine, and it has {asked_for}")


def _same_sizes(root: View) -> Iterator[Finding]:
    """Memory of one name is one volume, whichever container mounts it."""
    memories = [memory for part in containers(root) for memory in stores(part).memories]
    names, sizes = volume_names(root) if len(memories) > 1 else {}, dict[str, Any]()
    for memory in memories if names else ():
        first = sizes.setdefault(names[memory.path.value], memory)
        if first.size.value != memory.size.value:
            why = f"the memory at {memory.path.value} is shared, and has one size"
            others = ((first.size.sources[0], "another size"),)
            yield refusal(root, memory.size.sources[0], why, others=others)


def _names(root: View) -> Iterator[Finding]:
    """The names of the containers are those of the pod's services, the job's own among them."""
    if "containers" not in root.plan.job.value:
        return
    seen = {root.value("native", "suanli", "serviceName") or root.value("name")}
    for part in root.each("containers"):
        name = part.value("native", "suanli", "serviceName") or part.key
        if name in seen:
            yield refusal(part, (), f'there is a container "{name}" already (the main one has the name of the job)')
        seen.add(name)


OF_FIELDS: Mapping[Path, Rule] = {
    ("array", "indices"): _numbers,
    ("schedule", "preemptible"): _spot,
    ("native", "suanli", "maxFailedIndex"): _failed_indices,
}
"""What can be wrong where the field is set, and what else, in the order in which it is said."""

OF_ALL: Sequence[Rule] = (_machine, _gpus_divide, _unasked_gpus, _same_sizes, _names)
