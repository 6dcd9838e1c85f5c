"""What a submission needs of a compilation, and no more: thousands are held until the last of them is sent."""

import json
import os
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lading.compiler.capability import Fidelity
from lading.compiler.payload import Request, canonical
from lading.compiler.pipeline import Compilation
from lading.schema.paths import render


class Sendable(NamedTuple):
    """One compiled job. ``file`` is the spec's name as the user gave it, ``place`` where on this machine that is,
    ``after`` the names and ids in the spec's ``schedule.after``, ``endpoint`` the address that it will be sent to.
    ``id`` is that of its submission, where a plan has given it one. ``takes_more`` says whether secrets or files of
    this machine are put into its requests. What is long is ``packed``: of thousands that wait, a few are sent at a
    time.
    """

    name: str
    kind: str
    target: str
    platform: str
    digest: str
    file: str
    after: tuple[str, ...]
    endpoint: str
    place: str
    takes_more: bool
    packed: bytes
    id: str = ""

    @property
    def content(self) -> "Content":
        """What is long, unpacked for being used."""
        return content_of(json.loads(zlib.decompress(self.packed)))


def sendable(compilation: Compilation) -> Sendable:
    """The compilation without all that only explains it."""
    job = compilation.job
    labels = job.value.get("labels", {})
    conditions = job.value.get("schedule", {}).get("after", {})
    return Sendable(
        name=compilation.name,
        kind=job.kind,
        target=compilation.target.name,
        platform=compilation.target.platform.NAME,
        digest=compilation.digest,
        file=compilation.spec.file,
        after=tuple(dict.fromkeys(entry for entries in conditions.values() for entry in entries)),
        endpoint=compilation.target.endpoint,
        place=place_of(compilation.spec.file),
        takes_more=takes_more(compilation.requests),
        packed=packed(_content(compilation, labels)),
    )


def place_of(file: str) -> str:
    """Where the spec is, whichever folder is asked from later; nowhere, if it came from standard input."""
    return "" if file == "-" else os.path.abspath(file)


def takes_more(requests: Sequence[Request]) -> bool:
    """Whether this machine must give something to one of the requests."""
    return any(request.secrets or any("file" in what for what in request.late.values()) for request in requests)


class Content(NamedTuple):
    """What of a job is long: ``recorded`` is what only the ledger keeps, the target's address among it, ``losses`` what
    is not carried exactly.
    """

    recorded: Mapping[str, Any]
    losses: tuple[Mapping[str, str], ...]
    requests: tuple[Request, ...]

    def as_data(self) -> dict[str, Any]:
        """It as JSON data."""
        requests = [{**request.as_data(), "prepares": request.prepares} for request in self.requests]
        return {"recorded": self.recorded, "losses": self.losses, "requests": requests}


def content_of(data: Mapping[str, Any]) -> Content:
    """The content that is the data."""
    return Content(data["recorded"], tuple(data["losses"]), tuple(_request(one) for one in data["requests"]))


def packed(content: Content) -> bytes:
    """The content in a fifth of its room."""
    return zlib.compress(canonical(content.as_data()), 1)


def _content(compilation: Compilation, labels: Mapping[str, str]) -> Content:
    return Content(
        recorded=_given(labels=labels, endpoint=compilation.target.endpoint) | dict(compilation.recorded),
        losses=tuple(
            {"path": render(entry.path), "fidelity": entry.fidelity.value, "why": entry.note}
            for entry in compilation.entries
            if entry.fidelity is not Fidelity.EXACT
        ),
        requests=compilation.requests,
    )


def _request(data: Mapping[str, Any]) -> Request:
    needs: Sequence[str] = data.get("needs", ())
    return Request(**{**data, "needs": tuple(needs)})


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
