"""Volume claims: one with quantities in the first edition, any number of them in bytes in the second."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.importing.reading import Reading
from lading.compiler.payload import From
from lading.compiler.rows import Body, only_set
from lading.compiler.view import View
from lading.schema.units import parse_bytes, written

PATH = ("native", "airscheduler", "pvc")


def claims(view: View) -> From | None:
    """The claims of the spec, as the edition writes them."""
    found = view.get(*PATH)
    if found is None:
        return None
    if view.plan.target.options["api"] == "v1":
        (claim,) = found.value
        return From({name: written(size, "bytes") for name, size in _sizes(claim).items()}, found.sources)
    return From([_sizes(claim) | only_set(mount_path=claim.get("mountPath")) for claim in found.value], found.sources)


def _sizes(claim: Mapping[str, Any]) -> Body:
    return {"pvc_requests": claim["requests"], "pvc_limits": claim["limits"]}


def read_claims(reading: Reading) -> None:
    """Each claim, if its sizes can be read."""
    entries = reading.take("/running_config/pvc")
    found = [_claim(entry) for entry in ([entries] if isinstance(entries, dict) else entries or ())]
    if found and all(claim["requests"] and claim["limits"] for claim in found):
        reading.say_native("pvc", found)


def _claim(entry: Mapping[str, Any]) -> Body:
    requests, limits = (_bytes(entry.get(name)) for name in ("pvc_requests", "pvc_limits"))
    return {"requests": requests, "limits": limits, **only_set(mountPath=entry.get("mount_path"))}


def _bytes(size: Any) -> int | None:
    return parse_bytes(size) if isinstance(size, str) else size
