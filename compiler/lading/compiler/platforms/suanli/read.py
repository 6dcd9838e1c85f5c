"""The reader back: a task as Suanli is sent it, as a spec."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lading.compiler.importing.reading import Reading
from lading.compiler.platforms.suanli.convert import POLICIES
from lading.compiler.platforms.suanli.counting import Counting
from lading.compiler.platforms.suanli.machines import MIB
from lading.compiler.platforms.suanli.read_machines import read_machines
from lading.compiler.platforms.suanli.service import PROBE_FIELDS
from lading.compiler.platforms.suanli.storage import SHM, STORAGES, plain_name
from lading.compiler.shell import unfolded_argv
from lading.schema.paths import Path

ECHOES = ("schedule_status", "status", "task_tags")
ECHOES_OF_SERVICE = ("service_id", "registered_ports", "is_update_repository")
ECHO = "an answer of the platform says this, and no request"
SHARED = ("share_mem_config", "share_disk_config")
LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


def read(reading: Reading) -> None:
    """The task is said as a job: its first service is the job's own container, the others stand beside it."""
    reading.rows()
    _echoes(reading, "", ECHOES)
    reading.say_native("qos", reading.take("/task_qos/class"))
    _attempts(reading, _pods(reading))
    parts = _parts(reading)
    for index, into in enumerate(parts):
        _service(reading, f"/services/{index}", into)
    _volume_names(reading, reading.peek("/services"))
    read_machines(reading, parts)


def _echoes(reading: Reading, at: str, names: tuple[str, ...]) -> None:
    for name in names:
        if reading.peek(f"{at}/{name}") is not None:
            reading.leave_out(f"{at}/{name}", ECHO)


# -- how often it runs


def _pods(reading: Reading) -> Counting:
    """As many replicas as run at the same time, or else an array."""
    support, points = reading.take("/job_support"), reading.take("/points")
    pods = Counting(points, support["parallelism"], "index" in support["mod_param"])
    if points == pods.parallelism:
        reading.say("replicas", points)
    else:
        reading.say("array", {"indices": [[0, points - 1, 1]], "parallelism": pods.parallelism})
    if pods.is_indexed != ((points, pods.parallelism) != (1, 1)):
        reading.say_native("indexed", pods.is_indexed)
    return pods


