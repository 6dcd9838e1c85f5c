"""A pod, read back: of a job that is one, and of a step. What has no field is kept as the author's own object."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.importing.reading import Reading
from lading.compiler.platforms.paddleflow import inverse
from lading.compiler.platforms.paddleflow.convert import PULL
from lading.compiler.platforms.paddleflow.expansion import expanded
from lading.compiler.platforms.paddleflow.launch import Folded
from lading.compiler.platforms.paddleflow.pod import PROBES, SHM, TIMES
from lading.compiler.platforms.paddleflow.template import SINGLE_FOLDED
from lading.compiler.shell import unfolded_argv
from lading.schema.paths import Path

CONTAINER = "/spec/containers/0"


def is_told(reading: Reading, at: str) -> bool:
    """Whether the object is a pod with something in it that a spec says in an object alone."""
    spec = reading.peek(f"{at}/spec") or {}
    runs = reading.peek(f"{at}{CONTAINER}") or {}
    names = {volume.get("name") for volume in spec.get("volumes", ())}
    has_own = bool(runs.keys() & {"ports", *PROBES.values()}) or bool(names & {SHM, "mount-0"})
    return "image" in runs and ("activeDeadlineSeconds" in spec or has_own)


def read(reading: Reading, at: str) -> None:
    """The pod of a job."""
    reading.say("schedule.timeLimit", reading.take(f"{at}/spec/activeDeadlineSeconds"))
    policy = reading.take(f"{at}/spec/restartPolicy")
    reading.say("schedule.restart", {"OnFailure": "on-failure", "Always": "always"}.get(str(policy)))
    for pointer in ("/apiVersion", "/kind"):
        reading.take(f"{at}{pointer}")
    container(reading, f"{at}{CONTAINER}", (), SINGLE_FOLDED)
    volumes(reading, f"{at}/spec/volumes", f"{at}{CONTAINER}/volumeMounts", ())
    reading.say_native("extensionTemplate", rest(reading, reading.peek(at), at))


def container(reading: Reading, at: str, into: Path, folded: Folded) -> None:
    """The container that runs the program of a job or a step."""
    pull = reading.take(f"{at}/imagePullPolicy")
    reading.say((*into, "pull"), next((said for said, there in PULL.items() if there == pull), None))
    for pointer, name in {"image": "image", "workingDir": "workdir"}.items():
        reading.say((*into, name), reading.take(f"{at}/{pointer}"))
    words = [expanded(word) for word in reading.take(f"{at}/command") or ()]
    fields = unfolded_argv(words, fold=folded).fields if words else {}
    for name, value in fields.items():
        reading.say((*into, *name.split(".")), value)
    arguments = [expanded(word) for word in reading.take(f"{at}/args") or ()]
    reading.say((*into, "args"), arguments or None)
    _variables(reading, at, into)
    _limits(reading, at, into)
    _ports(reading, at, into)
    _probes(reading, at, into)


def say_scalars(reading: Reading, resources: Mapping[str, Any], into: Path) -> None:
    """GPUs and network cards, by the names that the site has for them."""
    models = {there: model for model, there in reading.target.catalog.get("gpus", {}).items()}
    for name, count in resources.items():
        is_number = str(count).isdecimal()
        if name == reading.target.options.get("rdma") and str(count) == "1":
            reading.say((*(() if into[:1] == ("roles",) else into), "network", "rdma"), True)
        elif is_number and (name in models or name == reading.target.options["gpuResource"]):
            reading.say((*into, "resources", "gpu", "model"), models.get(name))
            reading.say((*into, "resources", "gpu", "count"), int(count))


def volumes(reading: Reading, at: str, mounts_at: str, into: Path) -> None:
    """The volumes that are named as lading names them; others stay where they are."""
    sources = {volume.get("name"): (index, volume) for index, volume in enumerate(reading.peek(at) or ())}
    mounts = {mount.get("name"): (index, mount) for index, mount in enumerate(reading.peek(mounts_at) or ())}
    found = [name for name in sources if name in mounts and _is_ours(name, sources[name][1], mounts[name][1])]
    count = 0
    for name in found:
        reading.take(f"{at}/{sources[name][0]}"), reading.take(f"{mounts_at}/{mounts[name][0]}")
        source, mount = sources[name][1], mounts[name][1]
        if name == SHM:
            reading.say((*into, "resources", "shm"), inverse.size(source["emptyDir"]["sizeLimit"], reading.target))
        else:
            _mount(reading, source, mount, (*into, "mounts", count))
            count += 1


def rest(reading: Reading, value: Any, at: str) -> Any:
    """What nobody has taken of the value; None where nothing is left."""
    if reading.is_taken(at):
        return None
    if isinstance(value, dict):
        left = {key: rest(reading, item, f"{at}/{key}") for key, item in value.items()}
        return {key: item for key, item in left.items() if item is not None} or None
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        items = [rest(reading, item, f"{at}/{index}") for index, item in enumerate(value)]
        return [item for item in items if item is not None] or None
    return value


def _variables(reading: Reading, at: str, into: Path) -> None:
    for index, variable in enumerate(reading.peek(f"{at}/env") or ()):
        if variable.keys() == {"name", "value"} and isinstance(variable["value"], str):
            reading.take(f"{at}/env/{index}")
            reading.say((*into, "env", variable["name"]), expanded(variable["value"]))


def _limits(reading: Reading, at: str, into: Path) -> None:
    limits = reading.take(f"{at}/resources/limits") or {}
    reading.say((*into, "resources", "cpu"), limits.get("cpu") and inverse.cpu(limits["cpu"], reading.target))
    for there, here in {"memory": "memory", "ephemeral-storage": "disk"}.items():
        size = limits.get(there) and inverse.size(limits[there], reading.target)
        reading.say((*into, "resources", here), size)
    say_scalars(reading, limits, into)


def _ports(reading: Reading, at: str, into: Path) -> None:
    for index, port in enumerate(reading.take(f"{at}/ports") or ()):
        reading.say((*into, "ports", index, "port"), port.get("containerPort"))
        reading.say((*into, "ports", index, "name"), port.get("name"))
        reading.say((*into, "ports", index, "protocol"), port.get("protocol", "").lower() or None)


def _probes(reading: Reading, at: str, into: Path) -> None:
    for name, there in PROBES.items():
        probe = reading.take(f"{at}/{there}") or {}
        times = {here: probe.get(key) for here, key in TIMES.items()}
        tests = {
            "http": _only(probe.get("httpGet", {}), ("path", "port")),
            "tcp": _only(probe.get("tcpSocket", {}), ("port",)),
            "exec": probe.get("exec", {}).get("command"),
        }
        for field, value in {**times, **tests}.items():
            reading.say((*into, "probes", name, field), value or (value if value == 0 else None))


def _only(value: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value[name] for name in names if name in value}


def _is_ours(name: str, source: Mapping[str, Any], mount: Mapping[str, Any]) -> bool:
    if name == SHM:
        is_shm = source.get("emptyDir", {}).keys() == {"medium", "sizeLimit"}
        return is_shm and mount.get("mountPath") == "/dev/shm"  # noqa: S108 - where Linux has it
    known = {"emptyDir", "nfs", "hostPath", "persistentVolumeClaim"}
    return name.startswith("mount-") and name[6:].isdecimal() and bool(source.keys() & known)


def _mount(reading: Reading, source: Mapping[str, Any], mount: Mapping[str, Any], at: Path) -> None:
    for here, there in {"path": "mountPath", "subPath": "subPath", "readOnly": "readOnly"}.items():
        reading.say((*at, here), mount.get(there))
    reading.say((*at, "nfs"), source.get("nfs"))
    reading.say((*at, "host"), source.get("hostPath", {}).get("path"))
    empty = source.get("emptyDir", {})
    kind = "tmpfs" if empty.get("medium") == "Memory" else "disk"
    if "sizeLimit" in empty:
        reading.say((*at, kind), inverse.size(empty["sizeLimit"], reading.target))
    if claim := source.get("persistentVolumeClaim", {}).get("claimName"):
        reading.say((*at, "volume"), _volume(reading, claim))


def _volume(reading: Reading, claim: str) -> str:
    known = reading.target.catalog.get("volumes", {})
    here = next((portable for portable, entry in known.items() if entry.get("claim") == claim), None)
    return here or reading.know("volumes", claim, {"fs": claim, "claim": claim})
