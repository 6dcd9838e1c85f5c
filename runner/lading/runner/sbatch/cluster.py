"""A Slurm cluster as the runner sees it: every question and every order is one of Slurm's own commands."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from lading.runner.errors import NoSuchJob, NotSupported, Refused, RunnerError, Unreachable
from lading.runner.platform import Accepted, Executed, Lacking, LogLine, LogQuery, Usage
from lading.runner.sbatch import answers, live, partitions, search
from lading.runner.sbatch.answer import Answer
from lading.runner.sbatch.logs import Logs
from lading.runner.states import State, Status

MINUTE = 60
NICE = {"low": 1000, "normal": 0}
"""What a user may do to the priority of a waiting job; sooner than normal is for operators."""

TRY_AGAIN = "`lading doctor` tries again"

_UNKNOWN_ID = re.compile(r"invalid job id|no job identification|job id specified", re.IGNORECASE)
HAS_ENDED = re.compile(r"already (?:completing|completed|finished)", re.IGNORECASE)
"""What scancel and scontrol say of a job for which an order comes too late."""

_NO_ACCOUNTING = re.compile(r"accounting storage is disabled", re.IGNORECASE)


class TooLate(Refused):
    """An order for a job that has ended."""


class Cluster(Lacking):
    """One cluster, however its commands are reached: clients say how in ``run_slurm``, and how jobs are submitted."""

    platform = "Slurm"

    def __init__(self) -> None:
        self._has_accounting = True

    def run_slurm(self, argv: Sequence[str]) -> Answer:
        """The command has run, or it is known why not. It does no harm to run it again."""
        raise NotImplementedError

    def ask(self, argv: Sequence[str]) -> Answer:
        """The command's answer, whether it says yes or no."""
        answer = self.run_slurm(argv)
        if answer.code is None or not answer.has_started:
            raise Unreachable(f"Slurm could not be asked: {answer.problem}", TRY_AGAIN)
        return answer

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The job whose comment holds the token."""
        native_id = search.find(self.ask, token)
        return Accepted(native_id) if native_id else None

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """What squeue says of all the ids at once, and sacct of those that Slurm's controller has forgotten."""
        known = self._in_queue(ids)
        asked = [job for job in ids if job not in known or self._may_lack_elements(known[job])]
        for job, lines in (self._in_accounting(asked) if asked else {}).items():
            known[job] = answers.together(known.get(job, []), lines)
        return {job: answers.overall(lines) for job, lines in known.items()}

    def stop(self, native_id: str) -> None:
        """The job is told to end, or the whole array. scancel itself does not mind a job that there is not."""
        if not self.status([native_id]):
            raise NoSuchJob(f"Slurm knows no job {native_id}")
        with suppress(TooLate):
            self._order(native_id, ["scancel", native_id])

    def start(self, native_id: str) -> str:
        """The job is not held any more."""
        now = self.status([native_id]).get(native_id)
        if now and now.state is State.RUNNING and not now.counts.get(State.PENDING):
            raise Refused(f"job {native_id} runs already")
        self._order(native_id, ["scontrol", "release", native_id])
        return native_id

    def update(self, native_id: str, changes: Mapping[str, Any]) -> None:
        """The time limit, the priority, or how many elements of an array run at once."""
        words = [_change(path, value) for path, value in changes.items()]
        self._order(native_id, ["scontrol", "update", f"JobId={native_id}", *words])

    def now(self, native_id: str) -> live.Now:
        """The job as the controller has it. Raises NotSupported where only the accounting remembers it."""
        found = live.now(self.ask, native_id) if answers.ID.fullmatch(native_id) else None
        if found:
            return found
        if native_id in self.status([native_id]):
            raise NotSupported(
                f"{self.platform} tells of job {native_id} only how it is, and not what was asked for",
                "compare with what was submitted: `--against last`",
            )
        raise NoSuchJob(f"Slurm knows no job {native_id}")

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The lines of the job's output files."""
        return Logs(self.ask, native_id, query).lines()

    def usage(self, native_id: str) -> Sequence[Usage]:
        """The memory of each step. Slurm samples the processor twice a minute, which says nothing of now."""
        fields = "--format=JobID,AveRSS,NTasks"
        answer = self.ask(["sstat", "--allsteps", "--noheader", "--parsable2", "--noconvert", fields, "-j", native_id])
        if answer.code:
            raise RunnerError(f"Slurm does not say what job {native_id} uses: {answer.problem}")
        rows = (line.split("|") for line in answer.out.splitlines())
        return [Usage(step, None, _bytes(memory, count)) for step, memory, count in (r for r in rows if len(r) == 3)]

    def execute(self, command: Sequence[str]) -> Executed:
        """The command has run where Slurm's own commands do."""
        answer = self.ask(command)
        assert answer.code is not None, "whoever gave no answer was not asked"
        return Executed(answer.code, answer.raw.decode("utf-8", "surrogateescape"), answer.err)

    def catalog(self) -> Mapping[str, Any]:
        """The partitions that are up, and the types of their GPUs."""
        return partitions.catalog(self.told(["sinfo", "--noheader", f"--format={partitions.FORMAT}"]))

    def check(self) -> Sequence[tuple[str, str]]:
        """The version, the partitions, and whether ended jobs are remembered."""
        config = search.config(self.ask)
        names = self.told(["sinfo", "--noheader", "--format=%P"]).split()
        kept = config.get("AccountingStorageType", "").removeprefix("accounting_storage/")
        return [
            ("Slurm", config.get("SLURM_VERSION", "of an unknown version")),
            ("partitions", ", ".join(names)),
            (
                "accounting",
                kept if kept and kept != "none" else f"none: jobs are forgotten after {search.min_age(config)} s",
            ),
        ]

    def told(self, argv: Sequence[str]) -> str:
        """What a command says that can only fail where Slurm can not be asked."""
        answer = self.ask(argv)
        if answer.code:
            raise Unreachable(f"Slurm could not be asked: {answer.problem}", TRY_AGAIN)
        return answer.out

    def conditions(self, wanted: Sequence[tuple[str, str]]) -> list[str]:
        """What Slurm must still wait for, in its own words: ``wanted`` pairs its word for how with a job's id."""
        ids = list(dict.fromkeys(job for _, job in wanted))
        known = self._in_queue(ids) if ids else {}
        forgotten = [job for job in ids if job not in known]
        ended = self._in_accounting(forgotten) if forgotten else {}
        return still_open(wanted, known, {job: answers.overall(lines) for job, lines in ended.items()})

    def _order(self, native_id: str, argv: Sequence[str]) -> None:
        """Slurm has done it, as far as anything is left of the job to do it to. Raises TooLate where nothing is."""
        answer = self.ask(argv)
        if answer.code == 0:
            return
        if not (HAS_ENDED.search(answer.err) or _UNKNOWN_ID.search(answer.err)):
            raise RunnerError(f"Slurm did not do it: {answer.problem}")
        now = self.status([native_id]).get(native_id)
        if now is None:
            raise NoSuchJob(f"Slurm knows no job {native_id}")
        if now.state.is_final:
            raise TooLate(f"job {native_id} has ended", "`lading submit` makes a new one of its spec")

    def _in_queue(self, ids: Sequence[str]) -> dict[str, list[answers.Seen]]:
        fields = ",".join(f"{name}:|" for name in answers.QUEUE_FIELDS)
        jobs = ",".join(ids)
        answer = self.ask(["squeue", "--noheader", "--states=all", f"--jobs={jobs}", f"--Format={fields}"])
        if answer.code and not _UNKNOWN_ID.search(answer.err):
            raise Unreachable(f"Slurm could not be asked: {answer.problem}", TRY_AGAIN)
        return answers.by_id(ids, list(answers.queue(answer.out)))

    def _in_accounting(self, ids: Sequence[str]) -> dict[str, list[answers.Seen]]:
        """Nothing where there is no accounting, which is asked only once whether it is there."""
        if not self._has_accounting:
            return {}
        fields = ",".join(answers.ACCOUNTING_FIELDS)
        jobs = ",".join(ids)
        answer = self.ask(
            ["sacct", "--noheader", "--parsable2", "--allocations", f"--jobs={jobs}", f"--format={fields}"]
        )
        if answer.code and not _NO_ACCOUNTING.search(answer.err):
            raise Unreachable(f"Slurm's accounting could not be asked: {answer.problem}")
        self._has_accounting = answer.code == 0
        return answers.by_id(ids, list(answers.accounting(answer.out)))

    def _may_lack_elements(self, lines: Sequence[answers.Seen]) -> bool:
        """Whether these are the elements of an array that are left, others being forgotten already."""
        return any(line.id != line.group for line in lines)


