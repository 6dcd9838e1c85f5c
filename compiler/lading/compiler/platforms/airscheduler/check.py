"""What only AirScheduler objects to, of fields against each other and against the edition."""

import re
from collections.abc import Iterator, Sequence

from lading.compiler.objections import missing, refusal, warning
from lading.compiler.plan import Plan
from lading.compiler.platforms.airscheduler.claims import PATH as CLAIMS
from lading.compiler.platforms.airscheduler.command import is_left_to_chance
from lading.compiler.platforms.airscheduler.variables import has_variables
from lading.compiler.view import View
from lading.schema.diagnostics import Finding

NODE_PORTS = range(30000, 32768)
"""What a Kubernetes that nobody has told otherwise publishes ports at."""

OUT_OF_RANGE = f"Kubernetes publishes ports from {NODE_PORTS[0]} to {NODE_PORTS[-1]}, unless it is told otherwise"
UNKNOWN_READER = (
    "the platform's manual does not say whether a shell reads the command, which has more in it than plain words: "
    "say in the site's options.reads what it does"
)

_EXPANDED = re.compile(r"\$\$|\$\([A-Za-z_][A-Za-z0-9_]*\)")
"""What Kubernetes puts something else in place of: of a name, if it is that of a variable."""


def check(plan: Plan) -> Sequence[Finding]:
    """Every objection to the task."""
    root = plan.root
    rules = (_namespace, _arguments, _first_edition, _shell, _own_variables, _references, _node_ports)
    return [finding for rule in rules for finding in rule(root)]


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
    said = [name for name in ("command", "script") if view.is_set(name)]
    if said and is_left_to_chance(view):
        yield warning(view, (said[0],), UNKNOWN_READER)


def _own_variables(view: View) -> Iterator[Finding]:
    """A program that counts on variables which it is not given."""
    if has_variables(view):
        return
    for field in ("command", "args", "script"):
        if "LADING_" in str(view.raw(field)):
            yield warning(view, (field,), "the first edition hands on no variables, so nothing sets LADING_… there")


def _references(view: View) -> Iterator[Finding]:
    """In a command they are kept apart by quotes, and in a variable nothing can be written that is sure to arrive."""
    known = view.items("env") if has_variables(view) else {}
    texts = {name: view.raw("env", name) for name in known}
    for name, text in texts.items():
        for found in sorted(set(_EXPANDED.findall(text))) if isinstance(text, str) else ():
            if found == "$$" or found[2:-1] in known:
                put = "one $" if found == "$$" else "the variable's value"
                yield warning(view, ("env", name), f"Kubernetes puts {put} in place of {found}")


def _node_ports(view: View) -> Iterator[Finding]:
    for port in view.each("ports"):
        number = port.raw("publish")
        if not isinstance(number, bool) and number is not None and number not in NODE_PORTS:
            yield warning(port, ("publish",), OUT_OF_RANGE)
