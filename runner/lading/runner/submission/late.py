"""What is put into a body last: values of secrets, files, answers to earlier requests, what must be looked up.

In a compiled body each stands as a small map that says what it will be, and beside the body is where those maps are: a
label that happens to be called ``secret`` is not one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lading.compiler.payload import Request
from lading.compiler.pointers import at, escape
from lading.runner.errors import RunnerError
from lading.runner.targets.channel import Channel

Values = Mapping[str, Any]
"""What will stand at each JSON pointer."""


def known_beforehand(request: Request, channel: Channel) -> dict[str, Any]:
    """The values that this machine has. One that it has not is an error here and now."""
    secrets = {pointer: channel.vault.value(name) for pointer, name in request.secrets.items()}
    files = {pointer: _file(what["file"], channel) for pointer, what in request.late.items() if "file" in what}
    return {**secrets, **files}


def looked_up(request: Request, channel: Channel) -> dict[str, Any]:
    """The values that the platform has to be asked for."""
    wanted = {pointer: what["lookup"] for pointer, what in request.late.items() if "lookup" in what}
    return {pointer: channel.client.look_up(what) for pointer, what in wanted.items()}


def answered(request: Request, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The values that come from answers to earlier requests, by those requests' names."""
    return {
        pointer: _from_answer(what["answer"], answers) for pointer, what in request.late.items() if "answer" in what
    }


def filled(body: Any, values: Values, pointer: str = "") -> Any:
    """The body in which the values stand where maps stood for them; the one that was given has the maps still."""
    if not values:
        return body
    if pointer in values:
        return values[pointer]
    if isinstance(body, Mapping):
        return {key: filled(item, values, f"{pointer}/{escape(key)}") for key, item in body.items()}
    if isinstance(body, list):
        return [filled(item, values, f"{pointer}/{index}") for index, item in enumerate(body)]
    return body


def _file(name: str, channel: Channel) -> Path:
    """The file beside the spec, which can be read."""
    path = channel.spec_dir / name
    try:
        if not path.is_file():
            raise RunnerError(f"{name} is no file", "correct the path in the spec; it starts at the spec's folder")
        path.open("rb").close()
    except OSError as error:
        raise RunnerError(f"{name} can not be read: {error.strerror}", "make it readable") from None
    return path


def _from_answer(where: str, answers: Mapping[str, Any]) -> Any:
    name, _, pointer = where.partition("#")
    try:
        return at(answers[name], pointer)
    except (LookupError, TypeError, ValueError):
        raise RunnerError(f"the answer to {name} lacks {pointer}, which a later request needs") from None
