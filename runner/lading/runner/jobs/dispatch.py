"""What ``lading submit`` and ``lading run`` do around ``submit.py``: compile everything first, then send."""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from lading.compiler.pipeline import Compilation
from lading.runner.errors import NotSupported, RunnerError
from lading.runner.invocation.session import Session
from lading.runner.ledger.record import Submission
from lading.runner.output.files import write_whole
from lading.runner.output.progress import progress
from lading.runner.output.screen import as_json
from lading.runner.specs.compilation import checked, compilations, open_specs
from lading.runner.specs.files import folder_of
from lading.runner.submission.batch import Answer, submit_all
from lading.runner.targets.channel import Channel, open_channel


def compile_all(
    session: Session, paths: Sequence[str], targets: Sequence[str], accept: Sequence[str], sets: Sequence[str]
) -> list[Compilation]:
    """Every job of every file on every target, checked against the platforms' schemas. Raises all problems at once."""
    files = open_specs(session, paths, sets)
    found = [one for file in files for one in compilations(file, targets, accept, verify=True)]
    return list(checked(session, found))


def send_all(
    session: Session, compiled: Sequence[Compilation], *, if_absent: bool = False, workers: int = 1
) -> tuple[list[Submission], list[RunnerError]]:
    """What was submitted, each told as it happens, and what could not be."""
    answers = _answers(session, compiled, if_absent, workers)
    submissions: list[Submission] = []
    errors: list[RunnerError] = []
    for answer in progress(session.screen, answers, len(compiled)):
        if isinstance(answer, RunnerError):
            errors.append(answer)
        else:
            submissions.append(answer)
    return submissions, errors


def _answers(session: Session, compiled: Sequence[Compilation], if_absent: bool, workers: int) -> Iterator[Answer]:
    """The answers in order: folder by folder, because each may have a site of its own."""
    for _, group in groupby(compiled, key=lambda compilation: os.path.dirname(compilation.spec.file)):
        batch = list(group)
        yield from submit_all(batch, _connector(session, batch[0].spec.file), if_absent=if_absent, workers=workers)


def _connector(session: Session, spec: str) -> Callable[[str], Channel]:
    site, ledger, folder = session.site(spec), session.ledger, Path(folder_of(spec))
    return lambda target: open_channel(site, target, ledger, folder)


def write_results(submissions: Sequence[Submission], file: str) -> None:
    """What the ended submissions leave behind is in the file."""
    results = [part.status.result for one in submissions for part in one.parts if part.status.result is not None]
    if not results:
        raise NotSupported("none of these leaves a result behind", "leave out -o; `lading logs` has what they printed")
    text = results[0] if len(results) == 1 and isinstance(results[0], str) else as_json(results)
    write_whole(file, text)