def still_open(wanted: Sequence[tuple[str, str]], live: Collection[str], ended: Mapping[str, Status]) -> list[str]:
    """The conditions on ``live`` jobs, in Slurm's words; those on jobs that have ended hold, or it is Refused."""
    return [f"{word}:{job}" for word, job in wanted if job in live or not _holds(word, job, ended.get(job))]


def _holds(word: str, job: str, status: Status | None) -> bool:
    """Whether a condition on a job that the controller has forgotten holds. To Slurm itself it would hold, always."""
    if status is None:
        raise Refused(
            f"Slurm knows no job {job} any more, so nothing can wait for it", "leave it out of schedule.after"
        )
    is_met = word == "afterany" or (word == "afterok") == (status.state is State.SUCCEEDED)
    if not is_met:
        raise Refused(f"job {job} ended as {status.native}, so this one would never start")
    return True


def _change(path: str, value: Any) -> str:
    if path == "schedule.timeLimit":
        return f"TimeLimit={-(-int(value) // MINUTE)}"
    if path == "schedule.priority" and value in NICE:
        return f"Nice={NICE[value]}"
    if path == "array.parallelism":
        return f"ArrayTaskThrottle={value}"
    if path == "schedule.priority":
        raise NotSupported(
            f"Slurm can not change {path} to {value} once a job is submitted",
            f"write {' or '.join(NICE)}: sooner than normal is for operators",
        )
    raise NotSupported(
        f"Slurm can not change {path} once a job is submitted",
        "it changes schedule.timeLimit, schedule.priority and array.parallelism",
    )


def _bytes(memory: str, count: str) -> int | None:
    is_known = re.fullmatch(r"[0-9]{1,18}", memory) and re.fullmatch(r"[0-9]{1,9}", count)
    return int(memory) * int(count) if is_known else None
