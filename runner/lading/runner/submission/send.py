"""Sending one request once. Every way in which that can end becomes one event."""

from typing import Any

from lading.runner.errors import Busy, NotSupported, OutcomeUnknown, Refused, RunnerError, SecretMissing, Unreachable
from lading.runner.ledger.record import THERE, Event, Kind, happened
from lading.runner.platform import Accepted, Outgoing
from lading.runner.secrets.scrub import scrubber
from lading.runner.submission.settle import Sent, ask
from lading.runner.targets.channel import Channel

RETRY_DELAYS = (0.5, 2.0, 5.0)
"""Seconds before the request goes out again, where it is known that the platform has not got it."""


def send(outgoing: Outgoing, channel: Channel) -> Sent:
    """What became of the request."""
    try:
        accepted = _until_reached(outgoing, channel)
    except Unreachable as error:
        return _failed(Kind.UNSENT, error)
    except (Refused, NotSupported, SecretMissing) as error:
        return _failed(Kind.REFUSED, error)
    except BaseException as error:  # noqa: BLE001 - no answer, an interrupt, a bug: it may have been accepted all the same
        scrubber().error(error)
        found = ask(outgoing.token, outgoing.path, channel)
        return found._replace(error=_verdict(found.event, error))
    return Sent(happened(Kind.ACCEPTED, accepted.native_id), accepted.answer)


def bring(outgoing: Outgoing, channel: Channel) -> Any:
    """The answer to a request that prepares: it makes no job, so it may go out again whatever became of it."""
    for delay in RETRY_DELAYS:
        try:
            return channel.client.bring(outgoing)
        except (Unreachable, OutcomeUnknown):
            channel.sleep(delay)
    try:
        return channel.client.bring(outgoing)
    except OutcomeUnknown as error:
        raise Unreachable(str(error), error.help) from None


def _until_reached(outgoing: Outgoing, channel: Channel) -> Accepted:
    """The job, sent again while nobody is reached; once only where others have found that waiting does not help."""
    for delay in () if channel.is_away.is_set() else RETRY_DELAYS:
        try:
            return _reached(outgoing, channel)
        except Unreachable as error:
            if delay == RETRY_DELAYS[0]:
                channel.tell(f"{outgoing.name}: {scrubber().scrub(str(error))}; trying again")
            channel.sleep(delay)
            if found := _found(outgoing, channel):
                return found
    try:
        return _reached(outgoing, channel)
    except Unreachable as error:
        if found := _found(outgoing, channel):
            return found
        if not isinstance(error, Busy):
            channel.is_away.set()
        raise


def _reached(outgoing: Outgoing, channel: Channel) -> Accepted:
    accepted = channel.client.submit(outgoing)
    channel.is_away.clear()
    return accepted


def _found(outgoing: Outgoing, channel: Channel) -> Accepted | None:
    """The job, if the platform has it although it was not reached, as when a controller takes over from another."""
    try:
        return channel.client.find(outgoing.token, outgoing.path)
    except RunnerError:
        return None


def _failed(kind: Kind, error: Exception) -> Sent:
    scrubber().error(error)
    return Sent(happened(kind, reason=str(error)), error=error)


def _verdict(event: Event, error: BaseException) -> BaseException | None:
    """An answer that did not come is no error any more once the platform has said what became of the job."""
    if not isinstance(error, RunnerError):
        return error
    if event.kind in THERE:
        return None
    if event.kind is Kind.ABSENT:
        return Unreachable(f"{error}; the platform does not have it", "submit it again")
    return error if isinstance(error, OutcomeUnknown) else OutcomeUnknown(str(error), error.help)
