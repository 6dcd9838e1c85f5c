"""The native fields of sbatch, by whichever of the sections that the target's platform reads they are set."""

from collections.abc import Mapping

from lading.compiler.native import reads
from lading.compiler.payload import From
from lading.compiler.view import View

OPTIONS: Mapping[str, str] = {
    "jobName": "job-name",
    "account": "account",
    "reservation": "reservation",
    "qos": "qos",
    "constraint": "constraint",
    "exclusive": "exclusive",
    "licenses": "licenses",
    "nodelist": "nodelist",
    "exclude": "exclude",
    "signal": "signal",
    "comment": "comment",
    "nodes": "nodes",
    "ntasks": "ntasks",
    "ntasksPerNode": "ntasks-per-node",
    "mem": "mem",
    "memPerCpu": "mem-per-cpu",
    "memPerGpu": "mem-per-gpu",
    "gpus": "gpus",
    "gpusPerTask": "gpus-per-task",
    "cpusPerGpu": "cpus-per-gpu",
    "time": "time",
    "nice": "nice",
    "dependency": "dependency",
    "requeue": "requeue",
    "output": "output",
    "error": "error",
    "export": "export",
    "gres": "gres",
}
"""The fields that are an option each, and which."""

SIZES = frozenset({"memPerCpu", "memPerGpu"})
"""Fields in bytes, which sbatch counts in mebibytes."""

OF_TASKS = ("nodes", "ntasks", "ntasksPerNode")
"""Fields that leave it open how many tasks a node has."""

CLASHES: Mapping[str, str] = {
    "nodes": "replicas",
    **dict.fromkeys(("ntasks", "ntasksPerNode"), "slots"),
    **dict.fromkeys(("mem", "memPerCpu", "memPerGpu"), "resources.memory"),
    **dict.fromkeys(("gpus", "gpusPerTask"), "resources.gpu"),
    "cpusPerGpu": "resources.cpu",
    "time": "schedule.timeLimit",
    "nice": "schedule.priority",
    "dependency": "schedule.after",
    "requeue": "schedule.retries",
}
"""Fields that say what a portable field says too, where both are set."""


def native(view: View, name: str) -> From | None:
    """The native field with its source, or None where no section sets it."""
    if not view.plan.native:
        return None
    found = [view.get("native", section, name) for section in reads(view.plan.target)]
    return next((value for value in found if value), None)
