"""A platform in a folder, which counts what it accepts, and compilations to send to it."""

import os
import signal
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from lading.compiler.payload import Request
from lading.compiler.pipeline import Compilation
from lading.compiler.target import Platform, Target
from lading.runner.errors import Busy, OutcomeUnknown, Refused, Unreachable
from lading.runner.ledger.ledger import Ledger
from lading.runner.ledger.record import Submission
from lading.runner.platform import Accepted, Lacking, Outgoing
from lading.runner.secrets.vault import Source, Vault
from lading.runner.states import State, Status
from lading.runner.submission.sendable import Sendable, sendable
from lading.runner.submission.submit import submit
from lading.runner.targets.channel import Channel
from lading.schema.job import Job
from lading.schema.layers import Layer
from lading.schema.load import Spec
from lading.schema.shape import Language

EMPTY = Language({}, {})


@dataclass
class Toy(Lacking):
    """A client whose platform is a folder with one file for each accepted job: its native id, holding its token.

    ``plays`` say what becomes of each submission in turn: accept, refuse, unreachable, busy, the answer or the request
    is lost, an exception to raise after accepting, or the process dies before or after accepting.
    """

    folder: Path
    plays: list[Any] = field(default_factory=list)
    blind: bool = False
    stop_fails: bool = False
    states: dict[str, Status] = field(default_factory=dict)
    sent: list[Outgoing] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    brings: list[Any] = field(default_factory=list)
    questions: list[list[str]] = field(default_factory=list)

    platform = "toy"

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)

    def jobs(self) -> list[str]:
        """The tokens of all accepted jobs, sorted; one that was accepted twice is there twice."""
        return sorted(file.read_text() for file in self.folder.iterdir())

    def submit(self, outgoing: Outgoing) -> Accepted:
        """What the next play says."""
        self.sent.append(outgoing)
        play = self.plays.pop(0) if self.plays else "accept"
        if play == "refuse":
            raise Refused("there is no queue gpu", "name another queue")
        if play == "unreachable":
            raise Unreachable("no route to toy")
        if play == "busy":
            raise Busy("toy is busy")
        if play == "lose request":
            raise OutcomeUnknown("no answer came")
        if play == "die before":
            os.kill(os.getpid(), signal.SIGKILL)
        native_id = f"toy-{uuid.uuid4().hex}"
        (self.folder / native_id).write_text(outgoing.token)
        if play == "take over":
            raise Unreachable("no route to toy")
        if play == "lose answer":
            raise OutcomeUnknown("no answer came")
        if play == "die after":
            os.kill(os.getpid(), signal.SIGKILL)
        if isinstance(play, BaseException):
            raise play
        return Accepted(native_id, {"id": native_id})

    def bring(self, outgoing: Outgoing) -> Any:
        """What the next of ``brings`` says."""
        self.sent.append(outgoing)
        if isinstance(found := self.brings.pop(0), BaseException):
            raise found
        return found

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The job with that token."""
        if self.blind:
            raise OutcomeUnknown("toy can not be asked")
        return next((Accepted(file.name) for file in self.folder.iterdir() if file.read_text() == token), None)

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """What ``states`` says, else pending; jobs that are not there are left out."""
        self.questions.append(list(ids))
        there = {file.name for file in self.folder.iterdir()}
        return {one: self.states.get(one, Status(State.PENDING)) for one in ids if one in there}

    def stop(self, native_id: str) -> None:
        """Remembered."""
        if self.stop_fails:
            raise Unreachable("no route")
        self.stopped.append(native_id)


def channel(client: Toy, folder: Path, sources: Mapping[str, Source] | None = None, **rest: Any) -> Channel:
    """A channel to the toy whose waiting takes no time."""
    settings: dict[str, Any] = {"sleep": lambda _: None, **rest}
    ledger = settings.pop("ledger", None) or Ledger(folder)
    return Channel(cast("Any", client), ledger, Vault(sources or {}), **settings)


def submitted(job: Sendable, there: Channel, *, if_absent: bool = False) -> Submission:
    """The submission as the ledger has it, once the platform has the job; or an error says what became of it."""
    return there.ledger.get(submit(job, there, if_absent=if_absent))


def request(name: str = "", needs: tuple[str, ...] = (), **body: Any) -> Request:
    """A request with that body; ``env`` may hold ``{"secret": NAME}``."""
    env = body.get("env", {})
    secrets = {f"/env/{key}": value["secret"] for key, value in env.items() if isinstance(value, dict)}
    return Request("POST", "/jobs", body, name, needs, secrets=secrets)


def compilation(name: str = "train", *requests: Request, target: str = "toy", **job: Any) -> Sendable:
    """What the compiler would have made of a job of that name."""
    value = {"name": name, **job}
    sent = requests or (request(name=""),)
    sent = tuple(one if one.body else request(one.name, one.needs, job=name) for one in sent)
    platform = cast("Platform", SimpleNamespace(NAME="toy"))
    spec = Spec(Layer(value), "job", f"{name}.yaml", EMPTY)
    return sendable(Compilation(spec, Target(target, platform), Job(value, {}, EMPTY), requests=sent))
