"""Which machines of the catalog a task may get, and what each of its containers gets of one.

The platform rents whole machines: a pod has one to itself, and its containers share it by weights. So what all the
containers of a replica ask for is added up, and the smallest machine that has as much is taken.
"""

from collections.abc import Iterator, Mapping
from math import gcd
from typing import Any, NamedTuple

from lading.compiler.bundles import Bundle, smallest
from lading.compiler.platforms.suanli.counting import own_section
from lading.compiler.target import Target

MIB = 2**20
Part = Mapping[str, Any]


class Weights(NamedTuple):
    """What one container gets of the machine: its part of the sum of all weights."""

    cpu: int
    memory: int
    gpu: int


class Machine(NamedTuple):
    """A machine that the task may get. ``entry`` is that of the catalog, empty where only the mark is known."""

    name: str
    entry: Mapping[str, Any]
    mark: str = ""
    weight: int | None = None

    def has(self, resource: str) -> int:
        """How much of the resource it has: cpu, memory or gpu, in base units."""
        return int(self.entry.get("gpuCount" if resource == "gpu" else resource, 0))

    @property
    def all_gpu_memory(self) -> int:
        """The memory of all its GPUs together in MiB, as the platform says it: of an "H20 x 8" 786432."""
        return int(-(-self.entry.get("gpuMemory", 0) * self.has("gpu") // MIB))


class Asked(NamedTuple):
    """What all the containers of a replica ask for together."""

    gpus: int
    memory: int
    cores: int
    models: frozenset[str]
    gpu_memory: int
    region: str | None

    def fits(self, machine: Machine, gpu_parts: int) -> bool:
        """Whether the machine has it all, in GPUs that divide into so many equal parts."""
        entry = machine.entry
        is_enough = (
            machine.has("gpu") >= self.gpus
            and machine.has("memory") >= self.memory
            and machine.has("cpu") >= self.cores
            and entry.get("gpuMemory", 0) >= self.gpu_memory
        )
        is_right = self.models <= {entry.get("gpuModel")} and self.region in {None, entry["region"]}
        return is_enough and is_right and machine.has("gpu") % max(gpu_parts, 1) == 0


NOTHING = Asked(0, 0, 0, frozenset(), 0, None)


def parts_of(job: Part) -> dict[str, Part]:
    """The containers of a replica by name; the main one has none."""
    return {"": job, **job.get("containers", {})}


def amount(part: Part, resource: str) -> int | None:
    """How much of the resource the container asks for: cpu in thousandths, memory in bytes (whole MiB), gpu."""
    found: Any = part.get("resources", {}).get(resource)
    if found is None:
        return None
    if resource == "gpu":
        return int(found.get("count", 0))
    return int(-(-found // MIB) * MIB if resource == "memory" else found)


def asked(job: Part, target: Target) -> Asked:
    """What a replica of the job asks for."""
    parts = parts_of(job).values()
    gpus = [part.get("resources", {}).get("gpu", {}) for part in parts]
    return Asked(
        gpus=sum(amount(part, "gpu") or 0 for part in parts),
        memory=sum(amount(part, "memory") or 0 for part in parts),
        cores=sum(amount(part, "cpu") or 0 for part in parts),
        models=frozenset(native_model(gpu["model"], target) for gpu in gpus if "model" in gpu),
        gpu_memory=max(gpu.get("memory", 0) for gpu in gpus),
        region=region(job, target),
    )


def native_model(model: str, target: Target) -> str:
    """The platform's name of the portable GPU model."""
    return str(target.catalog.get("gpus", {}).get(model, model))


def region(job: Part, target: Target) -> str | None:
    """The region that the machine must stand in, if the spec says one, itself or by its queue."""
    queue = job.get("schedule", {}).get("queue")
    found: str | None = own_section(job).get("region") or target.catalog.get("queues", {}).get(queue)
    return found


def catalog_machines(target: Target) -> dict[str, Machine]:
    """Every machine of the catalog, by name."""
    return {name: Machine(name, entry) for name, entry in target.catalog.get("resources", {}).items()}


def models(target: Target) -> frozenset[str]:
    """The platform's names of all GPU models that the catalog has."""
    found = {entry.get("gpuModel") for entry in target.catalog.get("resources", {}).values()}
    return frozenset(model for model in found if model)


def machines(job: Part, target: Target) -> list[Machine]:
    """The machines that the task may get: those that the spec names and the catalog has, else the smallest one that
    is large enough, of those that are free if any is. None where there is none.
    """
    named = own_section(job).get("resources")
    if named is not None:
        return list(_named(named, target))
    wanted, gpu_parts = asked(job, target), sum(_column(parts_of(job), "gpu").values())
    fitting = {name: each for name, each in catalog_machines(target).items() if wanted.fits(each, gpu_parts)}
    free = {name: each for name, each in fitting.items() if each.entry.get("inventory") != 0}
    bundles = {name: Bundle(*map(each.has, ("gpu", "memory", "cpu"))) for name, each in (free or fitting).items()}
    name = smallest(bundles)
    return [fitting[name]] if name is not None else []


def _named(named: list[Mapping[str, Any]], target: Target) -> Iterator[Machine]:
    known = catalog_machines(target)
    for each in named:
        if "mark" in each:
            yield Machine("", {}, each["mark"], each.get("weight"))
        elif each["name"] in known:
            yield known[each["name"]]._replace(weight=each.get("weight"))


def weights(job: Part) -> dict[str, Weights]:
    """The weights of all containers: the ratio of what they ask for in its smallest numbers, unless the spec says
    them. Of GPUs nobody asks for, the main one has all.
    """
    parts = parts_of(job)
    cpu, memory, gpu = (_column(parts, resource) for resource in ("cpu", "memory", "gpu"))
    return {name: Weights(cpu[name], memory[name], gpu[name]) for name in parts}


def _column(parts: Mapping[str, Part], resource: str) -> dict[str, int]:
    """The weight of each container, of one resource."""
    return said_weights(parts, resource) or _ratio(parts, resource)


def said_weights(parts: Mapping[str, Part], resource: str) -> dict[str, int]:
    """The weights that the spec says itself; nothing where no container says one."""
    said = {name: own_section(part).get("weights", {}).get(resource) for name, part in parts.items()}
    if not any(each is not None for each in said.values()):
        return {}
    return {name: _least(resource) if each is None else each for name, each in said.items()}


def _ratio(parts: Mapping[str, Part], resource: str) -> dict[str, int]:
    amounts = {name: amount(part, resource) or _least(resource) for name, part in parts.items()}
    if not any(amounts.values()):
        amounts[""] = 1
    whole = gcd(*amounts.values())
    return {name: each // whole for name, each in amounts.items()}


def _least(resource: str) -> int:
    """Every container has some of the cores and of the memory, and not all need a GPU."""
    return 0 if resource == "gpu" else 1


def weights_of(job: Part, target: Target) -> dict[str, Weights]:  # noqa: ARG001 - as ``once`` asks for it
    """The weights of all containers."""
    return weights(job)


def share(machine: Machine, all_weights: Mapping[str, Weights], name: str, resource: str) -> int:
    """How much of the machine's resource the container gets, in base units and in whole ones."""
    whole = sum(getattr(each, resource) for each in all_weights.values())
    size = MIB if resource == "memory" else 1
    return int(machine.has(resource) // size * getattr(all_weights[name], resource) // max(whole, 1) * size)
