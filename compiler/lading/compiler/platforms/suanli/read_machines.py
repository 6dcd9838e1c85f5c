"""The reader back, of machines: what they have is what the containers ask for, by their weights."""

from collections.abc import Mapping, Sequence
from typing import Any

from lading.compiler.importing.reading import Reading
from lading.compiler.platforms.suanli.machines import MIB, Machine, Weights, amounts_of, parts_of, rental, weights
from lading.schema.paths import Path

LOOKED_UP = "a mark does not last: lading looks it up at each submission"


def read_machines(reading: Reading, parts: Sequence[Path]) -> None:
    """The containers ask for what they have now, the catalog has the machines, and the spec names them if it must."""
    found = [_candidate(reading, index) for index in range(len(reading.take("/resources")))]
    known = [each for each in found if each.entry]
    said = [_weights(reading, index) for index in range(len(parts))]
    if known:
        for into, own in zip(parts, said, strict=True):
            _say_share(reading, into, known, _fractions(own, said))
    _say_weights(reading, parts, said)
    if len(found) > 1 or not known or found[0].weight is not None or _others_are_taken(reading, found[0]):
        reading.say_native("resources", [_alternative(each) for each in found])


def _candidate(reading: Reading, index: int) -> Machine:
    at = f"/resources/{index}"
    weight = reading.peek(f"{at}/weight")
    if reading.peek(f"{at}/resource") is None:
        return Machine("", {}, reading.peek(f"{at}/mark"), weight)
    reading.leave_out(f"{at}/mark", LOOKED_UP)
    entry = _entry(reading.peek(f"{at}/resource"), reading.peek(f"{at}/region_name"))
    name = f"{entry['deviceName']}-{entry['gpuCount']}x" if entry["gpuCount"] else entry["deviceName"]
    return Machine(reading.know("resources", name, entry), entry, weight=weight)


def _entry(resource: Mapping[str, Any], region_name: str | None) -> dict[str, Any]:
    """The machine as the catalog has it."""
    found = {
        "deviceName": resource["device_name"],
        "region": resource["region"],
        "regionName": region_name,
        "cpu": resource["cpu_cores"] * 1000,
        "memory": resource["memory"] * MIB,
        "gpuModel": resource.get("gpu_name"),
        "gpuCount": resource["gpu_count"],
        "gpuMemory": resource["gpu_memory"] * MIB // max(resource["gpu_count"], 1) or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _weights(reading: Reading, index: int) -> Weights:
    said = reading.peek(f"/services/{index}/resource_weight")
    return Weights(said["cpu_weight"], said["mem_weight"], said["gpu_weight"])


Fractions = Mapping[str, tuple[int, int]]
"""Of each resource the container's weight, and the sum of all."""


def _fractions(own: Weights, all_of_them: Sequence[Weights]) -> Fractions:
    return {name: (getattr(own, name), sum(getattr(each, name) for each in all_of_them)) for name in own._fields}


def _say_share(reading: Reading, into: Path, known: Sequence[Machine], fractions: Fractions) -> None:
    def least(resource: str, unit: int = 1) -> int:
        part, whole = fractions[resource]
        return min(machine.has(resource) for machine in known) // unit * part // max(whole, 1) * unit

    reading.say((*into, "resources", "cpu"), least("cpu"))
    reading.say((*into, "resources", "memory"), least("memory", MIB))
    models = {machine.entry.get("gpuModel") for machine in known}
    if gpus := least("gpu"):
        reading.say((*into, "resources", "gpu", "count"), gpus)
        reading.say(
            (*into, "resources", "gpu", "model"), _portable(reading, models.pop()) if len(models) == 1 else None
        )


def _say_weights(reading: Reading, parts: Sequence[Path], said: Sequence[Weights]) -> None:
    """The weights of each resource that do not follow from what the containers ask for."""
    containers = parts_of(reading.document)
    usual_of = weights(containers, amounts_of(containers))
    for resource in Weights._fields:
        usual = [getattr(each, resource) for each in usual_of.values()]
        column = [getattr(each, resource) for each in said]
        for into, weight in zip(parts, column, strict=True) if column != usual else ():
            reading.say_native("weights", {resource: weight}, into)


def _portable(reading: Reading, model: str | None) -> str | None:
    names: Mapping[str, str] = reading.target.catalog.get("gpus", {})
    return next((name for name, native in names.items() if native == model), model)


def _others_are_taken(reading: Reading, machine: Machine) -> bool:
    """Whether the catalog has a machine that the spec would get instead."""
    resources = {**reading.target.catalog.get("resources", {}), **reading.catalog.get("resources", {})}
    target = reading.target._replace(catalog={**reading.target.catalog, "resources": resources})
    return [each.name for each in rental(reading.document, target).machines] != [machine.name]


def _alternative(machine: Machine) -> dict[str, Any]:
    named = {"mark": machine.mark} if machine.mark else {"name": machine.name}
    return named if machine.weight is None else {**named, "weight": machine.weight}
