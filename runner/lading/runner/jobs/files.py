"""Files on targets, as command lines name them: ``TARGET:PATH``."""

from pathlib import Path

from lading.runner.invocation.options import WrongUsage
from lading.runner.specs.files import why


def place_of(text: str) -> tuple[str, str]:
    """The target and the path on it."""
    target, colon, path = text.partition(":")
    if not colon or not target or not path:
        raise WrongUsage(f'"{text}" names no file of a target', "write it as TARGET:PATH, such as cluster:~/data")
    return target, path


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
