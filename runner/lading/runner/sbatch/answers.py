"""What squeue, sacct and scontrol say, read; and Slurm's states in the words of all platforms."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lading.runner.states import State, Status

STATES: Mapping[str, State] = {
    "PENDING": State.PENDING,
    "CONFIGURING": State.PENDING,
    "REQUEUED": State.PENDING,
    "REQUEUE_FED": State.PENDING,
    "REQUEUE_HOLD": State.PENDING,
    "RESV_DEL_HOLD": State.PENDING,
    "SPECIAL_EXIT": State.PENDING,
    "RUNNING": State.RUNNING,
    "RESIZING": State.RUNNING,
    "SIGNALING": State.RUNNING,
    "STAGE_OUT": State.RUNNING,
    "STOPPED": State.RUNNING,
    "SUSPENDED": State.RUNNING,
    "COMPLETING": State.STOPPING,
    "COMPLETED": State.SUCCEEDED,
    "BOOT_FAIL": State.FAILED,
    "DEADLINE": State.FAILED,
    "FAILED": State.FAILED,
    "LAUNCH_FAILED": State.FAILED,
    "NODE_FAIL": State.FAILED,
    "OUT_OF_MEMORY": State.FAILED,
    "RECONFIG_FAIL": State.FAILED,
    "TIMEOUT": State.FAILED,
    "CANCELLED": State.STOPPED,
    "PREEMPTED": State.STOPPED,
    "REVOKED": State.STOPPED,
}
"""Slurm's job states (squeue(1)). STOPPED is a job that got SIGSTOP. Any other word is never taken for an end."""

REASONS: Mapping[str, str] = {
    "TIMEOUT": "it reached its time limit",
    "OUT_OF_MEMORY": "it used more memory than it had asked for",
    "NODE_FAIL": "one of its nodes failed",
    "BOOT_FAIL": "its nodes did not start",
    "DEADLINE": "it could not end before its deadline",
    "PREEMPTED": "it was taken away for another job",
    "JobHeldUser": "it is held until `lading start`",
    "JobHeldAdmin": "an administrator holds it",
    "BeginTime": "Slurm waits a while before it runs again",
    "Dependency": "it waits for another job",
    "DependencyNeverSatisfied": "what it waited for can not happen any more",
    "Resources": "it waits for nodes",
    "Priority": "it waits for jobs of higher priority",
    "JobArrayTaskLimit": "it waits for other elements of its array",
}
"""States and reasons that say more to people in a sentence. Others are shown in Slurm's own word."""

WAITED = frozenset(
    {"JobHeldUser", "JobHeldAdmin", "BeginTime", "Dependency", "Resources", "Priority", "JobArrayTaskLimit"}
)
"""Why a job has not started; Slurm goes on saying so of one that was ended before it did."""

NOT_STARTED = 53
"""The signal by which slurmd says that it could not set up the job's files."""

QUEUE_FIELDS = ("JobArrayID", "ArrayJobID", "State", "Reason", "exit_code", "StartTime", "EndTime")
ACCOUNTING_FIELDS = ("JobID", "State", "ExitCode", "Start", "End")

ENVIRONMENT = {"SLURM_TIME_FORMAT": "%s", "SLURM_BITSTR_LEN": "0"}
"""Seconds since the epoch instead of the cluster's local time, and the ids of an array in full."""


class Seen(NamedTuple):
    """One line about one job, one element of an array, or several elements that wait together.

    ``word`` is Slurm's for its state, ``native`` that of a platform in front of it which has words of its own.
    """

    id: str
    group: str
    word: str
    reason: str
    exit_code: int | None
    started: float | None
    ended: float | None
    native: str = ""

    @property
    def state(self) -> State:
        """The state in the words of all platforms."""
        return STATES.get(self.word, State.UNKNOWN)

    @property
    def size(self) -> int:
        """How many elements the line speaks of."""
        return sum(map(len, _elements(self.id))) or 1

    def is_of(self, index: int) -> bool:
        """Whether the element is one of several that the line speaks of."""
        return any(index in part for part in _elements(self.id))


_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?(?::(\d{1,9}))?")
ID = re.compile(r"\d+(?:_(?:\d+|\[[^\]]*\]))?")
"""What Slurm calls a job, an element of an array, or several that wait together."""


def _elements(job: str) -> list[range]:
    """The elements of ``17_[0-98:2,101%10]``; of one element or a job without elements nothing."""
    _, _, ranges = job.rstrip("]").partition("_[")
    found = [_RANGE.fullmatch(part) for part in ranges.partition("%")[0].split(",")]
    return [range(int(m[1]), int(m[2] or m[1]) + 1, int(m[3] or 1)) for m in found if m]


