"""What ``lading submit`` and ``lading run`` do around ``submit.py``: compile all, find what it takes, and send."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from lading.compiler.pipeline import Compilation
from lading.runner.errors import NotSupported, RunnerError
from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session
from lading.runner.jobs.found import Found
from lading.runner.ledger.kept import Kept
from lading.runner.ledger.record import Kind, Part, Submission
from lading.runner.output.files import write_pieces, write_whole
from lading.runner.output.progress import arriving, progress
from lading.runner.output.screen import Screen, as_json
from lading.runner.secrets.scrub import scrubbed
from lading.runner.specs.compilation import checked, compilations, each_spec, open_specs, tell
from lading.runner.states import State, Status
from lading.runner.submission.batch import submit_all
from lading.runner.submission.late import known_beforehand
from lading.runner.submission.sendable import Sendable, sendable
from lading.runner.targets.channel import Channel
from lading.schema.diagnostics import Diagnostic


def compile_all(
    session: Session, paths: Sequence[str], targets: Sequence[str], accept: Sequence[str], sets: Sequence[str]
) -> list[Compilation]:
    """Every job of every file on every target, checked against the platforms' schemas. Raises all problems at once."""
    files = open_specs(session, paths, sets)
    found = [one for file in files for one in compilations(file, targets, accept, verify=True)]
    return list(checked(session, found))


def sendables(
    session: Session, paths: Sequence[str], targets: Sequence[str], accept: Sequence[str], sets: Sequence[str]
) -> list[Sendable]:
    """The same, with what is sent of each and no more: file by file, so that many need little room."""
    jobs: list[Sendable] = []
    problems: list[Diagnostic] = []
    for file in each_spec(session, paths, sets, problems):
        found = compilations(file, targets, accept, verify=True)
        said = [diagnostic for compilation in found for diagnostic in compilation.diagnostics]
        problems += said
        if not said:
            session.screen.sources.pop(file.name, None)
        jobs += [sendable(compilation) for compilation in found if compilation.is_valid]
    tell(session, problems)
    return jobs


class Sent(NamedTuple):
    """What was submitted; what was not, as it stands in the ledger or would; and why not."""

    submissions: Sequence[Submission]
    failed: list[Submission]
    errors: list[RunnerError]


def send_all(session: Session, jobs: Sequence[Sendable], *, if_absent: bool = False, workers: int = 1) -> Sent:
    """What became of each job, told as it happens. An interrupt says how far it has come.

    Nothing is sent where this machine lacks what one of them needs.
    """

    def channel_of(job: Sendable) -> Channel:
        return session.channel(job.target, job.file)

    if lacking := [(job, error) for job in jobs if (error := _lack(job, channel_of))]:
        if len(jobs) > 1:
            session.screen.remark(f"none of the {len(jobs):,} jobs is sent")
        return _sent(session, [], lacking)
    answers = submit_all(jobs, channel_of, if_absent=if_absent, workers=workers)
    ids: list[str] = []
    failed: list[tuple[Sendable, RunnerError]] = []
    try:
        for job, answer in zip(jobs, progress(session.screen, answers, len(jobs)), strict=True):
            if isinstance(answer, RunnerError):
                failed.append((job, answer))
            else:
                ids.append(answer)
    except KeyboardInterrupt:
        if len(jobs) > 1:
            session.screen.remark(f"at least {len(ids)} of {len(jobs)} were submitted; `lading list` shows them")
        if session.screen.settings.quiet and session.screen.is_human:
            session.screen.result("".join(f"{one}\n" for one in ids))
        raise
    return _sent(session, ids, failed)


def _sent(session: Session, ids: Sequence[str], failed: Sequence[tuple[Sendable, RunnerError]]) -> Sent:
    unsent = [_failed(session, job, error) for job, error in failed]
    return Sent(Kept(session.ledger, ids), unsent, _reasons(session.screen, failed))


def _lack(job: Sendable, channel_of: Callable[[Sendable], Channel]) -> RunnerError | None:
    """What is wrong with a secret or a file that this machine must give to the job."""
    try:
        for request in job.content.requests if job.takes_more else ():
            known_beforehand(request, channel_of(job))
    except RunnerError as error:
        return error
    return None


def _reasons(screen: Screen, failed: Sequence[tuple[Sendable, RunnerError]]) -> list[RunnerError]:
    """The errors, which say what they are about. Where people have a row for each job, the same reason stands once."""
    if screen.is_human and not screen.settings.quiet:
        return list(_each_once(failed))
    return [error.about(job.target, job.name) for job, error in failed]


def _each_once(failed: Sequence[tuple[Sendable, RunnerError]]) -> Iterator[RunnerError]:
    alike: dict[tuple[str, ...], list[tuple[Sendable, RunnerError]]] = {}
    for job, error in failed:
        alike.setdefault((job.target, error.code, str(error), error.help or ""), []).append((job, error))
    for (job, error), *others in alike.values():
        yield error.about(job.target, f"{job.name} and {len(others):,} more" if others else job.name)


def _failed(session: Session, job: Sendable, error: RunnerError) -> Submission:
    """The job that could not be submitted: nobody but us knows of one that failed before the ledger did."""
    if error.submission:
        return session.ledger.get(error.submission)
    part = Part("", "", Kind.UNSENT, "", Status(State.FAILED, reason=str(scrubbed(error))))
    return Submission("", job.name, job.kind, job.target, job.platform, job.digest, job.place, parts=(part,))


def write_results(screen: Screen, ended: Sequence[Found], file: str) -> None:
    """What the ended submissions leave behind is in the file: the file of the one that left one, else what is known of
    their results, as JSON.
    """
    parts = [(job.channel.client, part) for job in ended for part in job.submission.parts if part.native_id]
    downloads = [found for client, part in parts if (found := client.result(part.native_id))]
    if len(downloads) > 1:
        raise WrongUsage(f"{len(downloads)} jobs left a file behind, and {file} is one", "submit them one by one")
    if downloads:
        write_pieces(file, arriving(screen, downloads[0]))
        return
    results = [part.status.result for _, part in parts if part.status.result is not None]
    if not results:
        raise NotSupported("none of these leaves a result behind", "leave out -o; `lading logs` has what they printed")
    write_whole(file, as_json(results[0] if len(results) == 1 else results))
