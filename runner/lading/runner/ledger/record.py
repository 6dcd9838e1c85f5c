"""The nouns of the ledger: what was submitted, in how many parts, and what happened to each of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from lading.runner.states import State, Status


class Kind(StrEnum):
    """What can happen to a part. A part to which nothing has happened yet may be on its way out."""

    ACCEPTED = "accepted"
    """The platform answered with a native id."""

    ADOPTED = "adopted"
    """No answer came, and the platform was found to have the job."""

    REFUSED = "refused"
    """The platform said no."""

    ABSENT = "absent"
    """No answer came, and the platform certainly does not have the job."""

    UNSENT = "unsent"
    """It was never sent, or is known not to have arrived."""

    UNKNOWN = "unknown"
    """No answer came, and the platform could not tell."""

    STATE = "state"
    """The platform said what state the job is in."""

    STOP_REQUESTED = "stop-requested"
    """The platform was told to end the job."""

    STARTED = "started"
    """The platform was told that the job may run, or shall run again; with another native id where it got one."""

    NOTE = "note"
    """Something worth keeping that changes no state."""


THERE = frozenset({Kind.ACCEPTED, Kind.ADOPTED})
"""The platform has the job."""

NOT_THERE = frozenset({Kind.REFUSED, Kind.ABSENT, Kind.UNSENT})
"""The platform does not have the job and will not get it."""

MEANS = {
    Kind.ACCEPTED: State.PENDING,
    Kind.ADOPTED: State.PENDING,
    Kind.REFUSED: State.FAILED,
    Kind.ABSENT: State.FAILED,
    Kind.UNSENT: State.FAILED,
    Kind.UNKNOWN: State.UNKNOWN,
    Kind.STOP_REQUESTED: State.STOPPING,
    Kind.STARTED: State.PENDING,
}
"""The state that an event puts its part in, where the event does not say."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a part. ``data`` is JSON: the platform's own words, a reason, an exit code."""

    kind: Kind
    native_id: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    at: float = 0.0

    @property
    def state(self) -> State | None:
        """The state that the part is in from now on, None where the event changes none."""
        return State(self.data["state"]) if self.kind is Kind.STATE else MEANS.get(self.kind)


def happened(kind: Kind, native_id: str = "", reason: str = "") -> Event:
    """An event with nothing but a reason."""
    return Event(kind, native_id, {"reason": reason} if reason else {})


def observed(status: Status) -> Event:
    """The event of a platform having said this."""
    return Event(Kind.STATE, "", {key: value for key, value in asdict(status).items() if value not in (None, "", {})})


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a submission: a job by itself, or a step of a workflow.

    ``outcome`` is how sending it ended, None while nobody knows. ``stop_requested`` says whether the platform
    was told to end it since it was started last.
    """

    name: str
    token: str
    outcome: Kind | None = None
    native_id: str = ""
    status: Status = field(default_factory=lambda: Status(State.UNKNOWN))
    stop_requested: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether it is known for certain if the platform has it."""
        return self.outcome in THERE or self.outcome in NOT_THERE

    @property
    def is_live(self) -> bool:
        """Whether the platform has it and it has not ended."""
        return self.outcome in THERE and not self.status.state.is_final


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission as the ledger knows it now. ``recorded`` is what only the ledger keeps of the spec.

    ``losses`` are the fields that are not carried exactly: path, fidelity and reason of each.
    """

    id: str
    name: str
    kind: str
    target: str
    platform: str
    digest: str
    spec: str = ""
    version: str = ""
    created_at: float = 0.0
    recorded: Mapping[str, Any] = field(default_factory=dict)
    losses: tuple[Mapping[str, str], ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def state(self) -> State:
        """The state of the whole."""
        return whole([part.status.state for part in self.parts])

    @property
    def native_id(self) -> str:
        """The platform's id; of several parts none, since each has its own."""
        return self.parts[0].native_id if len(self.parts) == 1 else ""

    @property
    def endpoint(self) -> str:
        """The address that it was sent to; empty where the target has none, or an older release did not keep it."""
        return str(self.recorded.get("endpoint", ""))

    @property
    def is_settled(self) -> bool:
        """Whether it is known of every part if the platform has it."""
        return all(part.is_settled for part in self.parts)

    @property
    def is_whole(self) -> bool:
        """Whether the platform has every part."""
        return all(part.outcome in THERE for part in self.parts)


RANKS = {
    State.SUCCEEDED: 1,
    State.STOPPED: 2,
    State.FAILED: 3,
    State.PENDING: 4,
    State.STOPPING: 5,
    State.RUNNING: 6,
    State.UNKNOWN: 7,
}
"""The state of a whole is that of its part with the highest rank."""


def whole(states: list[State]) -> State:
    """The state of a submission whose parts are in these states; between two of its parts it is running."""
    highest = max(states, key=RANKS.__getitem__)
    is_between = highest is State.PENDING and any(state.is_final for state in states)
    return State.RUNNING if is_between else highest
