"""What Suanli makes of each field of the language. The names are those of its interface's page "Job 任务创建接口"."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import (
    CORE,
    DROPPED,
    EMULATED,
    EXACT,
    MIB,
    RECORDED,
    REFUSED,
    ROUNDED,
    SECOND,
    Fidelity,
    Row,
    Table,
)
from lading.compiler.platforms.suanli import convert
from lading.compiler.secrets import exposed

RENTED = "whole machines are rented, and the containers share one by weights"

TABLE = Table(
    {
        "name": EXACT("/task_name", why="with the token behind it, by which lading finds the task again"),
        "description": RECORDED(),
        "labels": RECORDED(),
        "annotations": RECORDED(),
        # the program
        "image": EXACT("services[].service_image", needed="every container runs one"),
        "pull": DROPPED("the platform decides when it pulls"),
        "command": EXACT("services[].start_script.command"),
        "args": EXACT("services[].start_script.args"),
        "script": EXACT("services[].start_script"),
        "shell": EXACT("services[].start_script"),
        "launch": EXACT("", convert=convert.launch),
        "workdir": EMULATED("services[].start_script", "cd in the command"),
        "env": EXACT("services[].env", exposes=exposed("Suanli")),
        "framework": EMULATED("services[].env", "of PyTorch one process", convert=convert.framework),
        "replicas": EMULATED("points", "numbered pods that run at the same time", convert=convert.replicas),
        "slots": REFUSED("a replica is one process here: let the command start the others, as torchrun does"),
        "roles": REFUSED("all pods of a task are alike: say replicas, or submit several jobs"),
        "containers": EXACT("services[]"),
        # what it needs
        "resources": EXACT(""),
        "resources.cpu": ROUNDED("resources[].resource.cpu_cores", CORE, why=RENTED, convert=convert.cpu),
        "resources.memory": ROUNDED("resources[].resource.memory", MIB, why=RENTED, convert=convert.memory),
        "resources.gpu.count": Row(
            Fidelity.ROUNDED, "resources[].resource.gpu_count", why=RENTED, convert=convert.gpu_count
        ),
        "resources.gpu.model": EXACT("resources[].resource.gpu_name", convert=convert.gpu_model),
        "resources.gpu.memory": ROUNDED("resources[].resource.gpu_memory", MIB, why=RENTED, convert=convert.gpu_memory),
        "resources.shm": ROUNDED("share_mem_volumes[].size_limit", MIB),
        "resources.disk": DROPPED("the machine's own disk is as large as it is"),
        "network": EXACT(""),
        "network.rdma": DROPPED("the network between machines can not be chosen"),
        "mounts": EXACT(""),
        "mounts[].volume": EXACT("services[].storage_config", convert=convert.volume),
        "mounts[].path": EXACT("services[].storage_config[].target_dir"),
        "mounts[].subPath": REFUSED("a volume is mounted whole: mount it elsewhere, and use the folder in it"),
        "mounts[].readOnly": DROPPED("nothing keeps the program from writing there"),
        "mounts[].nfs": DROPPED("a pod reaches no NFS export: put the data on a volume of the catalog"),
        "mounts[].host": DROPPED("a pod sees nothing of its machine: put the data on a volume of the catalog"),
        "mounts[].tmpfs": ROUNDED("share_mem_volumes[].size_limit", MIB),
        "mounts[].disk": DROPPED("the machine's own disk is mounted there, as large as it is"),
        "ports": EXACT(""),
        "ports[].port": EMULATED(
            "services[].remote_ports[].service_port",
            "an unpublished one is reached from the same pod",
            convert=convert.port,
        ),
        "ports[].name": EMULATED("", "a port has only a number"),
        "ports[].publish": EXACT("services[].remote_ports", convert=convert.publish),
        "ports[].protocol": EXACT("services[].remote_ports", convert=convert.protocol),
        "probes": EXACT("services[].health_checks"),
        **{
            f"probes.{name}.exec": REFUSED("a probe asks a port here: use http or tcp")
            for name in ("liveness", "readiness", "startup")
        },
        "ssh": DROPPED("nobody can log in but through the platform's own console"),
        # when it runs
        "schedule": EXACT(""),
        "schedule.queue": EXACT("resources[].resource.region", convert=convert.queue),
        "schedule.priority": DROPPED("no task comes before another"),
        "schedule.timeLimit": ROUNDED(
            "job_support.timeout_sec",
            SECOND,
            why="the limit is that of a whole array",
            convert=convert.time_limit,
            needed="no task is taken without one",
        ),
        "schedule.estimate": EXACT(
            "job_support.estimated_exec_sec", why="without preemptible only recorded", convert=convert.estimate
        ),
        "schedule.retries": EXACT("job_support.mod_param", convert=convert.retries),
        "schedule.restart": EXACT("job_support.mod_param", convert=convert.restart),
        "schedule.preemptible": EXACT("/sub_type", values={True: "Spot", False: None}),
        "schedule.hold": REFUSED("a task starts as soon as it is created"),
        "schedule.after": REFUSED("a task waits for no other: submit it once the others have ended"),
        "array": EXACT("points"),
        "array.indices": EMULATED("points", "numbered pods", convert=convert.indices),
        "array.parallelism": EXACT("job_support.parallelism"),
    }
)

OTHER_KINDS = (
    "Suanli runs jobs that wait for nothing; how its deployments take variables is not documented, "
    "so that no services are sent to it"
)


def table(kind: str, options: Mapping[str, Any]) -> Table | None:  # noqa: ARG001 - the same however it is deployed
    """The one table, of jobs."""
    return TABLE if kind == "job" else None
