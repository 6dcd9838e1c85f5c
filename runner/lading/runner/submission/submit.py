"""Submission: compiled requests become native ids. Read this file first: it holds the order of things and no detail.

1. Prepare. Names of secrets become values, names of other jobs native ids, and files are found. A crash here leaves
   nothing behind.
2. Intent. One transaction puts the submission and all its parts into the ledger, before the first byte leaves.
3. Send. What is short-lived is looked up. Each request goes out once, and again only if it is known not to have
   arrived. It carries a token. A request that only prepares another one makes no job: it is no part of the submission,
   and may go out again.
4. Outcome. The answer goes into the ledger. Where none came, the platform is asked for the token first.

Steps 3 and 4 take turns, part by part, in the order in which the parts need each other. What a crash leaves behind:

- before 2 is committed: nothing, anywhere.
- from there until 4 is committed: a part without an outcome, which the platform may or may not have. Only the first
  such part can have been sent. ``lading resolve`` asks for its token, and adopts the job or knows that it is absent.
- after 4: the truth.

A submission of which a part can not be had is not left half done: what the platform has of it is told to end.
"""

from lading.runner.errors import LedgerUnusable, OutcomeUnknown, PlanUnusable, RunnerError
from lading.runner.ledger.record import NOT_THERE, THERE, Event, Kind, Submission, happened
from lading.runner.platform import Accepted
from lading.runner.secrets.scrub import scrubber
from lading.runner.submission.in_flight import in_flight
from lading.runner.submission.planned import check_unused
from lading.runner.submission.prepare import Prepared, prepare
from lading.runner.submission.send import bring, send
from lading.runner.submission.sendable import Sendable
from lading.runner.submission.settle import conclude
from lading.runner.submission.watch import refresh
from lading.runner.targets.channel import Channel


def submit(job: Sendable, channel: Channel, *, if_absent: bool = False) -> str:
    """The platform has the job, and the ledger its native ids under the id that is returned; or an error says what
    became of it instead.

    With ``if_absent`` a submission of the same payload that is alive or has succeeded is returned, and nothing is sent.
    """
    if if_absent and (twin := channel.ledger.twin(job.target, job.digest, job.endpoint)):
        refresh(channel, [twin])
    if job.id:
        check_unused(job, channel)
    prepared = prepare(job, channel)
    submission = prepared.submission
    with in_flight(channel.ledger.folder, submission.id) as is_ours:
        if not is_ours:
            raise PlanUnusable(
                f"the plan is being used at this moment: {submission.id}", "wait for that command to end"
            )
        standing = channel.ledger.begin(submission, prepared.requests, if_absent=if_absent)
        if standing == submission.id:
            _send_all(prepared, channel)
    return standing


def _send_all(prepared: Prepared, channel: Channel) -> None:
    had: dict[str, Accepted] = {}
    for request in prepared.requests:
        try:
            outgoing = prepared.outgoing(request, had, channel)
            if request.prepares:
                had[request.name] = Accepted("", bring(outgoing, channel))
                continue
        except BaseException as error:  # noqa: BLE001 - whatever it was, the rest is never sent and nothing stays half done
            scrubber().error(error)
            _note_unsent(prepared.submission, error, channel)
            raise _told(error, prepared.submission.id, request.name, channel) from None
        sent = send(outgoing, channel)
        _record(prepared.submission, outgoing.token, sent.event, channel)
        if sent.error:
            raise _told(sent.error, prepared.submission.id, request.name, channel)
        had[request.name] = Accepted(sent.event.native_id, sent.answer)


def _note_unsent(submission: Submission, error: BaseException, channel: Channel) -> None:
    """Of the part that was to be sent next it is known why it was not."""
    if unsent := next((part for part in channel.ledger.get(submission.id).parts if part.outcome is None), None):
        channel.ledger.note(unsent.token, happened(Kind.UNSENT, reason=str(error)))


def _record(submission: Submission, token: str, event: Event, channel: Channel) -> None:
    try:
        channel.ledger.note(token, event)
    except LedgerUnusable as error:
        if event.kind in NOT_THERE:
            raise
        became = f"accepted it as {event.native_id}" if event.kind in THERE else "may have accepted it"
        help_ = f"{error.help}; then run `lading resolve {submission.id}`"
        raise OutcomeUnknown(f"{submission.target} {became}, but {error}", help_) from error


def _told(error: BaseException, submission_id: str, part: str, channel: Channel) -> BaseException:
    """The error, which now also says which part it is about and what became of the others."""
    stopped = conclude(channel.ledger.get(submission_id), channel)
    if isinstance(error, RunnerError):
        error.submission = submission_id
        error.args = ("; ".join([f"{part}: {error}" if part else str(error), *stopped]),)
        if isinstance(error, OutcomeUnknown):
            error.help = f"settle it with `lading resolve {submission_id}`"
    return error
