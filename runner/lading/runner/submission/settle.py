"""Settling: what is done when no answer came, and when the platform will never have every part of a submission."""

from typing import Any, NamedTuple

from lading.runner.errors import RunnerError, Unreachable
from lading.runner.ledger.record import NOT_THERE, Event, Kind, Part, Submission, happened
from lading.runner.secrets.scrub import scrubber
from lading.runner.targets.channel import Channel

PATIENCE = (1.0, 3.0, 6.0)
"""Seconds before each further question: a request that got no answer may still be on its way through the platform."""


class Sent(NamedTuple):
    """What became of a request: the event for the ledger, what the platform answered, and what must be raised for it
    once the event is in the ledger.
    """

    event: Event
    answer: Any = None
    error: BaseException | None = None


def ask(token: str, path: str, channel: Channel, patience: tuple[float, ...] = PATIENCE) -> Sent:
    """What the platform knows of the request: its job is adopted, or certainly absent, or it stays unknown.

    A job that is there is believed at once; one that is not there must still not be there after some patience. A
    platform that can not be reached may be back by then, so it is asked as often.
    """
    said = Sent(happened(Kind.UNKNOWN))
    for delay in (0.0, *patience):
        channel.sleep(delay)
        try:
            found = channel.client.find(token, path)
        except RunnerError as error:
            scrubber().error(error)
            said = Sent(happened(Kind.UNKNOWN, reason=str(error)))
            if not isinstance(error, Unreachable):
                return said
            continue
        if found:
            return Sent(happened(Kind.ADOPTED, found.native_id), found.answer)
        said = Sent(happened(Kind.ABSENT, reason="no answer came, and the platform does not have it"))
    return said


def conclude(submission: Submission, channel: Channel) -> list[str]:
    """Nothing more of it will be sent; where a part is thus missing for ever, those that are there are told to end.

    Returns what came of that, in words.
    """
    unsent = [part for part in submission.parts if part.outcome is None]
    for part in unsent:
        channel.ledger.note(part.token, happened(Kind.UNSENT, reason="an earlier part is not there"))
    if not unsent and not any(part.outcome in NOT_THERE for part in submission.parts):
        return []
    return [_stop(part, channel) for part in submission.parts if part.is_live]


def _stop(part: Part, channel: Channel) -> str:
    try:
        channel.client.stop(part.native_id)
    except RunnerError as error:
        scrubber().error(error)
        channel.ledger.note(part.token, happened(Kind.NOTE, reason=f"could not be stopped: {error}"))
        return f"{part.name} ({part.native_id}) could not be stopped: {error}"
    channel.ledger.note(part.token, happened(Kind.STOP_REQUESTED, reason="another part is not there"))
    return f"{part.name} ({part.native_id}) was stopped"
