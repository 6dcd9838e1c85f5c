"""The rows of PaddleFlow's table whose verdict depends on the value, on what the job becomes or on the site."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import Convert, Leaf, Verdict, dropped, emulated, exact, refused, rounded
from lading.compiler.platforms.paddleflow.expansion import escaped
from lading.compiler.platforms.paddleflow.jobtype import FRAMEWORKS, JobType, type_of
from lading.compiler.platforms.paddleflow.objects import has_object, is_pulled_so_anyway, reasons, sent_as_object
from lading.compiler.secrets import exposed, is_secret
from lading.compiler.target import Target
from lading.schema.units import written

PRIORITIES = {"low": "LOW", "normal": "NORMAL", "high": "HIGH"}
PULL = {"always": "Always", "if-not-present": "IfNotPresent", "never": "Never"}
RESTART = {"never": "Never", "on-failure": "OnFailure", "always": "Always"}

SPARK_RESOURCE = "nvidia.com/gpu"

_NO_PLACE = "write the whole object in native.paddleflow.extensionTemplate"


def in_pod(what: str) -> Convert:
    """For what only a pod can say: exact wherever lading writes pods."""

    return lambda leaf: _in_pod(leaf, leaf.value, what)


def size_in_pod(what: str) -> Convert:
    """The same for a size, as Kubernetes writes it."""
    return lambda leaf: _in_pod(leaf, written(leaf.value, "bytes"), what)


def _in_pod(leaf: Leaf, value: Any, what: str) -> Verdict:
    if has_object(leaf.job):
        return exact(value)
    return dropped(f"a member of a {leaf.job['framework']} job can not say {what}: {_NO_PLACE}")


def pull(leaf: Leaf) -> Verdict:
    """When the image is pulled; nothing is said of what happens anyway."""
    is_single = leaf.once(type_of) is JobType.SINGLE
    if leaf.path == ("pull",) and "steps" not in leaf.job and is_pulled_so_anyway(leaf.job, is_single=is_single):
        return exact(None if not leaf.once(sent_as_object) else PULL[leaf.value])
    return _in_pod(leaf, PULL[leaf.value], "when its image is pulled")


def env(leaf: Leaf) -> Verdict:
    """The value, so that Kubernetes leaves it as it is, whichever role or step it ends up in. A secret is told too."""
    if is_secret(leaf.value):
        return emulated(leaf.value, exposed("PaddleFlow"))
    return exact(escaped(leaf.value, leaf.once(_variables)) if "$" in leaf.value else leaf.value)


def _variables(job: Mapping[str, Any], target: Target) -> frozenset[str]:  # noqa: ARG001 - as ``once`` asks for it
    """The names of the variables of all containers."""
    parts = (job, *job.get("roles", {}).values(), *job.get("steps", {}).values())
    return frozenset(name for part in parts for name in part.get("env", {}))


def workdir(leaf: Leaf) -> Verdict:
    """The pod's own folder, or ``cd`` where only a command can be said."""
    if leaf.once(sent_as_object):
        return exact(leaf.value)
    return emulated(leaf.value, "`cd` before the command")


def launch(leaf: Leaf) -> Verdict:
    """``once`` needs something else that starts the rest: one replica, or MPI's launcher."""
    is_one = leaf.once(type_of) is not JobType.DISTRIBUTED and leaf.job.get("replicas", 1) == 1
    if leaf.value == "each" or is_one or leaf.job.get("framework") == "mpi":
        return exact(leaf.value)
    return refused("every member runs its own command here: give each its program in `roles`")


def framework(leaf: Leaf) -> Verdict:
    """What the server has an object for, where there are several members to speak of."""
    if leaf.value == "none":
        return exact(leaf.value)
    if leaf.value not in FRAMEWORKS:
        return refused(f"PaddleFlow has no {leaf.value}: use the framework pytorch or mpi")
    if leaf.once(type_of) is JobType.WORKFLOW:
        return refused("a step of a workflow is one pod, and starts no members")
    if leaf.once(type_of) is JobType.SINGLE:
        return emulated(leaf.value, "one replica is a single job, which needs no members")
    return exact(leaf.value)


def replicas(leaf: Leaf) -> Verdict:
    """Members of a framework; a single job and a step are one pod each."""
    is_objected_to = "roles" in leaf.path or leaf.job.get("framework", "none") not in {"none", *FRAMEWORKS}
    if leaf.value == 1 or leaf.once(type_of) is JobType.DISTRIBUTED or is_objected_to:
        return exact(leaf.value)
    if leaf.once(type_of) is JobType.WORKFLOW:
        return refused("a step of a workflow is one pod")
    return refused("a job without a framework is one container: say which `framework` the replicas belong to")


def slots(leaf: Leaf) -> Verdict:
    """Several processes of one replica need a launcher inside it."""
    if leaf.value == 1:
        return exact(1)
    if leaf.once(type_of) is JobType.WORKFLOW:
        return refused("a step of a workflow runs its program once: let the program start the others")
    found = leaf.job.get("framework", "none")
    if found == "mpi":
        return exact(leaf.value)
    if found == "pytorch":
        return emulated(leaf.value, f"torchrun starts {leaf.value} processes in each replica")
    return refused("a replica runs its program once here: let the program start the others")


