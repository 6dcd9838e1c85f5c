"""What PaddleFlow makes of each field of the language.

Fields of a job and of a member are those of pkg/apiserver/controller/job/job.go; the rest of a pod is said in
``extensionTemplate`` (``objects.py`` says when).
"""

from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import DROPPED, EMULATED, EXACT, RECORDED, REFUSED, Table
from lading.compiler.platforms.paddleflow import convert, inverse

OTHER_KINDS = "PaddleFlow runs jobs and workflows: what ends by itself"

ROWS = {
    "name": EXACT("/name"),
    "description": RECORDED(),
    "labels": EXACT("/labels"),
    "annotations": EXACT("/annotations"),
    # the program
    "image": EXACT("/image"),
    "pull": EXACT("imagePullPolicy", convert=convert.pull),
    "command": EXACT("command"),
    "args": EXACT("command"),
    "script": EXACT("command"),
    "shell": EXACT("command"),
    "launch": EXACT("command", convert=convert.launch),
    "workdir": EMULATED("command", "`cd` before the command", convert=convert.workdir),
    "env": EXACT("/env", convert=convert.env, read=inverse.env),
    "framework": EXACT("framework", convert=convert.framework),
    "replicas": EXACT("replicas", convert=convert.replicas),
    "slots": EXACT("command", convert=convert.slots),
    "roles": EXACT("members"),
    "containers": REFUSED("a job is one container here: a pod ends with its last one, so others would keep it alive"),
    # what it needs
    "resources": EXACT("flavour"),
    "resources.cpu": EXACT("/flavour/cpu", convert=convert.cpu, read=inverse.cpu),
    "resources.memory": EXACT("/flavour/mem", convert=convert.size, read=inverse.size),
    "resources.gpu.count": EXACT("flavour.scalarResources", convert=convert.gpu_count),
    "resources.gpu.model": EXACT("flavour.scalarResources", convert=convert.gpu_model),
    "resources.gpu.memory": DROPPED("nothing here chooses a GPU by its memory: say its model"),
    "resources.shm": EXACT("volumes", convert=convert.size_in_pod("how large its shared memory is")),
    "resources.disk": DROPPED("a flavour holds no local space", native="limits", convert=convert.disk),
    "network": EXACT("flavour.scalarResources"),
    "network.rdma": EXACT("flavour.scalarResources", convert=convert.rdma),
    "mounts": EXACT("fs"),
    "mounts[].volume": EXACT("fs", convert=convert.volume),
    "mounts[].nfs": EXACT("volumes", convert=convert.in_pod("an NFS folder")),
    "mounts[].host": EXACT("volumes", convert=convert.in_pod("a folder of its node")),
    "mounts[].tmpfs": EXACT("volumes", convert=convert.size_in_pod("a file system in memory")),
    "mounts[].disk": EXACT("volumes", convert=convert.size_in_pod("local space")),
    "ports": EXACT("ports", convert=convert.port),
    "ports[].publish": DROPPED("nothing outside reaches a pod: make a Kubernetes service for it"),
    "probes": EXACT("livenessProbe", convert=convert.in_pod("how its health is told")),
    "ssh": DROPPED("PaddleFlow opens no login to a pod: use kubectl exec"),
    # when it runs
    "schedule": EXACT("schedulingPolicy"),
    "schedule.queue": EXACT(
        "/schedulingPolicy/queue",
        convert=convert.queue,
        read=inverse.queue,
        needed="every job waits in one of its queues",
    ),
    "schedule.priority": EXACT("/schedulingPolicy/priority", values=convert.PRIORITIES, read=inverse.priority),
    "schedule.timeLimit": EXACT("activeDeadlineSeconds", convert=convert.time_limit),
    "schedule.estimate": RECORDED(),
    "schedule.retries": EMULATED("command", "a loop around the command", convert=convert.retries),
    "schedule.restart": EXACT("PF_JOB_RESTART_POLICY", convert=convert.restart),
    "schedule.preemptible": DROPPED("no job gives way to others here"),
    "schedule.hold": REFUSED("a job starts as soon as its queue has room"),
    "schedule.after": REFUSED("a job can not wait for another: make them steps of a workflow"),
    "array": EXACT("withSequence"),
    "array.parallelism": EXACT("parallelism", convert=convert.parallelism),
    # a workflow
    "steps": EXACT("templates"),
    "steps.*.after": EXACT("dependencies"),
}


IN_STEPS = {
    "image": EXACT("image"),
    "env": EXACT("env", convert=convert.env),
    "resources": EXACT("limits"),
    "resources.cpu": EXACT("limits.cpu", convert=convert.cpu),
    "resources.memory": EXACT("limits.memory", convert=convert.size),
    "resources.gpu.count": EXACT("limits", convert=convert.gpu_count),
    "resources.gpu.model": EXACT("limits", convert=convert.gpu_model),
    "network.rdma": EXACT("limits", convert=convert.rdma),
    "mounts": EXACT("volumes"),
    "mounts[].volume": EXACT("persistentVolumeClaim", convert=convert.volume),
    "schedule.priority": EXACT("priorityClassName", values={name: name for name in convert.PRIORITIES}),
    "schedule.retries": EXACT("retryStrategy.limit"),
    "schedule.restart": EMULATED("command", "a loop around the command", convert=convert.restart),
    "workdir": EXACT("workingDir"),
}
"""What is a container's own in a workflow, and not the job's."""

TABLES = {"job": Table(ROWS), "workflow": Table({**ROWS, **IN_STEPS})}


def table(kind: str, options: Mapping[str, Any]) -> Table | None:  # noqa: ARG001 - the same for every server
    """The rows for jobs, or those for workflows."""
    return TABLES.get(kind)
