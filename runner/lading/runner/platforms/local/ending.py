"""Asking a job to end or to begin, and ending what is left of one whose supervisor can not be asked any more."""

import signal
import time

from lading.runner.platforms.local import procfs
from lading.runner.platforms.local.jobdir import JobDir
from lading.runner.platforms.local.observe import observe, orphans
from lading.runner.platforms.local.supervisor import WAKE

_LOOK_AGAIN = 0.05


def tell(folder: JobDir, mark: str) -> None:
    """The supervisor knows what people asked for, or will when it looks."""
    folder.mark(mark)
    pid, started = folder.state()["supervisor"]
    found = procfs.process(pid)
    if found and found.started == started:
        procfs.send(WAKE, found)


def stop(folder: JobDir, grace: float) -> None:
    """The supervisor was told to end the job; where there is none, the job's processes are ended here and now."""
    report = observe(folder)
    if report.is_final:
        return
    tell(folder, "stop")
    if report.native == "abandoned":
        _end(folder, grace)


def _end(folder: JobDir, grace: float) -> None:
    """Each process is asked once, and killed if it is still there after the grace period."""
    kill_at = time.monotonic() + grace
    asked: set[int] = set()
    while left := orphans(folder):
        is_over = time.monotonic() >= kill_at
        for process in left:
            if is_over or process.pid not in asked:
                procfs.send(signal.SIGKILL if is_over else signal.SIGTERM, process)
        asked |= {process.pid for process in left}
        time.sleep(_LOOK_AGAIN)
