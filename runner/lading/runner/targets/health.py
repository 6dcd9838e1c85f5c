"""How lading itself and the targets of a site are."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

from lading.runner.errors import NotSupported, RunnerError
from lading.runner.invocation.session import Session, check_targets
from lading.runner.secrets.scrub import scrubber
from lading.runner.version import LADING


class Finding(NamedTuple):
    """One thing that was looked at, and what was found."""

    target: str
    checked: str
    found: str


def examine(session: Session, targets: Sequence[str] = ()) -> tuple[list[Finding], list[RunnerError]]:
    """What was found on this machine and at each target, and the first thing that is wrong with each."""
    site = session.site()
    check_targets(site, targets)
    findings = [Finding("", checked, found) for checked, found in _ourselves(session)]
    errors = []
    for name in targets or site.names:
        try:
            findings += [Finding(name, *pair) for pair in session.channel(name).client.check()]
        except RunnerError as error:
            scrubber().error(error)
            findings.append(Finding(name, "reachable", "not tried" if isinstance(error, NotSupported) else "no"))
            errors.append(error.about(name))
    return findings, errors


def _ourselves(session: Session) -> list[tuple[str, str]]:
    return [
        ("lading", LADING),
        ("python", ".".join(map(str, sys.version_info[:3]))),
        ("site", session.site().file.file),
        ("ledger", str(session.ledger.folder)),
    ]
