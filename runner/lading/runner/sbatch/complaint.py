"""What sbatch complains about, and what is known of the job then: not accepted, not reached, or nobody knows."""

import re

from lading.runner.errors import OutcomeUnknown, Refused, RunnerError, Unreachable

_NOT_SENT = re.compile(r"(?i)connect failure|unable to contact|configuration (?:source|file)|connection refused")
_LOST = re.compile(r"(?i)timed out|zero bytes|transmit|transport|connection reset|unexpected message|communication")
_COMPLAINT = re.compile(r"(?m)^sbatch: (?:error|fatal): ")
_PREFIXES = ("sbatch: error: ", "Batch job submission failed: ")


def verdict(text: str, problem: str) -> RunnerError:
    """The error that the whole text of a complaint means; ``problem`` is the line of it that people are told."""
    for prefix in _PREFIXES:
        problem = problem.removeprefix(prefix)
    if _LOST.search(text):
        return OutcomeUnknown(f"sbatch got no answer: {problem}")
    if _NOT_SENT.search(text):
        return Unreachable(f"Slurm could not be reached: {problem}", "`lading doctor` tries again")
    if _COMPLAINT.search(text):
        return Refused(f"Slurm refused the job: {problem}", "`lading compile` shows what it was asked for")
    return OutcomeUnknown(f"sbatch ended without a word that lading understands: {problem}")
