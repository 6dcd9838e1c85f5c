"""The machine behind a NEWT service: a home, a login shell, and a Slurm, the real one or one that only counts.

What it says is as the service passes it on: tables turned on their side, words cut off after 18 characters.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import RLock
from typing import Any

from kit.counted_slurm import CountedSlurm
from lading.compiler.sbatch.lexer import options

USER = "ada"
SLOWEST_COMMAND = 600
CORES_OF_A_NODE = 24

KEYS: Mapping[str, tuple[type, int, str]] = {
    "job_wdir": (str, 100, "-D"),
    "job_name": (str, 255, "-J"),
    "partition": (str, 255, "-p"),
    "time_limit": (int, 0, "-t"),
    "scale_cores": (int, 1, "-n"),
    "scale_memGB": (int, 0, "--mem"),
    "scale_Nodes": (int, 1, "-N"),
    "jobfile_args": (str, 128, ""),
}
"""Of each key of ``jobconf`` its type, its length or the number that says nothing, and sbatch's option."""

WORDS = {
    "RUNNING": "Running",
    "COMPLETED": "Success",
    "CANCELLED": "Failed",
    "CONFIGURING": "Pending",
    "COMPLETING": "Success",
    "FAILED": "Failed",
    "NODE_FAIL": "Failed",
    "PENDING": "Pending",
    "SUSPENDED": "Suspended",
}
"""The service's words for states; others are passed on."""

QUEUE = ("id", "partition", "name", "user", "status", "time", "nodes", "nodelist")
QUEUE_FORMAT = "%.18i|%.18P|%.18j|%.18u|%.18T|%.18M|%.18D|%.18R"
ACCOUNTING = {
    "JobID": "id",
    "JobName": "name",
    "Partition": "partition",
    "NTasks": "tasks",
    "AllocCPUS": "nodes",
    "Elapsed": "time",
    "State": "status",
    "ExitCode": "exitcode",
}
CONTROLLER = {
    "JobId": "id",
    "JobName": "name",
    "Partition": "partition",
    "NumCPUs": "nodes",
    "RunTime": "time",
    "JobState": "status",
    "ExitCode": "exitcode",
}
"""What sacct and scontrol call the columns of ``info``."""

Columns = dict[str, dict[str, Any]]


class Refusal(Exception):
    """sbatch or scancel said no; the text is its complaint."""


