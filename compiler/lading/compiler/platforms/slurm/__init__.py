"""Slurm: a batch script for ``sbatch``."""

from lading.compiler.platforms.slurm.checks import check
from lading.compiler.platforms.slurm.emit import emit
from lading.compiler.platforms.slurm.table import TABLE

NAME = "slurm"
PAYLOAD = "script"

__all__ = ["NAME", "PAYLOAD", "TABLE", "check", "emit"]
