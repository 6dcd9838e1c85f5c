"""The task as Suanli is sent it: only what the schema of a request has, and not what an answer echoes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lading.compiler.payload import Draft, From, Lookup, Sources
from lading.compiler.plan import Plan
from lading.compiler.platforms.suanli.counting import Counting, pods_of
from lading.compiler.platforms.suanli.machines import MIB, Machine, rental
from lading.compiler.platforms.suanli.service import service
from lading.compiler.platforms.suanli.storage import containers, stores, volume_names, volumes
from lading.compiler.rows import Body, only_set, stated
from lading.compiler.view import View


def emit(plan: Plan) -> Sequence[Draft]:
    """The request that creates the task."""
    root, pods = plan.root, plan.once(pods_of)
    parts, names = containers(root), volume_names(root)
    qos, counted = root.get("native", "suanli", "qos"), _counted(root)
    body = {
        **stated(root),
        "resources": _candidates(root, parts),
        "points": From(pods.points, counted),
        "job_support": _support(root, pods, counted),
        "services": _services(root, parts, names),
        **only_set(**volumes([stores(part) for part in parts], names), task_qos={"class": qos} if qos else None),
    }
    return [Draft("POST", "/api/task/job/create", body)]


def _services(root: View, parts: Sequence[View], names: Mapping[str, str]) -> list[Body]:
    shares = root.plan.once(rental).weights
    return [service(part, shares[part.key], names) for part in parts]


def _counted(root: View) -> Sources:
    """What numbers of pods come of: how many are asked for."""
    return _sources((root.get("array", "indices"), root.get("replicas")))


def _support(root: View, pods: Counting, counted: Sources) -> Body:
    return only_set(
        parallelism=root.get("array", "parallelism") or From(pods.parallelism, counted),
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


class _Reasons(NamedTuple):
    """What the machines are chosen by: the spec's own choice, and all fields that ask for one thing."""

    named: Sources
    cpu: Sources
    memory: Sources
    gpu: Sources
    region: Sources

    def of_gpu(self, name: str) -> Sources:
        """Those of the GPUs that say this one thing about them."""
        return tuple([path for path in self.gpu if path[-1] == name])


def _candidates(root: View, parts: Sequence[View]) -> list[Body]:
    """The machines that the task may get. Their marks do not last and are looked up when it is submitted."""
    named = root.get("native", "suanli", "resources")
    region = (root.get("native", "suanli", "region"), root.get("schedule", "queue"))
    cpu, memory = ([part.get("resources", name) for part in parts] for name in ("cpu", "memory"))
    reasons = _Reasons(
        _sources([named]),
        _sources(cpu),
        _sources(memory),
        tuple([path for part in parts for path in part.sources("resources", "gpu")]),
        _sources(region),
    )
    return [_candidate(each, reasons) for each in root.plan.once(rental).machines]


def _sources(found: Iterable[From | None]) -> Sources:
    return tuple([path for each in found if each for path in each.sources])


def _candidate(machine: Machine, reasons: _Reasons) -> Body:
    sources = (*reasons.named, *reasons.cpu, *reasons.memory, *reasons.gpu, *reasons.region)
    weight = None if machine.weight is None else From(machine.weight, (("native", "suanli", "resources"),))
    if machine.mark:
        return only_set(mark=From(machine.mark, sources), weight=weight)
    resource = _resource(machine, reasons)
    mark = Lookup({name: value.value for name, value in resource.items()})
    more = only_set(region_name=machine.entry.get("regionName"), weight=weight)
    return {"mark": From(mark, sources), "resource": resource, **more}


def _resource(machine: Machine, reasons: _Reasons) -> dict[str, From]:
    """What the platform says of the machine: memory in Mi, and no GPUs where it has none."""
    entry = machine.entry
    return {
        "device_name": From(entry["deviceName"], ()),
        "region": From(entry["region"], reasons.region),
        **({"gpu_name": From(entry["gpuModel"], reasons.of_gpu("model"))} if "gpuModel" in entry else {}),
        "gpu_count": From(machine.has("gpu"), reasons.of_gpu("count")),
        "gpu_memory": From(machine.all_gpu_memory, reasons.of_gpu("memory")),
        "memory": From(machine.has("memory") // MIB, reasons.memory),
        "cpu_cores": From(machine.has("cpu") // 1000, reasons.cpu),
    }
