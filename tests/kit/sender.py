"""A process that submits, and dies or meets a full disk at a chosen moment: ``sender.py FOLDER MOMENT [if-absent]``."""

import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kit.toy import Toy, channel, compilation, request, submitted
from lading.compiler.payload import Request
from lading.runner.errors import RunnerError
from lading.runner.ledger.ledger import Ledger
from lading.runner.ledger.record import Event, Submission


class Doomed(Ledger):
    """A ledger around whose commits something happens to the process."""

    moment = ""

    def begin(self, submission: Submission, requests: Sequence[Request], *, if_absent: bool = False) -> str:
        """The intent, with something before or after it."""
        self._meet("before intent")
        found = super().begin(submission, requests, if_absent=if_absent)
        self._meet("after intent")
        return found

    def note(self, token: str, event: Event) -> None:
        """The outcome, with something before or after it."""
        self._meet("before outcome")
        super().note(token, event)
        self._meet("after outcome")

    def _meet(self, moment: str) -> None:
        if self.moment == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.moment == f"disk full {moment}":
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))


def main(folder: Path, moment: str, if_absent: str = "") -> int:
    """Submits one job, or with ``workflow`` in the moment three; prints the submission's id or the error."""
    ledger = Doomed(folder / "state")
    plays = {"die before": ["die before"], "die after": ["die after"], "workflow": ["accept", "die before"]}
    client = Toy(folder / "platform", plays.get(moment, []))
    ledger.moment = moment
    steps = (request("prepare"), request("train", ("prepare",)), request("test", ("train",)))
    work = compilation("train", *(steps if moment == "workflow" else ()))
    while moment == "at once" and not (folder / "go").exists():
        time.sleep(0.001)
    try:
        print(submitted(work, channel(client, folder, ledger=ledger), if_absent=bool(if_absent)).id)  # noqa: T201
    except RunnerError as error:
        print(f"{error.exit_code} {error}\n{error.help}")  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
