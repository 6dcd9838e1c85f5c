"""A submission as its platform has it now, to be compared with what would be submitted."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.pointers import at
from lading.runner.errors import NoSuchJob, SecretMissing
from lading.runner.invocation.session import Session
from lading.runner.jobs.found import Found, label
from lading.runner.ledger.record import Part, Submission
from lading.runner.secrets.scrub import scrubber
from lading.runner.secrets.vault import Vault
from lading.runner.submission.late import filled

CHANGED = {"secret": "another value"}
"""Stands where the platform has another value than the secret's; which one is for nobody to see."""


def live_requests(session: Session, submission: Submission) -> list[dict[str, Any]]:
    """The requests that would make the jobs as they are now, by what the platform says of them.

    What only prepares another request is as it was sent. Raises NoSuchJob where the platform has not got all of them.
    """
    found = Found(submission, session)
    channel = found.channel
    parts = {part.name: part for part in submission.parts}
    requests = []
    for request in session.ledger.requests(submission.id):
        part = parts.get(request.get("name", ""))
        if part is None:
            requests.append(request)
            continue
        body = channel.client.live(_native_id(part, submission), request["body"])
        requests.append({**request, "body": scrubber().scrub(_as_compiled(body, request, channel.vault))})
    return requests


def _native_id(part: Part, submission: Submission) -> str:
    if part.native_id:
        return part.native_id
    which = f"{part.name} of {label(submission)}" if part.name else label(submission)
    raise NoSuchJob(f"{submission.target} has no job for {which}", "compare with `--against last`")


def _as_compiled(body: Mapping[str, Any], request: Mapping[str, Any], vault: Vault) -> Any:
    """The body with names where values of secrets are, and with what was late as the compiler has it."""
    late = dict(request.get("late", {}))
    secrets = {
        pointer: {"secret": name} if _is_value(body, pointer, name, vault) else CHANGED
        for pointer, name in request.get("secrets", {}).items()
    }
    return filled(body, {**late, **secrets})


def _is_value(body: Mapping[str, Any], pointer: str, name: str, vault: Vault) -> bool:
    """Whether the secret's value stands there; so it is taken to be where either of the two can not be known."""
    try:
        known = {"secret": name}, vault.value(name).reveal()
        there = at(body, pointer)
    except (SecretMissing, LookupError, ValueError, TypeError):
        return True
    return there in known
