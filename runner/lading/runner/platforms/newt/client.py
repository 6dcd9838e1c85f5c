"""The operations of a NEWT service: jobs through its own calls, and what those lack through Slurm's commands there."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from lading.runner.errors import NoSuchJob, NotSupported, OutcomeUnknown, Refused, RunnerError, Unreachable
from lading.runner.http.answer import Garbled
from lading.runner.http.connection import Call
from lading.runner.platform import Accepted, Context, Download, Entry, Executed, LogLine, LogQuery, Outgoing
from lading.runner.platforms.newt import columns, handover, live
from lading.runner.platforms.newt.commands import Commands
from lading.runner.platforms.newt.files import Files
from lading.runner.platforms.newt.logs import Logs, Outputs
from lading.runner.platforms.newt.notes import Notes
from lading.runner.platforms.newt.service import Service
from lading.runner.platforms.newt.submission import form, nothing_sent
from lading.runner.sbatch import answers
from lading.runner.sbatch.answer import Answer
from lading.runner.sbatch.cluster import HAS_ENDED, Cluster, still_open
from lading.runner.states import Status

SENT = "sent"
"""The kind of notes about jobs that carry no token."""


def connect(context: Context) -> "Client":
    """A client of the target. Nothing is asked yet."""
    return Client(context)


class Client(Cluster):
    """One machine of a service, for one user."""

    platform = "NEWT"

    def __init__(self, context: Context, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._machine = context.options.get("machine", "")
        self._logs = context.options.get("logs")
        self._sleep = sleep
        self._service = Service(context, sleep)
        self._commands = Commands(self._service, self._machine)
        self._files = Files(self._service, self._machine)
        self._notes = Notes(context.state_dir / "newt" / context.target)

    def run_slurm(self, argv: Sequence[str]) -> Answer:
        """The command has run on the login node."""
        return self._commands.run(argv)

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The id that sbatch gave to the job."""
        with nothing_sent():
            fields = form(outgoing, self._conditions(outgoing))
            notes = None if "jobscript" in fields and "jobfile" not in fields else self._notes
            if notes:
                notes.write(SENT, outgoing.token)
        try:
            call = Call("POST", outgoing.path, form=fields)
            native_id = self._service.order(call, columns.job_id, lambda task: _note(notes, outgoing, f"task {task}"))
        except (Refused, Unreachable, NotSupported) as error:
            self._not_taken(outgoing, error)
            raise
        _note(notes, outgoing, f"job {native_id}")
        return Accepted(native_id)

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The job whose comment holds the token; of one that runs a script of somebody else's, what was noted here."""
        try:
            noted = self._notes.read(SENT, token)
            return super().find(token, path) if noted is None else self._noted(noted)
        except OutcomeUnknown:
            raise
        except RunnerError as error:
            raise OutcomeUnknown(f"the job can not be looked for: {error}", error.help) from None

    def bring(self, outgoing: Outgoing) -> Mapping[str, str]:
        """The job's secrets are in a file that only the user can read."""
        return handover.bring(outgoing, self._commands, self._files)

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """What the queue says of all of them at once, and Slurm of those that are not in it any more.

        Where there are no commands, the service is asked for each of those.
        """
        wanted = [job for job in dict.fromkeys(ids) if answers.ID.fullmatch(job)]
        if not wanted:
            return {}
        queued = answers.by_id(wanted, self._ask(f"job/{self._machine}/", columns.queue))
        known = {job: answers.overall(lines) for job, lines in queued.items() if not _is_array(lines)}
        if left := [job for job in wanted if job not in known]:
            known |= self._ended(left, queued)
        return known

    def stop(self, native_id: str) -> None:
        """The job is told to end, or the whole array."""
        if not self.status([native_id]):
            raise NoSuchJob(f"{self._service.place} knows no job {native_id}")
        try:
            self._service.ask(Call("DELETE", f"job/{self._machine}/{native_id}"), lambda _: None)
        except RunnerError as error:
            if not HAS_ENDED.search(str(error)):
                raise

    def live(self, native_id: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """What Slurm's own commands tell of the job there. A script that was there already is none of the form."""
        return live.body(sent, self.now(native_id))

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The lines of the job's output files."""
        there = Outputs(self._commands, self._files, self._logs, lambda: self._has_ended(native_id))
        return Logs(self.ask, native_id, query, there, self._sleep).lines()

    def execute(self, command: Sequence[str]) -> Executed:
        """The command has run on the login node, in a login shell."""
        return self._commands.execute(command)

    def upload(self, file: Path, place: str) -> str:
        """The file is on the machine; where it is there."""
        return self._files.upload(file, place)

    def download(self, place: str) -> Download:
        """The file that is there."""
        return self._files.download(place)

    def listing(self, place: str) -> Sequence[Entry]:
        """What is in the folder."""
        return self._files.listing(place)

    def check(self) -> Sequence[tuple[str, str]]:
        """The machine, whether commands answer, what Slurm says of itself, and the folder of logs."""
        machines = self._ask("job/", _machines)
        if self._machine not in machines:
            raise Refused(
                f"{self._service.place} has no machine {self._machine}",
                f"set options.machine of the target: it has {', '.join(sorted(machines)) or 'none'}",
            )
        found = [("login", "taken"), ("machine", f"{self._machine} (of {', '.join(sorted(machines))})")]
        try:
            found += [("commands", "answered"), *super().check()]
        except NotSupported:
            found.append(("commands", "none: jobs of which no answer came can not be found again"))
        if self._logs:
            self.listing(self._logs)
            found.append(("logs", f"{self._logs} is there"))
        return found

    def close(self) -> None:
        """Nothing is open any more."""
        self._service.close()

    def _ask(self, path: str, read: Callable[[Any], Any]) -> Any:
        return self._service.ask(Call("GET", path), read)

    def _conditions(self, outgoing: Outgoing) -> list[str]:
        """What the job must still wait for, in Slurm's words."""
        after = outgoing.body.get("after", ())
        wanted = [(entry["type"], outgoing.after.get(entry["job"], entry["job"])) for entry in after]
        if not wanted:
            return []
        try:
            return self.conditions(wanted)
        except NotSupported:
            said = self.status([job for _, job in wanted])
            return still_open(wanted, [job for job, status in said.items() if not status.state.is_final], said)

    def _not_taken(self, outgoing: Outgoing, error: RunnerError) -> None:
        """Nothing is kept of what was certainly not accepted; one that was not reached is sent again, and needs it."""
        self._notes.remove(SENT, outgoing.token)
        if not isinstance(error, Unreachable):
            handover.remove(outgoing.body.get("jobconf", {}).get("jobfile_args"), self._commands)

    def _noted(self, noted: str) -> Accepted | None:
        kind, _, name = noted.partition(" ")
        if kind == "job":
            return Accepted(name)
        if kind != "task":
            raise OutcomeUnknown(
                "a script that was there already carries nothing by which its job could be found",
                "look for it with `lading exec TARGET -- squeue --me`",
            )
        try:
            return Accepted(self._service.result(name, columns.job_id))
        except Refused:
            return None

    def _ended(self, ids: Sequence[str], queued: Mapping[str, list[answers.Seen]]) -> dict[str, Status]:
        """The jobs that are not in the queue, and arrays of which only some elements still are."""
        try:
            if self._commands.are_there:
                known = dict(super().status(ids))
                self.tells_stopped = True
                return known
        except RunnerError:  # without Slurm's own word the service's must do
            pass
        self.tells_stopped = False  # its word for a job that was cancelled is Failed
        told = {job: answers.together(queued.get(job, []), self._info(job)) for job in ids}
        return {job: answers.overall(lines) for job, lines in told.items() if lines}

    def _info(self, job: str) -> list[answers.Seen]:
        try:
            return answers.by_id([job], self._ask(f"job/{self._machine}/{job}", columns.info)).get(job, [])
        except NoSuchJob:  # it did not come through the service
            return []

    def _has_ended(self, job: str) -> bool:
        found = self.status([job]).get(job)
        return found is None or found.state.is_final


def _note(notes: Notes | None, outgoing: Outgoing, text: str) -> None:
    """Of a job without a token it is remembered how far it got. It was accepted, so nothing may be said against it."""
    if notes:
        with suppress(Refused):
            notes.write(SENT, outgoing.token, text)


def _is_array(lines: Sequence[answers.Seen]) -> bool:
    """Whether elements of it may be missing, which have ended already."""
    return any(line.id != line.group for line in lines)


def _machines(output: Any) -> list[str]:
    """The names in the table of machines, which is by name."""
    if isinstance(output, dict | list) and all(isinstance(name, str) for name in output):
        return list(output)
    raise Garbled("the answer is no table of machines")
