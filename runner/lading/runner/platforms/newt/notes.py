"""What this machine must remember of jobs that the service can not be asked for, in small files of lading's own."""

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from lading.runner.errors import Refused, RunnerError


class Notes:
    """Notes by kind and key. One that was written is there after a crash, of this process or of the machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, kind: str, key: str, text: str = "") -> None:
        """The note says this, and nothing else."""
        file = self._file(kind, key)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._folder)
            with open(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, file)
            _sync(self._folder)
        except OSError as error:
            raise Refused(f"{file} can not be written: {error.strerror}", "make room, or set LADING_STATE") from None

    def read(self, kind: str, key: str) -> str | None:
        """What the note says; None where there is none."""
        try:
            return self._file(kind, key).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RunnerError(f"a note of lading's own can not be read: {error.strerror}", "see LADING_STATE") from None

    def remove(self, kind: str, key: str) -> None:
        """There is no such note."""
        with suppress(OSError):
            self._file(kind, key).unlink()

    def _file(self, kind: str, key: str) -> Path:
        return self._folder / f"{kind}-{re.sub('[^A-Za-z0-9_-]', '_', key)}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
