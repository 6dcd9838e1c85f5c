"""A task or a service, read back. What the tables place reads itself."""

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


def read(reading: Reading) -> None:
    """All that the body says, of either edition."""
    reading.kind = "service" if reading.take("/working_type") == 1 else "job"
    reading.rows()
    for pointer, name in NATIVE.items():
        reading.say_native(name, reading.take(pointer))
    for part in (_read_start, _read_namespace, read_command, read_volumes, read_claims, read_ports, read_gpus):
        part(reading)


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
