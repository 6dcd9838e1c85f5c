"""Processes as the kernel knows them: which are alive, which belong to a job, and what they use.

A process belongs to a job if it carries the job's mark in its environment, wherever it moved and whoever its parent is
now, or if it is still in one of the job's process groups. A pid alone proves nothing, because pids are given again: a
process is remembered by its pid with its start time, and signals go through a pidfd that was opened before looking.
"""

import os
import signal
from collections.abc import Callable, Iterator
from typing import NamedTuple

MARK = "LADING_PROCESS"
"""The variable that says ``<token>/<source>`` to every process of a job."""

_DEAD = frozenset({b"Z", b"X"})
_GONE = (FileNotFoundError, ProcessLookupError)


class Process(NamedTuple):
    """One live process. ``started`` is in clock ticks since boot, ``cpu`` in clock ticks, ``memory`` in bytes."""

    pid: int
    started: int
    cpu: int
    memory: int


def boot_id() -> str:
    """What tells one boot of this machine from another."""
    return _read("/proc/sys/kernel/random/boot_id").decode().strip()


def process(pid: int) -> Process | None:
    """The process of that pid, or None where there is none or only its remains."""
    try:
        text = _read(f"/proc/{pid}/stat")
    except _GONE:
        return None
    # The name may hold spaces and brackets, so the numbers are counted from its end; proc(5) numbers the state 3.
    fields = text[text.rindex(b")") + 2 :].split()
    if fields[0] in _DEAD:
        return None
    utime, stime, started, pages = (int(fields[number - 3]) for number in (14, 15, 22, 24))
    return Process(pid, started, utime + stime, pages * os.sysconf("SC_PAGESIZE"))


def is_alive(pid: int, started: int) -> bool:
    """Whether it is still that very process."""
    found = process(pid)
    return found is not None and found.started == started


def mark_of(pid: int) -> str:
    """The mark that the process carries, empty where it has none or is not ours to look at."""
    try:
        environ = _read(f"/proc/{pid}/environ")
    except OSError:
        return ""
    _, found, rest = (b"\0" + environ).partition(b"\0" + MARK.encode() + b"=")
    return rest.partition(b"\0")[0].decode(errors="replace") if found else ""


def is_in(pid: int, session: int, groups: set[int]) -> bool:
    """Whether the process is in one of these process groups of the session."""
    try:
        return os.getpgid(pid) in groups and os.getsid(pid) == session
    except ProcessLookupError:
        return False


def members(belongs: Callable[[int], bool]) -> list[Process]:
    """This user's live processes for whose pid ``belongs`` holds."""
    found = (process(pid) for pid in _own_pids() if belongs(pid))
    return [one for one in found if one]


def marked(prefix: str) -> list[Process]:
    """This user's live processes whose mark starts so."""
    return members(lambda pid: mark_of(pid).startswith(prefix))


def send(number: signal.Signals, one: Process) -> None:
    """The signal reached that very process, unless it has ended."""
    try:
        handle = os.pidfd_open(one.pid)
    except ProcessLookupError:
        return
    try:
        if is_alive(one.pid, one.started):
            signal.pidfd_send_signal(handle, number)
    except (ProcessLookupError, PermissionError):
        return
    finally:
        os.close(handle)


def _own_pids() -> Iterator[int]:
    for entry in os.scandir("/proc"):
        try:
            if entry.name.isdecimal() and entry.stat().st_uid == os.getuid():
                yield int(entry.name)
        except FileNotFoundError:
            continue


def _read(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY)
    try:
        return b"".join(iter(lambda: os.read(handle, 1 << 16), b""))
    finally:
        os.close(handle)
