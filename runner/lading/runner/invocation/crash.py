"""What is left of a bug of ours: a file with the traceback, and one paragraph for the person who met it."""

import os
import sys
import tempfile
import time
import traceback

from lading.runner.secrets.scrub import scrubber
from lading.runner.version import LADING


def report(error: BaseException) -> str:
    """The paragraph to show. The traceback stands in the file that it names, without the values of secrets."""
    name = _written(scrubber().scrub(_text(error)))
    kept = (
        f"What happened is written in {name}; please file it as an issue." if name else "It could not be written down."
    )
    return (
        f"lading has a bug and can not go on: {type(error).__name__}. Nothing in your files caused this, and nothing "
        f"was submitted that `lading list` does not show. {kept}"
    )


def _text(error: BaseException) -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    told = "".join(traceback.format_exception(error))
    return f"lading {LADING}, Python {python}, {sys.platform}\n\n{told}"


def _written(text: str) -> str | None:
    """The name of a new file, readable by nobody else, that holds the text; None where none can be made."""
    from lading.runner.ledger.ledger import state_folder

    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    for folder in (str(state_folder()), tempfile.gettempdir()):
        name = os.path.join(folder, f"crash-{stamp}-{os.getpid()}.txt")
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return name
    return None