def cpu(leaf: Leaf) -> Verdict:
    """Cores as Kubernetes writes them; Spark takes whole ones only."""
    if leaf.value % 1000 and leaf.job.get("framework") == "spark":
        whole = -(-leaf.value // 1000)
        return rounded(str(whole), f"{written(leaf.value, 'cores')} → {whole} cores, because Spark counts whole ones")
    return exact(written(leaf.value, "cores"))


def size(leaf: Leaf) -> Verdict:
    """Bytes as Kubernetes writes them."""
    return exact(written(leaf.value, "bytes"))


def disk(leaf: Leaf) -> Verdict:
    """Local space is a resource of a container, and no part of a flavour."""
    if leaf.once(type_of) is JobType.WORKFLOW:
        return size(leaf)
    return dropped("a flavour holds no local space: a `disk` mount sets some aside at a path")


def gpu_count(leaf: Leaf) -> Verdict:
    """The number of the resource that such GPUs are."""
    model = leaf.beside().get("model")
    resource = leaf.target.catalog.get("gpus", {}).get(model, leaf.target.options["gpuResource"])
    return _of_resource(leaf, resource, leaf.value)


def _of_resource(leaf: Leaf, resource: str, value: Any) -> Verdict:
    """The value, where the resource can be asked for at all."""
    if leaf.job.get("framework") == "spark" and resource != SPARK_RESOURCE:
        return dropped(f"the server asks for no {resource} in a Spark job, only for {SPARK_RESOURCE}")
    return exact(value)


def gpu_model(leaf: Leaf) -> Verdict:
    """The resource that the model is, or the nodes that have it."""
    resources, nodes = (leaf.target.catalog.get(name, {}) for name in ("gpus", "gpuNodes"))
    if leaf.value in resources:
        return _of_resource(leaf, resources[leaf.value], resources[leaf.value])
    if leaf.value in nodes:
        return _in_pod(leaf, nodes[leaf.value], "on which nodes it runs")
    known = ", ".join(dict.fromkeys((*resources, *nodes)))
    if known:
        return refused(f'the site has no "{leaf.value}" in its catalog, only {known}')
    return dropped("the site does not say in catalog.gpus or catalog.gpuNodes how this model is asked for")


def rdma(leaf: Leaf) -> Verdict:
    """The resource of the device plugin for such networks."""
    if not leaf.value:
        return exact(None)
    if resource := leaf.target.options.get("rdma"):
        return _of_resource(leaf, resource, resource)
    return dropped("the site does not say in options.rdma which resource such a network is")


def volume(leaf: Leaf) -> Verdict:
    """The registered file system; its claim where the job is an object, which the server adds no file systems to."""
    entry = leaf.target.catalog.get("volumes", {}).get(leaf.value)
    if entry is None:
        return refused(f'targets.{leaf.target.name}.catalog.volumes has no "{leaf.value}"')
    if not leaf.once(sent_as_object):
        return exact(entry["fs"])
    if "claim" in entry:
        return exact(entry["claim"])
    return refused(
        f"{_why_object(leaf)}, and the server mounts no file systems there: "
        f"name its claim in catalog.volumes.{leaf.value}.claim"
    )


def _why_object(leaf: Leaf) -> str:
    if leaf.once(type_of) is JobType.WORKFLOW:
        return "a workflow is a Kubernetes object"
    return f"the job is sent as a Kubernetes object for {next(reasons(leaf.job, leaf.target.catalog))}"


def port(leaf: Leaf) -> Verdict:
    """A port of the pod; every port of a pod is open inside the cluster, said or not."""
    if has_object(leaf.job):
        return exact(leaf.value)
    return emulated(None, "every port of a pod is open inside the cluster")


def queue(leaf: Leaf) -> Verdict:
    """The queue's name as the catalog spells it; all steps of a workflow are in the workflow's."""
    known = leaf.target.catalog.get("queues", {})
    if leaf.path[0] == "steps":
        is_the_same = leaf.value == leaf.job.get("schedule", {}).get("queue")
        return exact(None) if is_the_same else refused("all steps are in the workflow's queue: say it at the top")
    if known and leaf.value not in known:
        return refused(f'the site has no "{leaf.value}" in its catalog, only {", ".join(known)}')
    return exact(known.get(leaf.value, leaf.value))


def time_limit(leaf: Leaf) -> Verdict:
    """The pod's own deadline; members keep to theirs by themselves."""
    if leaf.once(type_of) is not JobType.DISTRIBUTED:
        return exact(leaf.value)
    if leaf.job["framework"] == "spark":
        return dropped("nothing ends a Spark job here: stop it with `lading stop`")
    return emulated(leaf.value, "`timeout` before each member's command")


def parallelism(leaf: Leaf) -> Verdict:
    """Argo counts the pods of a workflow, which are the elements of an array where that is all of it."""
    if "steps" in leaf.job:
        return dropped("Argo counts the pods of all steps together: make the array a job of its own")
    return exact(leaf.value)


def retries(leaf: Leaf) -> Verdict:
    """A workflow tries a step again; a pod does not, so its program is."""
    if not leaf.value:
        return exact(None)
    if leaf.once(type_of) is JobType.WORKFLOW:
        return exact(leaf.value)
    if leaf.once(type_of) is JobType.SINGLE:
        return emulated(leaf.value, "a loop around the command, in the same pod")
    if leaf.job["framework"] in {"mpi", "ray"}:
        return emulated(leaf.value, "a loop around the one command that the others work for")
    return dropped("members can not be tried again together: submit the job again")


def restart(leaf: Leaf) -> Verdict:
    """A pod's own policy where the job is one."""
    if leaf.once(type_of) is JobType.SINGLE:
        return exact(RESTART[leaf.value])
    if leaf.value == "never":
        return exact(None)
    if leaf.job.get("framework") == "spark":
        return dropped("the server restarts nothing of a Spark job")
    return emulated(RESTART[leaf.value], "a loop around the command, in the same pod")