class Machine:
    """One machine with one user. Without ``runs``, or without a real Slurm, its jobs wait for ever."""

    def __init__(self, *, runs: bool) -> None:
        folder = Path(tempfile.mkdtemp(prefix="lading-newt-"))
        self._tidy = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        self.home = folder / "HOME" / USER
        (self.home / "logs").mkdir(parents=True)
        self.only_counts = not (runs and "SLURM_CONF" in os.environ and shutil.which("sbatch"))
        self._counted = CountedSlurm(folder) if self.only_counts else None
        self._waiting: dict[str, dict[str, str]] = {}
        self._lock = RLock()
        self.accepted: list[str] = []
        self.known: set[str] = set()
        self._greet()

    def _greet(self) -> None:
        """What a login shell reads: the environment of the service itself is empty."""
        says = f"PATH={self._counted.bin}:$PATH" if self._counted else f"SLURM_CONF={os.environ['SLURM_CONF']}"
        (self.home / ".bash_profile").write_text(f"echo Welcome to the machine, {USER}.\nexport {says}\n")

    def close(self) -> None:
        """No job runs any more, and the home is gone."""
        if self.accepted and not self._counted:
            self.shell(f"scancel {' '.join(self.accepted)}")
        self._tidy()

    def shell(self, command: str, folder: Path | None = None) -> "subprocess.CompletedProcess[bytes]":
        """The command has run in a login shell, with nothing in its environment but the home."""
        return subprocess.run(
            ["bash", "-c", "-l", command],
            env={"HOME": str(self.home)},
            cwd=folder or self.home,
            capture_output=True,
            timeout=SLOWEST_COMMAND,
            check=False,
        )

    def submit(self, form: Mapping[str, str], settings: Mapping[str, Any]) -> str:
        """The id of the job. Raises Refusal with what sbatch complains about."""
        if self._counted and not form.get("jobfile"):
            return self._count(form["jobscript"], settings)
        file = Path(form["jobfile"]) if form.get("jobfile") else self._written(form)
        if not file.is_absolute():
            raise FileNotFoundError(f"[Errno 2] No such file or directory: '{file.parent}'")
        if self._counted:
            return self._count(file.read_text(), settings)
        line = " ".join(["sbatch", *_words(settings), str(file), settings.get("jobfile_args", "")])
        done = self.shell(line, file.parent)
        if done.returncode:
            raise Refusal(done.stderr.decode())
        return self._noted(done.stdout.decode().strip().split(" ")[-1])

    def _written(self, form: Mapping[str, str]) -> Path:
        named, number = form.get("jobfilepath"), secrets.randbelow(10**9)
        file = Path(named) if named else self.home / "newt" / str(number) / f"newt_{secrets.token_hex(4)}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(form["jobscript"])
        return file

    def _count(self, script: str, settings: Mapping[str, Any]) -> str:
        assert self._counted
        if not script.startswith("#!"):
            raise Refusal("sbatch: error: This does not look like a batch script.\n")
        if "\r\n" in script:
            raise Refusal("sbatch: error: Batch script contains DOS line breaks (\\r\\n)\n")
        comments = [word.removeprefix("--comment=") for word in options(script) if word.startswith("--comment=")]
        with self._lock:
            job = str(4816213 + len(self.accepted))
            row = [job, settings.get("partition") or "work", settings.get("job_name") or "job.sh", USER, "PENDING"]
            row += ["0:00", str(settings.get("scale_Nodes") or 1), "(Resources)"]
            self._waiting[job] = dict(zip(QUEUE, row, strict=True))
            self._counted.note(job, "PENDING", f"{self.home}/logs/{job}.out", comments[-1] if comments else "(null)")
            self._counted.keep(
                job, script, row[2], row[1], settings.get("time_limit", 0), comments[-1] if comments else ""
            )
            return self._noted(job)

    def _noted(self, job: str) -> str:
        with self._lock:
            self.accepted.append(job)
            self.known.add(job)
        return job

    def queue(self) -> Columns:
        """The jobs that have not ended."""
        if self._counted:
            with self._lock:
                rows = [[job[name][:18] for name in QUEUE] for job in self._waiting.values()]
        else:
            lines = self.shell(f"squeue --me --noheader -o '{QUEUE_FORMAT}'").stdout.decode().splitlines()
            rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.count("|") == len(QUEUE) - 1]
        return _turned([dict(zip(QUEUE, row, strict=True)) for row in rows], int)

    def info(self, job: str) -> Columns:
        """What is accounted of a job and its steps; where nothing is, what the controller still knows."""
        if self._counted:
            told = self._waiting.get(job)
            zeros = {"tasks": "", "nodes": "24", "time": "00:00:00", "exitcode": "0:0"}
            return _turned([{**told, **zeros}] if told else [], _nodes)
        head, *lines = self.shell(f"sacct -lPj {job}").stdout.decode().splitlines() or [""]
        rows = [dict(zip(head.split("|"), line.split("|"), strict=False)) for line in lines]
        found = [{ours: row[theirs] for theirs, ours in ACCOUNTING.items()} for row in rows if row.get("JobID")]
        return _turned(found or self._shown(job), _nodes)

    def _shown(self, job: str) -> list[dict[str, str]]:
        words = self.shell(f"scontrol --oneliner show job {job}").stdout.decode().split()
        told = dict(word.partition("=")[::2] for word in words)
        return [{ours: told[theirs] for theirs, ours in CONTROLLER.items()} | {"tasks": ""}] if "JobId" in told else []

    def cancel(self, job: str) -> None:
        """The job is told to end. Raises Refusal with what scancel complains about."""
        if self._counted:
            with self._lock:
                self._waiting.pop(job, None)
                self._counted.note(job, "CANCELLED")
        elif (done := self.shell(f" scancel  {job}")).returncode:
            raise Refusal(done.stderr.decode())


def _words(settings: Mapping[str, Any]) -> list[str]:
    """sbatch's options, as the service writes them: nothing is quoted, and what is as if not said is not said."""
    words = []
    for key, (kind, nothing, option) in KEYS.items():
        value = settings.get(key)
        if not value or not option or (kind is int and value == nothing):
            continue
        words.append(f"--mem={value * 1024}" if option == "--mem" else f"{option} {value}")
    return words


def _turned(rows: list[dict[str, str]], nodes: Callable[[str], Any]) -> Columns:
    """The table, turned on its side."""
    convert: dict[str, Callable[[str], Any]] = {"nodes": nodes, "status": _word}
    columns: Columns = {}
    for row in rows:
        for name, cell in row.items():
            columns.setdefault(name, {})[row["id"]] = convert.get(name, str)(cell)
    return columns


def _nodes(cores: str) -> float:
    return int(cores) / CORES_OF_A_NODE


def _word(state: str) -> str:
    return WORDS.get(state.split(maxsplit=1)[0], state)
