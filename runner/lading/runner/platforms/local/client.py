"""The operations of this machine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lading.runner.errors import NoSuchJob, NotSupported, OutcomeUnknown, Refused, Unreachable
from lading.runner.platform import Accepted, Context, Lacking, LogLine, LogQuery, Outgoing, Usage
from lading.runner.platforms.local import capacity, ending, logs, supervisor, usage
from lading.runner.platforms.local.batch import elements
from lading.runner.platforms.local.jobdir import JobDir
from lading.runner.platforms.local.observe import Report, observe
from lading.runner.platforms.local.program import Source, inherited, processes, script_of
from lading.runner.states import State, Status

GRACE = 10
"""Seconds between SIGTERM and SIGKILL where the site does not say."""

_STARTS_WITHIN = 30


class Client(Lacking):
    """Jobs of this user on this machine."""

    platform = "local"

    def __init__(self, context: Context) -> None:
        self._root = context.state_dir.absolute() / "local"
        self._grace = float(context.options.get("grace", GRACE))

    def submit(self, outgoing: Outgoing) -> Accepted:
        """A supervisor has accepted the job and is in charge of it."""
        body, secrets = _split(outgoing.body)
        place = str(outgoing.folder.absolute())
        job = {"specDir": place, "grace": self._grace, "after": self._after(outgoing), "body": body}
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._check(body)
        answer = self._started(outgoing.token, json.dumps({"job": job, "secrets": secrets}).encode())
        if answer == supervisor.ACCEPTED:
            return Accepted(outgoing.token)
        if answer == supervisor.TAKEN:
            raise Refused(f"a job with the token {outgoing.token} was accepted before")
        if found := self.find(outgoing.token):
            return found
        raise Unreachable(f"no supervisor could be started: {_last_line(answer)}")

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The token itself, if there is a job of that name: its folder is its acceptance."""
        return Accepted(token) if self._folder(token).exists else None

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """From the jobs' folders, and from the kernel where a supervisor can not say it any more."""
        folders = {native_id: self._folder(native_id) for native_id in ids}
        return {native_id: _status(observe(folder)) for native_id, folder in folders.items() if folder.exists}

    def stop(self, native_id: str) -> None:
        """The job was told to end; of one without a supervisor, nothing runs any more."""
        ending.stop(self._existing(native_id), self._grace)

    def start(self, native_id: str) -> str:
        """A held job may run."""
        folder = self._existing(native_id)
        if observe(folder).native != "held":
            raise Refused(f"{native_id} is not held")
        ending.tell(folder, "start")
        return native_id

    def delete(self, native_id: str) -> None:
        """Nothing is left of the ended job."""
        folder = self._existing(native_id)
        if not observe(folder).is_final:
            raise Refused(f"{native_id} has not ended", "stop it first")
        folder.remove()

    def live(self, native_id: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is in the job's folder; of secrets only the names, since their values are kept nowhere."""
        folder = self._existing(native_id)
        body = folder.job()["body"]
        secrets = {group["role"]: _secrets(group) for group in sent.get("groups", ())}
        groups = [_now(group, secrets.get(group["role"], {}), folder) for group in body["groups"]]
        return {**body, "groups": groups}

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """Each process's output in the order in which it came; several have their names in front."""
        folder = self._existing(native_id)
        if query.container is not None:
            raise NotSupported("a job of this machine has no containers")
        body = folder.job()["body"]
        if query.index is not None and query.index not in elements(body)[0]:
            raise NoSuchJob(f"{native_id} has no element {query.index}", "leave out --index to see all that it has")
        return logs.read(folder.logs, query, lambda source: _label(source, body), lambda: observe(folder).is_final)

    def usage(self, native_id: str) -> Sequence[Usage]:
        """What each process and its children use now, over a fifth of a second."""
        folder = self._existing(native_id)
        body = folder.job()["body"]
        return [
            Usage(_label(source, body), cpu, memory) for source, cpu, memory in usage.measured(folder.token, time.sleep)
        ]

    def check(self) -> Sequence[tuple[str, str]]:
        """What this machine has, and that jobs can be kept."""
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(f"{self._root} can not be made: {error.strerror}") from None
        if not os.access(self._root, os.W_OK):
            raise Unreachable(f"{self._root} is not writable")
        return [("machine", capacity.described(self._root)), ("jobs", str(self._root))]

    def _folder(self, native_id: str) -> JobDir:
        """The job's folder, whether there is one or not; what can not be a folder's name is none that exists."""
        is_name = native_id and not native_id.startswith(".") and "/" not in native_id
        return JobDir(self._root / (native_id if is_name else ".none"))

    def _existing(self, native_id: str) -> JobDir:
        folder = self._folder(native_id)
        if not folder.exists:
            raise NoSuchJob(f"this machine knows no job {native_id}")
        return folder

    def _after(self, outgoing: Outgoing) -> dict[str, list[tuple[str, str]]]:
        after = outgoing.body.get("after", {})
        return {
            condition: [(name, self._existing(outgoing.after.get(name, name)).token) for name in names]
            for condition, names in after.items()
        }

    def _check(self, body: Mapping[str, Any]) -> None:
        problems = [*capacity.shortages(body, capacity.of_machine(self._root)), *capacity.absent(body)]
        if problems:
            raise Refused("; ".join(problems))

    def _started(self, token: str, message: bytes) -> str:
        """What the supervisor answers; the end of its answer means that it has accepted or that it is no more."""
        # By its path and not by -m, which costs 8 ms. -P: nothing is to be imported from the folder of a script.
        # -X utf8: in every locale a byte that is no text comes back from the environment as it went in.
        argv = [sys.executable, "-P", "-X", "utf8", supervisor.__file__, str(self._root), token]
        try:
            done = subprocess.run(
                argv,
                input=message,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_STARTS_WITHIN,
                env=inherited(os.environ),
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise OutcomeUnknown(f"the supervisor of {token} did not answer") from None
        except OSError as error:
            raise Unreachable(f"no supervisor could be started: {error.strerror}") from None
        return done.stdout.decode(errors="replace")


def _split(body: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """The body without secrets, which is written to disk, and the secrets of each role, which are not."""
    groups = [
        {**group, "env": {name: value for name, value in group["env"].items() if isinstance(value, str)}}
        for group in body["groups"]
    ]
    secrets = {
        group["role"]: {name: value.reveal() for name, value in _secrets(group).items()} for group in body["groups"]
    }
    return {**body, "groups": groups}, secrets


def _secrets(group: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group["env"].items() if not isinstance(value, str)}


def _now(group: Mapping[str, Any], secrets: Mapping[str, Any], folder: JobDir) -> dict[str, Any]:
    """The role with the names of its secrets, and with what is in the file of its script, which each attempt runs."""
    now = {**group, "env": {**group["env"], **secrets}}
    if "script" in group:
        now["script"] = script_of(folder.path, group["role"]).read_bytes().decode(errors="replace")
    return now


def _status(report: Report) -> Status:
    return Status(
        state=State(report.state),
        native=report.native,
        exit_code=report.exit_code,
        reason=report.reason,
        counts=report.counts,
        started=report.started,
        ended=report.ended,
    )


def _label(source: Source, body: Mapping[str, Any]) -> str:
    """What stands before a line: as much as tells it from the others, nothing where there is only one process."""
    parts = [] if source.element is None else [str(source.element)]
    if processes(body) > 1:
        slots = max(group["slots"] for group in body["groups"])
        parts.append(f"{source.role}-{source.replica}" + (f".{source.slot}" if slots > 1 else ""))
    return "/".join(parts)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it ended without a word"])[-1]
