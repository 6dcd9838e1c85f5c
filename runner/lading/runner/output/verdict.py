"""What ``validate`` says in the end: every diagnostic in the format that was asked for, and a line to sum them up."""

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from lading.runner.output.screen import FOR_OTHERS, Screen
from lading.runner.specs.checked import Checked
from lading.schema.codes import Severity
from lading.schema.diagnostics import Diagnostic, each_once, has_errors


class Verdict(NamedTuple):
    """All that was found in all files, and every problem, file by file."""

    files: Sequence[Checked]
    diagnostics: Sequence[Diagnostic]

    @property
    def is_valid(self) -> bool:
        """Whether there is no error among them."""
        return not has_errors(self.diagnostics)


def show_verdict(screen: Screen, found: Sequence[Checked]) -> int:
    """Everybody knows what was found; the answer is the exit code."""
    verdict = Verdict(found, [diagnostic for checked in found for diagnostic in checked.diagnostics])
    _WRITERS[screen.settings.format](screen, verdict)
    return 0 if verdict.is_valid else 1


def _human(screen: Screen, verdict: Verdict) -> None:
    for checked in verdict.files:
        if checked.sources:
            screen.sources.update(checked.sources)
    screen.diagnostics(verdict.diagnostics)
    gap = "\n" if verdict.diagnostics else ""
    screen.remark(gap + summary(verdict))


def _json(screen: Screen, verdict: Verdict) -> None:
    from lading.schema.render.json import as_data

    files = [{"file": c.file, "specs": c.specs, "valid": not has_errors(c.diagnostics)} for c in verdict.files]
    screen.document({"valid": verdict.is_valid, "files": files, "diagnostics": as_data(verdict.diagnostics)})


def _for_others(screen: Screen, verdict: Verdict) -> None:
    screen.for_others(verdict.diagnostics)


_WRITERS = {"human": _human, "json": _json, **dict.fromkeys(FOR_OTHERS, _for_others)}


def summary(verdict: Verdict) -> str:
    """``2 errors, 1 warning in 1 of 3 files``, or how much was found to be right."""
    counts = Counter(diagnostic.severity for diagnostic in each_once(verdict.diagnostics))
    told = [
        _count(counts[severity], str(severity)) for severity in (Severity.ERROR, Severity.WARNING) if counts[severity]
    ]
    if verdict.is_valid:
        text = ", ".join([f"valid: {_what(verdict.files)}", *told])
    else:
        wrong = sum(has_errors(checked.diagnostics) for checked in verdict.files)
        text = f"{', '.join(told)} in {wrong} of {_count(len(verdict.files), 'file')}"
    untold = _sum("untold", verdict.files)
    return f"{text}; {_count(untold, 'note')}, shown with -v" if untold else text


def _what(found: Sequence[Checked]) -> str:
    counts = {what: _sum(f"{what}s", found) for what in ("spec", "site", "lock")}
    parts = {what: _count(number, what) for what, number in counts.items() if number}
    targets = frozenset[str]().union(*map(attrgetter("targets"), found))
    if targets:
        parts["spec"] += f" for {_count(len(targets), 'target')}"
    return " and ".join(parts.values()) or _count(0, "spec")


def _sum(name: str, found: Sequence[Checked]) -> int:
    return sum(map(attrgetter(name), found))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