def queue(text: str) -> Iterator[Seen]:
    """What squeue says with :data:`QUEUE_FIELDS`; lines that are something else are passed over."""
    for line in text.splitlines():
        values = line.split("|")
        if len(values) > len(QUEUE_FIELDS) and ID.fullmatch(values[0]):
            job, group, word, reason, status, started, ended = values[: len(QUEUE_FIELDS)]
            yield _seen(job, group, word, reason, _from_wait_status(status), started, ended)


def accounting(text: str) -> Iterator[Seen]:
    """What sacct says with :data:`ACCOUNTING_FIELDS`; lines that are something else are passed over."""
    for line in text.splitlines():
        values = line.split("|")
        if len(values) == len(ACCOUNTING_FIELDS) and ID.fullmatch(values[0]):
            job, state, status, started, ended = values
            word, _, by = state.partition(" by ")
            reason = f"cancelled by user {by}" if by.isdecimal() else ""
            yield _seen(job, job.partition("_")[0], word, reason, exit_code(status), started, ended)


def _seen(job: str, group: str, word: str, reason: str, code: int | None, started: str, ended: str) -> Seen:
    state = STATES.get(word, State.UNKNOWN)
    begins = _time(started) if state is not State.PENDING else None
    reason = "" if state.is_final and reason in WAITED else reason
    return Seen(job, group, word, reason, code, begins, _time(ended) if state.is_final else None)


def _from_wait_status(text: str) -> int | None:
    """What wait(2) says; slurmd's own error numbers look like signals there, and scontrol shows them as such."""
    if not re.fullmatch(r"[0-9]{1,10}", text):
        return None
    signal = int(text) & 0x7F
    return 128 + signal if signal else int(text) >> 8 & 0xFF


def exit_code(text: str) -> int | None:
    """What ``code:signal`` means, None where it is something else."""
    found = re.fullmatch(r"([0-9]{1,3}):([0-9]{1,3})", text)
    if found is None:
        return None
    code, signal = int(found[1]), int(found[2])
    return 128 + signal if signal and not code else code


def _time(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,12}", text) and int(text) else None


PRECEDENCE = (State.RUNNING, State.STOPPING, State.PENDING, State.UNKNOWN, State.FAILED, State.STOPPED, State.SUCCEEDED)
"""Of the elements of an array: one that runs makes the array run, one that has failed makes it fail in the end."""


def overall(seen: Sequence[Seen]) -> Status:
    """What the lines about one job, or all elements of one array, say together."""
    first = min(seen, key=lambda line: PRECEDENCE.index(line.state))
    state = first.state
    counts = Counter(dict.fromkeys(State, 0))
    for line in seen:
        counts[line.state] += line.size
    starts = [line.started for line in seen if line.started]
    ends = [line.ended for line in seen if line.ended]
    return Status(
        state=state,
        native=first.native or first.word,
        exit_code=_code_of(first),
        reason=_reason_of(first),
        counts={str(known): number for known, number in counts.items() if number} if _is_several(seen) else {},
        started=min(starts, default=None),
        ended=max(ends, default=None) if state.is_final else None,
    )


def _is_several(seen: Sequence[Seen]) -> bool:
    return len(seen) > 1 or seen[0].size > 1


def _code_of(line: Seen) -> int | None:
    """The job's own code. Slurm says 0 for a job that it ended itself, and that would be a success."""
    if not line.state.is_final or (line.exit_code == 0 and line.state is not State.SUCCEEDED):
        return None
    return line.exit_code


def _reason_of(line: Seen) -> str:
    if line.state is State.FAILED and line.exit_code == 128 + NOT_STARTED:
        return "its output file could not be written: is its working directory there?"
    if line.state in {State.RUNNING, State.SUCCEEDED, State.STOPPING}:
        return ""
    own = "" if line.reason in {"None", "NonZeroExitCode"} else line.reason
    return REASONS.get(line.word) or REASONS.get(own, own)


def by_id(ids: Iterable[str], seen: Sequence[Seen]) -> dict[str, list[Seen]]:
    """The lines that speak of each id: of a job, of a whole array, or of one element."""
    groups: dict[str, list[Seen]] = {}
    for line in seen:
        for key in {line.id, line.group}:
            groups.setdefault(key, []).append(line)
    found = {job: groups.get(job) or _waiting(job, groups) for job in ids}
    return {job: lines for job, lines in found.items() if lines}


def together(recent: Sequence[Seen], kept: Sequence[Seen]) -> list[Seen]:
    """What the controller knows, and what only the accounting has kept.

    While the accounting catches up it may call the last element of an array by the id of the whole.
    """
    seen = {line.id for line in recent}
    single = [line for line in kept if line.id not in seen and "[" not in line.id]
    return [*recent, *(line for line in single if not recent or line.id != line.group)]


def _waiting(job: str, groups: Mapping[str, Sequence[Seen]]) -> list[Seen]:
    """The line of several elements that speaks of this one among them."""
    group, _, index = job.partition("_")
    lines = groups.get(group, ()) if index.isdecimal() else ()
    return [line._replace(id=job) for line in lines if line.is_of(int(index))]
