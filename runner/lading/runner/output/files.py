"""Files that are written whole or not at all."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterable

from lading.runner.invocation.options import WrongUsage
from lading.runner.specs.files import why


def write_whole(path: str, text: str) -> None:
    """The file holds the text; whoever reads it meanwhile finds what was there before. Its folder is made."""
    write_pieces(path, [text.encode("utf-8", "surrogateescape")])


def write_pieces(path: str, pieces: Iterable[bytes]) -> int:
    """The same with the file's bytes piece by piece, as they come; how many there were.

    Links are followed, and a file that was there stays as private as it was. A pipe or a device is no file that could
    be replaced: it is written to.
    """
    try:
        mode = _mode_of(path)
        if mode is None or stat.S_ISREG(mode):
            return _replace(os.path.realpath(path), pieces, _usual_mode() if mode is None else stat.S_IMODE(mode))
        with open(path, "wb") as stream:
            return sum(stream.write(piece) for piece in pieces)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WrongUsage(f"{path} can not be written: {why(error)}", _remedy(error)) from None


def _replace(path: str, pieces: Iterable[bytes], mode: int) -> int:
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".lading-", dir=folder)
    try:
        with open(handle, "wb") as file:
            size = sum(file.write(piece) for piece in pieces)
        os.chmod(draft, mode)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
    return size


def _mode_of(path: str) -> int | None:
    """What is there and who may use it, None where nothing is."""
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _remedy(error: OSError) -> str:
    is_full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return "free some space there" if is_full else "name a file that you may write to"


def _usual_mode() -> int:
    """What a new file of this user's may be used for."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
