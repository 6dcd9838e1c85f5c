"""The machine that lading runs on: what every installation has, for trying things out and for small work in earnest."""

from lading.compiler.platforms.local.emit import check, emit
from lading.compiler.platforms.local.table import OTHER_KINDS, table

NAME = "local"
PAYLOAD = "json"

__all__ = ["NAME", "OTHER_KINDS", "PAYLOAD", "check", "emit", "table"]
