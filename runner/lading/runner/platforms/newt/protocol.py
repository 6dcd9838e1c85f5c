"""NEWT's protocol as data: its words for states, what its refusals mean, and how long and large things may be.

Read from the source of the service (github.com/JiangLiNSCC/eHPC, newt-p3); what is odd has its reason here.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lading.runner.errors import LoginRejected, NoSuchJob, OutcomeUnknown, Refused, RunnerError
from lading.runner.sbatch.answers import STATES

COOKIE = "newt_sessionid"

ACCEPTED = 201
"""Most calls are only accepted: the answer is the id of a task, whose result is fetched from ``async/ID``."""

PENDING = 100
"""The ``status_code`` of a task that has not ended. The service sends it as HTTP's status too, with a body, which is
illegal: HTTP takes 100 for the announcement of an answer, and the body for the beginning of that answer."""

AFTER_100 = re.compile(r"without sending|closed|\{")
"""What a client that takes it for such says of it: that no answer came, or that one begins with JSON."""

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Tasks and files on their way have ids that can stand in a path."""

LARGEST_UPLOAD = 1_048_000
"""Bytes of a file; a larger one is refused with HTTP 500."""

LONGEST_ARGUMENTS = 128
"""Characters of ``jobfile_args`` that are kept."""

SOON = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Seconds before the first looks at a task; the later ones come once a second, as those of the service's own client."""

PATIENCE = 120.0
"""Seconds in all that are waited for a task; the service's own client waits 100."""

SLOWEST_COMMAND = 600.0
"""Seconds after which the service kills a command."""

TROUBLES = 6
"""Looks in a row that may fail in another way than a pending task does, before the task is given up."""

WORDS: Mapping[str, str] = {
    "Pending": "PENDING",
    "Running": "RUNNING",
    "Suspended": "SUSPENDED",
    "Success": "COMPLETED",
    "Failed": "FAILED",  # also of a job that was cancelled
    # Slurm's short words (squeue(1)); the service has no word of its own for the second half of them
    "PD": "PENDING",
    "CF": "CONFIGURING",
    "R": "RUNNING",
    "S": "SUSPENDED",
    "CG": "COMPLETING",
    "CD": "COMPLETED",
    "CA": "CANCELLED",
    "F": "FAILED",
    "NF": "NODE_FAIL",
    "TO": "TIMEOUT",
    "OOM": "OUT_OF_MEMORY",
    "PR": "PREEMPTED",
    "BF": "BOOT_FAIL",
    "DL": "DEADLINE",
    "RQ": "REQUEUED",
    "RF": "REQUEUE_FED",
    "RH": "REQUEUE_HOLD",
    "RD": "RESV_DEL_HOLD",
    "SE": "SPECIAL_EXIT",
    "RS": "RESIZING",
    "RV": "REVOKED",
    "SI": "SIGNALING",
    "SO": "STAGE_OUT",
    "ST": "STOPPED",
    **{word: word for word in STATES},
}
"""The service's words for states in Slurm's. It passes on what it does not know: long words, and short ones."""


class Refusal(NamedTuple):
    """What an error of the service means: its status (None for any), its text, and one thing to do.

    ``of_orders`` is False where it says something only of what does no harm when it is asked again.
    """

    status: int | None
    text: str
    error: type[RunnerError]
    help: str = ""
    of_orders: bool = True


QSUB = "qsub failed with error: "
"""What stands before the complaint of sbatch, which decides."""

_NO_FILE = r"not a directory|No such file|Can't open|Permission denied"

REFUSALS: Sequence[Refusal] = (
    Refusal(403, r"You must be logged in|login_url", LoginRejected, "see that `auth` of the target is right"),
    Refusal(401, r"", LoginRejected, "see that `auth` of the target is right"),
    Refusal(403, r"^Error jobconf", Refused, "`lading compile` shows what it was asked for"),
    Refusal(None, r"^Invalid machine name|^Unrecognized system", Refused, "`lading doctor` names its machines"),
    Refusal(400, r"^No data received", Refused, "`lading compile` shows what it was asked for"),
    Refusal(400, r"^get job error", NoSuchJob),  # the service tells only of jobs that came through it
    Refusal(500, r"too big", Refused, f"it takes {LARGEST_UPLOAD} bytes"),
    Refusal(500, r"^Cannot find tmpfile", Refused, "its disk may be full: try again later"),  # before sbatch was run
    Refusal(500, r"Could not got such a AsyncResult", OutcomeUnknown),  # kept for an hour
    Refusal(500, r"^async task failure", OutcomeUnknown),
    Refusal(550, r"", OutcomeUnknown),  # somebody else's task, so ours is lost
    Refusal(500, _NO_FILE, Refused, "see that the path is right", of_orders=False),
)
"""The first that fits holds. All else: a status of 4xx is a refusal, and nobody knows what any other did."""

PERHAPS_DONE = frozenset({408, 499})
"""Statuses of 4xx that do not say that nothing was done."""
