"""The output of a submission's jobs, on its way to whoever reads it."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lading.runner.errors import NoSuchJob, RunnerError, Unreachable
from lading.runner.invocation.options import WrongUsage
from lading.runner.jobs.found import Found, label
from lading.runner.ledger.record import Part
from lading.runner.output.screen import passed_on, write
from lading.runner.platform import LogLine, LogQuery
from lading.runner.secrets.scrub import scrubber
from lading.schema.nearest import did_you_mean

_RANGE = re.compile(r"(\d+)?:(\d+)?\Z")


def lines_of(text: str | None) -> tuple[int, int | None] | None:
    """``A:B`` as the first and the last line, counted from 1; either may be left out."""
    if text is None:
        return None
    match = _RANGE.match(text)
    first, last = (int(part) if part else None for part in match.groups()) if match else (None, None)
    if not match or first == 0 or (last is not None and last < (first or 1)):
        raise WrongUsage(
            f'--lines "{text}" is no range of lines', "write `--lines 1:100`, `--lines 200:` or `--lines :50`"
        )
    return first or 1, last


def read_logs(job: Found, query: LogQuery, step: str | None = None) -> Iterator[LogLine]:
    """The lines of the submission, step by step; where there are several steps, each line bears the name of its own."""
    parts = _chosen(job, step)
    scrub = scrubber().scrub
    for part in parts:
        named = part.name if len(parts) > 1 else ""
        try:
            for line in job.channel.client.logs(part.native_id, query):
                yield replace(line, text=scrub(line.text), source="/".join(filter(None, (named, line.source))))
        except RunnerError as error:
            if query.follow and isinstance(error, Unreachable):
                error.help = f"the job may go on; `lading logs -f {label(job.submission)}` shows it again"
            raise error.about(job.submission.target) from None


def _chosen(job: Found, step: str | None) -> Sequence[Part]:
    if step is None:
        return job.parts
    if chosen := [part for part in job.parts if part.name == step]:
        return chosen
    names = [part.name for part in job.parts if part.name]
    raise NoSuchJob(f'it has no step "{step}"', did_you_mean(step, names, "its steps are") or "leave out --step")


def print_line(line: LogLine) -> None:
    """The line stands on standard output: for a program as it is, for a person with nothing hidden in it."""
    text = f"{line.source} | {line.text}" if line.source else line.text
    write(passed_on(text, sys.stdout).encode("utf-8", "surrogateescape") + b"\n")
