"""What becomes of each field on a chalkboard. What has no row is refused."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import DROPPED, EMULATED, EXACT, GIB, RECORDED, REFUSED, ROUNDED, Table

TABLE = Table(
    {
        "name": EXACT("/task"),
        "description": RECORDED(),
        "labels": RECORDED(),
        "command": EXACT("words"),
        "args": EXACT("words"),
        "env": DROPPED("nobody reads that much"),
        "resources.memory": ROUNDED("/effort", GIB, limit=64),
        "schedule.priority": EMULATED("/underlined", "high is underlined", values={"high": True, "normal": False}),
        "schedule": EXACT(""),
        "replicas": REFUSED("one person reads the board"),
    }
)

OTHER_KINDS = "a line of chalk is a job"


def table(kind: str, options: Mapping[str, Any]) -> Table | None:
    """The rows, for jobs."""
    return TABLE if kind == "job" else None
