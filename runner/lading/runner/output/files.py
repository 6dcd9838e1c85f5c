"""Files that are written whole or not at all."""

import os
import tempfile
from collections.abc import Iterable

from lading.runner.invocation.options import WrongUsage
from lading.runner.specs.files import why


def write_whole(path: str, text: str) -> None:
    """The file holds the text; whoever reads it meanwhile finds what was there before. Its folder is made."""
    write_pieces(path, [text.encode("utf-8", "surrogateescape")])


def write_pieces(path: str, pieces: Iterable[bytes]) -> int:
    """The same with the file's bytes piece by piece, as they come; how many there were."""
    folder = os.path.dirname(path) or "."
    try:
        os.makedirs(folder, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".lading-", dir=folder)
        try:
            with open(handle, "wb") as file:
                size = sum(file.write(piece) for piece in pieces)
            os.chmod(draft, _usual_mode())
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        raise WrongUsage(f"{path} can not be written: {why(error)}", "name a folder that you may write to") from None
    return size


def _usual_mode() -> int:
    """What a new file of this user's may be used for."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
