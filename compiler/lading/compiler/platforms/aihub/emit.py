"""The requests of AIHub, by kind. Paths begin with the service's own prefix; the site says where services answer."""

from collections.abc import Callable, Mapping, Sequence

from lading.compiler.payload import Draft
from lading.compiler.plan import Plan
from lading.compiler.platforms.aihub.datasets import dataset
from lading.compiler.platforms.aihub.native import product_of
from lading.compiler.platforms.aihub.requests import evaluation, run, search
from lading.compiler.platforms.aihub.task import task

PATHS = {"training": "/model-training-platform/api/v1/trainings", "quota": "/quota-schedule-management/api/v1/tasks"}


def emit(plan: Plan) -> Sequence[Draft]:
    """The requests that make of the spec what it wants to be, each after those whose answers it needs."""
    return EMITTERS[plan.job.kind](plan)


def _task(plan: Plan) -> Sequence[Draft]:
    which = product_of(plan)
    return [Draft("POST", PATHS[which], task(plan.root), schema=which)]


EMITTERS: Mapping[str, Callable[[Plan], Sequence[Draft]]] = {
    "job": _task,
    "search": search,
    "dataset": dataset,
    "pipeline": run,
    "evaluation": evaluation,
}
