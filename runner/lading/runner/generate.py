"""Writes every file that repeats what stands somewhere else: those of the compiler, and the manual.

``python -m lading.runner.generate`` writes them; with ``--check`` it names the stale ones and exits 1.
"""

import sys
from pathlib import Path

from lading.compiler.generate import DOCS
from lading.compiler.generate import outputs as compiler_outputs
from lading.runner.manual.markdown import commands_page, exit_codes_page
from lading.runner.manual.roff import man_page
from lading.schema.generate import main


def outputs() -> dict[Path, str]:
    """Every generated file, with its text."""
    manual = {
        DOCS / "commands.md": commands_page(),
        DOCS / "exit-codes.md": exit_codes_page(),
        DOCS / "lading.1": man_page(),
    }
    return {**compiler_outputs(), **manual}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], outputs()))
