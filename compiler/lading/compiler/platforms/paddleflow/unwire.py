"""Bodies that mean the same to the server, written as one of them."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.platforms.paddleflow.convert import RESTART
from lading.compiler.platforms.paddleflow.inverse import NEVER, RESTART_POLICY, bytes_of, thousandths
from lading.compiler.platforms.paddleflow.jobtype import FRAMEWORKS
from lading.compiler.platforms.paddleflow.launch import TAKEN_APART, untouched
from lading.compiler.platforms.paddleflow.members import file_system_fields
from lading.schema.units import written

Body = dict[str, Any]


def unwire(body: Mapping[str, Any], options: Mapping[str, Any]) -> Body:
    """The body as lading writes it: priorities, quantities, commands and mounts have several spellings there."""
    found = _replica(body, options)
    if isinstance(policy := body.get("schedulingPolicy"), Mapping):
        found["schedulingPolicy"] = _upper_case(policy, "priority")
    if isinstance(members := body.get("members"), list):
        found["members"] = [_replica(one, options) if isinstance(one, Mapping) else one for one in members]
    return found if _has_no_policy(body) else {**found, "env": _with_policy(body.get("env") or {})}


def _replica(body: Mapping[str, Any], options: Mapping[str, Any]) -> Body:
    """What a single job and a member have in common."""
    found = {**body, **_file_systems(body, *file_system_fields(options))}
    if isinstance(text := body.get("command"), str):
        found["command"] = _without_shell(text)
    for name in ("flavour", "limitFlavour"):
        if isinstance(flavour := body.get(name), Mapping):
            found[name] = _flavour(flavour)
    return found


def _upper_case(body: Mapping[str, Any], key: str) -> Body:
    return {name: value.upper() if name == key and isinstance(value, str) else value for name, value in body.items()}


def _file_systems(body: Mapping[str, Any], own: str, more: str) -> Body:
    """The first file system of all is the job's own."""
    first, others = body.get(own) or {}, body.get(more)
    is_free = isinstance(first, Mapping) and not first.get("name")
    if not (is_free and isinstance(others, list) and others and isinstance(others[0], Mapping)):
        return {}
    return {own: others[0], more: others[1:]}


def _without_shell(text: str) -> str:
    """The command without the shell that the server takes off it."""
    bare = text
    for beginning in TAKEN_APART:
        bare = bare.removeprefix(beginning)
    return text if bare == text else untouched(bare.lstrip(" "))


def _flavour(flavour: Mapping[str, Any]) -> Body:
    cpu, memory = thousandths(flavour.get("cpu")), bytes_of(flavour.get("mem"))
    cores, size = cpu and written(cpu, "cores"), memory and written(memory, "bytes")
    return {**flavour, **({"cpu": cores} if cores else {}), **({"mem": size} if size else {})}


def _has_no_policy(body: Mapping[str, Any]) -> bool:
    """Whether the server reads no policy for restarts out of the job's own variables: it is no single job."""
    template = body.get("extensionTemplate")
    is_workflow = isinstance(template, Mapping) and template.get("kind") == "Workflow"
    return is_workflow or str(body.get("framework")) in FRAMEWORKS


def _with_policy(env: Any) -> Any:
    if not isinstance(env, Mapping):
        return env
    policy = env.get(RESTART_POLICY)
    return {**env, RESTART_POLICY: policy if policy in RESTART.values() else NEVER}
