"""Resolving: a submission of which nobody knows what became, because no answer came or its sender died, is settled."""

from lading.runner.errors import RunnerError
from lading.runner.ledger.record import Submission
from lading.runner.submission.in_flight import in_flight
from lading.runner.submission.settle import PATIENCE, ask, conclude
from lading.runner.targets.channel import Channel

OLD = 3600.0
"""Seconds after which no request can still be on its way through a platform."""


def resolve(submission: Submission, channel: Channel) -> Submission:
    """What the platform knows of the submission is in the ledger; it is settled unless the platform could not tell.

    Refuses one that another process is sending at this moment. Sends nothing, ever.
    """
    with in_flight(channel.ledger.folder, submission.id) as is_ours:
        if not is_ours:
            raise RunnerError(f"{submission.id} is being submitted at this moment", "wait for that command to end")
        submission = channel.ledger.get(submission.id)
        sent = next((part for part in submission.parts if not part.is_settled), None)
        if sent:
            age = channel.clock() - submission.created_at
            paths = {one.get("name", ""): one["path"] for one in channel.ledger.requests(submission.id)}
            found = ask(sent.token, paths[sent.name], channel, () if age > OLD else PATIENCE)
            channel.ledger.note(sent.token, found.event)
            conclude(channel.ledger.get(submission.id), channel)
        return channel.ledger.get(submission.id)
