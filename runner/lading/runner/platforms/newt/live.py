"""What the form of a job would say now: its script without our own lines, and the settings beside it."""

import re
from collections.abc import Mapping
from typing import Any

from lading.runner.sbatch.live import OPTIONS, Now, script_of
from lading.runner.sbatch.search import PREFIX

SETTINGS: Mapping[str, tuple[str, int]] = {
    "job_name": ("job-name", 0),
    "partition": ("partition", 0),
    "time_limit": ("time", 60),
    "scale_cores": ("ntasks", 1),
    "scale_memGB": ("mem", 2**20),
    "scale_Nodes": ("nodes", 1),
}
"""Of each key of ``jobconf`` sbatch's option, and how many of that one's units it counts in; 0 for a text."""

_OURS = re.compile(rf'^#SBATCH --comment="?{PREFIX}.*\n', re.MULTILINE)
_DEPENDENCY = re.compile(r"^#SBATCH --dependency=.*\n", re.MULTILINE)


def body(sent: Mapping[str, Any], job: Now) -> dict[str, Any]:
    """The body with the script and the settings as they are now; what it waits for is as it was sent."""
    settings = {key: _setting(key, value, job) for key, value in sent.get("jobconf", {}).items()}
    told = {**sent, **({"jobconf": settings} if settings else {})}
    if "jobscript" in sent:
        said = {SETTINGS[key][0] for key in settings if key in SETTINGS}
        told["jobscript"] = script_of(job, _as_sent(job.script, sent["jobscript"]), said)
    return told


def _as_sent(script: str, sent: str) -> str:
    """The script without the token, and with the names of the jobs that it waits for."""
    plain = _OURS.sub("", script, count=1)
    waits = _DEPENDENCY.search(sent)
    return _DEPENDENCY.sub(lambda _: waits[0], plain, count=1) if waits else plain


def _setting(key: str, sent: Any, job: Now) -> Any:
    option, unit = SETTINGS.get(key, ("", 0))
    now = job.values.get(option)
    if now is None:
        return sent
    if not unit:
        return now
    value = OPTIONS[option].value(now)
    if not isinstance(value, int | float):
        return sent
    amount = value / unit
    if amount == float("inf"):
        return now
    return int(amount) if amount.is_integer() else amount
