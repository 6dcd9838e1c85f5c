"""``extensionTemplate``: what lading writes there, and what the spec's author does, as one object."""

from typing import Any

from lading.compiler.platforms.paddleflow.inverse import NEVER
from lading.compiler.platforms.paddleflow.jobtype import JobType, type_of
from lading.compiler.platforms.paddleflow.joining import Joined, joined, opened
from lading.compiler.platforms.paddleflow.launch import worker_of
from lading.compiler.platforms.paddleflow.members import Member, has_programs, members
from lading.compiler.platforms.paddleflow.objects import KINDS, header, sent_as_object
from lading.compiler.platforms.paddleflow.pod import around, container
from lading.compiler.platforms.paddleflow.workflow import graph
from lading.compiler.rows import Body, merged, only_set
from lading.compiler.view import View, once

SINGLE_FOLDED = ("schedule.retries",)
MEMBER_FOLDED = ("schedule.timeLimit", "schedule.restart", "schedule.retries")


@once
def template(root: View) -> Joined:
    """The whole object; empty where neither lading nor the author has anything to say in one."""
    own, theirs = _own(root), authors(root)
    if not own and not theirs:
        return Joined({}, [])
    return joined(merged(header(root.plan.job.value), _templates(root) if own else {}, theirs), own)


def _templates(root: View) -> Body:
    """What the server's template says where no member does, and the author may say otherwise."""
    kind = KINDS.get(str(root.value("framework"))) if root.plan.once(type_of) is JobType.DISTRIBUTED else None
    return {"spec": dict(kind.spec)} if kind and kind.spec else {}


@once
def authors(view: View) -> dict[str, Any]:
    """``native.paddleflow.extensionTemplate``, each value with its source."""
    found = view.get("native", "paddleflow", "extensionTemplate")
    return opened(found.value, found.sources) if found and found.value else {}


def _own(root: View) -> Body:
    """What lading says in the object, without its header."""
    if not root.plan.once(sent_as_object) or (authors(root) and not has_programs(root)):
        return {}
    kind = root.plan.once(type_of)
    if kind is JobType.WORKFLOW:
        return {"spec": graph(root)}
    return {"spec": _pod(root) if kind is JobType.SINGLE else _pods(root)}


def _pod(root: View) -> Body:
    return {
        "restartPolicy": root.get("schedule", "restart") or NEVER,
        **only_set(activeDeadlineSeconds=root.get("schedule", "timeLimit")),
        **around(root),
        "containers": [container(root, "", SINGLE_FOLDED)],
    }


def _pods(root: View) -> Body:
    """The pods of every role, each at its place in the framework's object."""
    kind = KINDS[str(root.value("framework"))]
    pods = {kind.names[member.role]: _replicas(member, kind.container) for member in members(root)}
    slots = {"slotsPerWorker": worker_of(root).get("slots") or 1} if kind.kind == "MPIJob" else {}
    return {**slots, **({kind.pods: pods} if kind.pods else pods)}


def _replicas(member: Member, name: str) -> Body:
    runs = container(member.view, member.role, MEMBER_FOLDED, name)
    if member.is_added:
        runs.pop("resources", None)
    spec = {"restartPolicy": NEVER, **around(member.view), "containers": [runs]}
    return {"replicas": member.replicas, "restartPolicy": NEVER, "template": {"spec": spec}}
