"""Secrets on their way to a job: a file that only its owner can read, of this one submission and no other."""

import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from lading.compiler.platforms.newt.wire import wire
from lading.runner.errors import NotSupported, Refused, RunnerError, Unreachable
from lading.runner.platform import Outgoing
from lading.runner.platforms.newt import protocol
from lading.runner.platforms.newt.commands import Commands
from lading.runner.platforms.newt.files import Files
from lading.runner.secrets.vault import SecretValue

_FOLDER = re.compile(r"file/[^/]+/(~/[A-Za-z0-9._/-]+)/")
_OURS = re.compile(r"/[A-Za-z0-9._/-]+/\.lading/[a-z0-9-]+")
_MODES = "stat -c %a {folder} {file}"
ELSE = "let the script read them from a file of your own"


def bring(outgoing: Outgoing, commands: Commands, files: Files) -> Mapping[str, str]:
    """The file is there with what the body says, for nobody but its owner; its ``location``, for the job."""
    folder = _FOLDER.fullmatch(outgoing.path)
    if folder is None:
        raise Refused(f"{outgoing.path} is no folder for secrets below the home there")
    location = _made(f"{folder[1]}/{outgoing.token}", commands)
    files.put(wire(_revealed(outgoing.body), {}).encode(), location)
    if not _is_private(_told(_MODES.format(folder=f'"$(dirname {location})"', file=location), commands).split()):
        remove(location, commands)
        raise Refused(f"others could read {location}, where the job's secrets would be", "tell the service's operators")
    return {"location": location}


def remove(location: Any, commands: Commands) -> None:
    """The file that a job would have read is gone, if it can be had; nothing else is ever touched."""
    if isinstance(location, str) and _OURS.fullmatch(location):
        with suppress(RunnerError):
            commands.shell(f"rm -f {location}")


def _made(place: str, commands: Commands) -> str:
    """Where the empty file is, which nobody else can read before anything stands in it."""
    file = f'"$HOME"{shlex.quote(place.removeprefix("~"))}'
    folder = f'"$(dirname {file})"'
    text = f"umask 077 && mkdir -p {folder} && touch {file} && chmod 700 {folder} && chmod 600 {file}"
    told = _told(f"{text} && {_MODES.format(folder=folder, file=file)} && printf %s {file}", commands)
    *modes, location = told.split("\n", 2)
    is_plain = _OURS.fullmatch(location) and len(location) <= protocol.LONGEST_ARGUMENTS
    if not (is_plain and _is_private(modes)):
        raise Refused(
            "the home there is no place for secrets: its path is too long or odd, or others could read what is in it",
            ELSE,
        )
    return location


def _told(text: str, commands: Commands) -> str:
    try:
        answer = commands.shell(text)
    except NotSupported as error:
        raise Refused(f"secrets can not be brought there safely: {error}", ELSE) from None
    if answer.code is None or not answer.has_started:
        raise Unreachable(f"no file for the job's secrets could be made: {answer.problem}", "try again later")
    if answer.code:
        raise Refused(f"no file for the job's secrets could be made: {answer.problem}", ELSE)
    return answer.out


def _is_private(modes: Sequence[str]) -> bool:
    """Whether the folder and the file are their owner's alone. A folder may hand on its group, which chmod leaves."""
    return [mode[-3:] for mode in modes] == ["700", "600"]


def _revealed(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"variables": {name: _value(value) for name, value in body["variables"].items()}}


def _value(value: Any) -> Any:
    return value.reveal() if isinstance(value, SecretValue) else value
