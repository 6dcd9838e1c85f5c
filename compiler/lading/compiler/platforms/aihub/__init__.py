"""AIHub: training and quota tasks, searches, data sets, runs of pipelines and evaluations."""

from lading.compiler.platforms.aihub.checks import check
from lading.compiler.platforms.aihub.emit import emit
from lading.compiler.platforms.aihub.table import OTHER_KINDS, table

NAME = "aihub"
PAYLOAD = "json"
CLASHES = {"reschedule": "schedule.retries"}

__all__ = ["CLASHES", "NAME", "OTHER_KINDS", "PAYLOAD", "check", "emit", "table"]
