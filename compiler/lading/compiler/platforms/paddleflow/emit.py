"""The payload of PaddleFlow: one request, whose route names the type of the job."""

from collections.abc import Callable, Sequence

from lading.compiler.payload import Draft, From
from lading.compiler.plan import Plan
from lading.compiler.platforms.paddleflow.flavour import flavour
from lading.compiler.platforms.paddleflow.inverse import NEVER, RESTART_POLICY
from lading.compiler.platforms.paddleflow.jobtype import JobType, type_of
from lading.compiler.platforms.paddleflow.members import OF_A_MEMBER, has_programs, member, members, replica
from lading.compiler.platforms.paddleflow.objects import sent_as_object
from lading.compiler.platforms.paddleflow.template import template
from lading.compiler.rows import Body, only_set, stated
from lading.compiler.view import View

SINGLE_FOLDED = ("workdir", "schedule.retries")
MEMBER_FOLDED = ("workdir", "schedule.timeLimit", "schedule.restart", "schedule.retries")


def emit(plan: Plan) -> Sequence[Draft]:
    """The request that creates the job. Its ``id`` is left to the submission."""
    root, found = plan.root, plan.once(type_of)
    for part in plan.parts:  # of a program that lading does not start, there is nothing to say of how
        _ = part.get("launch"), part.get("slots")
    common = {key: value for key, value in stated(root).items() if key not in OF_A_MEMBER}
    body = {**common, **_BODIES[found](root), **only_set(extensionTemplate=template(root).value)}
    return [Draft("POST", f"/api/paddleflow/v1/job/{found}", body)]


def _single(root: View) -> Body:
    if root.plan.once(sent_as_object):
        return _beside_pod(root)
    body = replica(root, "", SINGLE_FOLDED)
    return {**body, **only_set(env={**body.get("env", {}), **_restart(root)})}


def _beside_pod(root: View) -> Body:
    """What the server puts over the pod's own: it has a flavour and a policy for restarts, said or not."""
    native = {name: root.get("native", "paddleflow", name) for name in ("limitFlavour", "port")}
    return only_set(env=_restart(root), flavour=flavour(root, stated(root).get("flavour", {})), **native)


def _restart(root: View) -> dict[str, From]:
    """Always said, because the language's default is no platform's business."""
    return {RESTART_POLICY: root.get("schedule", "restart") or From(NEVER, ())}


def _distributed(root: View) -> Body:
    framework = {"framework": root.get("framework")}
    if root.plan.once(sent_as_object) or not has_programs(root):
        return framework
    return {**framework, "members": [member(found, MEMBER_FOLDED) for found in members(root)]}


_BODIES: dict[JobType, Callable[[View], Body]] = {
    JobType.SINGLE: _single,
    JobType.DISTRIBUTED: _distributed,
    JobType.WORKFLOW: lambda _: {},  # its object says everything
}
