"""What is asked of the server of every platform, so that one suite of tests and one tour serve all of them."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from servers.web import Service


@dataclass
class PlatformService(Service):
    """A platform with its users, queues and machines, and no job yet.

    With ``runs`` each job is a real process of this machine, which ends by itself; without it jobs stay pending, as on
    a platform that has no room, and cost nothing.
    """

    runs: bool = True

    name: ClassVar[str]
    """The platform, as a site calls it."""

    environ: ClassVar[Mapping[str, str]]
    """The environment variables in which the site of ``target`` has its logins and secrets."""

    can_find: ClassVar[bool] = True
    """Whether the platform of ``target`` can be asked for a job of which only the token is known."""

    @property
    def lacks(self) -> str:
        """What this machine lacks for jobs to run, and how to have it; empty where nothing is missing."""
        return ""

    @abstractmethod
    def target(self, url: str) -> dict[str, Any]:
        """The target of a site, as YAML has it, for this platform at the address: all that a spec with a name and a
        command needs is in its defaults.
        """

    @abstractmethod
    def accepted(self) -> list[str]:
        """The native ids, as lading has them, of all jobs that were ever accepted, in order; one made twice is twice
        there.
        """

    def kept(self, native_id: str) -> dict[str, Any]:
        """What is kept of the request that made the job. Tests change it."""
        raise NotImplementedError

    def newest(self) -> "PlatformService":
        """The platform in that of its editions which carries the most."""
        return self

    @abstractmethod
    def expire(self) -> None:
        """No token that was given out until now is taken any more."""

    @abstractmethod
    def hidden(self) -> list[str]:
        """What nobody may ever see: passwords, and every token that was given out."""
