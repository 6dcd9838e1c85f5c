"""What AirScheduler makes of each field of the language: two editions, each with tasks and services.

The names are those of the manual's tables, and of edition 2.0 of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lading.compiler.capability import (
    BYTE,
    CORE,
    DROPPED,
    EMULATED,
    EXACT,
    RECORDED,
    REFUSED,
    ROUNDED,
    SECOND,
    Fidelity,
    Row,
    Table,
)
from lading.compiler.platforms.airscheduler import convert, gpus
from lading.compiler.secrets import exposed

OTHER_KINDS = "AirScheduler runs jobs, which it calls tasks, and services"

ONE_CONTAINER = "a task is one container here, and can not be several: submit it several times"
COMMAND = "running_config.command"
VOLUMES = "running_config.volumes[]"
PORTS = "running_config.port[]"
NEEDED = "the manual wants it of every task"

COMMON = {
    "kind": EXACT("working_type"),
    "name": EXACT("/name"),
    "description": EXACT("/usage"),
    "labels": RECORDED(),
    "annotations": RECORDED(),
    # the program
    "image": EXACT("/image_repo_tag", needed="every task runs in a container"),
    "pull": DROPPED("the platform itself decides when it pulls an image"),
    "command": EXACT(COMMAND),
    "args": EXACT(COMMAND),
    "script": EXACT(COMMAND),
    "shell": EXACT(COMMAND),
    "launch": EXACT(""),
    "workdir": EXACT("/running_config/work_dir", convert=convert.workdir, read=convert.as_it_is),
    "replicas": REFUSED(ONE_CONTAINER),
    "slots": REFUSED("a container runs one process here: let the command start the others, and say 1"),
    "roles": REFUSED(ONE_CONTAINER),
    "containers": REFUSED("a task is one container here, so nothing can stand beside it"),
    # what it needs
    "resources": EXACT("resource_info"),
    "resources.cpu": ROUNDED("/resource_info/cpu_count", CORE, needed=NEEDED),
    "resources.memory": EXACT("/resource_info/mem_size", unit=BYTE, needed=NEEDED),
    "resources.gpu.model": EXACT("resource_info.gpu_dict", convert=gpus.model),
    "resources.gpu.count": EXACT("resource_info.gpu_dict", convert=gpus.count),
    "resources.gpu.memory": EMULATED(
        "resource_info.gpu_dict", "chooses a model by catalog.gpuMemory", convert=gpus.memory
    ),
    "resources.shm": EXACT("/resource_info/shm_size", unit=BYTE),
    "resources.disk": DROPPED("a container's own disk is as large as it is: native.airscheduler.pvc claims a volume"),
    "network": DROPPED("a container has the network that it has"),
    "mounts": EXACT(VOLUMES),
    "mounts[].volume": EXACT(VOLUMES, convert=convert.volume),
    "mounts[].nfs.server": EXACT(f"{VOLUMES}.server"),
    "mounts[].nfs.path": EXACT(f"{VOLUMES}.path"),
    "mounts[].host": EXACT(f"{VOLUMES}.path"),
    "mounts[].subPath": EXACT(f"{VOLUMES}.path"),
    "mounts[].path": EXACT(f"{VOLUMES}.mount_path"),
    "mounts[].tmpfs": DROPPED("nothing is mounted in memory here: /dev/shm is memory, of size `resources.shm`"),
    "mounts[].disk": DROPPED("no node-local space is mounted here: native.airscheduler.pvc claims a volume"),
    "probes": DROPPED("nothing probes a container here"),
    "ssh": DROPPED("nothing opens a login to a container here"),
    # when it runs
    "schedule": EXACT(""),
    "schedule.queue": EXACT("namespace", convert=convert.queue),
    "schedule.priority": DROPPED("nothing can be hurried along or put off here"),
    "schedule.preemptible": DROPPED("nothing is cheaper for being taken away here"),
    "schedule.hold": EXACT("/start_now", convert=convert.hold, read=convert.held),
    "schedule.after": REFUSED("a task waits for no other here: hold it, and start it when it is time"),
}

OF_JOBS = {
    "schedule.estimate": RECORDED(),
    "schedule.retries": EMULATED(COMMAND, convert.AGAIN, convert=convert.retries),
    "schedule.restart": EMULATED(COMMAND, convert.AGAIN, convert=convert.restart),
    "array": REFUSED("a task runs once here: `matrix` makes one for each value"),
}

OF_SERVICES = {
    "schedule.retries": DROPPED("a service is started again whenever it ends, as often as it takes"),
    "schedule.restart": DROPPED("a service is started again whenever it ends, whatever comes of it"),
}
"""The manual does not say what becomes of a service that ends. On Kubernetes such a thing is started again."""

OF_V1 = {
    "framework": EMULATED(COMMAND, "of PyTorch one process", convert=convert.framework_in_command),
    "env": EMULATED(COMMAND, "set by `env` in the command", convert=convert.variable_in_command),
    "mounts[].readOnly": DROPPED("the first edition mounts everything for writing"),
}

OF_V1_JOBS = {
    "schedule.timeLimit": EMULATED(COMMAND, "`timeout` in the command ends it", convert=convert.time_limit_in_command),
    "ports": EMULATED("", "the program listens in its container, and the first edition tells nobody where"),
    "ports[].publish": DROPPED("the first edition lets nobody outside reach a task: make it a `kind: service`"),
}

OF_PORTS = {
    "ports": EXACT(PORTS),
    "ports[].port": EXACT(f"{PORTS}.code_port", convert=convert.port),
    "ports[].publish": EXACT(f"{PORTS}.node_port", convert=convert.publish),
    "ports[].name": EMULATED("", "a port is known by its number here"),
}

OF_V1_SERVICES = {
    **OF_PORTS,
    "ports[].protocol": EXACT("", values={"tcp": None}, why="the first edition has TCP only"),
}

OF_V2 = {
    **OF_PORTS,
    "ports[].port": EXACT(f"{PORTS}.container_port", convert=convert.port),
    "ports[].protocol": EXACT(f"{PORTS}.protocol"),
    "framework": EMULATED("running_config.env", "of PyTorch one process", convert=convert.framework),
    "env": EXACT("/running_config/env", exposes=exposed("AirScheduler")),
    "mounts[].readOnly": EXACT(f"{VOLUMES}.read_only"),
}

OF_V2_JOBS = {"schedule.timeLimit": EXACT("/running_config/timeout", unit=SECOND)}


def _table(*parts: Mapping[str, Row]) -> Table:
    return Table({field: row for part in (COMMON, *parts) for field, row in part.items()})


TABLES: Mapping[tuple[str, str], Table] = {
    ("v1", "job"): _table(OF_JOBS, OF_V1, OF_V1_JOBS),
    ("v1", "service"): _table(OF_SERVICES, OF_V1, OF_V1_SERVICES),
    ("v2", "job"): _table(OF_JOBS, OF_V2, OF_V2_JOBS),
    ("v2", "service"): _table(OF_SERVICES, OF_V2),
}

IN_COMMAND: Mapping[tuple[str, str], Sequence[str]] = {
    which: [field for field, row in rows.items() if row.native == COMMAND and row.fidelity is Fidelity.EMULATED]
    for which, rows in TABLES.items()
}
"""The fields that the command says too, of each table."""

EDITIONS: Mapping[str, Mapping[str, Any]] = {"v1": {"api": "v1"}, "v2": {"api": "v2"}}


def table(kind: str, options: Mapping[str, Any]) -> Table | None:
    """The rows of the edition for jobs or for services."""
    return TABLES.get((options["api"], kind))
