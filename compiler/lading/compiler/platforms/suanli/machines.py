"""Which machines of the catalog a task may get, and what each of its containers gets of one.

The platform rents whole machines: a pod has one to itself, and its containers share it by weights. So what all the
containers of a replica ask for is added up, and the smallest machine that has as much is taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import gcd
from typing import Any, NamedTuple

from lading.compiler.bundles import Bundle, smallest
from lading.compiler.platforms.suanli.counting import own_section
from lading.compiler.target import Target

MIB = 2**20
GPUS = "gpuCount"
"""How many GPUs a machine of the catalog has; cores and memory are called there as a job calls them."""

Part = Mapping[str, Any]


class Amounts(NamedTuple):
    """What one container asks for: thousandths of a core, bytes (whole MiB) and GPUs; None of what it does not say."""

    cpu: int | None
    memory: int | None
    gpu: int | None


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
        return int(self.entry.get(GPUS if resource == "gpu" else resource, 0))

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

    def fits(self, entry: Mapping[str, Any], gpu_parts: int) -> bool:
        """Whether the catalog's machine has it all, in GPUs that divide into so many equal parts."""
        gpus = entry.get(GPUS, 0)
        if gpus < self.gpus or entry.get("memory", 0) < self.memory or entry.get("cpu", 0) < self.cores:
            return False
        if self.models and self.models != {entry.get("gpuModel")}:
            return False
        is_right = entry.get("gpuMemory", 0) >= self.gpu_memory and self.region in (None, entry["region"])
        return is_right and gpus % (gpu_parts or 1) == 0


NOTHING = Asked(0, 0, 0, frozenset(), 0, None)


