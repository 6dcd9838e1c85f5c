"""Processes that stand for the containers of a platform that is not here: real output, exit codes and endings."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LONGEST = 600.0
"""Seconds after which a process is killed, whoever forgot it."""


class Work:
    """One program at work in a folder of its own. ``argv`` is run as it is; a missing program ends with 127."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
        self._scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True) if folder is None else None
        place = Path(self._scratch.name) if self._scratch else folder
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the work
        self.started = time.time()
        self.ended: float | None = None
        self.was_stopped = False
        try:
            self._process: subprocess.Popen[bytes] | None = subprocess.Popen(
                list(argv),
                cwd=place,
                env={"PATH": os.environ["PATH"], "HOME": str(place), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            self._process = None
            self._log.write(f"{argv[0]}: {error.strerror}\n".encode())
            self.ended = time.time()
        else:
            self._timer = threading.Timer(LONGEST, self.stop)
            self._timer.daemon = True
            self._timer.start()

    @property
    def exit_code(self) -> int | None:
        """The exit code of the ended program, 128 and the signal's number where one killed it; None while it runs."""
        code = 127 if self._process is None else self._process.poll()
        if code is not None and self.ended is None:
            self.ended = time.time()
            self._timer.cancel()
        return code if code is None or code >= 0 else 128 - code

    def output(self) -> str:
        """All that it has printed so far."""
        descriptor = self._log.fileno()
        size = os.fstat(descriptor).st_size
        return os.pread(descriptor, size, 0).decode("utf-8", "replace")

    def stop(self) -> None:
        """Nothing of it runs any more."""
        if self._process and self.exit_code is None:
            self.was_stopped = True
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def close(self) -> None:
        """Nothing of it is left."""
        self.stop()
        self._log.close()
        if self._scratch:
            self._scratch.cleanup()
