"""PaddleFlow's three types of jobs, and which of them a spec becomes. The names are those of the routes."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from lading.compiler.target import Target


class JobType(StrEnum):
    """One container; members that start together; a graph of containers."""

    SINGLE = "single"
    DISTRIBUTED = "distributed"
    WORKFLOW = "workflow"


class Framework(NamedTuple):
    """What the server asks of a framework's members.

    ``roles`` are the platform's names of the language's roles; ``first`` is the role of the first replica, where it
    differs from that of the others, and ``adds_first`` whether that one is started beside the replicas.
    """

    roles: Mapping[str, str]
    first: str = ""
    adds_first: bool = False


FRAMEWORKS: Mapping[str, Framework] = {
    "paddle": Framework({"pserver": "pserver", "worker": "worker"}),
    "mxnet": Framework({"pserver": "pserver", "worker": "worker"}),
    "tensorflow": Framework({"chief": "chief", "ps": "pserver", "worker": "worker"}),
    "pytorch": Framework({"master": "master", "worker": "worker"}, first="master"),
    "mpi": Framework({"launcher": "master", "worker": "worker"}, first="master", adds_first=True),
    "ray": Framework({"head": "master", "worker": "worker"}, first="master", adds_first=True),
    "spark": Framework({"driver": "driver", "executor": "executor"}),
}
"""The frameworks that the server knows (pkg/apiserver/controller/job/create.go: ``checkMemberRole``)."""

WORKER_OF_SERVERS = "pworker"
"""What the document calls a worker beside a parameter server; ``worker`` is one of collective mode."""


def job_type(job: Mapping[str, Any]) -> JobType:
    """What the job becomes. Nothing but a workflow runs the same container many times over, so an array is one."""
    if "steps" in job or "array" in job:
        return JobType.WORKFLOW
    framework = FRAMEWORKS.get(job.get("framework", "none"))
    is_several = bool(job.get("roles")) or job.get("replicas", 1) > 1
    if framework and (is_several or framework.adds_first or _has_whole_object(job)):
        return JobType.DISTRIBUTED
    return JobType.SINGLE


def type_of(job: Mapping[str, Any], target: Target) -> JobType:  # noqa: ARG001 - as ``once`` asks for it
    """What the job becomes."""
    return job_type(job)


def _has_whole_object(job: Mapping[str, Any]) -> bool:
    """Whether the author has written an object, of a kind of its own, and no container beside it."""
    theirs = job.get("native", {}).get("paddleflow", {}).get("extensionTemplate", {})
    return bool(theirs.get("kind", "Pod") != "Pod") and not any(name in job for name in ("image", "command", "script"))


def member_role(framework: str, role: str, roles: Sequence[str]) -> str:
    """The platform's name of a role, beside the other roles of the job."""
    known = FRAMEWORKS[framework].roles
    name = known.get(role, role)
    has_server = "pserver" in [known.get(other) for other in roles]
    return WORKER_OF_SERVERS if name == "worker" and has_server else name
