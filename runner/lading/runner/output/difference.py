"""Differences between payloads: lines with a sign for people, before and after for programs."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from lading.compiler.pipeline import Compilation
from lading.runner.output.screen import Screen
from lading.runner.review.difference import ABSENT, Change, text_changes
from lading.schema.diagnostics import spot_of
from lading.schema.paths import Path, render
from lading.schema.visible import visible

STYLES = {"-": "31", "+": "32", "@": "36"}

Found = Sequence[tuple[Compilation, Sequence[Change]]]


def show_differences(screen: Screen, found: Found) -> None:
    """What differs, job by job; of a value that the spec made, the line that did."""
    if not screen.is_human:
        data = [_data(compilation, changes) for compilation, changes in found]
        screen.document({"equal": not any(changes for _, changes in found), "differences": data})
        return
    colors = screen.settings.colors(sys.stdout)
    for compilation, changes in found:
        for line in _lines(compilation, changes):
            style = STYLES.get(line[:1], "") if colors else ""
            screen.result(f"\x1b[{style}m{line}\x1b[0m\n" if style else f"{line}\n")
        if not changes:
            screen.remark(f"{compilation.name} on {compilation.target.name}: no difference")


def _lines(compilation: Compilation, changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        where = ":".join(filter(None, (compilation.name, compilation.target.name, change.request)))
        yield f"@ {visible(where)} {visible(change.pointer)}"
        for line, sources in _of_value(compilation, change):
            because = _because(compilation, sources)
            yield visible(line) + (f"    # {because}" if because else "")


def _of_value(compilation: Compilation, change: Change) -> Iterator[tuple[str, tuple[Path, ...]]]:
    if change.is_text:
        request = next((one for one in compilation.requests if one.name == change.request), compilation.requests[0])
        yield from text_changes(change, request)
        return
    for sign, value, sources in (("-", change.before, ()), ("+", change.after, change.sources)):
        if value is not ABSENT:
            yield f"{sign} {json.dumps(value, ensure_ascii=False)}", sources


def _because(compilation: Compilation, sources: tuple[Path, ...]) -> str:
    """The places in the spec that made a value."""
    spots = [(path, spot_of(path, compilation.job.places)) for path in sources]
    told = [f"{render(path)}, {spot.place.file}:{spot.place.line}" for path, spot in spots if spot]
    return visible("; ".join(dict.fromkeys(told)))


def _data(compilation: Compilation, changes: Sequence[Change]) -> dict[str, Any]:
    return {
        "name": compilation.name,
        "target": compilation.target.name,
        "digest": compilation.digest,
        "changes": [_change_data(compilation, change) for change in changes],
    }


def _change_data(compilation: Compilation, change: Change) -> dict[str, Any]:
    values = {"before": change.before, "after": change.after}
    return {
        "request": change.request or None,
        "pointer": change.pointer,
        **{name: value for name, value in values.items() if value is not ABSENT},
        "sources": [_source(compilation, path) for path in change.sources],
    }


def _source(compilation: Compilation, path: Path) -> dict[str, Any]:
    spot = spot_of(path, compilation.job.places)
    place = spot.place if spot else None
    return {"path": render(path), "file": place.file if place else None, "line": place.line if place else None}
