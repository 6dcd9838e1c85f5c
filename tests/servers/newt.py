"""NEWT: forms, envelopes, tasks whose results are fetched, and behind it a Slurm, the real one if there is one.

After the source of the service (github.com/JiangLiNSCC/eHPC, newt-p3): what it would refuse, misread or ignore is
refused. Without a real Slurm jobs are only counted.
"""

import json
import re
import secrets
import stat
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

from kit.newt_machine import KEYS, USER, Machine, Refusal

from servers.platform import PlatformService
from servers.web import Rejected, Reply, Request, as_json

PASSWORD = "obviously-no-password"
MACHINES = ("ln3", "ln7")
LARGEST_UPLOAD = 1_048_000


def at(method: str, pattern: str) -> Callable[[Any], Any]:
    """Makes a method the answer to requests of this method and a path that fits; a slash at the end is allowed."""

    def mark(function: Any) -> Any:
        function.routes = [*getattr(function, "routes", ()), (method, re.compile(f"/api/{pattern}/?\\Z"))]
        return function

    return mark


def envelope(output: Any = "", status: int = 200, error: str = "", word: str = "") -> Reply:
    """Every answer that is JSON; HTTP's status is the envelope's."""
    word = word or ("OK" if status == 200 else "ERROR")
    return as_json({"status": word, "status_code": status, "output": output, "error": error}, status)


NO_SLURM = """no Slurm answers here; as root, after tests/slurm/install, in the shell that makes platforms:
  tests/slurm/cluster up /tmp/cluster
  eval "$(tests/slurm/cluster env /tmp/cluster)\""""


@dataclass
class Task:
    """What was accepted, for whom, and its reply once there is one."""

    user: str
    reply: Reply | None = None
    looks: int = 0


