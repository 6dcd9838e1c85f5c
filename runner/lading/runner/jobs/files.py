"""Files on targets, as command lines name them: ``TARGET:PATH``."""

import os
from pathlib import Path

from lading.runner.invocation.options import WrongUsage
from lading.runner.specs.files import why


def place_of(text: str) -> tuple[str, str]:
    """The target and the path on it."""
    target, colon, path = text.partition(":")
    if not colon or not target or not path:
        raise WrongUsage(f'"{text}" names no file of a target', "write it as TARGET:PATH, such as tianhe:~/data")
    return target, path


def landing(path: str, file: str | None) -> str:
    """The file on this machine that a copy of the path becomes: under its own name, where a folder is named or nothing.

    The folder must be there.
    """
    own = os.path.basename(path.rstrip("/"))
    is_folder = not file or file.endswith("/") or os.path.isdir(file)
    name = os.path.join(file or "", own) if is_folder else str(file)
    if is_folder and not own:
        raise WrongUsage(f"{path} names no file", "name the file to write to as well")
    folder = os.path.dirname(name) or "."
    if not os.path.isdir(folder):
        raise WrongUsage(f"there is no folder {folder}", "make it first, or name one that is there")
    return name


def existing(name: str) -> Path:
    """The file of that name on this machine, which can be read."""
    path = Path(name)
    try:
        if path.exists() and not path.is_file():
            raise WrongUsage(f"{name} is no file", "name a file, whose size is known before it is sent")
        path.open("rb").close()
    except OSError as error:
        raise WrongUsage(f"{name} can not be read: {why(error)}", "name a file that is there") from None
    return path
