"""Starting one program as the leader of its own process group, with its output in its own file."""

import os
import signal
from pathlib import Path
from typing import NamedTuple, NoReturn

from lading.runner.platforms.local.program import Program

NOT_FOUND, NOT_STARTED = 127, 126
"""What shells answer for a command that is not there, and for one that is there and can not run."""


class Spawned(NamedTuple):
    """The process that was started. ``problem`` says why the program never began, empty where it did."""

    pid: int
    problem: str


def spawn(program: Program, log: Path) -> Spawned:
    """The program runs, or the log and ``problem`` say why it does not; either way the pid has to be waited for."""
    reading, writing = os.pipe()  # closed by a successful exec, so its end of file means that the program runs
    pid = os.fork()
    if pid == 0:
        _become(program, log, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8", errors="replace") as pipe:
        return Spawned(pid, pipe.read())


def _become(program: Program, log: Path, report: int) -> NoReturn:
    status = NOT_STARTED
    try:
        os.setpgid(0, 0)
        _redirect(log)
        _reset_signals()
        os.chdir(program.workdir)
        argv = [os.fsencode(word) for word in program.argv]
        env = {os.fsencode(name): os.fsencode(value) for name, value in program.env.items()}
        os.execvpe(argv[0], argv, env)  # noqa: S606 - argv is argv: no shell is to read it
    except (OSError, ValueError) as error:
        problem = _explained(error, program)
        status = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_STARTED
        os.write(report, os.fsencode(problem))
        os.write(2, os.fsencode(f"lading: {problem}\n"))
    finally:
        os._exit(status)


def _redirect(log: Path) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, descriptor in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, descriptor)


def _reset_signals() -> None:
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and what is ignored stays so through exec
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _explained(error: OSError | ValueError, program: Program) -> str:
    if isinstance(error, ValueError):
        return f"{program.argv[0]} can not be started: {error}"
    reason = (error.strerror or str(error)).lower()
    if not Path(program.workdir).is_dir():
        return f"workdir {program.workdir}: {reason}"
    if isinstance(error, FileNotFoundError):
        return f"{program.argv[0]}: command not found"
    return f"{program.argv[0]}: {reason}"