class Rental(NamedTuple):
    """What a replica of a job asks for, and what it gets.

    ``amounts`` and ``weights`` are those of each container by name, and ``gpu_parts`` is how many equal parts the GPUs
    of a machine are divided into. ``machines`` are those that it may get: those that the spec names and the catalog
    has, else the smallest one that is large enough, of those that are free if any is; none where there is none.
    ``known`` are those of them that the catalog tells of.
    """

    amounts: Mapping[str, Amounts]
    weights: Mapping[str, Weights]
    gpu_parts: int
    asked: Asked
    machines: Sequence[Machine]
    known: Sequence[Machine]

    def shares(self, name: str, resource: str) -> dict[str, int]:
        """How much the container gets of the resource of each of these, in base units and in whole ones."""
        weight = getattr(self.weights[name], resource)
        whole = max(sum([getattr(each, resource) for each in self.weights.values()]), 1)
        unit = MIB if resource == "memory" else 1
        return {each.name: each.has(resource) // unit * weight // whole * unit for each in self.known}


def rental(job: Part, target: Target) -> Rental:
    """What becomes of a replica of the job."""
    parts = parts_of(job)
    found = amounts_of(parts)
    shares, wanted = weights(parts, found), _asked(job, parts, found, target)
    gpu_parts = sum([each.gpu for each in shares.values()])
    machines = _machines(job, target, wanted, gpu_parts)
    return Rental(found, shares, gpu_parts, wanted, machines, [each for each in machines if each.entry])


def parts_of(job: Part) -> dict[str, Part]:
    """The containers of a replica by name; the main one has none."""
    return {"": job, **job["containers"]} if "containers" in job else {"": job}


def amounts_of(parts: Mapping[str, Part]) -> dict[str, Amounts]:
    """What each container asks for."""
    return {name: _amounts(part) for name, part in parts.items()}


def _amounts(part: Part) -> Amounts:
    found = part.get("resources", {})
    memory, gpu = found.get("memory"), found.get("gpu")
    return Amounts(
        found.get("cpu"),
        None if memory is None else -(-memory // MIB) * MIB,
        None if gpu is None else gpu.get("count", 0),
    )


def _asked(job: Part, parts: Mapping[str, Part], found: Mapping[str, Amounts], target: Target) -> Asked:
    """What the containers ask for together."""
    cores, memory, gpus = [sum([each or 0 for each in column]) for column in zip(*found.values(), strict=True)]
    models, gpu_memory = [], 0
    for part in parts.values():
        gpu = part.get("resources", {}).get("gpu", {})
        gpu_memory = max(gpu_memory, gpu.get("memory", 0))
        if "model" in gpu:
            models.append(native_model(gpu["model"], target))
    return Asked(gpus, memory, cores, frozenset(models), gpu_memory, region(job, target))


def native_model(model: str, target: Target) -> str:
    """The platform's name of the portable GPU model."""
    return str(target.catalog.get("gpus", {}).get(model, model))


def region(job: Part, target: Target) -> str | None:
    """The region that the machine must stand in, if the spec says one, itself or by its queue."""
    queue = job.get("schedule", {}).get("queue")
    found: str | None = own_section(job).get("region") or target.catalog.get("queues", {}).get(queue)
    return found


def catalog_machines(target: Target) -> Mapping[str, Mapping[str, Any]]:
    """Every machine of the catalog, by name."""
    found: Mapping[str, Mapping[str, Any]] = target.catalog.get("resources", {})
    return found


def models(target: Target) -> frozenset[str]:
    """The platform's names of all GPU models that the catalog has."""
    found = {entry.get("gpuModel") for entry in catalog_machines(target).values()}
    return frozenset(model for model in found if model)


def _machines(job: Part, target: Target, wanted: Asked, gpu_parts: int) -> list[Machine]:
    named = own_section(job).get("resources")
    if named is not None:
        return list(_named(named, target))
    fitting = {name: each for name, each in catalog_machines(target).items() if wanted.fits(each, gpu_parts)}
    free = {name: each for name, each in fitting.items() if each.get("inventory") != 0} or fitting
    name = smallest({name: _bundle(each) for name, each in free.items()})
    return [Machine(name, free[name])] if name is not None else []


def _bundle(entry: Mapping[str, Any]) -> Bundle:
    return Bundle(entry.get(GPUS, 0), entry.get("memory", 0), entry.get("cpu", 0))


def _named(named: Sequence[Mapping[str, Any]], target: Target) -> Iterator[Machine]:
    known = catalog_machines(target)
    for each in named:
        if "mark" in each:
            yield Machine("", {}, each["mark"], each.get("weight"))
        elif each["name"] in known:
            yield Machine(each["name"], known[each["name"]], weight=each.get("weight"))


def weights(parts: Mapping[str, Part], found: Mapping[str, Amounts]) -> dict[str, Weights]:
    """The weights of all containers: the ratio of what they ask for in its smallest numbers, unless the spec says
    them. Of GPUs nobody asks for, the main one has all.
    """
    if len(parts) == 1 and "weights" not in own_section(parts[""]):
        return {"": Weights(1, 1, 1)}
    columns = [said_weights(parts, resource) or _ratio(found, resource) for resource in Weights._fields]
    return {name: Weights(*[column[name] for column in columns]) for name in parts}


def said_weights(parts: Mapping[str, Part], resource: str) -> dict[str, int]:
    """The weights that the spec says itself; nothing where no container says one."""
    said = {name: own_section(part).get("weights", {}).get(resource) for name, part in parts.items()}
    if not any(each is not None for each in said.values()):
        return {}
    return {name: _least(resource) if each is None else each for name, each in said.items()}


def _ratio(found: Mapping[str, Amounts], resource: str) -> dict[str, int]:
    amounts = {name: getattr(each, resource) or _least(resource) for name, each in found.items()}
    if not any(amounts.values()):
        amounts[""] = 1
    whole = gcd(*amounts.values())
    return {name: each // whole for name, each in amounts.items()}


def _least(resource: str) -> int:
    """Every container has some of the cores and of the memory, and not all need a GPU."""
    return 0 if resource == "gpu" else 1
