"""A job's output files: where Slurm says they are, or by their names in the site's folder of logs."""

import re
from collections.abc import Callable
from typing import NamedTuple

from lading.runner.errors import NoSuchJob, NotSupported, RunnerError
from lading.runner.platform import LogQuery
from lading.runner.platforms.newt.commands import Commands
from lading.runner.platforms.newt.files import Files
from lading.runner.sbatch import logs
from lading.runner.sbatch.answer import Ask

PIECE = 8 * 2**20
"""Bytes that are kept of each download, where there are no commands that could read a part of a file."""

_NAME = re.compile(r".*-(\d+)(?:_(\d+))?(?:\.tasks)?\.out")
"""How the compiler names output files: the job's name, its id, and of an array the element."""


class Outputs(NamedTuple):
    """Where outputs are: the commands and files there, the site's ``folder`` of logs, and whether the job is over."""

    commands: Commands
    files: Files
    folder: str | None
    has_ended: Callable[[], bool]


class Logs(logs.Logs):
    """The output of one job of the service."""

    def __init__(
        self,
        ask: Ask,
        native_id: str,
        query: LogQuery,
        there: Outputs,
        sleep: Callable[[float], None],
    ) -> None:
        super().__init__(ask, native_id, query, sleep)
        self._there = there

    def look(self) -> bool:
        """Whether the job has ended; every file that it writes to is known."""
        try:
            if self._there.commands.are_there:
                return super().look()
        except (NoSuchJob, NotSupported):  # Slurm forgets ended jobs soon; then the files' names must do
            if not self._there.folder:
                raise
        return self._look_by_name()

    def piece(self, file: logs.File) -> bytes:
        """What comes next in the file."""
        return (
            super().piece(file)
            if self._there.commands.are_there
            else self._there.files.piece(file.path, file.at, PIECE)
        )

    def _look_by_name(self) -> bool:
        has_ended, folder = self._there.has_ended(), self._there.folder
        if not folder:
            raise NotSupported(
                "the service runs no commands, so it can not be asked where the output is",
                "name a folder for outputs as `logs` in the target's options",
            )
        if self._query.replica is not None:
            raise NotSupported(f"what each task of job {self._id} printed is not known any more", "leave out --replica")
        for entry in self._there.files.listing(folder):
            found = _NAME.fullmatch(entry.name)
            if found and self._id in {found[1], f"{found[1]}_{found[2]}"}:
                self.know({"ArrayTaskId": found[2] or "", "StdOut": f"{folder.rstrip('/')}/{entry.name}"})
        if has_ended and not self._files:
            raise RunnerError(
                f"no output of job {self._id} is in {folder}", "look for it in the job's working directory"
            )
        return has_ended
