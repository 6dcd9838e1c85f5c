"""PaddleFlow: single and distributed jobs, and workflows, by its HTTP interface."""

from lading.compiler.platforms.paddleflow.checks import check
from lading.compiler.platforms.paddleflow.emit import emit
from lading.compiler.platforms.paddleflow.table import OTHER_KINDS, table

NAME = "paddleflow"
PAYLOAD = "json"

__all__ = ["NAME", "OTHER_KINDS", "PAYLOAD", "check", "emit", "table"]
