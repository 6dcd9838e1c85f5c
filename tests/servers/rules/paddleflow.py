"""What PaddleFlow says no to when a job is made, in the order of its source (``controller/job/create.go``)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

Body = Mapping[str, Any]

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
QUANTITY = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(m|k|[KMGT]i?|)\Z")
UNITS = {"": Decimal(1), "m": Decimal("0.001"), "k": Decimal(1000)}
UNITS |= {letter: Decimal(1000) ** power for power, letter in enumerate("KMGT", 1)}
UNITS |= {f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGT", 1)}

COLLECTIVE = frozenset({"paddle", "pytorch", "tensorflow", "mxnet"})
FRAMEWORKS = COLLECTIVE | {"spark", "mpi", "ray"}
"""``aitj`` is known to the development branch only."""

WORKERS, SERVERS = frozenset({"worker", "pworker"}), frozenset({"pserver", "master"})
TEXT, TEXTS, NUMBER, OBJECT = "text", "texts", "number", "object"
FLAVOUR = {"name": TEXT, "cpu": TEXT, "mem": TEXT, "scalarresources": TEXTS}
FILE_SYSTEM = {"id": TEXT, "name": TEXT, "type": TEXT, "hostpath": TEXT, "mountpath": TEXT, "subpath": TEXT}
FILE_SYSTEM |= {"readonly": "truth"}
POLICY = {"queue": TEXT, "priority": TEXT}
REPLICA: dict[str, Any] = {
    "id": TEXT,
    "name": TEXT,
    "username": TEXT,
    "labels": TEXTS,
    "annotations": TEXTS,
    "schedulingpolicy": POLICY,
    "image": TEXT,
    "command": TEXT,
    "args": [TEXT],
    "env": TEXTS,
    "port": NUMBER,
    "flavour": FLAVOUR,
    "extensiontemplate": OBJECT,
}
MEMBER = {**REPLICA, "role": TEXT, "replicas": NUMBER}


MAPS = frozenset({"labels", "annotations", "env", "scalarresources", "extensiontemplate"})
SPELLED = {
    name.lower(): name
    for name in ("schedulingPolicy", "scalarResources", "limitFlavour", "extensionTemplate", "extraFS", "userName")
} | {name.lower(): name for name in ("hostPath", "mountPath", "subPath", "readOnly")}


class Malformed(Exception):
    """What Go's ``encoding/json`` can not put into its structs."""


class Server(NamedTuple):
    """What a job is held against."""

    queues: Mapping[str, Body]
    flavours: Mapping[str, Body]
    file_systems: frozenset[str]


def version_of(text: str) -> tuple[int, ...]:
    """``0.14.2`` as numbers that can be compared."""
    return tuple(int(part) for part in text.partition("-")[0].split("."))


def read(kind: str, data: Any, version: tuple[int, ...]) -> dict[str, Any]:
    """The body as the server's structs hold it: keys in lower case, unknown ones gone. Raises Malformed."""
    replica = {**REPLICA, **_by_version(version)}
    member = {**MEMBER, **_by_version(version)}
    shape = {"distributed": {**replica, "framework": TEXT, "members": [member]}}.get(kind, replica)
    found = _read(data, shape, "")
    if not isinstance(found, dict):
        raise Malformed("unexpected end of JSON input")
    return found


def _by_version(version: tuple[int, ...]) -> dict[str, Any]:
    """Fields of file systems were renamed in 0.14.3, and 0.14.6 brought limits."""
    own, more = ("fs", "extrafs") if version >= (0, 14, 3) else ("filesystem", "extrafilesystems")
    limit = {"limitflavour": FLAVOUR} if version >= (0, 14, 6) else {}
    return {own: FILE_SYSTEM, more: [FILE_SYSTEM], **limit}


def _read(data: Any, shape: Any, place: str) -> Any:
    if data is None:
        return None
    if isinstance(shape, dict) and isinstance(data, dict):
        known = ((key.lower(), value) for key, value in data.items())
        return {key: _read(value, shape[key], key) for key, value in known if key in shape}
    if isinstance(shape, list) and isinstance(data, list):
        return [_read(item, shape[0], place) for item in data]
    if isinstance(shape, str) and _SHAPES[shape](data):
        return data
    raise Malformed(f"json: cannot unmarshal {type(data).__name__} into Go struct field {place}")


_SHAPES: Mapping[str, Callable[[Any], bool]] = {
    TEXT: lambda data: isinstance(data, str),
    TEXTS: lambda data: isinstance(data, dict) and all(isinstance(value, str) for value in data.values()),
    NUMBER: lambda data: isinstance(data, int) and not isinstance(data, bool),
    OBJECT: lambda data: isinstance(data, dict),
    "truth": lambda data: isinstance(data, bool),
}


def spelled(data: Any) -> Any:
    """What was read of structs, with their keys as the server writes them; the keys of maps are the user's own."""
    if isinstance(data, list):
        return [spelled(item) for item in data]
    if not isinstance(data, dict):
        return data
    return {SPELLED.get(key, key): value if key in MAPS else spelled(value) for key, value in data.items()}


def wrong(kind: str, body: Body, server: Server) -> str:
    """What keeps the job from being made; nothing if it is fine."""
    return next(filter(None, _checks(kind, body, server)), "")


