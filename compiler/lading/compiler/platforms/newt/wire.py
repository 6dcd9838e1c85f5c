"""Bodies as they go over the wire: form fields, in which ``jobconf`` is a JSON text, and the lines of a file."""

import json
import re
from collections.abc import Mapping
from typing import Any

from lading.compiler.payload import From
from lading.compiler.sbatch.directives import Directive
from lading.compiler.templating import quoted

_DEPENDENCY = re.compile(r"^#SBATCH --dependency=.*\n", re.MULTILINE)


def wire(body: Mapping[str, Any], options: Mapping[str, Any]) -> Any:  # noqa: ARG001 - the same on every machine
    """The form's fields; of a file, its text."""
    if "variables" in body:
        return "".join(f"export {name}={quoted(value)}\n" for name, value in body["variables"].items())
    form = {name: value for name, value in body.items() if name not in {"after", "jobconf"}}
    if "after" in body:
        form["jobscript"] = _waiting(form["jobscript"], body["after"])
    return {**form, "jobconf": json.dumps(body["jobconf"])} if "jobconf" in body else form


def _waiting(script: str, after: list[Mapping[str, str]]) -> str:
    """The script, waiting for jobs by the ids that they have by now."""
    wanted = ",".join(f"{each['type']}:{each['job']}" for each in after)
    line = Directive("dependency", From(wanted, ())).line()
    return _DEPENDENCY.sub(lambda _: line, script, count=1)


def unwire(body: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - the same everywhere
    """The body behind the form's fields."""
    settings = body.get("jobconf")
    return {**body, "jobconf": _decoded(settings)} if isinstance(settings, str) else dict(body)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
