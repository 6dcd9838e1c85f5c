"""The task as Suanli is sent it: only what the schema of a request has, and not what an answer echoes."""

from collections.abc import Sequence

from lading.compiler.payload import Draft, From, Lookup, Sources
from lading.compiler.plan import Plan
from lading.compiler.platforms.suanli.counting import Counting, pods_of
from lading.compiler.platforms.suanli.machines import MIB, Machine, machines, weights_of
from lading.compiler.platforms.suanli.service import service
from lading.compiler.platforms.suanli.storage import containers, volume_names, volumes
from lading.compiler.rows import Body, merged, only_set, stated
from lading.compiler.view import View


def emit(plan: Plan) -> Sequence[Draft]:
    """The request that creates the task."""
    root, pods = plan.root, plan.once(pods_of)
    qos = root.get("native", "suanli", "qos")
    body = {
        "resources": _candidates(root),
        "points": _pods(root, pods.points),
        "job_support": _support(root, pods),
        "services": _services(root),
        **only_set(**volumes(root), task_qos={"class": qos} if qos else None),
    }
    return [Draft("POST", "/api/task/job/create", merged(stated(root), body))]


def _services(root: View) -> list[Body]:
    names, shares = volume_names(root), root.plan.once(weights_of)
    return [service(part, part.key or root.value("name"), shares[part.key], names) for part in containers(root)]


def _pods(root: View, count: int) -> From:
    """A number of pods, which comes of how many are asked for."""
    sources = (root.get("array", "indices"), root.get("replicas"))
    return From(count, tuple(path for each in sources if each for path in each.sources))


def _support(root: View, pods: Counting) -> Body:
    return only_set(
        parallelism=root.get("array", "parallelism") or _pods(root, pods.parallelism),
        timeout_sec=root.get("schedule", "timeLimit"),
        estimated_exec_sec=root.get("schedule", "estimate"),
        mod_param=_mode(root, pods),
    )


def _mode(root: View, pods: Counting) -> Body:
    """What becomes of a pod that has failed."""
    root.get("native", "suanli", "indexed")
    retries = root.get("schedule", "retries") or 0
    restart = root.get("schedule", "restart") or "Never"
    if not pods.is_indexed:
        return {"default": {"backoff_limit": retries, "restart_policy": restart}}
    most = root.get("native", "suanli", "maxFailedIndex")
    return {"index": {"index_backoff_limit": retries, **only_set(max_failed_index=most)}}


def _candidates(root: View) -> list[Body]:
    """The machines that the task may get. Their marks do not last and are looked up when it is submitted."""
    named = root.get("native", "suanli", "resources")
    resources = [_resources(root, name) for name in ("cpu", "memory", "gpu")]
    asked = (named.sources if named else (), *resources, _region(root))
    sources = tuple([source for each in asked for source in each])
    return [_candidate(root, each, sources) for each in root.plan.once(machines)]


def _candidate(root: View, machine: Machine, sources: Sources) -> Body:
    weight = None if machine.weight is None else From(machine.weight, (("native", "suanli", "resources"),))
    if machine.mark:
        return only_set(mark=From(machine.mark, sources), weight=weight)
    resource = _resource(root, machine)
    mark = Lookup({name: value.value for name, value in resource.items()})
    more = only_set(region_name=machine.entry.get("regionName"), weight=weight)
    return {"mark": From(mark, sources), "resource": resource, **more}


def _resource(root: View, machine: Machine) -> dict[str, From]:
    """What the platform says of the machine: memory in Mi, and no GPUs where it has none."""
    entry = machine.entry
    return {
        "device_name": From(entry["deviceName"], ()),
        "region": From(entry["region"], _region(root)),
        **({"gpu_name": From(entry["gpuModel"], _resources(root, "gpu", "model"))} if "gpuModel" in entry else {}),
        "gpu_count": From(machine.has("gpu"), _resources(root, "gpu", "count")),
        "gpu_memory": From(machine.all_gpu_memory, _resources(root, "gpu", "memory")),
        "memory": From(machine.has("memory") // MIB, _resources(root, "memory")),
        "cpu_cores": From(machine.has("cpu") // 1000, _resources(root, "cpu")),
    }


def _region(root: View) -> Sources:
    return (*root.sources("native", "suanli", "region"), *root.sources("schedule", "queue"))


def _resources(root: View, *path: str) -> Sources:
    """The fields of all containers that ask for the resource."""
    return tuple([source for part in containers(root) for source in part.sources("resources", *path)])
