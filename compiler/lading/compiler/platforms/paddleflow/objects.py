"""Which jobs are sent as a Kubernetes object (``extensionTemplate``), and what that object is.

The fields of a job and of a member can say an image, a command, variables, resources and registered file systems.
Whatever else a pod can have stands in an object alone; then the whole pod does, because servers differ in what they add
to one (none adds file systems, and some add nothing at all).
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from lading.compiler.platforms.paddleflow.jobtype import JobType, job_type
from lading.compiler.target import Target
from lading.compiler.view import RIVALS

Part = Mapping[str, Any]


class Kind(NamedTuple):
    """A kind of object with pods of several roles.

    ``pods`` is the map of ``spec`` that holds them, empty where it is ``spec`` itself; ``names`` are their names by the
    platform's roles; ``container`` is what the operator wants the main container to be called; ``spec`` is what else
    the server's own template says, and the operator would do otherwise.
    """

    api_version: str
    kind: str
    pods: str
    names: Mapping[str, str]
    container: str
    spec: Mapping[str, Any] = MappingProxyType({})


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
        {"chief": "Chief", "pserver": "PS", "pworker": "Worker", "worker": "Worker"},
        "tensorflow",
    ),
    "mpi": Kind(
        "kubeflow.org/v1",
        "MPIJob",
        "mpiReplicaSpecs",
        {"master": "Launcher", "worker": "Worker"},
        "mpi",
        {"runPolicy": {"cleanPodPolicy": "Running"}},  # else workers wait on for ever
    ),
}
"""The objects of the server's own templates (config/server/default/job/job_template.yaml)."""

OTHER_KINDS: Mapping[str, tuple[str, str]] = {
    "spark": ("sparkoperator.k8s.io/v1beta2", "SparkApplication"),
    "ray": ("ray.io/v1alpha1", "RayJob"),
}
"""Objects that lading does not write, but knows the header of."""

_STARTS_ITS_OWN = {"pytorch": ("", "master", "worker"), "tensorflow": ("", "ps", "worker"), "mpi": ("", "launcher")}
"""The roles in which the server's template starts an example of its own if a member does not say what it runs."""

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
    return _has_object(job, job_type(job))


def _has_object(job: Part, found: JobType) -> bool:
    return found is not JobType.DISTRIBUTED or job["framework"] in KINDS


def is_object(job: Part, catalog: Mapping[str, Any]) -> bool:
    """Whether the job is sent as an object: a workflow always, other jobs where something can be said there alone."""
    return job_type(job) is JobType.WORKFLOW or next(reasons(job, catalog), None) is not None


def sent_as_object(job: Part, target: Target) -> bool:
    """The same of a job on a target."""
    return is_object(job, target.catalog)


def reasons(job: Part, catalog: Mapping[str, Any]) -> Iterator[str]:
    """What of a job that is no workflow can be said in an object alone, as people call it."""
    found = job_type(job)
    if not _has_object(job, found):
        return
    is_single = found is JobType.SINGLE
    if is_single and "timeLimit" in job.get("schedule", {}):
        yield "a time limit"
    if not is_single:
        yield from _reasons_of_framework(job)
    for part in _parts(job).values():
        yield from _reasons(part, catalog, is_single=is_single)


def _reasons_of_framework(job: Part) -> Iterator[str]:
    framework, parts = job["framework"], _parts(job)
    if framework == "tensorflow" and "ps" not in parts:
        yield "workers without parameter servers, for which it has no template"
    if "chief" in parts:
        yield "its chief, which no member can be"
    if framework == "mpi" and any(part.get("slots", 1) > 1 for part in parts.values()):
        yield "ranks that share a worker"
    idle = [role for role, part in parts.items() if not _has_program(part)]
    if set(idle) & set(_STARTS_ITS_OWN.get(framework, ())):
        yield "the image's own program, because the server's template has another"


def _has_program(part: Part) -> bool:
    return "command" in part or "script" in part


def _parts(job: Part) -> Mapping[str, Part]:
    """What runs a program each: every role with all that it has from its job, or the job by the name of nothing."""
    return {name: _inheriting(job, role) for name, role in job.get("roles", {}).items()} or {"": job}


def _inheriting(job: Part, role: Part) -> Part:
    gone = {rival for name in role for rival in RIVALS.get(name, ())}
    inherited = {name: value for name, value in job.items() if name not in gone}
    return {**inherited, **role, "resources": _over(job.get("resources", {}), role.get("resources", {}))}


def _over(below: Part, above: Part) -> Part:
    both = {key for key in below.keys() & above.keys() if isinstance(below[key], Mapping)}
    return {**below, **above, **{key: _over(below[key], above[key]) for key in both}}


def _reasons(part: Part, catalog: Mapping[str, Any], *, is_single: bool) -> Iterator[str]:
    resources = part.get("resources", {})
    if "shm" in resources:
        yield "shared memory"
    if part.get("probes"):
        yield "probes"
    if part.get("ports"):
        yield "ports"
    if any(name in mount for mount in part.get("mounts", ()) for name in _MOUNTS):
        yield "a mount that is no registered file system"
    if not is_pulled_so_anyway(part, is_single=is_single):
        yield "when the image is pulled"
    if node_labels(resources, catalog):
        yield "nodes with such GPUs"
    if not _has_program(part) and ("args" in part or "workdir" in part):
        yield "what the image's own program is started with"


def is_pulled_so_anyway(part: Part, *, is_single: bool) -> bool:
    """Whether the image is pulled as the job says without a word.

    The template of single jobs says `IfNotPresent`; where nothing is said, Kubernetes goes by the image's tag.
    """
    name = str(part.get("image", "")).rpartition("/")[2]
    is_latest = "@" not in name and (":" not in name or name.endswith(":latest"))
    return part.get("pull") in {None, "always" if is_latest and not is_single else "if-not-present"}


def node_labels(resources: Part, catalog: Mapping[str, Any]) -> Mapping[str, str]:
    """The labels of the nodes that have the GPUs that are asked for; empty where no node is meant in particular."""
    found: Mapping[str, str] = catalog.get("gpuNodes", {}).get(resources.get("gpu", {}).get("model"), {})
    return found
