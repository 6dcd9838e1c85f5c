"""The manual that is made of the command line: complete, true and fit for `man`."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lading.runner import errors
from lading.runner.invocation.failures import EXIT_CODES
from lading.runner.manual.entries import common, entries
from lading.runner.manual.markdown import commands_page, exit_codes_page
from lading.runner.manual.roff import man_page

PAGE = Path(__file__).parents[1] / "docs" / "lading.1"


def test_every_command_and_option_is_in_both_manuals() -> None:
    """Nothing that `--help` shows is left out, and every command says what it does and how it is called."""
    page, man = commands_page(), man_page().replace(r"\-", "-").replace(r"\(aq", "'")
    options = [option for entry in entries() for option, _ in entry.options] + [option for option, _ in common()]
    assert [option for option in options if f"`{option}`".replace("|", r"\|") not in page or option not in man] == []
    assert [entry.name for entry in entries() if f"## {entry.name}\n" not in page or f'"{entry.name}"' not in man] == []
    assert [entry.name for entry in entries() if not entry.example or not entry.summary.endswith(".")] == []


def _of_errors(kind: type[errors.RunnerError]) -> Iterator[int]:
    yield kind.exit_code
    for below in kind.__subclasses__():
        yield from _of_errors(below)


def test_every_exit_code_is_told() -> None:
    """Those of all that can go wrong, and of yes and no; each of them in both manuals."""
    assert set(EXIT_CODES) == {0, 1, 2, 70, 130, 141, *_of_errors(errors.RunnerError)}
    page = exit_codes_page()
    assert [code for code in EXIT_CODES if f"| {code} |" not in page or f"\\fB{code}\\fR" not in man_page()] == []


@pytest.mark.skipif(not shutil.which("groff"), reason="there is no groff here")
def test_the_man_page_is_valid() -> None:
    """groff has nothing to warn of, and shows words and not markup."""
    command = ["groff", "-man", "-Tutf8", "-ww", "-P-cbou", str(PAGE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "--if-absent" in done.stdout
    assert "\\" not in done.stdout
