"""The portable states of a submission. A platform's own word stands beside them, never instead of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a submission is. The three final states never change again, unless somebody starts the job again."""

    PENDING = "pending"
    RUNNING = "running"
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self in FINAL


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.STOPPED})


@dataclass(frozen=True, slots=True)
class Status:
    """What a platform says of one job now.

    ``native`` is the platform's own word, ``exit_code`` the job's (0…255, 128 + n for signal n) where it is known,
    ``reason`` one sentence for people, ``counts`` how many elements or replicas are in which state where there are
    several, ``started`` and ``ended`` seconds since the epoch.
    """

    state: State
    native: str = ""
    exit_code: int | None = None
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    started: float | None = None
    ended: float | None = None
    result: Any = None
