"""What the service's ``jobconf`` says in its own units; all else is sbatch's, and stands in the script."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import EXACT, GIB, MINUTE, ROUNDED, Table
from lading.compiler.platforms.newt import convert
from lading.compiler.sbatch.table import KINDS, LONGEST, ROWS

TABLE = Table(
    {
        **ROWS,
        "name": EXACT("jobconf.job_name"),
        "args": EXACT("script, or jobconf.jobfile_args"),
        "workdir": EXACT("jobconf.job_wdir", convert=convert.workdir),
        "replicas": EXACT("jobconf.scale_Nodes"),
        "slots": EXACT("--ntasks-per-node, jobconf.scale_cores"),
        "resources.memory": ROUNDED("jobconf.scale_memGB", GIB),  # of a node; multiplied by 1024 for --mem
        "schedule.queue": EXACT("jobconf.partition", convert=convert.queue),
        "schedule.timeLimit": ROUNDED("jobconf.time_limit", MINUTE, limit=LONGEST),
    }
)
OTHER_KINDS = "the service runs batch jobs, and workflows as jobs that wait for each other"

OPTIONS: Mapping[str, str] = {
    "job_name": "job-name",
    "job_wdir": "chdir",
    "partition": "partition",
    "time_limit": "time",
    "scale_cores": "ntasks",
    "scale_memGB": "mem",
    "scale_Nodes": "nodes",
}
"""The option of sbatch that each key of ``jobconf`` becomes. It comes before what the script says of the same."""


def table(kind: str, options: Mapping[str, Any]) -> Table | None:  # noqa: ARG001 - the same however it is deployed
    """The one table, for every kind that there is here."""
    return TABLE if kind in KINDS else None
