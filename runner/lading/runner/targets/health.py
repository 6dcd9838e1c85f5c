"""How lading itself and the targets of a site are."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

from lading.runner.errors import LedgerUnusable, LoginMissing, NotSupported, RunnerError, SecretMissing, Unreachable
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
            findings.append(Finding(name, "reachable", _reached(error)))
            errors.append(error.about(name))
    return findings, errors


def _reached(error: RunnerError) -> str:
    """What is known of a target that was looked at in vain: some errors come before anything is asked."""
    if isinstance(error, NotSupported | SecretMissing | LoginMissing | LedgerUnusable):
        return "not tried"
    return "no" if isinstance(error, Unreachable) else "yes, it answered"


def _ourselves(session: Session) -> list[tuple[str, str]]:
    return [
        ("lading", LADING),
        ("python", ".".join(map(str, sys.version_info[:3]))),
        ("site", session.site().file.file),
        ("ledger", str(session.ledger.folder)),
    ]
