"""What must be known before anything is sent: ids and tokens, values of secrets, the jobs that this one comes after.

Nothing here is durable, and nothing here submits anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lading.compiler.payload import Request
from lading.runner.errors import NoSuchJob, NotSupported
from lading.runner.ledger.record import Part, Submission
from lading.runner.platform import Accepted, Outgoing
from lading.runner.submission.ids import LENGTH, token
from lading.runner.submission.late import answered, filled, known_beforehand, looked_up
from lading.runner.submission.sendable import Content, Sendable
from lading.runner.targets.channel import Channel, check_same_place
from lading.runner.version import LADING


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that can be sent: the row it will be in the ledger, and each request's body with all that is known
    beforehand in it, by the request's name.
    """

    submission: Submission
    requests: tuple[Request, ...]
    bodies: Mapping[str, Mapping[str, Any]]
    after: Mapping[str, str]
    folder: Path

    def outgoing(self, request: Request, had: Mapping[str, Accepted], channel: Channel) -> Outgoing:
        """The request on its way out. ``had`` is what became of those before it, by name."""
        before = {name: had[name].native_id for name in request.needs if had[name].native_id}
        values = answered(request, {name: one.answer for name, one in had.items()})
        return Outgoing(
            token=token(self.submission.id, request.name),
            name=self.submission.name,
            method=request.method,
            path=request.path,
            body=filled(self.bodies[request.name], values | looked_up(request, channel)),
            after={**self.after, **before},
            folder=self.folder,
        )


def prepare(job: Sendable, channel: Channel) -> Prepared:
    """The job, ready to be sent. A secret without a value, a file that can not be read and a job that is not there are
    found out here.
    """
    content = job.content
    bodies = {request.name: filled(request.body, known_beforehand(request, channel)) for request in content.requests}
    after = {entry: _native_id(entry, job.target, channel) for entry in job.after}
    submission = _submission(job, content, job.id or channel.ids.new())
    return Prepared(submission, content.requests, bodies, after, channel.spec_dir)


def _native_id(entry: str, target: str, channel: Channel) -> str:
    """A lading id, the name of a submission on this target, or else what the platform itself knows."""
    ledger = channel.ledger
    found = ledger.get(entry) if len(entry) == LENGTH and entry[0].isdigit() else ledger.newest(target, entry)
    if found is None:
        if entry in channel.client.status([entry]):
            return entry
        raise NoSuchJob(f"{target} knows no job {entry}, and none was submitted there under that name")
    check_same_place(found, channel)
    if len(found.parts) > 1:
        steps = ", ".join(f"{part.name} = {part.native_id}" for part in found.parts)
        raise NotSupported(f"{entry} is a workflow, and a job can only come after one job", f"name a step: {steps}")
    if not found.native_id:
        raise NoSuchJob(f"it is not known if {target} has {entry}", f"settle it with `lading resolve {found.id}`")
    return found.native_id


def _submission(job: Sendable, content: Content, id_: str) -> Submission:
    return Submission(
        id=id_,
        name=job.name,
        kind=job.kind,
        target=job.target,
        platform=job.platform,
        digest=job.digest,
        spec=job.place,
        version=LADING,
        recorded=content.recorded,
        losses=content.losses,
        parts=tuple(Part(one.name, token(id_, one.name)) for one in content.requests if not one.prepares),
    )
