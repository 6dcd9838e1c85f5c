"""What the server asks of a framework's roles (``checkMemberRole`` in pkg/apiserver/controller/job/create.go)."""

from collections.abc import Iterator, Mapping

from lading.compiler.objections import refusal, warning
from lading.compiler.platforms.paddleflow.jobtype import FRAMEWORKS, JobType, type_of
from lading.compiler.platforms.paddleflow.members import has_programs, members
from lading.compiler.platforms.paddleflow.objects import sent_as_object
from lading.compiler.platforms.paddleflow.template import authors
from lading.compiler.view import View
from lading.schema.diagnostics import Finding

Counts = Mapping[str, int]

INSTALLED = {"paddle": {"pserver", "worker"}, "pytorch": {"master"}, "tensorflow": {"pserver"}}
INSTALLED |= {name: {"master"} for name in ("mpi", "ray")} | {"spark": {"driver"}}
"""The role that tells a mode of a framework, of the modes that config/server/default/job/job_template.yaml has."""


def check_roles(root: View) -> Iterator[Finding]:
    """Every objection to the roles of the job."""
    if root.plan.once(type_of) is not JobType.DISTRIBUTED:
        yield from _no_roles(root)
        return
    if has_programs(root) or not authors(root):
        yield from _counted(root, str(root.value("framework")))


def _no_roles(root: View) -> Iterator[Finding]:
    if root.plan.below(("roles",)) and root.raw("framework") in {None, "none", *FRAMEWORKS}:
        what = "an element of an array is one pod" if root.is_set("array") else "roles need a `framework` to start them"
        yield refusal(root, ("roles",), what)
    for step in root.each("steps"):
        if step.each("roles"):
            yield refusal(step, ("roles",), "a step is one pod")


def _counted(root: View, framework: str) -> Iterator[Finding]:
    counts: dict[str, int] = {}
    for member in members(root):
        counts[member.role] = counts.get(member.role, 0) + member.replicas.value
    at = ("roles",) if root.each("roles") else ("replicas",)
    if why := _objection(framework, counts):
        yield refusal(root, at, why)
    elif not (counts.keys() & INSTALLED.get(framework, set()) or authors(root) or _is_object(root)):
        what = "a server as it is installed has no object for this: give one in native.paddleflow.extensionTemplate"
        yield warning(root, ("framework",), what)


def _is_object(root: View) -> bool:
    return root.plan.once(sent_as_object)


def _objection(framework: str, counts: Counts) -> str:
    workers = counts.get("worker", 0) + counts.get("pworker", 0)
    if framework == "spark":
        return "" if counts.get("driver") else "a Spark job needs the role driver"
    if framework in {"mpi", "ray"}:
        first = next(name for name, role in FRAMEWORKS[framework].roles.items() if role == "master")
        return "" if counts.get("master") and workers else f"the server wants the roles {first} and worker"
    if counts.keys() & {"pserver", "master", "chief"}:
        return "" if workers else "the server wants at least one worker beside them"
    return "" if workers > 1 else "the server wants at least two workers where there are no others"