def _attempts(reading: Reading, pods: Counting) -> None:
    """How long and how often each pod runs; a limit of all that does not divide evenly is read as a longer one."""
    support = reading.peek("/job_support")
    reading.say("schedule.timeLimit", -(-support["timeout_sec"] // pods.waves))
    if "estimated_exec_sec" in support and reading.peek("/sub_type"):
        reading.say("schedule.estimate", -(-support["estimated_exec_sec"] // pods.waves))
    (mode,) = support["mod_param"].values()
    reading.say("schedule.retries", mode.get("backoff_limit", mode.get("index_backoff_limit")))
    restarts = {word: said for said, word in POLICIES.items()}
    reading.say("schedule.restart", restarts.get(mode.get("restart_policy")))
    reading.say_native("maxFailedIndex", mode.get("max_failed_index"))


# -- its containers


def _parts(reading: Reading) -> list[Path]:
    """Where in the spec each service belongs."""
    parts: list[Path] = [()]
    for index, service in enumerate(reading.peek("/services")[1:], start=2):
        name, known = service["service_name"], {path[-1] for path in parts[1:]}
        parts.append(("containers", name if LABEL.fullmatch(name) and name not in known else f"container-{index}"))
    return parts


def _service_name(reading: Reading, at: str, into: Path) -> None:
    """Said as native where it is not the name that the container has in the spec."""
    name, usual = reading.peek(f"{at}/service_name"), into[-1] if into else reading.document.get("name")
    reading.say_native("serviceName", name if name != usual else None, into)


def _service(reading: Reading, at: str, into: Path) -> None:
    reading.take(at)
    _service_name(reading, at, into)
    reading.say((*into, "image"), reading.peek(f"{at}/service_image"))
    _echoes(reading, at, ECHOES_OF_SERVICE)
    if reading.peek(f"{at}/repository_account") is not None:
        reading.leave_out(f"{at}/repository_account", "the site's `registries` have the login of each image registry")
    _program(reading, reading.peek(f"{at}/start_script"), into)
    _variables(reading, reading.peek(f"{at}/env") or [], into)
    _ports(reading, at, into)
    _probes(reading, reading.peek(f"{at}/health_checks"), into)
    _mounts(reading, at, into)


def _program(reading: Reading, script: Mapping[str, Any] | None, into: Path) -> None:
    """The fields that the command says; as it is where they would not make exactly this command."""
    if script is None or not script["command"]:
        return
    command, args = script["command"], script["args"]
    found = unfolded_argv([*command, *args], fold=() if into else ("workdir",))
    is_plain = "command" in found.fields and len(found.fields) == 1
    if is_plain or found.env or command[-1] != "-c":
        reading.say((*into, "command"), command)
        reading.say((*into, "args"), args or None)
        return
    for name, value in found.fields.items():
        reading.say((*into, *name.split(".")), value)


def _variables(reading: Reading, variables: Sequence[Mapping[str, Any]], into: Path) -> None:
    """Plain values are the spec's own; lading's are not said, since it says them by itself."""
    for each in variables:
        if "value" in each and not each["name"].startswith("LADING_"):
            reading.say((*into, "env", each["name"]), each["value"])
    known = {each["name"]: each["value_from"] for each in variables if "value_from" in each}
    reading.say_native("envFrom", {name: _source(reading, source) for name, source in known.items()} or None, into)


def _source(reading: Reading, source: Mapping[str, Any]) -> dict[str, Any]:
    if "field_ref" in source:
        return {"field": source["field_ref"]["field_path"]}
    reference = source["resource_field_ref"]
    keys = {
        each["service_name"]: path[-1:] for each, path in zip(reading.peek("/services"), _parts(reading), strict=True)
    }
    (named,) = keys.get(reference.get("service_name")) or (reading.document["name"],)
    return {"resource": reference["resource"], **({"container": named} if "service_name" in reference else {})}


def _ports(reading: Reading, at: str, into: Path) -> None:
    ports = reading.peek(f"{at}/remote_ports") or []
    for index, port in enumerate(ports):
        reading.say((*into, "ports", index), {"port": port["service_port"], "publish": True})
        _echoes(reading, f"{at}/remote_ports/{index}", ("url",))


def _probes(reading: Reading, checks: Mapping[str, Any] | None, into: Path) -> None:
    """Those that are switched on. With none of them the spec says that there are none."""
    probes = {name.removesuffix("_probe"): probe for name, probe in (checks or {}).items() if probe["switch"]}
    if checks is not None and not probes:
        reading.say((*into, "probes"), {})
    for name, probe in probes.items():
        counts = {field: probe[native] for field, native in PROBE_FIELDS.items()}
        reading.say((*into, "probes", name), _test(probe) | counts)


def _test(probe: Mapping[str, Any]) -> dict[str, Any]:
    if probe["probe_type"] == "httpGet":
        return {"http": {"path": probe.get("path", "/"), "port": probe["port"]}}
    return {"tcp": {"port": probe["port"]}}


def _mounts(reading: Reading, at: str, into: Path) -> None:
    mounts = [*_storages(reading, at), *_memories(reading, reading.peek(f"{at}/share_mem_config") or [], into)]
    reading.say((*into, "mounts"), mounts or None)
    disks = [each["target_dir"] for each in reading.peek(f"{at}/share_disk_config") or []]
    reading.say_native("disks", disks or None, into)


def _storages(reading: Reading, at: str) -> Iterator[dict[str, Any]]:
    for kind, listed in STORAGES.items():
        for each in reading.peek(f"{at}/{listed}") or []:
            volume = reading.know("volumes", f"{kind}-{each['storage_id']}", {kind: each["storage_id"]})
            yield {"volume": volume, "path": each["target_dir"]}


def _memories(reading: Reading, mounted: Sequence[Mapping[str, str]], into: Path) -> Iterator[dict[str, Any]]:
    """What is mounted of memory; at the usual place it is the container's shared memory, and no mount."""
    sizes = {each["name"]: each["size_limit"] * MIB for each in reading.take("/share_mem_volumes") or []}
    for each in mounted:
        size = sizes.get(each["volume_name"])
        if each["target_dir"] == SHM:
            reading.say((*into, "resources", "shm"), size)
        elif size is not None:
            yield {"tmpfs": size, "path": each["target_dir"]}


def _volume_names(reading: Reading, services: Sequence[Mapping[str, Any]]) -> None:
    """The names of memory and disks, if any has another than its path gives it."""
    reading.take("/share_disk_volumes")
    shared = [each for service in services for listed in SHARED for each in service.get(listed, ())]
    names = {each["target_dir"]: each["volume_name"] for each in shared}
    if any(name != plain_name(path) for path, name in names.items()):
        reading.say_native("volumeNames", names)
