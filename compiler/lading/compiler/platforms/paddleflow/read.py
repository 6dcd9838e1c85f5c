"""A native payload, read back. What the table places reads itself (``inverse.py`` undoes what it converts)."""

from typing import Any

from lading.compiler.importing.reading import Reading, spec_value
from lading.compiler.platforms.paddleflow import read_pod, read_workflow
from lading.compiler.platforms.paddleflow.convert import RESTART
from lading.compiler.platforms.paddleflow.emit import MEMBER_FOLDED, SINGLE_FOLDED
from lading.compiler.platforms.paddleflow.expansion import expanded
from lading.compiler.platforms.paddleflow.flavour import CUSTOM
from lading.compiler.platforms.paddleflow.inverse import NEVER, RESTART_POLICY, SPARK
from lading.compiler.platforms.paddleflow.jobtype import FRAMEWORKS, WORKER_OF_SERVERS
from lading.compiler.platforms.paddleflow.launch import TAKEN_APART, Folded
from lading.compiler.platforms.paddleflow.members import OF_A_MEMBER, file_system_fields
from lading.compiler.platforms.paddleflow.unwire import unwire
from lading.compiler.shell import unfolded
from lading.schema.paths import Path

__all__ = ["read", "unwire"]

STRUCTS = frozenset(("flavour", "limitFlavour", "fs", "fileSystem", "schedulingPolicy"))
EMPTY = "to the server an empty value is none"
ZEROS: tuple[Any, ...] = ("", 0, [], {})
ANSWER = (
    *("UserName", "status", "message", "acceptTime", "startTime", "finishTime"),
    *("runtime", "distributedRuntime", "workflowRuntime"),
)
TEMPLATE = "/extensionTemplate"
RESTARTED = {said: there for said, there in RESTART.items() if there != NEVER}
OLD_NAME = "fileSystem"
OLDER = "only servers before 0.14.3 read it: say in options.serverVersion that this is one, and it becomes a mount"


def read(reading: Reading) -> None:
    """All that the body says, of any of the three types."""
    _leave_answer_out(reading)
    _leave_out_of(reading, "")
    framework = reading.take("/framework")
    if reading.peek(f"{TEMPLATE}/kind") == "Workflow":
        reading.kind = "workflow"
        reading.rows()
        read_workflow.read(reading, TEMPLATE)
    elif framework in FRAMEWORKS:
        reading.say("framework", framework)
        _distributed(reading, framework)
    else:
        _single(reading)


def _leave_answer_out(reading: Reading) -> None:
    """What `paddleflow job show` tells beside the job itself."""
    for name in reading.payload.keys() & {*ANSWER}:
        reading.leave_out(f"/{name}", "it is part of an answer")
    if reading.peek("/id"):
        reading.leave_out("/id", "every submission has an id of its own")
    if reading.peek("/framework") == "standalone":
        reading.leave_out("/framework", "a single job has no framework")


def _leave_out_of(reading: Reading, at: str) -> None:
    """What Go's decoder can not tell from what is not there, and the sizes that stand beside a flavour's name."""
    for key, value in (reading.peek(at) if at else reading.payload).items():
        if value in ZEROS and value is not False:
            reading.leave_out(f"{at}/{key}", EMPTY)
        elif key in STRUCTS:
            _leave_out_of(reading, f"{at}/{key}")
    if reading.peek(f"{at}/name") not in {"", None, CUSTOM} and at.endswith("/flavour"):
        for key in {"cpu", "mem", "scalarResources"} & reading.peek(at).keys():
            reading.leave_out(f"{at}/{key}", "the server overlooks it beside the name of a flavour")


def _single(reading: Reading) -> None:
    reading.rows()
    has_image = reading.peek("/image") is not None
    if not has_image and read_pod.is_told(reading, TEMPLATE):
        _read_flavour(reading, "", ())
        read_pod.read(reading, TEMPLATE)
    else:
        _replica(reading, "", (), SINGLE_FOLDED)
        reading.say_native("extensionTemplate", reading.take(TEMPLATE) or None)
    policy = reading.peek(f"/env/{RESTART_POLICY}")
    reading.say("schedule.restart", next((said for said, there in RESTARTED.items() if there == policy), None))


def _distributed(reading: Reading, framework: str) -> None:
    reading.rows()
    found = reading.peek("/members") or []
    names = _roles(framework, [member["role"] for member in found])
    if _is_of_replicas(framework, found):
        reading.say("replicas", sum(member["replicas"] for member in found))
        _member(reading, len(found) - 1, ())
    elif len(set(names)) == len(names):
        for index, name in enumerate(names):
            reading.say(("roles", name, "replicas"), found[index]["replicas"])
            _member(reading, index, ("roles", name))
    reading.say_native("extensionTemplate", reading.take(TEMPLATE) or None)


