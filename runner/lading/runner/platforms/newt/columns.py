"""What the service says of jobs: columns by job, as in a table that was turned on its side."""

import re
from collections.abc import Iterator
from typing import Any

from lading.runner.http.answer import Garbled, field
from lading.runner.platforms.newt.protocol import WORDS
from lading.runner.sbatch.answers import ID, STATES, Seen, exit_code
from lading.runner.states import State

ENDING = "COMPLETING"


def queue(output: Any) -> list[Seen]:
    """The jobs of the queue. What has ended is not in it, so a word for an end means that it ends just now."""
    return [_still_there(seen) for seen in _rows(output, "nodelist")]


def info(output: Any) -> list[Seen]:
    """What is known of one job, of an array each element. Its steps are passed over."""
    return [seen for seen in _rows(output, "") if ID.fullmatch(seen.id)]


def job_id(output: Any) -> str:
    """The id that a job got: the last word that sbatch said."""
    found: str = field(output, "jobid", of=str)
    if not re.fullmatch(r"[0-9]{1,18}", found):
        raise Garbled(f"the job's id is said to be {found[:80]!r}")
    return found


def _rows(output: Any, reasons: str) -> Iterator[Seen]:
    """A line for each job that has a state; an empty queue may be no columns, or empty ones."""
    if output == {}:
        return
    told = field(output, reasons, of=dict, default={}) if reasons else {}
    codes = field(output, "exitcode", of=dict, default={})
    for job, said in field(output, "status", of=dict).items():
        if not isinstance(said, str):
            raise Garbled(f"the state of job {job[:80]} is {said!r:.80}")
        word, _, by = said.partition(" by ")  # CANCELLED by 1000
        reason = f"cancelled by user {by}" if by.isdecimal() else _reason(told.get(job))
        code = exit_code(str(codes.get(job, "")))
        yield Seen(job, job.partition("_")[0], WORDS.get(word, word), reason, code, None, None, native=said)


def _still_there(seen: Seen) -> Seen:
    has_ended = STATES.get(seen.word, State.UNKNOWN).is_final
    return seen._replace(word=ENDING) if has_ended else seen


def _reason(text: Any) -> str:
    """Of a job that waits the list of nodes is the reason, in brackets."""
    is_reason = isinstance(text, str) and text.startswith("(") and text.endswith(")")
    return text[1:-1] if is_reason else ""
