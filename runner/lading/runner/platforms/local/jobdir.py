"""The folder of one job, ``<state>/local/<token>/``: all that this machine knows of it.

::

    job.json     what was accepted, with the names of secrets and never their values; never changes
    state.json   what the supervisor last knew; replaced as a whole, so that it can be read at any time
    scripts/     the text of each role's script
    logs/        the output of each process, standard output and standard error in the order in which they came
    start, stop  marks that say what people asked for
    supervisor.log   what the supervisor itself had to say, empty unless something is wrong with lading

The folder gets its name by a rename, and that is the acceptance of the job: before it there is no such job, after it
there is exactly one, and the kernel refuses a second folder of that name. ``supervisor.py`` says what a crash leaves.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lading.runner.platforms.local.program import script_of

Data = dict[str, Any]


class Taken(Exception):
    """A job with this token was accepted before."""


class JobDir:
    """One job's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "logs"

    @property
    def token(self) -> str:
        """The job's native id: the token it was submitted with."""
        return self.path.name

    @property
    def exists(self) -> bool:
        """Whether such a job was accepted, and not deleted since."""
        return self.path.is_dir()

    def job(self) -> Data:
        """What was accepted."""
        return _read(self.path / "job.json")

    def state(self) -> Data:
        """What the supervisor last knew."""
        return _read(self.path / "state.json")

    def write_state(self, state: Mapping[str, Any]) -> None:
        """The state on disk is this one, whole."""
        _replace(self.path / "state.json", state)

    def mark(self, name: str) -> None:
        """It is known from now on that people asked for this."""
        (self.path / name).touch(0o600)

    def is_marked(self, name: str) -> bool:
        """Whether people asked for this."""
        return (self.path / name).exists()

    def remove(self) -> None:
        """Nothing is left of the job; it is gone as a whole even if removing its files is cut short."""
        import shutil

        gone = self.path.with_name(f".gone-{self.token}")
        self.path.rename(gone)
        shutil.rmtree(gone)


def accept(folder: JobDir, job: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """The job is accepted and on disk, once. Raises Taken, with nothing changed, where it was before."""
    draft = folder.path.with_name(f".new-{os.getpid()}-{folder.token}")
    draft.mkdir(0o700, parents=True)
    try:
        _fill(draft, job, state)
        draft.rename(folder.path)
    except OSError:
        import shutil

        shutil.rmtree(draft)
        if folder.exists:
            raise Taken(folder.token) from None
        raise
    _sync(folder.path.parent)


def _fill(draft: Path, job: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    for name in ("logs", "scripts"):
        (draft / name).mkdir(0o700)
    for group in job["body"]["groups"]:
        if "script" in group:
            script = script_of(draft, group["role"])
            script.write_bytes(group["script"].encode())
            script.chmod(0o700)
    _replace(draft / "state.json", state)
    _replace(draft / "job.json", job)
    _sync(draft / "job.json")


def _replace(path: Path, data: Mapping[str, Any]) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(data), encoding="utf-8")
    draft.chmod(0o600)
    draft.rename(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> Data:
    found: Data = json.loads(path.read_text(encoding="utf-8"))
    return found
