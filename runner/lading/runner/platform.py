"""What a platform is to the runner: one client per target, in ``runner/platforms/<name>/``.

The package has ``connect(context) -> Client``. A client knows its platform's protocol and nothing of specs, ledgers or
screens. Operations that a platform lacks are left to :class:`Lacking`, which says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lading.runner.errors import NotSupported, SecretMissing
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import Status

if TYPE_CHECKING:
    import httpx


def _no_secret(name: str) -> SecretValue:
    raise SecretMissing(f'no site says where the secret "{name}" is')


@dataclass(frozen=True, slots=True)
class Context:
    """What a client is made from: the target as the site describes it, and the places where it may keep files.

    ``options`` are the platform's normalised site options, ``state_dir`` lading's own state folder (0700). ``auth``
    holds the login's values by name, looked up when they are asked for, and ``secret`` gives the value of a secret that
    an option names. ``ca_file`` holds the certificates of authorities that the endpoint is trusted by, None for those
    that this machine trusts. ``transport`` takes the place of the network, for tests.
    """

    target: str
    options: Mapping[str, Any] = field(default_factory=dict)
    endpoint: str = ""
    auth: Mapping[str, SecretValue] = field(default_factory=dict)
    state_dir: Path = field(default_factory=Path)
    ca_file: Path | None = None
    secret: Callable[[str], SecretValue] = _no_secret
    transport: "httpx.BaseTransport | None" = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request on its way out. The only object besides the wire that ever holds a secret's value.

    ``token`` is what the job can be found again by: lowercase letters, digits and ``-``, at most 60 characters,
    unique for ever. ``body`` is the compiled request's, with each secret filled in as a
    :class:`lading.runner.secrets.vault.SecretValue`, each file as the :class:`pathlib.Path` of it, and whatever else
    was late as it is now. ``after`` maps what the body's dependencies name to native ids on this target. ``folder`` is
    where the spec's relative paths start.
    """

    token: str
    name: str
    method: str
    path: str
    body: Mapping[str, Any]
    after: Mapping[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A job that the platform has. ``answer`` is what it said of it, for requests that need something of that."""

    native_id: str
    answer: Any = None


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which log lines are wanted. None means all (or, of several replicas, each with its name in front)."""

    follow: bool = False
    lines: tuple[int, int | None] | None = None
    role: str | None = None
    replica: int | None = None
    container: str | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a job's output without its newline; bytes that are no UTF-8 are kept as Python keeps those of files'
    names (``surrogateescape``), so that the line can be written again as it was.

    ``source`` tells several streams apart (``worker-0``, ``3`` for an array element); empty where there is only one.
    """

    text: str
    source: str = ""
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process group or step uses now: cpu in cores, memory in bytes; None where the platform does not say."""

    source: str
    cpu: float | None
    memory: int | None


@dataclass(frozen=True, slots=True)
class Executed:
    """What became of a command on a login node: its exit code and what it printed."""

    code: int
    out: str
    err: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of a platform: its name, its size in bytes, when it was last changed in the platform's words."""

    name: str
    size: int | None = None
    changed: str = ""
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way here. ``size`` is how many bytes there will be, None where that is not known."""

    chunks: Iterator[bytes]
    size: int | None = None


class Client(Protocol):
    """The operations of one target. Errors are those of ``errors.py`` and no others. Any thread may call them."""

    least_pause: float
    """Seconds that must lie between two questions about the state of jobs."""

    tells_stopped: bool
    """Whether the platform tells a job that was stopped from one that failed by itself."""

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The job that was accepted.

        Raises Refused or Unreachable only where nothing was accepted for certain; else OutcomeUnknown. Sends once.
        """
        ...

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The job that carries the token and was asked for at the path, or None where there is certainly none.

        Raises OutcomeUnknown where the platform can not be asked, or not in a way that would prove absence; Unreachable
        where that may be otherwise soon.
        """
        ...

    def bring(self, outgoing: Outgoing) -> Any:
        """What a request that ``prepares`` brings is where later ones need it; the answer, for them.

        It makes no job and does no harm when it is sent again.
        """
        ...

    def look_up(self, what: Mapping[str, Any]) -> Any:
        """What is short-lived, as the platform has it now. Raises Refused where it has no such thing."""
        ...

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """The status of each native id, with as few questions as the platform allows.

        An id that it does not know is left out.
        """
        ...

    def stop(self, native_id: str) -> None:
        """The job has been told to end, all of it. Stopping what has ended already is fine."""
        ...

    def start(self, native_id: str) -> str:
        """A held job may run, or one that has ended runs again; the native id that it has from now on."""
        ...

    def delete(self, native_id: str) -> None:
        """The platform's record of an ended job is gone, its logs too."""
        ...

    def update(self, native_id: str, changes: Mapping[str, Any]) -> None:
        """Fields of a live job have changed; ``changes`` maps portable paths to values in base units."""
        ...

    def live(self, native_id: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """The body of the request that would make the job as the platform has it now.

        ``sent`` is the body that made it, as the ledger has it: names of secrets instead of values. What the server
        adds or rewrites by itself is as in ``sent``; whatever somebody changed since is as it is now. Where ``sent``
        has a secret or something late, the platform's own value stands.
        """
        ...

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The job's output, in order; with ``follow`` until the job has ended and all of it was read."""
        ...

    def usage(self, native_id: str) -> Sequence[Usage]:
        """What the job uses now."""
        ...

    def result(self, native_id: str) -> Download | None:
        """The file that an ended job left behind for its user, None where it left none."""
        ...

    def execute(self, command: Sequence[str]) -> Executed:
        """The command has run on the login node."""
        ...

    def upload(self, file: Path, place: str) -> str:
        """The file is on the platform; where it is there."""
        ...

    def download(self, place: str) -> Download:
        """The file that is there."""
        ...

    def listing(self, place: str) -> Sequence[Entry]:
        """What is in the folder."""
        ...

    def catalog(self) -> Mapping[str, Any]:
        """What the target has now, as the platform's model ``Catalog`` has it, in base units."""
        ...

    def check(self) -> Sequence[tuple[str, str]]:
        """For ``doctor``, pairs of what was looked at and what was found. Raises the first thing that is wrong."""
        ...

    def close(self) -> None:
        """Nothing is open any more."""
        ...


class Lacking:
    """Base of clients: each operation that a platform lacks is an error that says so, and who has it."""

    platform = "this platform"
    least_pause = 0.0
    tells_stopped = True

    def bring(self, outgoing: Outgoing) -> Any:
        """Refused: no emitter of this platform prepares anything."""
        raise NotSupported(f"{self.platform} has nothing that could be prepared with {outgoing.path}")

    def look_up(self, what: Mapping[str, Any]) -> Any:
        """Refused: no emitter of this platform leaves anything to be looked up."""
        raise NotSupported(f"{self.platform} has nothing that could be looked up by {', '.join(what)}")

    def result(self, native_id: str) -> Download | None:
        """No job leaves a file behind."""
        return None

    def close(self) -> None:
        """Nothing was open."""

    def start(self, native_id: str) -> str:
        """Refused."""
        raise self._lacks("start")

    def delete(self, native_id: str) -> None:
        """Refused."""
        raise self._lacks("delete")

    def update(self, native_id: str, changes: Mapping[str, Any]) -> None:
        """Refused."""
        raise self._lacks("update")

    def live(self, native_id: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """Refused."""
        raise self._lacks("live", "diff --against live")

    def usage(self, native_id: str) -> Sequence[Usage]:
        """Refused."""
        raise self._lacks("usage")

    def execute(self, command: Sequence[str]) -> Executed:
        """Refused."""
        raise self._lacks("execute", "exec")

    def upload(self, file: Path, place: str) -> str:
        """Refused."""
        raise self._lacks("upload")

    def download(self, place: str) -> Download:
        """Refused."""
        raise self._lacks("download")

    def listing(self, place: str) -> Sequence[Entry]:
        """Refused."""
        raise self._lacks("listing", "files")

    def catalog(self) -> Mapping[str, Any]:
        """Refused."""
        raise self._lacks("catalog", "catalog pull")

    def _lacks(self, operation: str, command: str = "") -> NotSupported:
        from lading.runner.targets.registry import who_has

        having = who_has(operation)
        command = command or operation
        return NotSupported(
            f"`lading {command}` can not be had on {self.platform}",
            f"{_listed(having)} can do it" if having else "no platform can do it",
        )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
