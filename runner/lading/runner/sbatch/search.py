"""Finding a job by its token, and proving that there is none.

The controller forgets a job ``MinJobAge`` seconds after its end, so that it is not in squeue proves something only for
a token that is younger; for an older one the accounting must be asked, where it keeps comments. A token that is only
seconds old may still be on its way: what timed out for sbatch can be accepted a little later.
"""

import re
import time
from collections.abc import Mapping

from lading.runner.errors import OutcomeUnknown, Unreachable
from lading.runner.sbatch.answer import Ask
from lading.runner.submission.ids import time_of

PREFIX = "lading:"
"""What the first word of a job's comment starts with; the token follows."""

SETTLED = 60
"""Seconds after which a request that got no answer has been dealt with, or never will be."""

MARGIN = 30
"""Seconds by which clocks may differ, and a purge may come early."""


def find(ask: Ask, token: str) -> str | None:
    """The id of the job that carries the token, or None where there is certainly none."""
    age = _age(token)
    queue = ask(["squeue", "--me", "--noheader", "--states=all", "--format=%F|%k"])
    if queue.code:
        raise OutcomeUnknown(f"Slurm could not be asked for the job: {queue.problem}")
    if found := _with_comment(queue.out, token):
        return found
    if age is None or age < SETTLED:
        raise OutcomeUnknown("Slurm does not know the job, but may still be told of it", "ask again in a minute")
    settings = config(ask)
    if age + MARGIN < min_age(settings):
        return None
    return _in_accounting(ask, settings, token, age)


def _in_accounting(ask: Ask, settings: Mapping[str, str], token: str, age: float) -> str | None:
    if "job_comment" not in settings.get("AccountingStoreFlags", ""):
        raise OutcomeUnknown(
            "Slurm does not know the job, but forgets ended jobs, and its accounting keeps no comments",
            "look whether the job's output is there",
        )
    since = f"--starttime=now-{int(age) + 2 * MARGIN}seconds"
    told = ask(["sacct", "--noheader", "--parsable2", "--allocations", since, "--format=JobID,Comment"])
    if told.code:
        raise OutcomeUnknown(f"Slurm's accounting could not be asked for the job: {told.problem}")
    return _with_comment(told.out, token)


def _with_comment(text: str, token: str) -> str | None:
    wanted = re.compile(rf"^(\d+)(?:_[^|]*)?\|{re.escape(PREFIX + token)}(?: .*)?$", re.MULTILINE)
    found = wanted.search(text)
    return found[1] if found else None


def config(ask: Ask) -> dict[str, str]:
    """The cluster's settings."""
    answer = ask(["scontrol", "show", "config"])
    if answer.code:
        raise Unreachable(f"Slurm could not be asked: {answer.problem}")
    pairs = (line.partition("=") for line in answer.out.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def min_age(settings: Mapping[str, str]) -> int:
    """How many seconds the controller remembers an ended job."""
    number = re.match(r"[0-9]{1,9}", settings.get("MinJobAge", ""))
    return int(number[0]) if number else 0


def _age(token: str) -> float | None:
    """The seconds since the token was made, None where it does not say."""
    try:
        return time.time() - time_of(token)
    except ValueError:
        return None
