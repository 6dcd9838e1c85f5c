"""The process that accepts a job, runs it and says how it went. It outlives the command that began it.

Whoever accepts a job runs it, so there is no moment in which an accepted job has nobody in charge::

    the client                          the supervisor
    starts it, hands over the job  ──►
    with its secrets, by a pipe         leaves the client's session, writes the folder, renames it: ACCEPTED
                                   ◄──  answers, lets go of the pipe
    may die now                         runs the job, writes down how it ended, exits

What a crash leaves behind: before the job was handed over as a whole, nothing. Before the rename, a folder ``.new-…``
that nobody takes for a job. After the rename, a job that ``find`` finds, whether the answer arrived or not; if the
supervisor itself is killed, ``observe`` sees that its pid with its start time is gone, and what still carries the job's
mark can be stopped.

It starts for every single job, so it imports as little as it can: no dataclasses, no subprocess, no logging.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from lading.runner.platforms.local import procfs
from lading.runner.platforms.local.batch import Batch, Index, elements, width
from lading.runner.platforms.local.gang import STOPPED, Gang, Outcome, Rules
from lading.runner.platforms.local.jobdir import JobDir, Taken, accept
from lading.runner.platforms.local.program import Home, programs
from lading.runner.platforms.local.waits import Never, Waits

ACCEPTED, TAKEN = "accepted", "taken"

WAKE = signal.SIGUSR1
"""Sent after a mark was left in the folder: look there."""

_SIGNALS = frozenset({signal.SIGCHLD, signal.SIGTERM, WAKE})


class Supervisor:
    """One job, from its acceptance to its last word."""

    def __init__(self, folder: JobDir, job: Mapping[str, Any], state: dict[str, Any]) -> None:
        self._folder, self._state = folder, state
        self._waits = Waits(folder.path.parent, job["after"])
        self._batch = _batch(folder, job)
        self._stopped = False
        self._is_written = True

    def run(self) -> None:
        """The job has ended and its state is written down."""
        outcome = self._prelude() or self._work()
        last = {"exitCode": outcome.exit_code, "reason": outcome.reason, "ended": time.time()}
        while not self._write(outcome.state, outcome.state, **last) and self._folder.exists:
            time.sleep(1)

    def _prelude(self) -> Outcome | None:
        """What comes before the start: being held, and waiting for others. An outcome if it never comes to that."""
        while self._is_held() and not self._stopped:
            self._sleep(None)
        self._write("pending", "waiting" if self._waits else "starting")
        while self._waits and not self._stopped:
            try:
                self._waits.look()
            except Never as never:
                return Outcome("stopped", None, str(never))
            if self._waits:
                self._sleep(self._waits.pause)
        return Outcome("stopped", None, STOPPED.reason) if self._stopped else None

    def _work(self) -> Outcome:
        self._write("running", "running", started=time.time())  # before anything can be seen of the program
        while True:
            now = time.monotonic()
            self._reap(now)
            if self._stopped:
                self._batch.stop(now)
            self._batch.tick(now)
            if self._batch.outcome:
                self._state["counts"] = self._batch.counts()
                return self._batch.outcome
            self._write("running", "running", reason=self._batch.note(), counts=self._batch.counts())
            due = self._batch.due()
            self._sleep(None if due is None else due - time.monotonic())

    def _reap(self, now: float) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            code = os.waitstatus_to_exitcode(status)
            self._batch.ended(pid, code if code >= 0 else 128 - code, now)

    def _is_held(self) -> bool:
        return self._state["native"] == "held" and not self._folder.is_marked("start")

    def _sleep(self, seconds: float | None) -> None:
        """Until a child ends, somebody asks for something or the time is up. Blocked signals wait: none gets lost."""
        found = signal.sigwaitinfo(_SIGNALS) if seconds is None else signal.sigtimedwait(_SIGNALS, max(seconds, 0))
        if found and found.si_signo == signal.SIGTERM:
            self._stopped = True
        if self._folder.is_marked("stop"):
            self._stopped = True

    def _write(self, state: str, native: str, **rest: Any) -> bool:
        """Whether the state on disk is this one now. A full disk is no reason to let go of the job."""
        new = {**self._state, "state": state, "native": native, **rest}
        if new != self._state or not self._is_written:
            self._state = new
            try:
                self._folder.write_state(new)
            except OSError:
                self._is_written = False
            else:
                self._is_written = True
        return self._is_written


def _batch(folder: JobDir, job: Mapping[str, Any]) -> Batch:
    body = job["body"]
    home = Home(folder.token, folder.path, job["specDir"])
    rules = Rules(body["retries"], body["restart"], body.get("timeLimit"), job["grace"])

    def gang(index: Index) -> Gang:
        mark = f"{folder.token}/{'' if index is None else index}."
        return Gang(lambda: programs(body, home, index), mark, folder.logs, rules)

    return Batch(*elements(body), width(body), gang)


def first_state(body: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a job that has just been accepted by this process."""
    own = procfs.process(os.getpid())
    assert own is not None
    return {
        "boot": procfs.boot_id(),
        "supervisor": [own.pid, own.started],
        "state": "pending",
        "native": "held" if body.get("hold") else "waiting" if body.get("after") else "starting",
        "exitCode": None,
        "reason": "",
        "counts": {},
        "started": None,
        "ended": None,
    }


def with_secrets(job: dict[str, Any], secrets: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The job with each secret's value in its place: what is run, and never what is written."""
    groups = [{**group, "env": group["env"] | secrets.get(group["role"], {})} for group in job["body"]["groups"]]
    return {**job, "body": {**job["body"], "groups": groups}}


def _leave_the_client(folder: JobDir) -> None:
    """Nothing ties this process to the one that started it any more."""
    log = os.open(folder.path / "supervisor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, descriptor in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, descriptor)
    os.close(log)
    os.close(nothing)


def main(root: Path, token: str) -> NoReturn:
    """The job that standard input holds was accepted and has ended, or the answer says why it was not accepted."""
    message = json.load(sys.stdin.buffer)
    if os.fork():
        os._exit(0)  # the client waits for this process; the one that goes on is nobody's child
    os.setsid()
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    folder, job = JobDir(root / token), message["job"]
    state = first_state(job["body"])
    try:
        accept(folder, job, state)
    except Taken:
        _answer(TAKEN)
        os._exit(0)
    _answer(ACCEPTED)
    _leave_the_client(folder)
    Supervisor(folder, with_secrets(job, message["secrets"]), state).run()
    sys.exit(0)


def _answer(text: str) -> None:
    with suppress(BrokenPipeError):  # a client that died meanwhile finds the job by its token
        os.write(1, text.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