def _checks(kind: str, body: Body, server: Server) -> Iterator[str]:
    name, policy = body.get("id") or "", body.get("schedulingpolicy") or {}
    queue = server.queues.get(policy.get("queue") or "")
    yield f"id {name} is invalid" if name and not (len(name) <= 60 and LABEL.match(name)) else ""
    yield "the length of name is over 512" if len(body.get("name") or "") > 512 else ""
    yield "" if policy.get("queue") else "queue is required"
    yield "" if queue else f"queue {policy.get('queue')} does not exist"
    if queue:
        yield "" if queue["status"] == "open" else f"queue {policy['queue']} is not open"
    yield "" if (policy.get("priority") or "NORMAL").upper() in {"LOW", "NORMAL", "HIGH"} else "priority is invalid"
    yield _KINDS[kind](body, server)
    members = [{**body, "replicas": 1}] if kind == "single" else body.get("members") or []
    yield _over_quota(members, queue or {}, server)


def _single(body: Body, server: Server) -> str:
    return "" if body.get("extensiontemplate") and not body.get("image") else _replica(body, server)


def _distributed(body: Body, server: Server) -> str:
    members = body.get("members") or []
    if body.get("framework") not in FRAMEWORKS:
        return f"framework {body.get('framework')} is not supported"
    if not members:
        return "" if body.get("extensiontemplate") else "members is required"
    if any((member.get("replicas") or 0) < 1 for member in members):
        return "replicas must be greater than 0"
    queue = (body.get("schedulingpolicy") or {}).get("queue")
    if any((member.get("schedulingpolicy") or {}).get("queue") not in {None, "", queue} for member in members):
        return "the queue of a member is not that of the job"
    return _roles(body["framework"], members) or next(filter(None, (_replica(one, server) for one in members)), "")


def _roles(framework: str, members: Sequence[Body]) -> str:
    count = {role: sum(one["replicas"] for one in members if one.get("role") == role) for role in _known(framework)}
    if unknown := [one.get("role") for one in members if one.get("role") not in count]:
        return f"role {unknown[0]} is not one of {framework}"
    workers, servers = (sum(count.get(role, 0) for role in roles) for roles in (WORKERS, SERVERS))
    if framework == "spark":
        return "" if count["driver"] >= 1 else "spark needs a driver"
    if framework in {"mpi", "ray"}:
        return "" if workers and servers else f"{framework} needs a master and a worker"
    least = 1 if servers else 2
    return "" if workers >= least else f"the number of workers must be at least {least}"


def _known(framework: str) -> frozenset[str]:
    own = {"spark": frozenset({"driver", "executor"}), "mpi": WORKERS | {"master"}, "ray": WORKERS | {"master"}}
    return own.get(framework, WORKERS | SERVERS)


def _workflow(body: Body, server: Server) -> str:
    template = body.get("extensiontemplate") or {}
    is_right = (template.get("kind"), template.get("apiVersion")) == ("Workflow", "argoproj.io/v1alpha1")
    return "" if is_right else "extensionTemplate must be an Argo Workflow"


_KINDS = {"single": _single, "distributed": _distributed, "workflow": _workflow}


def _replica(body: Body, server: Server) -> str:
    if not body.get("image"):
        return "image is required"
    if not 0 <= (body.get("port") or 0) <= 65534:
        return "port is invalid"
    flavours = (body.get("flavour") or {}, body.get("limitflavour") or {})
    return next(filter(None, (_flavour(one, server) for one in flavours)), "") or _mounts(body, server)


def _flavour(flavour: Body, server: Server) -> str:
    name = flavour.get("name") or "customFlavour"
    if name != "customFlavour":
        return "" if name in server.flavours else f"flavour {name} does not exist"
    amounts = [flavour.get("cpu") or "1", flavour.get("mem") or "1Gi"]
    extra = list((flavour.get("scalarresources") or {}).values())
    if not all(QUANTITY.match(amount) for amount in [*amounts, *extra]):
        return "flavour is no quantity"
    return "" if all(quantity(amount) > 0 for amount in amounts) else "cpu and mem must be greater than 0"


def _mounts(body: Body, server: Server) -> str:
    first, more = (body.get("fs") or body.get("filesystem"), body.get("extrafs") or body.get("extrafilesystems"))
    for fs in [first, *(more or [])]:
        if fs and fs.get("name") not in server.file_systems:
            return f"fs {fs.get('name')} does not exist"
        if fs and fs.get("mountpath") in {"/", ".", ".."}:
            return f"mountPath {fs['mountpath']} is not allowed"
    return ""


def _over_quota(members: Sequence[Body], queue: Body, server: Server) -> str:
    limits = _amounts(queue.get("maxResources") or {})
    wanted: dict[str, Decimal] = {}
    for member in members:
        flavour = member.get("flavour") or {}
        for name, amount in _amounts(server.flavours.get(flavour.get("name") or "", flavour)).items():
            wanted[name] = wanted.get(name, Decimal(0)) + member["replicas"] * amount
    over = [name for name, amount in wanted.items() if name in limits and amount > limits[name]]
    return f"request {over[0]} is greater than limit of the queue" if over else ""


def _amounts(flavour: Body) -> dict[str, Decimal]:
    low = {key.lower(): value for key, value in flavour.items()}
    own = {"cpu": low.get("cpu") or "1", "mem": low.get("mem") or "1Gi"}
    return {name: quantity(amount) for name, amount in {**own, **(low.get("scalarresources") or {})}.items()}


def quantity(text: str) -> Decimal:
    """A quantity of Kubernetes as a number."""
    found = QUANTITY.match(text)
    return Decimal(found[1]) * UNITS[found[2]] if found else Decimal(0)
