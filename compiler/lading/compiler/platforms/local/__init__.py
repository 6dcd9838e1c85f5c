"""The machine that lading runs on: what every installation has, for trying things out and for small work in earnest."""

from lading.compiler.platforms.local.emit import check, emit
from lading.compiler.platforms.local.table import TABLE
from lading.schema.paths import Path

NAME = "local"
PAYLOAD = "json"

ACCEPTS: tuple[Path, ...] = (("image",), ("schedule", "queue"), ("schedule", "priority"))
"""The losses that the built-in ``local`` target agrees to, so that a spec for a cluster can be tried out."""

__all__ = ["ACCEPTS", "NAME", "PAYLOAD", "TABLE", "check", "emit"]
