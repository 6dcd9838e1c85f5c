"""What jobs use, as tables and as data."""

from typing import Any

from lading.runner.output.tables import Column
from lading.runner.platform import Usage

COLUMNS = (
    Column("PROCESSES"),
    Column("CPU", is_number=True, stays_whole=True),
    Column("MEMORY", is_number=True, stays_whole=True),
)
UNITS = ((2**40, "Ti"), (2**30, "Gi"), (2**20, "Mi"), (2**10, "Ki"))


def row(usage: Usage) -> list[str]:
    """One row; the cores to two places, the memory in the unit that fits."""
    cpu = "" if usage.cpu is None else f"{usage.cpu:.2f}"
    return [usage.source, cpu, "" if usage.memory is None else amount(usage.memory)]


def amount(size: int) -> str:
    """The bytes in the largest unit that fits: ``1.5Gi``."""
    unit, symbol = next(((unit, symbol) for unit, symbol in UNITS if size >= unit), (1, ""))
    return f"{size / unit:.1f}".removesuffix(".0") + symbol


def usage_data(usage: Usage) -> dict[str, Any]:
    """Cores and bytes as numbers."""
    return {"source": usage.source or None, "cpu": usage.cpu, "memory": usage.memory}
