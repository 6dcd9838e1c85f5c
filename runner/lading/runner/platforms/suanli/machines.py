"""The machines that Suanli rents now: as the catalog of a target, and by the marks that stand for them for a while."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lading.runner.errors import Refused
from lading.runner.http.answer import field, short
from lading.runner.http.api import Api
from lading.runner.http.connection import Call
from lading.runner.platforms.suanli import protocol

MIB = 2**20
MARKS_LAST = 30.0
"""Seconds for which a search is believed: a mark is looked up just before a task is created, and a thousand tasks are
created in a few of these."""

DEVICES = ("GpuDevice", "CpuDevice")
Found = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A machine of the search, and one of its regions."""


class Machines:
    """What the search for resources finds."""

    def __init__(self, api: Api, clock: Callable[[], float] = time.monotonic) -> None:
        self._api, self._clock = api, clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, list[Found]]] = {}

    def mark(self, what: Mapping[str, Any]) -> str:
        """The mark of the machine that has just these properties now. Raises Refused where there is none."""
        name, region = what["device_name"], what["region"]
        device = DEVICES[0] if what.get("gpu_count") else DEVICES[1]
        with self._api.reading():
            offers = [(_resource(found), found[1]) for found in self._search(device)]
            here = [
                offer for offer in offers if (offer[0].get("device_name"), offer[0].get("region")) == (name, region)
            ]
            if not here:
                raise Refused(f"Suanli has no {name} in {region} now", "`lading catalog pull` asks what it has")
            same = [place for resource, place in here if not _differences(what, resource)]
            if not same:
                raise _other(name, _differences(what, here[0][0]))
            free = [place for place in same if field(place, "inventory", of=int, default=0) > 0]
            if not free:
                raise Refused(f"Suanli has no {name} in {region} that is free", "try later, or name another machine")
            return str(field(free[0], "mark", "mark", of=str))

    def catalog(self) -> dict[str, Any]:
        """Every machine in every region, by a name that is the same at the next search."""
        with self._api.reading():
            found = [offer for device in DEVICES for offer in self._search(device)]
            return dict(sorted(_entry(offer) for offer in found))

    def _search(self, device: str) -> list[Found]:
        with self._lock:
            at, found = self._known.get(device, (0.0, []))
            if device not in self._known or self._clock() - at > MARKS_LAST:
                found = list(self._asked(device))
                self._known[device] = self._clock(), found
            return found

    def _asked(self, device: str) -> Iterator[Found]:
        data = self._api.ask(Call("GET", protocol.RESOURCES, query={"task_type": "Job", "device_type": device}))
        for machine in protocol.rows(data, "results"):
            yield from ((machine, region) for region in protocol.rows(machine, "regions"))


def _resource(found: Found) -> Mapping[str, Any]:
    """What the mark stands for: it says it itself, and what it leaves out the machine says."""
    machine, place = found
    own = field(place, "mark", "resource", of=Mapping, default={})
    return {**machine, "region": place.get("region"), **own}


def _differences(what: Mapping[str, Any], resource: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(name, said, resource.get(name)) for name, said in what.items() if resource.get(name) != said]


def _other(name: str, differences: Sequence[tuple[str, Any, Any]]) -> Refused:
    field_, said, now = differences[0]
    return Refused(
        f"Suanli's {name} has {field_} {short(str(now))} now, and the catalog says {said}",
        "`lading catalog pull` writes down what it has; compile again and look at the difference",
    )


def _entry(found: Found) -> tuple[str, dict[str, Any]]:
    resource = _resource(found)
    device, region = (field(resource, name, of=str) for name in ("device_name", "region"))
    gpus = field(resource, "gpu_count", of=int, default=0)
    entry = {
        "deviceName": device,
        "region": region,
        "regionName": field(found[1], "region_name", of=str, default=""),
        "cpu": field(resource, "cpu_cores", of=int) * 1000,
        "memory": field(resource, "memory", of=int) * MIB,
        "gpuCount": gpus,
    }
    if gpus:
        entry["gpuModel"] = field(resource, "gpu_name", of=str, default=device)
        entry["gpuMemory"] = field(resource, "gpu_memory", of=int, default=0) * MIB
    count = f"-{gpus}x" if gpus else ""
    return f"{device}{count}-{region}".replace(" ", "-").lower(), {k: v for k, v in entry.items() if v not in ("", 0)}
