"""What a platform is to the runner: one client per target, in ``runner/platforms/<name>.py`` or ``…/<name>/``.

The module has ``connect(context) -> Client``. A client knows its platform's protocol and nothing of specs, ledgers or
screens. Operations that a platform lacks are left to :class:`Lacking`, which says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from lading.runner.errors import NotSupported
from lading.runner.states import Status


@dataclass(frozen=True, slots=True)
class Context:
    """What a client is made from: the target as the site describes it, and the places where it may keep files.

    ``options`` are the platform's normalised site options, ``state_dir`` lading's own state folder (0700),
    ``spec_dir`` the folder that relative paths of a spec start from.
    """

    target: str
    options: Mapping[str, Any] = field(default_factory=dict)
    endpoint: str = ""
    auth: Mapping[str, Any] = field(default_factory=dict)
    state_dir: Path = field(default_factory=Path)
    spec_dir: Path = field(default_factory=Path)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request on its way out. The only object besides the wire that ever holds a secret's value.

    ``token`` is what the job can be found again by: lowercase letters, digits and ``-``, at most 60 characters,
    unique for ever. ``body`` is the compiled request's, with each secret filled in as a
    :class:`lading.runner.secrets.vault.SecretValue`. ``after`` maps what the body's dependencies name to native ids
    on this target.
    """

    token: str
    name: str
    method: str
    path: str
    body: Mapping[str, Any]
    after: Mapping[str, str] = field(default_factory=dict)


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


class Client(Protocol):
    """The operations of one target. Errors are those of ``errors.py`` and no others."""

    def submit(self, outgoing: Outgoing) -> str:
        """The native id of the job that was accepted.

        Raises Refused or Unreachable only where nothing was accepted for certain; else OutcomeUnknown. Sends once.
        """
        ...

    def find(self, token: str) -> str | None:
        """The native id of the job that carries the token, or None where there is certainly none.

        Raises OutcomeUnknown where the platform can not be asked, or not in a way that would prove absence.
        """
        ...

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """The status of each native id, with as few questions as the platform allows.

        An id that it does not know is left out.
        """
        ...

    def stop(self, native_id: str) -> None:
        """The job has been told to end, all of it. Stopping what has ended already is fine."""
        ...

    def start(self, native_id: str) -> None:
        """A held job may run."""
        ...

    def delete(self, native_id: str) -> None:
        """The platform's record of an ended job is gone, its logs too."""
        ...

    def update(self, native_id: str, changes: Mapping[str, Any]) -> None:
        """Fields of a live job have changed; ``changes`` maps portable paths to values in base units."""
        ...

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The job's output, in order; with ``follow`` until the job has ended and all of it was read."""
        ...

    def usage(self, native_id: str) -> Sequence[Usage]:
        """What the job uses now."""
        ...

    def check(self) -> Sequence[tuple[str, str]]:
        """What ``doctor`` reports:

        pairs of what was looked at and what was found. Raises the first thing that is wrong.
        """
        ...


class Lacking:
    """Base of clients: each operation that a platform lacks is an error that says so."""

    platform = "this platform"

    def start(self, native_id: str) -> None:
        """Refused."""
        raise self._lacks("start")

    def delete(self, native_id: str) -> None:
        """Refused."""
        raise self._lacks("delete")

    def update(self, native_id: str, changes: Mapping[str, Any]) -> None:
        """Refused."""
        raise self._lacks("update")

    def usage(self, native_id: str) -> Sequence[Usage]:
        """Refused."""
        raise self._lacks("usage")

    def _lacks(self, operation: str) -> NotSupported:
        return NotSupported(f"`lading {operation}` can not be had on {self.platform}")
