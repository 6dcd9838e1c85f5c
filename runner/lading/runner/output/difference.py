"""Differences between payloads: lines with a sign for people, before and after for programs."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lading.compiler.pipeline import Compilation
from lading.runner.invocation.options import HTML, HUMAN, JSON
from lading.runner.invocation.session import Session
from lading.runner.output.review import as_markdown, as_patches, as_unified, sentence
from lading.runner.output.screen import Screen
from lading.runner.review.comparison import Compared
from lading.runner.review.difference import ABSENT, Change, Line
from lading.runner.specs.trees import DISK, Tree
from lading.schema.diagnostics import Diagnostic, spot_of
from lading.schema.paths import Path, render
from lading.schema.render.json import as_data
from lading.schema.visible import visible

STYLES = {"-": "31", "+": "32", "@": "36"}


def show_differences(session: Session, found: Sequence[Compared], then: Tree = DISK) -> None:
    """What differs, job by job, in the format that was asked for; ``then`` has the files of the version before."""
    if session.settings.format == HTML:
        from lading.runner.pages.difference import difference_page

        session.screen.result(difference_page(session, found, then))
    else:
        WRITERS[session.settings.format](session.screen, found)


def _human(screen: Screen, found: Sequence[Compared]) -> None:
    colors = screen.settings.colors(sys.stdout)
    for one in found:
        for line in _lines(one):
            style = STYLES.get(line[:1], "") if colors else ""
            screen.result(f"\x1b[{style}m{line}\x1b[0m\n" if style else f"{line}\n")
    refused: list[Diagnostic] = [diagnostic for one in found for diagnostic in one.refused]
    screen.diagnostics(refused)
    if len(found) > 1 or not any(one.changes or one.refused for one in found):
        screen.remark(sentence(found))


def _lines(one: Compared) -> Iterator[str]:
    for change in one.changes:
        where = ":".join(filter(None, (one.name, one.target, change.request)))
        yield f"@ {visible(where)} {visible(change.pointer)}"
        for text, because in signed(one, change):
            yield visible(text) + (f"    # {because}" if because else "")


def signed(one: Compared, change: Change) -> Iterator[tuple[str, str]]:
    """The lines of a change with their signs, and beside each what made it."""
    causes = {"-": one.before.compilation, "+": one.after.compilation}
    if change.is_text:
        for line in change.lines:
            yield f"{line.sign} {line.text}", because(causes[line.sign], line.sources)
        return
    for sign, value, sources in (
        ("-", change.before, change.before_sources),
        ("+", change.after, change.sources),
    ):
        if value is not ABSENT:
            yield f"{sign} {json.dumps(value, ensure_ascii=False)}", because(causes[sign], sources)


def because(compilation: Compilation | None, sources: tuple[Path, ...]) -> str:
    """The places in the spec that made a value; nothing where it is not known."""
    spots = [(path, spot_of(path, compilation.job.places)) for path in sources] if compilation else []
    told = [f"{render(path)}, {spot.place.file}:{spot.place.line}" for path, spot in spots if spot]
    return visible("; ".join(dict.fromkeys(told)))


def _json(screen: Screen, found: Sequence[Compared]) -> None:
    equal = not any(one.what.is_difference for one in found)
    screen.document({"equal": equal, "differences": [_data(one) for one in found]})


def _data(one: Compared) -> dict[str, Any]:
    return {
        "name": one.name,
        "target": one.target or None,
        "file": one.file,
        "what": one.what.value,
        "digest": one.compilation.digest or None if one.compilation else None,
        "changes": [_change_data(one, change) for change in one.changes],
        "refused": as_data(one.refused),
    }


def _change_data(one: Compared, change: Change) -> dict[str, Any]:
    values = {"before": change.before, "after": change.after}
    return {
        "request": change.request or None,
        "pointer": change.pointer,
        **{name: value for name, value in values.items() if value is not ABSENT},
        **({"lines": [_line_data(one, line) for line in change.lines]} if change.is_text else {}),
        "sources": list(_sources(one.after.compilation, change.sources)),
        "beforeSources": list(_sources(one.before.compilation, change.before_sources)),
    }


def _line_data(one: Compared, line: Line) -> dict[str, Any]:
    made = one.after.compilation if line.sign == "+" else one.before.compilation
    return {"sign": line.sign, "text": line.text, "sources": list(_sources(made, line.sources))}


def _sources(compilation: Compilation | None, paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        spot = spot_of(path, compilation.job.places) if compilation else None
        place = spot.place if spot else None
        yield {"path": render(path), "file": place.file if place else None, "line": place.line if place else None}


WRITERS: Mapping[str, Callable[[Screen, Sequence[Compared]], None]] = {
    HUMAN: _human,
    JSON: _json,
    "unified": lambda screen, found: screen.result(as_unified(found)),
    "json-patch": lambda screen, found: screen.document({"patches": as_patches(found)}),
    "markdown": lambda screen, found: screen.result(as_markdown(found)),
}
