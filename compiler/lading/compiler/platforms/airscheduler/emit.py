"""The payload of AirScheduler: a task or a service, as one request."""

from collections.abc import Sequence

from lading.compiler.payload import Draft, From
from lading.compiler.plan import Plan
from lading.compiler.platforms.airscheduler.claims import claims
from lading.compiler.platforms.airscheduler.command import command
from lading.compiler.platforms.airscheduler.gpus import gpu_dict
from lading.compiler.platforms.airscheduler.ports import ports
from lading.compiler.platforms.airscheduler.routes import route
from lading.compiler.platforms.airscheduler.variables import has_variables, variables
from lading.compiler.platforms.airscheduler.volumes import volumes
from lading.compiler.rows import Body, merged, only_set, stated
from lading.compiler.view import View

WORKING_TYPES = {"job": 0, "service": 1}

USUAL: dict[str, Body] = {"v1": {"start_now": True, "running_type": 0}, "v2": {"start_now": True}}
"""What every task says: the editions differ in whether one starts of itself, and the first names its scheduler."""


def emit(plan: Plan) -> Sequence[Draft]:
    """The request that makes the task, and starts it unless it is held back."""
    found = route(plan.target.options, "create")
    assert found, "the manual tells this one"
    return [Draft(*found, _task(plan.root), schema=plan.target.options["api"])]


def _task(view: View) -> Body:
    usual = USUAL[view.plan.target.options["api"]]
    own = {"running_config": _running_config(view), "resource_info": only_set(gpu_dict=gpu_dict(view))}
    return merged(usual, _header(view), own, stated(view))


def _header(view: View) -> Body:
    working_type = From(WORKING_TYPES[view.plan.job.kind], view.sources("kind"))
    namespace = view.get("schedule", "queue") or view.plan.target.options.get("namespace")
    distributed, service = (view.get("native", "airscheduler", name) for name in ("distributed", "sourceServiceId"))
    return only_set(working_type=working_type, namespace=namespace, distributed=distributed, source_service_id=service)


def _running_config(view: View) -> Body:
    """What no row can place; lading's own variables stand before those of the spec."""
    return only_set(
        env=variables(view) if has_variables(view) else None,
        command=command(view),
        volumes=volumes(view),
        pvc=claims(view),
        port=ports(view),
        yaml_data=view.get("native", "airscheduler", "yamlData"),
    )
