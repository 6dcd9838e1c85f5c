"""What AirScheduler's numbers mean: the result codes of both editions of its manual, and the states of tasks."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, NamedTuple

from lading.runner.live import Telling
from lading.runner.states import State, Status

SUCCESS = 0


class Kind(Enum):
    """What a code comes down to for us."""

    INVALID = auto()
    NO_TASK = auto()
    NO_RESOURCES = auto()
    BAD_COLUMN = auto()
    NOT_STARTED = auto()
    NOT_DELETED = auto()
    STARTED_BEFORE = auto()
    NOT_RUNNING = auto()
    RUNNING = auto()
    NO_SUCH_LINES = auto()
    NO_CONTAINER = auto()
    OTHER = auto()


class Code(NamedTuple):
    """A result code, and what the manual says of it."""

    kind: Kind
    words: str


V1: Mapping[int, Code] = {
    193000: Code(Kind.INVALID, "the input is not valid"),
    193001: Code(Kind.NO_TASK, "there is no such task"),
    193002: Code(Kind.NO_RESOURCES, "the resources could not be asked for"),
    193003: Code(Kind.BAD_COLUMN, "tasks can not be filtered by that"),
    193004: Code(Kind.NOT_STARTED, "the task could not be started"),
    193006: Code(Kind.NOT_DELETED, "the task's container could not be deleted"),
    193007: Code(Kind.STARTED_BEFORE, "the task was started before"),
    193008: Code(Kind.NOT_RUNNING, "the task was not started, or takes too long to"),
    2: Code(Kind.NO_CONTAINER, "the task's container failed"),
    3: Code(Kind.NO_CONTAINER, "the task's container was not made, or not found"),
}
V2: Mapping[int, Code] = {
    990003: Code(Kind.INVALID, "the input is not valid"),
    111001: Code(Kind.NO_TASK, "there is no such task"),
    111002: Code(Kind.RUNNING, "the task is running"),
    111003: Code(Kind.NOT_STARTED, "the task could not be started"),
    111005: Code(Kind.STARTED_BEFORE, "the task was started before"),
    111006: Code(Kind.NOT_RUNNING, "the task could not be stopped"),
    111007: Code(Kind.NO_SUCH_LINES, "the log has no such lines"),
}
CODES: Mapping[int, Code] = {**V1, **V2}
"""No number means two things, so those of both editions are known, whatever the site says of its own."""

OF_LOGS: Mapping[int, Code] = {111001: Code(Kind.INVALID, "the input is not valid")}
"""What the second edition means otherwise where it tells of logs."""

UNLISTED = Code(Kind.OTHER, "")
"""The manual of the first edition: "others", when there are no such resources or asking for them failed."""


def meaning(code: int, operation: str) -> Code:
    """What the code means in the answer to the operation."""
    return (OF_LOGS.get(code) if operation == "logs" else None) or CODES.get(code, UNLISTED)


STATES: Mapping[str, str] = {"-1": "pending", "0": "succeeded", "1..99": "running", "1001..": "failed"}
"""As a client of February 2022 had them; no manual lists them. One of December 2021 read -1, 2 and 3 as failures, which
is what the site's option ``states`` is for."""

TELLING = Telling(
    adds=frozenset(
        {"id", "running_config/port/*/node_port", "running_config/volumes/*/mount_name"}
        | {"resource_info/schedule_types", "resource_info/scheduler_types"}
    ),
    fills={"running_config/work_dir": "/code", "resource_info/shm_size": 64 << 20},
    maps=frozenset({"running_config/env"}),
)
"""What the scheduler makes of what was left out: the folder in the first edition, the shared memory in the second."""

_RANGE = re.compile(r"(-?\d+)(?:(\.\.)(-?\d+)?)?")


class States:
    """The numbers of a task's status: the site's meanings before the usual ones."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self._ranges = [*_ranges(own), *_ranges(STATES)]

    def of(self, number: Any) -> Status:
        """The status that the number means; never a final one where nobody has said so."""
        native = str(number) if isinstance(number, int | str) and not isinstance(number, bool) else ""
        if not re.fullmatch(r"-?[0-9]{1,18}", native):
            return Status(State.UNKNOWN, native[:40], reason="the platform gives no number for the task's status")
        for low, high, state in self._ranges:
            if low <= int(native) <= high:
                return Status(state, native)
        return Status(State.UNKNOWN, native, reason=f"nobody knows what the status {native} means")


def _ranges(states: Mapping[str, str]) -> list[tuple[float, float, State]]:
    """First and last number of each state, those of the fewest numbers first."""
    found = []
    for text, state in states.items():
        match = _RANGE.fullmatch(text)
        assert match, "the model of a site's options has nothing else"
        low, is_range, high = float(match[1]), match[2], match[3]
        found.append((low, (float(high) if high else float("inf")) if is_range else low, State(state)))
    return sorted(found, key=lambda one: one[1] - one[0])
