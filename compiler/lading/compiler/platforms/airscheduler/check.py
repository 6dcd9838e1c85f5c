"""What only AirScheduler objects to, of fields against each other and against the edition."""

from collections.abc import Iterator, Sequence

from lading.compiler.objections import missing, refusal, warning
from lading.compiler.plan import Plan
from lading.compiler.platforms.airscheduler.claims import PATH as CLAIMS
from lading.compiler.platforms.airscheduler.command import is_left_to_chance
from lading.compiler.view import View
from lading.schema.diagnostics import Finding

NODE_PORTS = range(30000, 32768)
"""What a Kubernetes that nobody has told otherwise publishes ports at."""

OUT_OF_RANGE = f"Kubernetes publishes ports from {NODE_PORTS[0]} to {NODE_PORTS[-1]}, unless it is told otherwise"
UNKNOWN_READER = (
    "the platform's manual does not say whether a shell reads the command, which needs one: "
    "say in the site's options.reads what it does"
)


def check(plan: Plan) -> Sequence[Finding]:
    """Every objection to the task."""
    rules = (_namespace, _arguments, _first_edition, _shell, _own_variables, _node_ports)
    return [finding for rule in rules for finding in rule(plan.root)]


def _namespace(view: View) -> Iterator[Finding]:
    if not view.is_set("schedule", "queue") and "namespace" not in view.plan.target.options:
        yield missing(view, ("schedule", "queue"), "every task is in a namespace; options.namespace says one for all")


def _arguments(view: View) -> Iterator[Finding]:
    if view.raw("args") is not None and view.raw("command") is None:
        yield refusal(view, ("args",), "the image's own program can be given no arguments here: say `command` too")


def _first_edition(view: View) -> Iterator[Finding]:
    if view.plan.target.options["api"] != "v1":
        return
    claims, distributed = view.raw(*CLAIMS) or (), view.raw("native", "airscheduler", "distributed")
    if len(claims) > 1 or any("mountPath" in claim for claim in claims):
        yield refusal(view, CLAIMS, "the first edition claims one volume, and does not say where it is mounted")
    if distributed is not None:
        yield refusal(view, ("native", "airscheduler", "distributed"), "only the second edition has it")


def _shell(view: View) -> Iterator[Finding]:
    if is_left_to_chance(view):
        yield warning(view, ("script",), UNKNOWN_READER)


def _own_variables(view: View) -> Iterator[Finding]:
    """A program that counts on variables which it is not given."""
    if ("env",) in view.plan.table.placed:
        return
    for field in ("command", "args", "script"):
        if "LADING_" in str(view.raw(field)):
            yield warning(view, (field,), "the first edition hands on no variables, so nothing sets LADING_… there")


def _node_ports(view: View) -> Iterator[Finding]:
    for port in view.each("ports"):
        number = port.raw("publish")
        if not isinstance(number, bool) and number is not None and number not in NODE_PORTS:
            yield warning(port, ("publish",), OUT_OF_RANGE)
