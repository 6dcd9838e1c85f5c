"""A ``lading`` command that is killed at a commit point of the ledger: ``doomed.py MOMENT ARGUMENT…``."""

import os
import signal
import sys
from collections.abc import Sequence

from lading.compiler.payload import Request
from lading.runner.cli import main
from lading.runner.ledger.ledger import Ledger
from lading.runner.ledger.record import Event, Submission


def doom(moment: str) -> None:
    """From now on this process ends at that moment."""
    begin, note = Ledger.begin, Ledger.note

    def meet(here: str) -> None:
        if here == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def doomed_begin(
        self: Ledger, submission: Submission, requests: Sequence[Request], *, if_absent: bool = False
    ) -> str:
        meet("before intent")
        found = begin(self, submission, requests, if_absent=if_absent)
        meet("after intent")
        return found

    def doomed_note(self: Ledger, token: str, event: Event) -> None:
        meet("before outcome")
        note(self, token, event)
        meet("after outcome")

    Ledger.begin, Ledger.note = doomed_begin, doomed_note  # type: ignore[method-assign]


if __name__ == "__main__":
    doom(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
