"""The envelope that every answer comes in, and what it means where it says no."""

import re
from dataclasses import dataclass
from typing import Any

from lading.runner.errors import OutcomeUnknown, Refused, RunnerError
from lading.runner.http.answer import Answer, Garbled, field, short
from lading.runner.platforms.newt import protocol
from lading.runner.sbatch.complaint import verdict

ACCEPT = "ACCEPT"
GOOD = frozenset({"OK", ACCEPT})


@dataclass(frozen=True, slots=True)
class Envelope:
    """One answer. ``is_real`` is False where it is none of the service's own, ``text`` is what it says then.

    ``is_task``: it was accepted only, and the output is the id of the task that it became.
    """

    is_good: bool
    status: int
    output: Any
    text: str
    is_real: bool = True
    is_task: bool = False

    @property
    def is_pending(self) -> bool:
        """Whether the result is still to come."""
        return self.status == protocol.PENDING


def opened(answer: Answer) -> Envelope:
    """What the answer holds. Raises Garbled for what claims success in another way than the service does."""
    try:
        data = answer.json()
        word = field(data, "status", of=str)
        status = field(data, "status_code", of=int, default=answer.status)
        text = field(data, "error", of=str, default="")
        output = data.get("output")
    except Garbled:
        if answer.is_success:
            raise
        return Envelope(False, answer.status, None, answer.words(), is_real=False)
    # nothing is read from an answer that HTTP, the status or the word calls a failure
    is_good = answer.is_success and 200 <= status < 300 and word in GOOD
    failed = answer.status if 200 <= status < 300 and not answer.is_success else status
    said = text or (output if isinstance(output, str) else "")
    return Envelope(is_good, failed, output, said, is_task=word == ACCEPT or answer.status == protocol.ACCEPTED)


def failure(envelope: Envelope, place: str, *, is_order: bool) -> RunnerError:
    """The error that it means: of an order, Refused only where nothing was done for certain."""
    if envelope.is_real and envelope.status == 500 and envelope.text.startswith(protocol.QSUB):
        complaint = envelope.text.removeprefix(protocol.QSUB)
        return verdict(complaint, _last_line(complaint))
    said = f"{place} says: {short(envelope.text)}" if envelope.text else f"{place} says HTTP {envelope.status}"
    said = said.removesuffix(".")
    for row in protocol.REFUSALS if envelope.is_real else ():
        is_about_it = row.of_orders or not is_order
        if is_about_it and row.status in {None, envelope.status} and re.search(row.text, _all_text(envelope)):
            return row.error(said, row.help)
    is_certain = envelope.is_real or not is_order  # a page may be a proxy's, and the service behind it has done it
    if is_certain and 400 <= envelope.status < 500 and envelope.status not in protocol.PERHAPS_DONE:
        return Refused(said, "see that the target's endpoint and machine are right")
    return OutcomeUnknown(said) if is_order else RunnerError(said, "`lading doctor` shows more")


def _all_text(envelope: Envelope) -> str:
    return f"{envelope.text}\n{envelope.output if isinstance(envelope.output, str) else ''}"


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return short(lines[-1]) if lines else "it did not say why"
