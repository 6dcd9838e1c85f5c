"""AirScheduler: tasks and services on Kubernetes, by an interface of two editions."""

from lading.compiler.platforms.airscheduler.check import check
from lading.compiler.platforms.airscheduler.emit import emit
from lading.compiler.platforms.airscheduler.table import EDITIONS, OTHER_KINDS, table
from lading.compiler.platforms.airscheduler.wire import wire

NAME = "airscheduler"
PAYLOAD = "json"

__all__ = ["EDITIONS", "NAME", "OTHER_KINDS", "PAYLOAD", "check", "emit", "table", "wire"]