@dataclass
class NewtService(PlatformService):
    """One service with two machines and one user, whose home is a folder of this machine.

    ``protocol`` is how a task that has not ended is told: ``illegal`` by HTTP's status 100 with a body, ``tame`` by 200
    with that envelope, and with ``sync`` there are no tasks. ``pending`` is how many looks at each are in vain at
    least. ``keeps_mode``: an upload overwrites the file that is there; else it takes its place, open to all.
    """

    name: ClassVar[str] = "newt"
    environ: ClassVar[Mapping[str, str]] = {"NEWT_USER": USER, "NEWT_PASSWORD": PASSWORD}

    protocol: str = "illegal"
    pending: int = 0
    has_commands: bool = True
    keeps_mode: bool = True
    sessions: dict[str, str] = field(default_factory=dict)
    given_out: list[str] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    copies: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.machine = Machine(runs=self.runs)
        self.home = self.machine.home
        self._pool = ThreadPoolExecutor(8)

    @property
    def lacks(self) -> str:
        """A Slurm, where there is none."""
        return NO_SLURM if self.machine.only_counts else ""

    def target(self, url: str) -> dict[str, Any]:
        """The target of a site."""
        return {
            "platform": "newt",
            "endpoint": f"{url}/api",
            "auth": {"username": {"env": "NEWT_USER"}, "password": {"env": "NEWT_PASSWORD"}},
            "options": {"machine": "ln3", "logs": f"{self.home}/logs"},
        }

    def accepted(self) -> list[str]:
        """The ids that Slurm gave out."""
        return list(self.machine.accepted)

    def expire(self) -> None:
        """Every session has ended."""
        with self.lock:
            self.sessions.clear()

    def hidden(self) -> list[str]:
        """The password, and the sessions."""
        return [PASSWORD, *self.given_out]

    def close(self) -> None:
        """No job runs any more, and the home is gone."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.machine.close()

    # who comes in

    def no_route(self, request: Request) -> Reply:
        """Django's page."""
        return Reply(
            404, b"<h1>Not Found</h1><p>The requested resource was not found.</p>", {"content-type": "text/html"}
        )

    def admit(self, request: Request) -> None:
        """Everybody may log in; all else needs a session."""
        if not request.path.startswith("/api/auth") and self._user(request) is None:
            where = json.dumps({"login_url": "/api/auth/"})
            raise Rejected(envelope(where, 403, "You must be logged in to access this."))

    def _user(self, request: Request) -> str | None:
        cookies = dict(pair.strip().partition("=")[::2] for pair in request.headers.get("cookie", "").split(";"))
        return self.sessions.get(cookies.get("newt_sessionid", ""))

    @at("POST", "auth")
    def log_in(self, request: Request) -> Reply:
        """A session; a wrong password is told with 200."""
        form = request.form() or {}
        if (form.get("username"), form.get("password")) != (USER, PASSWORD):
            return envelope(self._whoami(None, None))
        session = secrets.token_hex(16)
        self.sessions[session] = USER
        self.given_out.append(session)
        return envelope(self._whoami(USER, session))

    @at("GET", "auth")
    def whoami(self, request: Request) -> Reply:
        """Who is logged in."""
        return envelope(self._whoami(self._user(request), None))

    def _whoami(self, user: str | None, session: str | None) -> dict[str, Any]:
        lifetime = 1209600 if user else 0
        return {"auth": bool(user), "username": user, "session_lifetime": lifetime, "newt_sessionid": session}

    # tasks

    def _task(self, request: Request, work: Callable[[], Reply], *, is_quick: bool = False) -> Reply:
        if self.protocol == "sync":
            return work()
        task, key = Task(self._user(request) or ""), secrets.token_hex(16)
        self.tasks[key] = task
        if is_quick:
            task.reply = work()
        else:
            self._pool.submit(self._carry_out, task, work)
        return envelope(key, 201, word="ACCEPT")

    def _carry_out(self, task: Task, work: Callable[[], Reply]) -> None:
        try:
            task.reply = work()
        except Rejected as rejected:
            task.reply = rejected.reply
        except Exception as error:  # noqa: BLE001 - whatever it is, celery keeps it as the task's result
            task.reply = envelope("", 500, f"async task failure : {error} ")

    @at("GET", "async/(?P<key>[^/]+)")
    def result(self, request: Request, key: str) -> Reply:
        """The result of a task, or that there is none yet."""
        task = self.tasks.get(key)
        # as the service's own server does it: the connection ends where the client wants that, and stays otherwise
        more = {"connection": "close"} if request.headers.get("connection") == "close" else {}
        if task is None:
            text = "Could not got such a AsyncResult . Error id or out of date ! "
            return _with(envelope("query: %s", 500, text), more)
        task.looks += 1
        if task.reply is None or task.looks <= self.pending:
            return self._pending(key, more)
        if task.user != self._user(request):
            return _with(envelope("", 550, "Error : Not Your task. "), more)
        return _with(task.reply, more)

    def _pending(self, key: str, more: Mapping[str, str]) -> Reply:
        told = envelope(key, 100, "Command running on task worker : None ", word="STARTED")
        if self.protocol == "tame":
            return _with(told._replace(status=200), more)
        return _with(told._replace(status_line="HTTP/1.1 100 Continue"), more)

    # commands

    @at("POST", "command/(?P<machine>[^/]+)")
    def command(self, request: Request, machine: str) -> Reply:
        """What a command prints, and its exit code."""
        _check_machine(machine)
        if not self.has_commands:
            return envelope("", 403, "This API is forbidden yet. ")
        command = (request.form() or {}).get("command")
        if not command:
            return envelope("", 400, "No command received.")
        return self._task(request, lambda: self._executed(command))

    def _executed(self, command: str) -> Reply:
        try:
            done = self.machine.shell(command)
            return envelope({"output": done.stdout.decode(), "error": done.stderr.decode(), "retcode": done.returncode})
        except (UnicodeDecodeError, OSError, subprocess.TimeoutExpired) as error:
            return envelope("", 500, f"Could not run command: {error}")

    # jobs

    @at("GET", "job")
    def machines(self, request: Request) -> Reply:
        """The machines, each with what starts jobs there."""
        return envelope({name: {"slurm": {"qsub": "/usr/bin/sbatch"}} for name in MACHINES})

    @at("GET", "status")
    def up(self, request: Request) -> Reply:
        """Whether the machines are there."""
        return envelope([{"machine": name, "status": "up"} for name in MACHINES])

    @at("POST", "job/(?P<machine>[^/]+)")
    def submit(self, request: Request, machine: str) -> Reply:
        """A new job, whose script is there or is put there."""
        _check_machine(machine)
        form = request.form() or {}
        if unknown := set(form) - {"jobfile", "jobscript", "jobfilepath", "jobconf"}:
            return envelope("", 400, f"No data received: {', '.join(sorted(unknown))}")
        if not (form.get("jobfile") or form.get("jobscript")):
            return envelope("", 400, "No data received")
        settings = _settings(form.get("jobconf", "{}"))
        return self._task(request, lambda: self._submitted(form, settings), is_quick=self.machine.only_counts)

    def _submitted(self, form: Mapping[str, str], settings: Mapping[str, Any]) -> Reply:
        try:
            return envelope({"jobid": self.machine.submit(form, settings)})
        except Refusal as refusal:
            return envelope("", 500, f"qsub failed with error: {refusal}")

    @at("GET", "job/(?P<machine>[^/]+)")
    def queue(self, request: Request, machine: str) -> Reply:
        """The user's jobs that have not ended, as columns."""
        _check_machine(machine)
        return self._task(request, lambda: envelope(self.machine.queue()))

    @at("GET", "job/(?P<machine>[^/]+)/(?P<job>[^/]+)")
    def info(self, request: Request, machine: str, job: str) -> Reply:
        """What the accounting knows of a job, as columns; only of one that came through here."""
        _check_machine(machine)
        if job.partition("_")[0] not in self.machine.known:
            return envelope("", 400, "get job error : HPCJob matching query does not exist.")
        return self._task(request, lambda: envelope(self.machine.info(job)))

    @at("DELETE", "job/(?P<machine>[^/]+)/(?P<job>[^/]+)")
    def cancel(self, request: Request, machine: str, job: str) -> Reply:
        """The job is told to end, whoever it came from."""
        _check_machine(machine)
        return self._task(request, lambda: self._cancelled(job))

    def _cancelled(self, job: str) -> Reply:
        try:
            self.machine.cancel(job)
        except Refusal as refusal:
            return envelope("", 500, f"Unable to get queue: {refusal}")
        return envelope("")

    # files

    @at("PUT", "file/(?P<machine>[^/]+)(?P<path>/.*)")
    def put(self, request: Request, machine: str, path: str) -> Reply:
        """The content is in the file."""
        _check_machine(machine)
        if len(request.body) > LARGEST_UPLOAD:
            return envelope("", 500, "The file is too big ,please use other ways to upload!")
        return self._task(request, lambda: self._put(unquote(path), request.body))

    def _put(self, path: str, content: bytes) -> Reply:
        file = self._file(path)
        if not file.parent.is_dir():
            return envelope(
                "", 500, f"curl: (23) Failure writing output to destination: No such file or directory: {path}"
            )
        if not self.keeps_mode:
            file.unlink(missing_ok=True)
        file.write_bytes(content)
        return envelope({"location": path.removeprefix("/") if path.startswith("/~") else path})

    @at("GET", "file/(?P<machine>[^/]+)(?P<path>/.*)")
    def get(self, request: Request, machine: str, path: str) -> Reply:
        """A listing; or a copy of a file, or that copy."""
        _check_machine(machine)
        path = unquote(path)
        if not request.query.get("download"):
            return self._task(request, lambda: self._listed(path))
        if path.count("/") == 1:
            copy = self.copies.get(path[1:])
            return Reply(200, copy.read_bytes()) if copy else envelope("", 500, f"[Errno 2] No such file: '{path}'")
        return self._task(request, lambda: self._copied(path))

    def _copied(self, path: str) -> Reply:
        file, key = self._file(path), secrets.token_hex(16)
        if not file.is_file():
            return envelope("", 500, f"curl: Can't open '{path}'!")
        self.copies[key] = file
        return envelope(key)

    def _listed(self, path: str) -> Reply:
        place = self._file(path)
        if not place.exists():
            return envelope("", 500, "path is not a directory")
        return envelope([_entry(file) for file in (sorted(place.iterdir()) if place.is_dir() else [place])])

    def _file(self, path: str) -> Path:
        """The file of that name; nothing outside of the home is anybody's business."""
        file = self.home / path[3:] if path.startswith("/~") else Path(path)
        if not file.resolve().is_relative_to(self.home.resolve()):
            raise Rejected(envelope("", 500, f"Permission denied: {path}"))
        return file


