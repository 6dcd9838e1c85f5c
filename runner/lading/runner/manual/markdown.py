"""Pages of the manual as Markdown."""

from collections.abc import Iterator, Sequence

from lading.compiler.matrix_pages import as_written, table_row
from lading.runner.invocation.failures import EXIT_CODES
from lading.runner.manual.entries import Entry, common, entries


def commands_page() -> str:
    """Every command: what it does, how it is called, an example and its options."""
    known = entries()
    lines = ["# Commands", "", "What `lading COMMAND --help` says, all on one page.", ""]
    lines += [*_rows(("command", ""), [(_link(entry), as_written(entry.summary)) for entry in known]), ""]
    for entry in known:
        lines += _section(entry)
    return "\n".join([*lines, "## Options of every command", "", *_options(common()), ""])


def exit_codes_page() -> str:
    """What the exit code of a command says."""
    rows = _rows(("code", "meaning"), [(str(code), meaning) for code, meaning in EXIT_CODES.items()])
    return "\n".join(["# Exit codes", "", "What a script can rely on, for every command.", "", *rows, ""])


def _link(entry: Entry) -> str:
    return f"[`{entry.name}`](#{entry.name.replace(' ', '-')})"


def _section(entry: Entry) -> Iterator[str]:
    yield from (f"## {entry.name}", "")
    for paragraph in entry.paragraphs:
        yield from (as_written(paragraph), "")
    yield from ("```text", entry.usage, "```", "", "For example:", "", "```sh", entry.example, "```", "")
    if entry.options:
        yield from (*_options(entry.options), "")


def _options(options: Sequence[tuple[str, str]]) -> Iterator[str]:
    return _rows(("option", ""), [(f"`{option}`", as_written(meaning)) for option, meaning in options])


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from (table_row(head), table_row(["---"] * len(head)))
    yield from map(table_row, rows)
