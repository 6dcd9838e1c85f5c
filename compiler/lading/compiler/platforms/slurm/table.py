"""Slurm has sbatch's table as it is."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import Table
from lading.compiler.sbatch.table import KINDS, ROWS

TABLE = Table(ROWS)
OTHER_KINDS = "Slurm runs jobs, and workflows as jobs that wait for each other"


def table(kind: str, options: Mapping[str, Any]) -> Table | None:  # noqa: ARG001 - the same however it is deployed
    """The one table, for every kind that there is here."""
    return TABLE if kind in KINDS else None