def serve(*, runs: bool = True) -> NewtService:
    """A fresh service."""
    return NewtService(runs=runs)


def _with(reply: Reply, headers: Mapping[str, str]) -> Reply:
    return reply._replace(headers={**reply.headers, **headers})


def _check_machine(machine: str) -> None:
    if machine not in MACHINES:
        raise Rejected(envelope("", 400, f"Invalid machine name: {machine}"))


def _settings(text: str) -> dict[str, Any]:
    """``jobconf``. The service ignores unknown keys and calculates with texts; nobody wants either."""
    try:
        settings = json.loads(text)
    except ValueError as error:
        raise Rejected(envelope("", 403, f"Error jobconf : {error}")) from None
    for key, value in settings.items() if isinstance(settings, dict) else [("jobconf", settings)]:
        kind, bound, _ = KEYS.get(key, (type(None), 0, ""))
        if type(value) is not kind or (isinstance(value, str) and len(value) > bound):
            raise Rejected(envelope("", 403, f"Error jobconf : {key} is {value!r}"))
    return settings  # type: ignore[no-any-return]


def _entry(file: Path) -> dict[str, Any]:
    found = file.stat()
    times = {"date(m)": found.st_mtime, "date(a)": found.st_atime, "date(c)": found.st_ctime}
    owner = {"hardlinks": found.st_nlink, "uid": found.st_uid, "gid": found.st_gid}
    return {"name": file.name, **times, "size": found.st_size, "perms": stat.filemode(found.st_mode), **owner}
