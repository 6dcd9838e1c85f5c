"""The variables that a program finds: in the second edition they have a place, in the first they are in the command."""

from lading.compiler.payload import From
from lading.compiler.platforms.airscheduler.volumes import variables_of_volumes
from lading.compiler.variables import RANK_0_OF_1, own_variables
from lading.compiler.view import View, once


def has_variables(view: View) -> bool:
    """Whether the edition has a place for variables, which Kubernetes then knows."""
    return ("env",) in view.plan.table.placed


@once
def variables(view: View) -> dict[str, From]:
    """All that the program finds, those of the spec last. The first edition sets no more than what is asked for."""
    own = own_variables(view) | variables_of_volumes(view) if has_variables(view) else {}
    return own | _of_framework(view) | view.items("env")


def _of_framework(view: View) -> dict[str, From]:
    found = view.get("framework")
    if found is None or found.value != "pytorch":
        return {}
    return {name: From(value, found.sources) for name, value in RANK_0_OF_1.items()}
