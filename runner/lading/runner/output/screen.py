"""Where a command's words go: results to standard output, everything else to standard error."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from lading.runner.errors import RunnerError
from lading.runner.invocation.options import HTML, HUMAN, Settings, is_terminal
from lading.schema.codes import Severity
from lading.schema.diagnostics import Diagnostic, each_once

if TYPE_CHECKING:
    from lading.runner.output.tables import Column, Rows

FOR_OTHERS = GITHUB, SARIF = "github", "sarif"
"""Formats of diagnostics that are not ours."""

WIDEST = 120
"""Diagnostics are not drawn wider than this: nobody reads lines that long."""


class OutputLost(RunnerError):
    """Standard output can not be written to."""

    def __init__(self, error: OSError) -> None:
        reason = (error.strerror or str(error)).lower()
        super().__init__(f"the output can not be written: {reason}", "see that there is space where it goes")


class Screen:
    """The two streams, as the settings of one command want them.

    ``sources`` are the lines of the files that were read; diagnostics are drawn with them.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sources: dict[str, Sequence[str]] = {}

    @property
    def is_human(self) -> bool:
        """Whether people read the results, and not a program."""
        return self.settings.format == HUMAN

    def result(self, text: str) -> None:
        """The text stands on standard output, as it is."""
        write(text.encode("utf-8", "backslashreplace"))

    def document(self, data: Mapping[str, Any]) -> None:
        """The one JSON document of the command stands on standard output."""
        self.result(as_json({"lading": 1, **data}))

    def table(self, columns: "Sequence[Column]", rows: "Rows") -> None:
        """The table stands on standard output: drawn for a person, plain for a program."""
        from lading.runner.output.tables import for_terminal, plain

        if is_terminal(sys.stdout):
            for_terminal(columns, rows, sys.stdout, self.width, colors=self.settings.colors(sys.stdout))
        else:
            self.result(plain(columns, rows))

    def is_narrow(self, least: int) -> bool:
        """Whether a person looks at fewer columns than that."""
        return is_terminal(sys.stdout) and self.width < least

    def has_room(self, columns: "Sequence[Column]", rows: "Rows") -> bool:
        """Whether nothing of the table would have to be cut or folded; always so where no person looks."""
        from lading.runner.output.tables import least_width

        return not is_terminal(sys.stdout) or least_width(columns, rows) <= self.width

    def has_room_for_words(self, columns: "Sequence[Column]", rows: "Rows") -> bool:
        """Whether no word of the table would have to be broken; always so where no person looks."""
        from lading.runner.output.tables import longest_words

        return not is_terminal(sys.stdout) or longest_words(columns, rows) <= self.width

    def drawing(self, text: str, styles: Mapping[str, str]) -> None:
        """The text stands on standard output, for a person; the words that have a style are coloured."""
        from lading.runner.output.tables import draw

        draw(text, styles, sys.stdout, colors=self.settings.colors(sys.stdout))

    def remark(self, text: str) -> None:
        """Something worth knowing stands on standard error, unless quiet was asked for."""
        if not self.settings.quiet:
            self.complain(text)

    def complain(self, text: str) -> None:
        """The text stands on standard error, whatever was asked for; where it can not, the exit code must do."""
        try:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()
        except OSError:
            write_nowhere(sys.stderr)

    def diagnostics(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Errors and warnings stand on standard error with their lines, notes in a line each; quiet leaves errors."""
        drawn, noted = self._chosen(diagnostics)
        if drawn:
            from lading.schema.render.human import human

            self._read_sources(drawn)
            colors = self.settings.colors(sys.stderr)
            self.complain(human(drawn, self.sources, color=colors, width=min(self.width, WIDEST)).rstrip("\n"))
        if drawn and noted:
            self.complain("")
        alike: dict[tuple[str, str], list[Diagnostic]] = {}
        for note in noted:
            alike.setdefault((note.code, note.message), []).append(note)
        for first, *others in alike.values():
            self.complain(_one_line(first, len(others)))

    def _chosen(self, diagnostics: Sequence[Diagnostic]) -> tuple[list[Diagnostic], list[Diagnostic]]:
        ordered = each_once(diagnostics)
        if self.settings.quiet:
            return [d for d in ordered if d.is_error], []
        if self.settings.verbose:
            return ordered, []
        drawn = [d for d in ordered if d.severity is not Severity.NOTE]
        return drawn, [d for d in ordered if d.severity is Severity.NOTE]

    def _read_sources(self, diagnostics: Sequence[Diagnostic]) -> None:
        """The lines of files that diagnostics speak of, and that nobody has kept, are known."""
        from lading.schema.document import lines_of

        places = [place for d in diagnostics for place in (d.place, *(label.place for label in d.labels)) if place]
        for name in {place.file for place in places} - set(self.sources):
            if os.path.isfile(name):
                with open(name, "rb") as file:
                    self.sources[name] = lines_of(file.read())

    def failure(self, diagnostics: Sequence[Diagnostic], exit_code: int) -> int:
        """The user knows what went wrong, in the format that was asked for; the answer is the exit code.

        A page goes to a file, so that it is said beside it.
        """
        if self.settings.format in {HUMAN, HTML}:
            self.diagnostics(diagnostics)
        elif self.settings.format in FOR_OTHERS:
            self.for_others(diagnostics)
        else:
            from lading.schema.render.json import as_data

            self.document({"diagnostics": as_data(diagnostics)})
        return exit_code

    def for_others(self, diagnostics: Sequence[Diagnostic]) -> None:
        """They stand on standard output in a format that is not ours."""
        if self.settings.format == GITHUB:
            from lading.schema.render.github import github

            self.result(github(diagnostics))
        else:
            from lading.runner.version import LADING
            from lading.schema.render.sarif import as_sarif

            self.result(as_json(as_sarif(diagnostics, version=LADING)))

    @property
    def width(self) -> int:
        """The columns of the terminal."""
        import shutil

        return shutil.get_terminal_size((100, 24)).columns


def passed_on(text: str, stream: TextIO) -> str:
    """A line of somebody else's for that stream: for a program as it is, for a person with nothing hidden in it."""
    if not is_terminal(stream):
        return text
    from lading.schema.visible import visible

    return "\t".join(visible(part) for part in text.removesuffix("\r").split("\t"))


def write_nowhere(stream: TextIO) -> None:
    """The stream leads nowhere from now on, so that the interpreter does not complain of it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def write(data: bytes) -> None:
    """All of the bytes are on their way to whoever reads standard output; UTF-8 in every locale.

    Where Python does not buffer, a write may take only a part.
    """
    try:
        while data:
            data = data[sys.stdout.buffer.write(data) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLost(error) from None


def as_json(data: Any) -> str:
    """JSON data as a text that people can read too, and no terminal obeys."""
    from lading.schema.visible import visible_json

    return visible_json(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _one_line(note: Diagnostic, others: int) -> str:
    """The note, and how many more there are that say the same of other places."""
    from lading.schema.visible import visible

    more = f" and {others:,} more place{'s' if others > 1 else ''}" if others else ""
    where = f" ({note.place.file}:{note.place.line}{more})" if note.place else ""
    return visible(f"{note.severity}[{note.code}]: {note.message}{where}")
