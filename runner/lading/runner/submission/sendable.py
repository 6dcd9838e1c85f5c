"""What a submission needs of a compilation, and no more: thousands are held until the last of them is sent."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from lading.compiler.capability import Fidelity
from lading.compiler.payload import Request
from lading.compiler.pipeline import Compilation
from lading.schema.paths import render


class Sendable(NamedTuple):
    """One compiled job. ``file`` is the spec's name as the user gave it, ``after`` the names and ids in the spec's
    ``schedule.after``, ``recorded`` what only the ledger keeps, the target's address among it, ``losses`` what is not
    carried exactly. ``id`` is that of its submission, where a plan has given it one.
    """

    name: str
    kind: str
    target: str
    platform: str
    digest: str
    file: str
    after: tuple[str, ...]
    recorded: Mapping[str, Any]
    losses: tuple[Mapping[str, str], ...]
    requests: tuple[Request, ...]
    id: str = ""

    @property
    def endpoint(self) -> str:
        """The address that it will be sent to."""
        return str(self.recorded.get("endpoint", ""))

    @property
    def place(self) -> str:
        """Where the spec is, whichever folder is asked from later; nowhere, if it came from standard input."""
        return "" if self.file == "-" else os.path.abspath(self.file)


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
        recorded=_given(labels=labels, endpoint=compilation.target.endpoint) | dict(compilation.recorded),
        losses=tuple(
            {"path": render(entry.path), "fidelity": entry.verdict.fidelity.value, "why": entry.verdict.note}
            for entry in compilation.entries
            if entry.verdict.fidelity is not Fidelity.EXACT
        ),
        requests=tuple(request._replace(origins=()) for request in compilation.requests),
    )


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
