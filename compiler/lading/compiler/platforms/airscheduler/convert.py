"""The rows of AirScheduler's tables whose verdict depends on the value, on the fields beside it or on the site."""

import re
from typing import Any

from lading.compiler.capability import Fidelity, Leaf, Verdict, dropped, emulated, exact, refused
from lading.compiler.secrets import is_secret
from lading.compiler.target import Target

AGAIN = "a loop in the command starts it again, in the same container"
NO_COMMAND = "it could only be done around a command, and the spec leaves that to the image"

_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def as_it_is(native: Any, target: Target) -> Any:  # noqa: ARG001 - the site has no say in it
    """The spec says what the payload says."""
    return native


def workdir(leaf: Leaf) -> Verdict:
    """A container's working directory is an absolute path."""
    if leaf.value.startswith("/"):
        return exact(leaf.value)
    return refused("a relative path is relative to nothing here: start it with /")


def variable_in_command(leaf: Leaf) -> Verdict:
    """A variable that is set in the command, where a secret would be there for everybody to read."""
    if is_secret(leaf.value):
        return refused("the first edition has variables in the command only, which everybody may read")
    return emulated(leaf.value, "set by `env` in the command") if _has_command(leaf) else dropped(NO_COMMAND)


def framework(leaf: Leaf) -> Verdict:
    """A single process of PyTorch needs only variables; nothing starts those of others."""
    if leaf.value == "pytorch":
        return emulated(leaf.value, "one process is rank 0 of 1")
    return dropped(f"nothing starts {leaf.value} processes here: let the command do it")


def framework_in_command(leaf: Leaf) -> Verdict:
    """The same where variables are set in the command."""
    found = framework(leaf)
    return found if found.fidelity is Fidelity.DROPPED or _has_command(leaf) else dropped(NO_COMMAND)


def time_limit_in_command(leaf: Leaf) -> Verdict:
    """A limit that the command itself keeps."""
    return emulated(leaf.value, "`timeout` in the command ends it") if _has_command(leaf) else dropped(NO_COMMAND)


def retries(leaf: Leaf) -> Verdict:
    """More attempts in the same container."""
    if leaf.value == 0:
        return exact(None)
    return emulated(leaf.value, AGAIN) if _has_command(leaf) else dropped(NO_COMMAND)


def restart(leaf: Leaf) -> Verdict:
    """The program is started again in the same container."""
    if leaf.value == "never":
        return exact(None)
    return emulated(leaf.value, AGAIN) if _has_command(leaf) else dropped(NO_COMMAND)


def _has_command(leaf: Leaf) -> bool:
    return "command" in leaf.job or "script" in leaf.job


def queue(leaf: Leaf) -> Verdict:
    """The namespace that the catalog has for the queue; the queue's own name where the catalog lists none."""
    known = leaf.target.catalog.get("queues", {})
    if known and leaf.value not in known:
        return refused(f'the site has no "{leaf.value}" in its catalog, only {", ".join(known)}')
    native = known.get(leaf.value, leaf.value)
    if not _NAMESPACE.fullmatch(native):
        return refused("a namespace is made of lower-case letters, digits and -: give it one in catalog.queues")
    return exact(native)


def hold(leaf: Leaf) -> Verdict:
    """A task is started at once or not."""
    return exact(not leaf.value)


def held(native: Any, target: Target) -> bool | None:  # noqa: ARG001 - the site has no say in it
    """Only what is held back says so."""
    return True if native is False else None


def volume(leaf: Leaf) -> Verdict:
    """The export or the folder that the catalog has for the volume."""
    found = leaf.target.catalog.get("volumes", {}).get(leaf.value)
    if found is None:
        return refused(f'targets.{leaf.target.name}.catalog.volumes has no "{leaf.value}"')
    return exact(found)


def port(leaf: Leaf) -> Verdict:
    """A port that a spec does not publish is reached from outside all the same."""
    if leaf.beside().get("publish", False) is not False:
        return exact(leaf.value)
    return emulated(leaf.value, "every port here is reached from outside, at a number of the platform's choice")


def publish(leaf: Leaf) -> Verdict:
    """A number where the spec wants a certain one, nothing where the platform chooses."""
    return exact(None if isinstance(leaf.value, bool) else leaf.value)
