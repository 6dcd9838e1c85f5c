"""The machines that Suanli rents now: as the catalog of a target, and by the marks that stand for them for a while."""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lading.runner.errors import Refused
from lading.runner.http.answer import field, short
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.account import Account
from lading.runner.platforms.suanli.protocol import NAME

MIB = 2**20
MARKS_LAST = 30.0
"""Seconds for which a search is believed: a mark is looked up just before a task is created, and a thousand tasks are
created in a few of these."""

DEVICES = ("GpuDevice", "CpuDevice")
PULL = "`lading catalog pull` writes down what it has; compile again and look at the difference"
MOST_OTHERS = 5
"""So many other machines are named to people."""

MICRO_YUAN, HOUR = 10**6, 3600
MISSING = {"gpu_name": ""}
"""What null means where the platform says it: of all other properties 0."""


class Offer(NamedTuple):
    """A machine in one of its regions."""

    resource: Mapping[str, Any]
    region_name: str
    mark: str
    free: int
    price: int | None

    @property
    def place(self) -> tuple[Any, Any]:
        """What it is called, and where it is."""
        return self.resource.get("device_name"), self.resource.get("region")


class Machines:
    """What the search for resources finds."""

    def __init__(self, account: Account, clock: Callable[[], float] = time.monotonic) -> None:
        self._account, self._clock = account, clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, list[Offer]]] = {}

    def mark(self, what: Mapping[str, Any]) -> str:
        """The mark of the machine that has just these properties now. Raises Refused where there is none."""
        name, region = what["device_name"], what["region"]
        offers = self._search(DEVICES[0] if what.get("gpu_count") else DEVICES[1])
        here = [offer for offer in offers if offer.place == (name, region)]
        if not here:
            raise Refused(f"{NAME} has no {name} in {region} now", f"{_free(offers)}; {PULL}")
        differences = [_differences(what, offer.resource) for offer in here]
        same = [offer for offer, found in zip(here, differences, strict=True) if not found]
        if not same:
            raise Refused(f"{NAME}'s {name} has {_told(min(differences, key=len))}", PULL)
        free = [offer for offer in same if offer.free > 0]
        if not free:
            raise Refused(f"{NAME} has no {name} in {region} that is free", _free(offers))
        return free[0].mark

    def forget(self) -> None:
        """The platform is asked again before it is believed to have something."""
        with self._lock:
            self._known.clear()

    def catalog(self) -> dict[str, dict[str, Any]]:
        """Every machine in every region as it is now, by a name that is the same at the next search."""
        self.forget()
        with self._account.reading():
            entries = [_entry(offer) for device in DEVICES for offer in self._search(device)]
        taken = Counter(map(_name, entries))
        named = {_name(entry, is_taken=taken[_name(entry)] > 1): entry for entry in entries}
        return dict(sorted(named.items()))

    def _search(self, device: str) -> list[Offer]:
        with self._lock:
            at, found = self._known.get(device, (0.0, []))
            if device not in self._known or self._clock() - at > MARKS_LAST:
                found = list(self._asked(device))
                self._known[device] = self._clock(), found
            return found

    def _asked(self, device: str) -> Iterator[Offer]:
        data = self._account.get(protocol.RESOURCES, task_type="Job", device_type=device)
        with self._account.reading():
            for machine in protocol.rows(data, "results"):
                for region in protocol.rows(machine, "regions"):
                    yield _offer(machine, region)


def _offer(machine: Mapping[str, Any], region: Mapping[str, Any]) -> Offer:
    """The mark says itself what it stands for, and what it leaves out the machine says."""
    own = field(region, "mark", "resource", of=Mapping, default={})
    prices = [field(region, name, of=int, default=None) for name in ("discount_price", "price")]
    return Offer(
        resource={**machine, "region": region.get("region"), **own},
        region_name=field(region, "region_name", of=str, default=""),
        mark=field(region, "mark", "mark", of=str),
        free=field(region, "inventory", of=int, default=0),
        price=next((price for price in prices if price is not None), None),
    )


def _differences(what: Mapping[str, Any], resource: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Each property that is not as it was promised: its name, what was promised, and what it is now."""
    now = {name: MISSING.get(name, 0) if resource.get(name) is None else resource[name] for name in what}
    return [(name, said, now[name]) for name, said in what.items() if now[name] != said]


def _told(differences: Sequence[tuple[str, Any, Any]]) -> str:
    now = " and ".join(f"{name} {short(str(value))}" for name, _, value in differences)
    return f"{now} now, and the catalog says {' and '.join(str(said) for _, said, _ in differences)}"


def _free(offers: Sequence[Offer]) -> str:
    """What there is instead, for people."""
    free = [offer for offer in offers if offer.free > 0]
    if not free:
        return "no machine of its kind is free: try later"
    names = ", ".join(short(f"{offer.place[0]} in {offer.place[1]}") for offer in free[:MOST_OTHERS])
    return f"free are {names}" + (f" and {len(free) - MOST_OTHERS} more" if len(free) > MOST_OTHERS else "")


def _entry(offer: Offer) -> dict[str, Any]:
    """The machine as a catalog has it."""
    resource = offer.resource
    device, region = (field(resource, name, of=str) for name in ("device_name", "region"))
    gpus = protocol.amount(resource, "gpu_count", default=0)
    entry = {
        "deviceName": device,
        "region": region,
        "regionName": offer.region_name or None,
        "cpu": protocol.amount(resource, "cpu_cores") * 1000,
        "memory": protocol.amount(resource, "memory") * MIB,
        "inventory": max(offer.free, 0),
        "price": None if offer.price is None else _price(offer.price),
    }
    if gpus:
        entry |= {"gpuModel": field(resource, "gpu_name", of=str, default=device), "gpuCount": gpus}
        entry["gpuMemory"] = protocol.amount(resource, "gpu_memory", default=0) * MIB // gpus or None
    return {name: value for name, value in entry.items() if value is not None}


def _price(raw: int) -> str:
    """The platform's number, and what an hour costs if it is millionths of a yuan in a second, as it seems to be."""
    return f"{raw} ({raw * HOUR / MICRO_YUAN:.2f} ¥/h)"


def _name(entry: Mapping[str, Any], *, is_taken: bool = False) -> str:
    """What and where it is; of machines that are alike in this all else that tells them apart."""
    gpus = entry.get("gpuCount")
    parts = [f"{entry['gpuModel']}-{gpus}x" if gpus else entry["deviceName"], entry["region"]]
    if is_taken:
        parts += [entry["deviceName"], f"{entry['cpu'] // 1000}c", f"{entry['memory'] // MIB}mi"]
    return re.sub(r"[^\w.]+", "-", "-".join(parts).lower()).strip("-")
