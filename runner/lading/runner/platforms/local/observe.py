"""What is true of a job now, from its folder and the machine: also where its supervisor can not say it any more."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from lading.runner.platforms.local import procfs
from lading.runner.platforms.local.jobdir import JobDir

FINAL = frozenset({"succeeded", "failed", "stopped"})


class Report(NamedTuple):
    """The portable state, the word that is more exact than it, and what is known besides."""

    state: str
    native: str
    exit_code: int | None = None
    reason: str = ""
    counts: Mapping[str, int] = {}
    started: float | None = None
    ended: float | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in FINAL


def observe(folder: JobDir) -> Report:
    """The job as it is. A state that a dead supervisor left behind is never taken for the present."""
    data = folder.state()
    if data["state"] in FINAL:
        return _report(data)
    if data["boot"] != procfs.boot_id():
        return _lost(folder, data, "the machine restarted")
    if procfs.is_alive(*data["supervisor"]):
        is_stopping = folder.is_marked("stop")
        return _report(data | {"state": "stopping", "native": "stopping"} if is_stopping else data)
    data = folder.state()  # it may have written its last word and ended between our two looks
    if data["state"] in FINAL:
        return _report(data)
    return _abandoned(folder, data)


def orphans(folder: JobDir) -> list[procfs.Process]:
    """The processes of a job whose supervisor is no more."""
    return procfs.marked(f"{folder.token}/")


def _abandoned(folder: JobDir, data: dict[str, Any]) -> Report:
    left = len(orphans(folder))
    if not left:
        return _lost(folder, data, "its supervisor was killed, so nobody knows how it ended")
    reason = f"its supervisor was killed and {left} of its processes still run: `lading stop` ends them"
    return _report(data | {"state": "running", "native": "abandoned", "reason": reason, "counts": {}})


def _lost(folder: JobDir, data: dict[str, Any], reason: str) -> Report:
    state = "stopped" if folder.is_marked("stop") else "failed"
    return _report(data | {"state": state, "native": "lost", "exitCode": None, "reason": reason, "counts": {}})


def _report(data: Mapping[str, Any]) -> Report:
    known = ("state", "native", "exitCode", "reason", "counts", "started", "ended")
    return Report(*(data[name] for name in known))
