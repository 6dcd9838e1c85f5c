"""Ports, which both editions write as pairs: what the program listens on, and what it is reached by from outside."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.importing.reading import Reading
from lading.compiler.payload import From
from lading.compiler.rows import Body, only_set
from lading.compiler.view import View

INSIDE = {"v1": "code_port", "v2": "container_port"}
"""What the editions call the number that the program listens on."""


def ports(view: View) -> list[Body]:
    """The ports. In the first edition tasks have none, and the number outside must stand there, if only as null."""
    api = view.plan.target.options["api"]
    if api == "v1" and view.plan.job.kind != "service":
        return []
    return [_port(port, INSIDE[api], {"node_port": None} if api == "v1" else {}) for port in view.each("ports")]


def _port(port: View, inside: str, usual: Body) -> Body:
    number, protocol = (_said(port.get(name)) for name in ("publish", "protocol"))
    return {**usual, **only_set(node_port=number, protocol=protocol), inside: port.get("port")}


def _said(value: From | None) -> From | None:
    return value if value and value.value is not None else None


def read_ports(reading: Reading) -> None:
    """Each pair is a published port, at the number that it names, in the words of either edition."""
    entries = reading.take("/running_config/port")
    if isinstance(entries, list):
        reading.say("ports", [_published(entry) for entry in entries])


def _published(entry: Mapping[str, Any]) -> Body:
    (inside,) = (entry[name] for name in INSIDE.values() if name in entry)
    protocol = entry.get("protocol")
    outside = entry.get("node_port")
    return {"port": inside, "publish": outside or True, "protocol": protocol and protocol.lower()}
