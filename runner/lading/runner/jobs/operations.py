"""Operations on jobs that are there: each submission by itself, so that one's trouble does not keep the others."""

from collections.abc import Callable, Sequence

from lading.runner.errors import OutcomeUnknown, RunnerError
from lading.runner.invocation.failures import diagnostic_of
from lading.runner.invocation.session import Session
from lading.runner.jobs.found import Found, find_job, label
from lading.runner.ledger.record import Kind, Part, happened
from lading.schema.diagnostics import Diagnostic

Operation = Callable[[Found, Part], str | None]
"""Does something to one part; what to say of it, where that is not what is said of all."""


def operate(session: Session, ids: Sequence[str], operation: Operation, done: str, ended: str = "") -> int:
    """The operation was carried out on every part of every submission, or an error tells why not; the exit code.

    ``done`` is what to say of one where it worked, ``ended`` instead of one that is known to have ended before.
    """
    results: list[dict[str, object]] = []
    problems: list[Diagnostic] = []
    worst = 0
    for text in dict.fromkeys(ids):
        job = None
        try:
            job = find_job(session, text)
            words = [operation(job, part) for part in _parts(job)]
        except RunnerError as error:
            if job:
                error.about(job.submission.target, label(job.submission) if len(ids) > 1 else "")
            problems.append(diagnostic_of(error))
            worst = max(worst, error.exit_code)
        else:
            said = ended if ended and job.submission.state.is_final else next(filter(None, words), done)
            results.append({"id": job.submission.id or None, "target": job.submission.target, "done": said})
            session.screen.remark(f"{label(job.submission)} {job.submission.name}".rstrip() + f" {said}")
    _show(session, results, problems)
    return worst


def stop(job: Found, part: Part) -> None:
    """The part is told to end."""
    job.channel.client.stop(part.native_id)
    job.note(part, happened(Kind.STOP_REQUESTED))


def start(job: Found, part: Part) -> str | None:
    """A part that is held may run, and one that has ended runs again: what is known of its end holds no more."""
    try:
        now = job.channel.client.start(part.native_id)
    except OutcomeUnknown:
        job.note(part, happened(Kind.STARTED, reason="no answer came"))  # so that the platform is asked again
        raise
    job.note(part, happened(Kind.STARTED, now))
    return f"runs again as {now}" if now != part.native_id else None


def _parts(job: Found) -> list[Part]:
    """The parts to operate on, those first that nothing waits for: a step that is stopped must not start the next."""
    return list(reversed(job.parts))


def _show(session: Session, results: list[dict[str, object]], problems: list[Diagnostic]) -> None:
    from lading.schema.render.json import as_data

    if session.screen.is_human:
        session.screen.diagnostics(problems)
    else:
        session.screen.document({"operations": results, "diagnostics": as_data(problems)})
