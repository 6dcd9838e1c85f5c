"""Slurm: a batch script for ``sbatch``."""

from lading.compiler.platforms.slurm.checks import check
from lading.compiler.platforms.slurm.emit import emit
from lading.compiler.platforms.slurm.table import OTHER_KINDS, table
from lading.compiler.sbatch.native import CLASHES

NAME = "slurm"
PAYLOAD = "script"

__all__ = ["CLASHES", "NAME", "OTHER_KINDS", "PAYLOAD", "check", "emit", "table"]
