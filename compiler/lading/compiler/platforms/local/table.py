"""What one Linux machine, without a scheduler and without containers, makes of each field of the language."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import DROPPED, EMULATED, EXACT, RECORDED, REFUSED, Table
from lading.compiler.platforms.local import convert

CHECKED = "checked against this machine, not enforced"

TABLE = Table(
    {
        "kind": EXACT("kind"),
        "name": EXACT("name"),
        "description": RECORDED(),
        "labels": RECORDED(),
        "annotations": RECORDED(),
        # the program
        "image": DROPPED(
            "there are no containers here: the program runs on this machine as it is", convert=convert.image
        ),
        "pull": DROPPED("there are no images to pull here"),
        "command": EXACT("argv"),
        "args": EXACT("argv"),
        "script": EXACT("script"),
        "shell": EXACT("shell"),
        "launch": EXACT("launch", convert=convert.launch),
        "workdir": EXACT("workdir"),
        "env": EXACT("env"),
        "framework": EXACT("framework", convert=convert.framework),
        "replicas": EXACT("replicas"),
        "slots": EXACT("slots"),
        "roles": EXACT("groups"),
        "containers": REFUSED("a replica is one program on this machine, so nothing can stand beside it"),
        # what it needs
        "resources": EMULATED("resources", CHECKED),
        "resources.shm": DROPPED("shared memory is the machine's own and as large as it is"),
        "resources.gpu.model": DROPPED("the GPUs are those of this machine, whatever their model"),
        "resources.gpu.memory": DROPPED("the GPUs are those of this machine, whatever their memory"),
        "network": DROPPED("the network is this machine's own"),
        "mounts": EXACT("mounts"),
        "mounts[].volume": EXACT("mounts[].source", convert=convert.volume),
        "mounts[].path": DROPPED("nothing is mounted on this machine", convert=convert.mount_path),
        "mounts[].readOnly": DROPPED("nothing keeps the program from writing there", convert=convert.read_only),
        "mounts[].nfs": DROPPED("lading mounts no NFS export on this machine"),
        "mounts[].tmpfs": DROPPED("lading mounts no memory on this machine"),
        "mounts[].disk": DROPPED("lading sets no space aside on this machine"),
        "ports": EMULATED("ports", "the program listens on this machine's own network"),
        "ports[].port": EMULATED(
            "ports[].port", "the program listens on this machine's own network", convert=convert.port
        ),
        "ports[].publish": DROPPED("the port of the program is the port that people reach", convert=convert.publish),
        "probes": DROPPED("nothing probes a program here"),
        "ssh": DROPPED("lading opens no login to this machine"),
        # when it runs
        "schedule": EXACT("schedule"),
        "schedule.queue": DROPPED("this machine has no queues"),
        "schedule.priority": DROPPED("every job of this machine starts at once"),
        "schedule.estimate": RECORDED(),
        "schedule.preemptible": DROPPED("nothing takes a job off this machine"),
        "array": EXACT("array"),
        "steps": EXACT("steps"),
    }
)

KINDS = ("job", "service", "workflow")
OTHER_KINDS = "this machine runs jobs, services and workflows, and has no other services"


def table(kind: str, options: Mapping[str, Any]) -> Table | None:  # noqa: ARG001 - the same however it is deployed
    """The one table, for every kind that there is here."""
    return TABLE if kind in KINDS else None
