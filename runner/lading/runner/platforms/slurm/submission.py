"""One call of sbatch, and what its answer means: accepted, certainly not accepted, or nobody knows."""

import re
from collections.abc import Sequence

from lading.runner.errors import OutcomeUnknown, Refused, Unreachable
from lading.runner.platform import Outgoing
from lading.runner.platforms.slurm.command import Answer, Run

PREFIX = "lading:"
"""What the first word of a job's comment starts with; the token follows."""

_ID = re.compile(r"(\d+)(?:;[^\s;]+)?")
_NOT_SENT = re.compile(r"(?i)connect failure|unable to contact|configuration source|connection refused")
_LOST = re.compile(r"(?i)timed out|zero bytes|transmit|transport|connection reset|unexpected message|communication")
_NO_LOGIN = re.compile(r"(?m)^ssh: |Permission denied \(|Host key verification failed")
_COMPLAINT = re.compile(r"(?m)^sbatch: (?:error|fatal): ")


def submit(run: Run, outgoing: Outgoing, waits: Sequence[str]) -> str:
    """The id of the accepted job. The script goes in on standard input, the secrets in the environment."""
    env = {name: value.reveal() for name, value in outgoing.body["secrets"].items()}
    answer = run(_argv(outgoing, waits), stdin=outgoing.body["script"].encode(), env=env)
    ids = {found[1] for word in answer.out.split() if (found := _ID.fullmatch(word))}
    if answer.code == 0 and len(ids) == 1:
        return str(ids.pop())
    if answer.code == 0 and ids:  # a wrapper or a login shell has numbers of its own to tell
        raise OutcomeUnknown(f"sbatch answered with several numbers: {', '.join(sorted(ids))}")
    raise _failure(answer)


def _argv(outgoing: Outgoing, waits: Sequence[str]) -> list[str]:
    comment = " ".join([PREFIX + outgoing.token, *filter(None, [outgoing.body.get("comment")])])
    argv = ["sbatch", "--parsable", f"--comment={comment}"]
    if outgoing.body["after"]:
        argv.append("--dependency=" + ",".join(waits))  # instead of the script's own, whose names sbatch does not know
    return argv


def _failure(answer: Answer) -> Exception:
    problem = answer.problem.removeprefix("sbatch: error: ").removeprefix("Batch job submission failed: ")
    if not answer.has_started and _NO_LOGIN.search(answer.err):
        return Unreachable(f"Slurm could not be reached: {problem}", "`lading doctor` tries again")
    if answer.code is None or _LOST.search(answer.err):
        return OutcomeUnknown(f"sbatch got no answer: {problem}")
    if _NOT_SENT.search(answer.err):
        return Unreachable(f"Slurm could not be reached: {problem}", "`lading doctor` tries again")
    if answer.code > 0 and _COMPLAINT.search(answer.err):
        return Refused(f"Slurm refused the job: {problem}", "`lading compile` shows what it was asked for")
    return OutcomeUnknown(f"sbatch ended without a word that lading understands: {problem}")