def _roles(framework: str, roles: list[str]) -> list[str]:
    """The language's names of the roles; empty where it has none for one of them."""
    names = {there: here for here, there in FRAMEWORKS[framework].roles.items()}
    names[WORKER_OF_SERVERS] = names.get("worker", "")
    found = [names.get(role, "") for role in roles]
    return found if all(found) else []


def _is_of_replicas(framework: str, members: list[dict[str, Any]]) -> bool:
    """Whether all members are alike, so that a number says which there are."""
    known = FRAMEWORKS[framework]
    first = known.first and not known.adds_first
    wanted = [known.first, "worker"] if first else ["worker"]
    alike = [{key: value for key, value in member.items() if key not in {"role", "replicas"}} for member in members]
    is_alike = [member["role"] for member in members] == wanted and all(one == alike[0] for one in alike)
    return is_alike and (not first or members[0]["replicas"] == 1) and framework not in {"mpi", "ray", "spark"}


def _member(reading: Reading, index: int, into: Path) -> None:
    at = f"/members/{index}"
    for number in range(len(reading.peek("/members"))):
        _leave_out_of(reading, f"/members/{number}")
        if reading.peek(f"/members/{number}/schedulingPolicy") == {"queue": reading.peek("/schedulingPolicy/queue")}:
            reading.leave_out(f"/members/{number}/schedulingPolicy", "a member is in the queue of its job anyway")
    _read_rows(reading, at, into)
    spark = {name: reading.peek(f"{at}/env/{variable}") for name, variable in SPARK.items()}
    reading.say_native("spark", {name: value for name, value in spark.items() if value is not None} or None, into)
    _replica(reading, at, into, MEMBER_FOLDED)


def _read_rows(reading: Reading, at: str, into: Path) -> None:
    """What the rows place in a member; what else they place is its job's."""
    for path, row in reading.table.placed.items():
        pointer = at + row.native
        is_there = reading.peek(pointer) is not None and pointer not in reading.left_out
        if is_there and row.native.split("/")[1] in OF_A_MEMBER:
            reading.say((*into, *path), spec_value(row, reading.take(pointer), reading.target))


def _replica(reading: Reading, at: str, into: Path, folded: Folded) -> None:
    """What a job of one container and a member have in common, and no row places."""
    text = reading.take(f"{at}/command")
    if text:
        _read_command(reading, text, into, folded)
    for name in ("port", "limitFlavour"):
        if f"{at}/{name}" not in reading.left_out:
            reading.say_native(name, reading.take(f"{at}/{name}"), into)
    _read_flavour(reading, at, into)
    _read_file_systems(reading, at, into)


def _read_command(reading: Reading, text: str, into: Path, folded: Folded) -> None:
    bare = text.lstrip(" ") if text.lstrip(" ").startswith(TAKEN_APART) else text
    for name, value in unfolded(expanded(bare), fold=folded).fields.items():
        is_of_the_job = name.startswith("schedule.")
        reading.say((*(() if is_of_the_job else into), *name.split(".")), value)


def _read_flavour(reading: Reading, at: str, into: Path) -> None:
    name = reading.take(f"{at}/flavour/name")
    if name and name != CUSTOM:
        reading.say_native("flavour", name, into)
    elif reading.peek(f"{at}/flavour") and not name:
        reading.leave_out(f"{at}/flavour/name", f"no name is the same as {CUSTOM}")
    if f"{at}/flavour/scalarResources" not in reading.left_out:
        read_pod.say_scalars(reading, reading.peek(f"{at}/flavour/scalarResources") or {}, into)


def _read_file_systems(reading: Reading, at: str, into: Path) -> None:
    own, more = file_system_fields(reading.target.options)
    first, others = reading.take(f"{at}/{own}") or {}, reading.take(f"{at}/{more}") or []
    if own != OLD_NAME and reading.peek(f"{at}/{OLD_NAME}"):
        reading.note(f"{at}/{OLD_NAME}", OLDER)
    found = [entry for entry in (first, *others) if entry.get("name")]
    for index, entry in enumerate(found):
        fields = {"path": "mountPath", "subPath": "subPath", "readOnly": "readOnly"}
        reading.say((*into, "mounts", index, "volume"), _volume(reading, entry["name"]))
        for here, there in fields.items():
            reading.say((*into, "mounts", index, here), entry.get(there))


def _volume(reading: Reading, name: str) -> str:
    known = reading.target.catalog.get("volumes", {})
    here = next((portable for portable, entry in known.items() if entry["fs"] == name), None)
    return here or reading.know("volumes", name, {"fs": name})
