"""NEWT: a web service that hands batch scripts to the Slurm of a supercomputer."""

from lading.compiler.platforms.newt.checks import check
from lading.compiler.platforms.newt.emit import emit
from lading.compiler.platforms.newt.table import OTHER_KINDS, table
from lading.compiler.platforms.newt.wire import wire
from lading.compiler.sbatch.native import CLASHES

NAME = "newt"
PAYLOAD = "json"
ALSO_READS = ("slurm",)

__all__ = [
    "ALSO_READS",
    "CLASHES",
    "NAME",
    "OTHER_KINDS",
    "PAYLOAD",
    "check",
    "emit",
    "table",
    "wire",
]
