"""What only AIHub objects to, of fields against each other and against the site."""

from collections.abc import Callable, Iterator, Mapping

from lading.compiler.objections import missing, refusal, warning
from lading.compiler.plan import Plan
from lading.compiler.platforms.aihub.native import FIELDS, SECTION, product_of, unused_fields
from lading.compiler.platforms.aihub.program import launcher
from lading.compiler.platforms.aihub.requests import cluster_number
from lading.compiler.platforms.aihub.skus import (
    ASKED,
    QUEUE,
    RESOURCES,
    Allocation,
    Problem,
    allocation,
    cluster_of,
    several,
)
from lading.compiler.shell import FOLDABLE
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path, render

Rule = Callable[[Plan], Iterator[Finding]]


def check(plan: Plan) -> Iterator[Finding]:
    """Every objection to the spec."""
    for rule in (_used, *RULES.get(plan.job.kind, ())):
        yield from rule(plan)


def _used(plan: Plan) -> Iterator[Finding]:
    for name, value in unused_fields(plan):
        products = " or ".join(_PEOPLE_SAY[product] for product in FIELDS[name].at)
        yield refusal(plan.root, value.sources[0], f"only {products} has it")


_PEOPLE_SAY = {
    "training": "a training task",
    "quota": "a quota task",
    "pipeline": "a run of a pipeline",
    "dataset": "a data set",
    "evaluation": "an evaluation",
}


def _owner(plan: Plan) -> Iterator[Finding]:
    """The numbers without which AIHub refuses a task or run."""
    wanted = ["project", "category"] if plan.job.kind == "job" else ["project"]
    if plan.job.kind == "pipeline" and not plan.target.options.get("runsNeedProject", True):
        return
    for name in wanted:
        if (*SECTION, name) not in plan.entries:
            yield missing(plan.root, (*SECTION, name), _WHY[name])


_WHY = {
    "project": "every task and run belongs to a project, by its number",
    "category": "every task is of a kind: training, inference, debugging or special",
}


def _cluster(plan: Plan) -> Iterator[Finding]:
    if queue := _queue_without_gpu(plan):
        yield queue
        return
    found = plan.once(allocation)
    if isinstance(found, Problem):
        yield (missing if found.is_missing else refusal)(plan.root, found.path, found.why)
    elif _has_idle_gpus(plan, found):
        at = QUEUE if plan.below(QUEUE) else RESOURCES
        gpus = several(found.total.gpus, "GPU") if found.total else ""
        yield warning(plan.root, at, f"each instance gets {gpus} of {found.name} that it does not ask for")


def _has_idle_gpus(plan: Plan, found: Allocation) -> bool:
    """Whether GPUs come along of which no row of the table speaks."""
    if found.total is None or not found.total.gpus:
        return False
    return not plan.below((*RESOURCES, "gpu")) and (*SECTION, "skuCount") not in plan.entries


def _queue_without_gpu(plan: Plan) -> Finding | None:
    queue, model = plan.root.raw(*QUEUE), plan.root.raw(*RESOURCES, "gpu", "model")
    name = cluster_of(queue, plan.target) if queue and model is not None else None
    if not name:
        return None
    there = plan.target.catalog["clusters"][name].get("gpuModel")
    if there == plan.target.catalog.get("gpus", {}).get(model, model):
        return None
    words = {"queue": queue, "model": model, "known": there or "no GPUs"}
    return Finding("LD435", (*RESOURCES, "gpu", "model"), words, others=((QUEUE, "the queue"),))


def _own_number(plan: Plan) -> Iterator[Finding]:
    """The number of SKUs, and the resources that it is counted from."""
    count = plan.root.get(*SECTION, "skuCount")
    said = [path for below in ASKED for path in plan.below((*RESOURCES, *below))] if count else ()
    if count and said:
        words = {"native": render(count.sources[0]), "portable": render(said[0])}
        yield Finding("LD410", count.sources[0], words, at_key=True, others=((said[0], "counted from here already"),))


def _program_is_known(plan: Plan) -> Iterator[Finding]:
    """What stands in the command needs a command; the image's own is not known."""
    root = plan.root
    if root.raw("command") or root.raw("script"):
        return
    folded: list[Path] = [("args",), *(tuple(name.split(".")) for name in FOLDABLE)]
    for path in folded:
        found = root.get(*path)
        if found and found.value is not None:
            yield missing(root, ("command",), f"{render(path)} stands in it, and the image's own is not known")
            return
    if launcher(root):
        yield missing(root, ("command",), "the launcher starts it, and the image's own is not known")


def _vip(plan: Plan) -> Iterator[Finding]:
    if (*SECTION, "vip") in plan.entries or product_of(plan) != "training":
        return
    for name in ("preemptPolicy", "vipNodes"):
        if found := plan.root.get(*SECTION, name):
            yield refusal(plan.root, found.sources[0], "only a VIP task has it: say `vip` too")


GIVES_WAY = "a quota task of low priority may have to give way all the same: say `priority: high`"
SHM_UNIT = "AIHub's manual counts it in GiB, its client in MB: GiB it is, until the site says options.quotaShmUnit"


def _quota_defaults(plan: Plan) -> Iterator[Finding]:
    """What is taken for granted of a quota task, and might not be meant."""
    if product_of(plan) != "quota":
        return
    if plan.root.raw("schedule", "priority") is None:
        yield warning(plan.root, (*SECTION, "product"), "its priority is low, so it may have to give way: say which")
    if plan.root.raw("schedule", "preemptible") is False and plan.root.raw("schedule", "priority") != "high":
        yield warning(plan.root, ("schedule", "preemptible"), GIVES_WAY)
    if plan.root.get("resources", "shm") and "quotaShmUnit" not in plan.target.options:
        yield warning(plan.root, ("resources", "shm"), SHM_UNIT)


def _node_clusters(plan: Plan) -> Iterator[Finding]:
    found = plan.root.get(*SECTION, "nodeClusters")
    known = plan.target.catalog.get("clusters", {})
    for index, entry in enumerate(found.value if found else ()):
        if cluster_number(entry["cluster"], known) is None:
            path = (*SECTION, "nodeClusters", index, "cluster")
            yield refusal(
                plan.root, path, f'the site has no cluster "{entry["cluster"]}" in its catalog, and it is no number'
            )


def _user(plan: Plan) -> Iterator[Finding]:
    if plan.root.get(*SECTION, "createdBy") is None:
        yield missing(plan.root, (*SECTION, "createdBy"), "an evaluation belongs to a user, by their number")


RULES: Mapping[str, tuple[Rule, ...]] = {
    "job": (_owner, _cluster, _own_number, _program_is_known, _vip, _quota_defaults),
    "pipeline": (_owner, _node_clusters),
    "evaluation": (_user,),
}
