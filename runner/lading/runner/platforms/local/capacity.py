"""What this machine has, against what a job asks for: checked once, at submission, and enforced by nobody."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lading.schema.units import Quantity, written

_GPU_DEVICES = "nvidia[0-9]*"

ASKED = {"cpu": "cores", "memory": "of memory", "disk": "of disk", "gpu": "GPUs"}
_MEASURES: Mapping[str, Quantity] = {"cpu": "cores", "memory": "bytes", "disk": "bytes"}


def of_machine(folder: Path) -> dict[str, int]:
    """What a job can have here: cores in thousandths that this process may use, bytes, and GPUs by their devices."""
    return {
        "cpu": 1000 * len(os.sched_getaffinity(0)),
        "memory": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE"),
        "disk": shutil.disk_usage(folder).free,
        "gpu": len(list(Path("/dev").glob(_GPU_DEVICES))),
    }


def shortages(body: Mapping[str, Any], has: Mapping[str, int]) -> Iterator[str]:
    """A sentence for each resource of which all replicas together ask for more than there is."""
    for name, what in ASKED.items():
        asked = sum(group["replicas"] * group.get("resources", {}).get(name, 0) for group in body["groups"])
        if asked > has[name]:
            yield f"the job asks for {_said(name, asked)} {what}, and this machine has {_said(name, has[name])}"


def absent(body: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each mount whose data is not on this machine."""
    for group in body["groups"]:
        for mount in group.get("mounts", ()):
            if not Path(mount["source"]).exists():
                what = f'the volume "{mount["volume"]}"' if "volume" in mount else "a mounted folder"
                yield f"{what} should be at {mount['source']}, and there is nothing"


def described(folder: Path) -> str:
    """What this machine has, in a line."""
    return ", ".join(f"{_said(name, amount)} {ASKED[name]}" for name, amount in of_machine(folder).items())


def _said(name: str, amount: int) -> str:
    """The number as people say it; a machine's own are never round, so they are cut to whole MiB."""
    if _MEASURES.get(name) == "bytes":
        amount -= amount % 2**20 if amount >= 2**20 else 0
    return written(amount, _MEASURES[name]) if name in _MEASURES else str(amount)
