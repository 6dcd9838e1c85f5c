"""A local client with its own state folder, and the few things that tests of real processes do all the time."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from lading.runner.platform import Context, LogQuery, Outgoing
from lading.runner.platforms.local.client import Client
from lading.runner.platforms.local.jobdir import JobDir
from lading.runner.platforms.local.procfs import marked
from lading.runner.states import Status

PATIENCE = 60.0


def until(true: Callable[[], Any]) -> Any:
    """What the function gives once that is something; fails after a minute."""
    give_up = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < give_up, "it never came true"
        time.sleep(0.01)
    return found


def python(code: str, *args: str) -> list[str]:
    """The argv of a Python program."""
    return [sys.executable, "-S", "-c", code, *args]


def body(*groups: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """A payload as the compiler makes it, where nothing else is said."""
    whole = [{"role": "worker", "replicas": 1, "slots": 1, "env": {}, **group} for group in groups]
    return {
        "name": "hello",
        "kind": "job",
        "groups": whole,
        "launch": "each",
        "retries": 0,
        "restart": "never",
        **fields,
    }


class Machine:
    """This machine as a platform. Paths start from ``folder``."""

    def __init__(self, folder: Path, grace: float = 1.0) -> None:
        self.folder = folder
        self.jobs = folder / "state" / "local"
        self.client = Client(Context("local", {"grace": grace}, state_dir=folder / "state"))
        self.tokens: list[str] = []

    def outgoing(self, payload: Mapping[str, Any], token: str = "", after: Mapping[str, str] | None = None) -> Outgoing:
        """The payload on its way out, with a token that no other test has."""
        self.tokens.append(token or f"job-{uuid4().hex}")
        return Outgoing(self.tokens[-1], str(payload["name"]), "START", "local", payload, after or {}, self.folder)

    def submit(self, *groups: Mapping[str, Any], **fields: Any) -> str:
        """The native id of a job with these groups."""
        return self.client.submit(self.outgoing(body(*groups, **fields))).native_id

    def run(self, *groups: Mapping[str, Any], **fields: Any) -> tuple[str, list[str]]:
        """The state and exit code, as ``failed 3``, and the lines of a job that has ended."""
        return self.outcome(self.submit(*groups, **fields))

    def outcome(self, native_id: str) -> tuple[str, list[str]]:
        """The same of a job that was submitted."""
        status = self.ended(native_id)
        return f"{status.state} {status.exit_code}", self.lines(native_id)

    def lines(self, native_id: str, **query: Any) -> list[str]:
        """What the job has said so far, with the source of each line in front where it has one."""
        found = self.client.logs(native_id, LogQuery(**query))
        return [f"{line.source}: {line.text}" if line.source else line.text for line in found]

    def status(self, native_id: str) -> Status:
        """The job now."""
        return self.client.status([native_id])[native_id]

    def ended(self, native_id: str) -> Status:
        """The job once it has ended."""
        until(lambda: self.status(native_id).state.is_final)
        return self.status(native_id)

    def said(self, native_id: str, line: str) -> None:
        """The job has said this line."""
        until(lambda: line in self.lines(native_id))

    def dir(self, native_id: str) -> JobDir:
        """The job's folder."""
        return JobDir(self.jobs / native_id)

    def kill_supervisor(self, native_id: str) -> None:
        """The job's supervisor was killed, and is gone."""
        pid, _ = self.dir(native_id).state()["supervisor"]
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.status(native_id).native in {"abandoned", "lost"})

    def left(self, native_id: str) -> int:
        """How many of the job's processes live."""
        return len(marked(f"{native_id}/"))

    def close(self) -> None:
        """Nothing runs any more, and no supervisor has complained."""
        jobs = [path.name for path in self.jobs.glob("[!.]*")]
        for native_id in jobs:
            self.client.stop(native_id)
        for native_id in jobs:
            self.ended(native_id)
        complaints = [(self.jobs / native_id / "supervisor.log").read_text() for native_id in jobs]
        assert complaints == [""] * len(jobs)
        assert [self.left(native_id) for native_id in jobs] == [0] * len(jobs)
