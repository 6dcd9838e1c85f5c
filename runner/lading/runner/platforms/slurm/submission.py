"""One call of sbatch, and what its answer means: accepted, certainly not accepted, or nobody knows."""

import re
from collections.abc import Sequence

from lading.runner.errors import OutcomeUnknown, Unreachable
from lading.runner.platform import Outgoing
from lading.runner.platforms.slurm.command import Run
from lading.runner.sbatch.answer import Answer
from lading.runner.sbatch.complaint import verdict
from lading.runner.sbatch.search import PREFIX

_ID = re.compile(r"(\d+)(?:;[^\s;]+)?")
_NO_LOGIN = re.compile(r"(?m)^ssh: |Permission denied \(|Host key verification failed")


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
    if not answer.has_started and _NO_LOGIN.search(answer.err):
        return Unreachable(f"Slurm could not be reached: {answer.problem}", "`lading doctor` tries again")
    if answer.code is None:
        return OutcomeUnknown(f"sbatch got no answer: {answer.problem}")
    if answer.code < 0:
        return OutcomeUnknown(f"sbatch ended without a word that lading understands: {answer.problem}")
    return verdict(answer.err, answer.problem)
