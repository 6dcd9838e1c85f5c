"""A chalkboard: a job is a line on it, and whoever passes by carries it out."""

from lading_chalkboard.emit import check, emit
from lading_chalkboard.table import OTHER_KINDS, table

NAME = "chalkboard"
PAYLOAD = "json"

__all__ = ["NAME", "OTHER_KINDS", "PAYLOAD", "check", "emit", "table"]
