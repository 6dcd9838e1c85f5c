"""The manual as one man page, ``lading.1``."""

import re
from collections.abc import Iterable, Iterator, Sequence

from lading.runner.cli import cli
from lading.runner.invocation.failures import EXIT_CODES
from lading.runner.manual.entries import Entry, common, entries, paragraphs_of
from lading.runner.version import LADING

ENVIRONMENT = (
    ("LADING_SITE", "The site file, where neither `--site` nor a file in the folder names one."),
    ("LADING_STATE", "The folder of the ledger and of jobs on this machine, instead of the user's own state folder."),
    ("NO_COLOR", "Set to anything, nothing is coloured unless `--color always` asks for it."),
)
FILES = (
    (
        "lading.site.yaml",
        "The targets that there are: beside the spec or above it in the checkout, or in `~/.config/lading`.",
    ),
    ("lading.lock", "Beside the site: what its targets were seen to have. `lading catalog pull` writes it."),
    ("~/.local/state/lading/ledger.db", "What was submitted, and all that happened to it."),
)


def man_page() -> str:
    """The whole page."""
    head = f'.TH LADING 1 "" "lading {LADING}" "User Commands"'
    about = paragraphs_of(cli)
    sections = {
        "NAME": [f"lading \\- {_text(about[0][:1].lower() + about[0][1:].rstrip('.'))}"],
        "SYNOPSIS": [".B lading", "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGS\\fR]..."],
        "DESCRIPTION": _paragraphs(about[1:]),
        "COMMANDS": [line for entry in entries() for line in _command(entry)],
        "OPTIONS OF EVERY COMMAND": _listed(common()),
        "EXIT STATUS": _listed((str(code), meaning) for code, meaning in EXIT_CODES.items()),
        "ENVIRONMENT": _listed(ENVIRONMENT),
        "FILES": _listed(FILES),
    }
    lines = [line for title, text in sections.items() for line in (f'.SH "{title}"', *text)]
    return "\n".join([r".\" Made by `make generate`.", head, *lines, ""])


def _command(entry: Entry) -> Iterator[str]:
    yield f'.SS "{_text(entry.name)}"'
    yield f"\\fB{_text(entry.usage)}\\fR"
    yield from _paragraphs(entry.paragraphs)
    yield from _listed(entry.options)
    yield from (
        ".PP",
        "For example:",
        ".PP",
        ".nf",
        *(f"    {_text(line)}" for line in entry.example.splitlines()),
        ".fi",
    )


def _paragraphs(paragraphs: Sequence[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield from (".PP", _text(paragraph))


def _listed(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, meaning in pairs:
        yield from (".TP", f"\\fB{_text(term)}\\fR", _text(meaning))


def _text(text: str) -> str:
    """The text for roff, in which what stands between backticks is bold."""
    plain = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("^", r"\(ha")
    marked = re.sub("`([^`]*)`", r"\\fB\1\\fR", plain).replace("`", r"\(ga").replace("~", r"\(ti")
    return f"\\&{marked}" if marked.startswith(".") else marked
