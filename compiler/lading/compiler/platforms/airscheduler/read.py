"""A task or a service, read back. What the tables place reads itself."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.importing.reading import Reading
from lading.compiler.platforms.airscheduler.claims import read_claims
from lading.compiler.platforms.airscheduler.command import read_command
from lading.compiler.platforms.airscheduler.gpus import read_gpus
from lading.compiler.platforms.airscheduler.ports import read_ports
from lading.compiler.platforms.airscheduler.volumes import read_volumes
from lading.compiler.platforms.airscheduler.wire import unwire

__all__ = ["read", "unwire"]

NATIVE = {
    "/source_service_id": "sourceServiceId",
    "/distributed": "distributed",
    "/running_config/yaml_data": "yamlData",
}


OWN_WORDS: Mapping[str, frozenset[str]] = {
    "v1": frozenset({"code_port"}),
    "v2": frozenset({"distributed", "env", "timeout", "read_only", "container_port", "protocol"}),
}
"""What only the one edition calls so."""

ORDINAL = {"v1": "first", "v2": "second"}


def read(reading: Reading) -> None:
    """All that the body says, of either edition."""
    _tell_edition(reading)
    reading.kind = "service" if reading.take("/working_type") == 1 else "job"
    reading.rows()
    for pointer, name in NATIVE.items():
        reading.say_native(name, reading.take(pointer))
    for part in (_read_start, _read_namespace, read_command, read_volumes, read_claims, read_ports, read_gpus):
        part(reading)


def _tell_edition(reading: Reading) -> None:
    """Little of one edition can be said in the other."""
    found, taken = _edition(reading.payload), reading.target.options["api"]
    if found not in {None, taken}:
        why = f"this is of the {ORDINAL[found]} edition, and the target takes the {ORDINAL[taken]}"
        reading.note("", f"{why}: name one with `options: {{api: {found}}}` by -t")


def _edition(body: Mapping[str, Any]) -> str | None:
    """The edition that has words which the body uses; None where both have all of them."""
    config = body["running_config"]
    if claims := config.get("pvc"):
        return "v2" if isinstance(claims, list) else "v1"
    items = [item for name in ("port", "volumes") for item in config.get(name, ())]
    words = {word for each in (body, config, *items) for word in each}
    return next((edition for edition, own in OWN_WORDS.items() if words & own), None)


def _read_start(reading: Reading) -> None:
    """A task of the second edition starts only if it says so."""
    is_silent = reading.peek("/start_now") is None
    if is_silent and reading.target.options["api"] == "v2":
        reading.say("schedule.hold", True)


def _read_namespace(reading: Reading) -> None:
    """The namespace is a queue, unless it is that of all tasks."""
    found = reading.take("/namespace")
    if found and found != reading.target.options.get("namespace"):
        has_queues = bool(reading.target.catalog.get("queues"))
        reading.say("schedule.queue", reading.know("queues", found, found) if has_queues else found)
