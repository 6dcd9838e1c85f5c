"""Which jobs are sent as a Kubernetes object (``extensionTemplate``), and what that object is.

The fields of a job and of a member can say an image, a command, variables, resources and registered file systems.
Whatever else a pod can have stands in an object alone; then the whole pod does, because servers differ in what they add
to one (none adds file systems, and some add nothing at all).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lading.compiler.platforms.paddleflow.jobtype import JobType, job_type
from lading.compiler.view import RIVALS

Part = Mapping[str, Any]


class Kind(NamedTuple):
    """A kind of object with pods of several roles.

    ``pods`` is the map of ``spec`` that holds them, empty where it is ``spec`` itself; ``names`` are their names by the
    platform's roles; ``container`` is what the operator wants the main container to be called.
    """

    api_version: str
    kind: str
    pods: str
    names: Mapping[str, str]
    container: str


KINDS: Mapping[str, Kind] = {
    "paddle": Kind(
        "batch.paddlepaddle.org/v1",
        "PaddleJob",
        "",
        {"pserver": "ps", "pworker": "worker", "worker": "worker"},
        "paddle",
    ),
    "pytorch": Kind(
        "kubeflow.org/v1", "PyTorchJob", "pytorchReplicaSpecs", {"master": "Master", "worker": "Worker"}, "pytorch"
    ),
    "tensorflow": Kind(
        "kubeflow.org/v1",
        "TFJob",
        "tfReplicaSpecs",
        {"pserver": "PS", "pworker": "Worker", "worker": "Worker"},
        "tensorflow",
    ),
    "mpi": Kind("kubeflow.org/v1", "MPIJob", "mpiReplicaSpecs", {"master": "Launcher", "worker": "Worker"}, "mpi"),
}
"""The objects of the server's own templates (config/server/default/job/job_template.yaml)."""

OTHER_KINDS: Mapping[str, tuple[str, str]] = {
    "spark": ("sparkoperator.k8s.io/v1beta2", "SparkApplication"),
    "ray": ("ray.io/v1alpha1", "RayJob"),
}
"""Objects that lading does not write, but knows the header of."""

_MOUNTS = ("nfs", "host", "tmpfs", "disk")


def header(job: Part) -> dict[str, str]:
    """What every object of the job starts with; empty for a framework whose object is not known."""
    found = job_type(job)
    if found is JobType.SINGLE:
        return {"apiVersion": "v1", "kind": "Pod"}
    if found is JobType.WORKFLOW:
        return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow"}
    framework = str(job["framework"])
    kind = KINDS.get(framework)
    version, name = (kind.api_version, kind.kind) if kind else OTHER_KINDS.get(framework, ("", ""))
    return {"apiVersion": version, "kind": name} if name else {}


def has_object(job: Part) -> bool:
    """Whether lading can write the job as an object."""
    return job_type(job) is not JobType.DISTRIBUTED or job["framework"] in KINDS


def is_object(job: Part, catalog: Mapping[str, Any]) -> bool:
    """Whether the job is sent as an object: a workflow always, other jobs where something can be said there alone."""
    return job_type(job) is JobType.WORKFLOW or next(reasons(job, catalog), None) is not None


def reasons(job: Part, catalog: Mapping[str, Any]) -> Iterator[str]:
    """What of a job that is no workflow can be said in an object alone, as people call it."""
    if not has_object(job):
        return
    if job_type(job) is JobType.SINGLE and "timeLimit" in job.get("schedule", {}):
        yield "a time limit"
    for part in _parts(job):
        yield from _reasons(part, catalog)
        if job.get("framework") == "mpi" and part.get("slots", 1) > 1:
            yield "ranks that share a worker"


def _parts(job: Part) -> Iterator[Part]:
    """What runs a program each; a role with all that it has from its job."""
    roles = job.get("roles", {}).values()
    for role in roles:
        gone = {rival for name in role for rival in RIVALS.get(name, ())}
        inherited = {name: value for name, value in job.items() if name not in gone}
        yield {**inherited, **role, "resources": _over(job.get("resources", {}), role.get("resources", {}))}
    if not roles:
        yield job


def _over(below: Part, above: Part) -> Part:
    both = {key for key in below.keys() & above.keys() if isinstance(below[key], Mapping)}
    return {**below, **above, **{key: _over(below[key], above[key]) for key in both}}


def _reasons(part: Part, catalog: Mapping[str, Any]) -> Iterator[str]:
    resources = part.get("resources", {})
    if "shm" in resources:
        yield "shared memory"
    if part.get("probes"):
        yield "probes"
    if part.get("ports"):
        yield "ports"
    if any(name in mount for mount in part.get("mounts", ()) for name in _MOUNTS):
        yield "a mount that is no registered file system"
    if not is_pulled_so_anyway(part):
        yield "when the image is pulled"
    if node_labels(resources, catalog):
        yield "nodes with such GPUs"
    has_program = any(name in part for name in ("command", "script"))
    if not has_program and ("args" in part or "workdir" in part):
        yield "what the image's own program is started with"


def is_pulled_so_anyway(part: Part) -> bool:
    """Whether Kubernetes pulls the image as the job says without being told to."""
    name = str(part.get("image", "")).rpartition("/")[2]
    is_latest = "@" not in name and (":" not in name or name.endswith(":latest"))
    return part.get("pull") in {None, "always" if is_latest else "if-not-present"}


def node_labels(resources: Part, catalog: Mapping[str, Any]) -> Mapping[str, str]:
    """The labels of the nodes that have the GPUs that are asked for; empty where no node is meant in particular."""
    found: Mapping[str, str] = catalog.get("gpuNodes", {}).get(resources.get("gpu", {}).get("model"), {})
    return found
