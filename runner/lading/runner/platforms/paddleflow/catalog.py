"""What a PaddleFlow server has, as the catalog of a target."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lading.compiler.platforms.paddleflow.inverse import bytes_of, thousandths

Row = Mapping[str, Any]


def catalog_of(queues: Sequence[Row], flavours: Sequence[Row], gpu_resource: str) -> dict[str, Any]:
    """The queues that are open, under their own names, and what each registered flavour gives."""
    names = [row["name"] for row in queues if row.get("status") == "open" and isinstance(row.get("name"), str)]
    named = [row for row in flavours if isinstance(row.get("name"), str)]
    return {
        "queues": {name: name for name in names},
        "flavours": {row["name"]: _flavour(row, gpu_resource) for row in named},
    }


def _flavour(row: Row, gpu_resource: str) -> dict[str, Any]:
    scalar = row.get("scalarResources")
    count = str(scalar.get(gpu_resource, "")) if isinstance(scalar, Mapping) else ""
    amounts = {"cpu": thousandths(row.get("cpu")), "memory": bytes_of(row.get("mem"))}
    is_count = re.fullmatch(r"0*[1-9][0-9]{0,8}", count) is not None
    gpu = {"gpu": {"count": int(count)}} if is_count else {}
    return {**{name: amount for name, amount in amounts.items() if amount}, **gpu}
