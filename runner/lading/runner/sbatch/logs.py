"""A job's output files, read piece by piece while they grow, wherever they are."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from lading.runner.errors import NoSuchJob, NotSupported, RunnerError
from lading.runner.platform import LogLine, LogQuery
from lading.runner.sbatch.answer import Ask
from lading.runner.sbatch.answers import STATES
from lading.runner.states import State
from lading.schema.units import parse_range

PIECE = 2**20
"""Bytes that are read at once."""

LONGEST_LINE = 2**20
"""Bytes after which a line is broken in two."""

SOONEST, LATEST = 0.2, 3.0
"""Seconds between two looks: often while something comes, seldom while nothing does, for the sake of the controller."""

LABELLED = ".tasks.out"
"""How the name of an output file ends in which srun writes the number of its task before each line."""

_LABEL = re.compile(r" *([0-9]{1,9}): ?(.*)", re.DOTALL)
_FIELD = re.compile(r"(?:^|\s)(ArrayTaskId|JobState|NumNodes|NumTasks)=(\S+)")
_FILE = re.compile(r"^\s*StdOut=(.+)$", re.MULTILINE)


@dataclass(slots=True)
class File:
    """One output file, how far it was read, and the tasks that write to it."""

    path: str
    index: str
    tasks: int
    slots: int
    at: int = 0
    begun: bytes = b""


class Logs:
    """The output of one job, or of the elements of one array."""

    def __init__(self, ask: Ask, native_id: str, query: LogQuery, sleep: Callable[[float], None] = time.sleep) -> None:
        if query.role not in {None, "worker"} or query.container is not None:
            raise NotSupported("a Slurm job has one kind of task and no containers beside it")
        self._ask, self._id, self._query, self._sleep = ask, native_id, query, sleep
        self._files: dict[str, File] = {}

    def lines(self) -> Iterator[LogLine]:
        """The lines that were asked for; with ``follow`` until the job has ended and everything was read."""
        first, last = self._query.lines or (1, None)
        return islice(self._lines(), first - 1, last)

    def _lines(self) -> Iterator[LogLine]:
        pause = SOONEST
        while True:
            has_ended = self.look()  # asked first: what was written before the end is then read after it
            said = False
            for file in self._files.values():
                for line in self._new(file):
                    said = True
                    yield line
            if has_ended or not self._query.follow:
                break
            pause = SOONEST if said else min(pause * 1.5, LATEST)
            self._sleep(pause)
        for file in self._files.values():
            yield from _shown(file, [file.begun] if file.begun else [], self._query.replica)

    def look(self) -> bool:
        """Whether the job has ended; every file that it writes to is known."""
        answer = self._ask(["scontrol", "show", "job", self._id])
        if answer.code:
            if self._files:  # it has ended, and is forgotten
                return True
            raise NoSuchJob(
                f"Slurm has forgotten job {self._id}, and where its output is",
                f"look for the file that ends in -{self._id}.out in the job's working directory",
            )
        records = [dict(_FIELD.findall(text)) | _path(text) for text in answer.out.split("\n\n") if text.strip()]
        for record in sorted(records, key=lambda record: _number(record.get("ArrayTaskId", "")) or 0):
            self.know(record)
        self._check_index([record.get("ArrayTaskId", "") for record in records])
        return all(STATES.get(record.get("JobState", ""), State.UNKNOWN).is_final for record in records)

    def _check_index(self, elements: Sequence[str]) -> None:
        """The element that is asked for is one that Slurm knows; those that wait stand together: ``3,5-8%2``."""
        index = self._query.index
        ranges = [parse_range(part) for text in elements for part in text.partition("%")[0].split(",")]
        is_there = any(found and index in range(found[0], found[1] + 1, found[2]) for found in ranges)
        if index is not None and not (is_there or self._files):
            raise NoSuchJob(
                f"Slurm knows no element {index} of job {self._id}", "leave out --index to see all there are"
            )

    def know(self, record: Mapping[str, str]) -> None:
        """The output file of a job or an element, of which Slurm says this, is one of those that are read."""
        index, path = record.get("ArrayTaskId", ""), record.get("StdOut")
        is_single = not index or index.isdecimal()
        if path is None or path in self._files or not is_single or self._query.index not in {None, _number(index)}:
            return
        tasks = _number(record.get("NumTasks", "")) or 1
        slots = max(1, tasks // (_number(record.get("NumNodes", "")) or 1))
        self._files[path] = File(path, index, tasks if path.endswith(LABELLED) else 1, slots)

    def _new(self, file: File) -> Iterator[LogLine]:
        """The lines that were finished since the last time."""
        while piece := self.piece(file):
            file.at += len(piece)
            *whole, file.begun = (file.begun + piece).split(b"\n")
            if len(file.begun) > LONGEST_LINE:
                whole, file.begun = [*whole, file.begun], b""
            yield from _shown(file, whole, self._query.replica)

    def piece(self, file: File) -> bytes:
        """What comes next in the file, nothing where there is no more of it by now."""
        where = [f"if={file.path}", f"bs={PIECE}", "count=1", f"skip={file.at}", "iflag=skip_bytes", "status=none"]
        answer = self._ask(["dd", *where])
        if answer.code and "No such file" not in answer.err:
            raise RunnerError(f"the output {file.path} can not be read: {answer.problem}")
        return answer.raw


def _path(text: str) -> dict[str, str]:
    found = _FILE.search(text)
    return {"StdOut": found[1]} if found else {}


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _shown(file: File, lines: list[bytes], replica: int | None) -> Iterator[LogLine]:
    for raw in lines:
        text = raw.decode(errors="surrogateescape")
        label = _LABEL.fullmatch(text) if file.tasks > 1 else None
        task = int(label[1]) if label and int(label[1]) < file.tasks else None
        at = None if task is None else task // file.slots
        if replica in {None, at if file.tasks > 1 else 0}:
            yield LogLine(label[2] if label and task is not None else text, _source(file, task))


def _source(file: File, task: int | None) -> str:
    if task is None:
        return file.index
    name = f"worker-{task // file.slots}" + (f".{task % file.slots}" if file.slots > 1 else "")
    return f"{file.index}/{name}" if file.index else name
