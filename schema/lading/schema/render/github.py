"""Diagnostics as workflow commands, which GitHub shows beside the lines of a pull request."""

from collections.abc import Iterable, Mapping

from lading.schema.codes import CODES, Severity
from lading.schema.diagnostics import Diagnostic

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github(diagnostics: Iterable[Diagnostic]) -> str:
    """One line for each diagnostic."""
    return "".join(f"{_command(diagnostic)}\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    properties = ",".join(
        f"{name}={str(value).translate(_IN_PROPERTY)}" for name, value in _properties(diagnostic).items()
    )
    message = f"{diagnostic.message}\n{diagnostic.help}".rstrip().translate(_IN_MESSAGE)
    return f"::{_COMMANDS[diagnostic.severity]} {properties}::{message}"


def _properties(diagnostic: Diagnostic) -> Mapping[str, object]:
    title = {"title": f"{diagnostic.code}: {CODES[diagnostic.code].title}"}
    place = diagnostic.place
    if place is None:
        return title
    where: dict[str, object] = {"file": place.file, "line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:  # GitHub refuses columns of a stretch of several lines
        where |= {"col": place.column, "endColumn": place.end_column}
    return {**where, **title}
