"""Suanli (Gongji): batch tasks on rented GPU machines."""

from lading.compiler.platforms.suanli.checks import check
from lading.compiler.platforms.suanli.emit import emit
from lading.compiler.platforms.suanli.table import OTHER_KINDS, table

NAME = "suanli"
PAYLOAD = "json"
TAKES_REGISTRY_LOGIN = True
CLASHES = {"region": "schedule.queue"}

__all__ = ["CLASHES", "NAME", "OTHER_KINDS", "PAYLOAD", "TAKES_REGISTRY_LOGIN", "check", "emit", "table"]
