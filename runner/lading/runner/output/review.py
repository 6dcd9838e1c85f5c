"""Differences for a review: a unified diff, JSON Patches, and Markdown made for a comment on a pull request."""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from typing import Any

from lading.compiler.pipeline import Compilation
from lading.compiler.verify import payload_schemas
from lading.runner.review.comparison import Compared, What
from lading.runner.review.difference import ABSENT, Change, Version
from lading.runner.review.patch import patch
from lading.runner.review.shape import Shape, shape_of
from lading.schema.diagnostics import spot_of
from lading.schema.paths import Path, render
from lading.schema.visible import visible

WORDS = {
    What.CHANGED: "changed",
    What.ADDED: "new",
    What.REMOVED: "gone",
    What.REFUSED: "refused now",
    What.SAME: "no difference",
    What.STILL_REFUSED: "refused as before",
}

LONGEST_COMMENT = 60_000
"""Characters; GitHub takes 65,536 of a comment."""

LONGEST_VALUE = 300
"""Characters of a value in a table; more of it nobody reads there."""


def sentence(found: Sequence[Compared]) -> str:
    """How many jobs became what, in words."""
    told = [f"{number} {word}" for what, word in WORDS.items() if (number := sum(one.what is what for one in found))]
    if len(found) == 1:
        return f"{found[0].name} on {found[0].target or 'no target'}: {WORDS[found[0].what]}"
    return f"{len(found)} jobs and targets: {', '.join(told)}"


def as_unified(found: Sequence[Compared]) -> str:
    """What differs as `diff -u` has it: payloads that are scripts as they are, others as JSON with sorted keys."""
    return "".join(line for one in found if one.changes for line in _unified(one))


def _unified(one: Compared) -> Iterator[str]:
    name = f"{one.name}.{one.target}".replace("\n", " ")
    was, now = _text(one.before), _text(one.after)
    old, new = f"a/{name}" if was else "/dev/null", f"b/{name}" if now else "/dev/null"
    for line in unified_diff(was, now, old, new):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _text(version: Version) -> list[str]:
    """The lines of a payload."""
    if not version.requests:
        return []
    scripts = [request["body"].get("script") for request in version.requests]
    if len(scripts) == 1 and isinstance(scripts[0], str):
        return scripts[0].splitlines(keepends=True)
    shown: Any = version.requests[0] if len(version.requests) == 1 else list(version.requests)
    return json.dumps(shown, indent=2, ensure_ascii=False, sort_keys=True).splitlines(keepends=True)


def as_patches(found: Sequence[Compared]) -> list[dict[str, Any]]:
    """A JSON Patch for each job that differs: what makes the payload after of the one before."""
    patches = [(one, list(_operations(one))) for one in found]
    return [{"name": one.name, "target": one.target, "patch": patch} for one, patch in patches if patch]


def _operations(one: Compared) -> Iterator[dict[str, Any]]:
    compilation = one.after.compilation or one.before.compilation
    was, now = list(one.before.requests), list(one.after.requests)
    shape = _bodies(compilation) if compilation else Shape({})
    yield from patch(was, now, shape)


def _bodies(compilation: Compilation) -> Shape:
    """The shape of the list of a compilation's requests."""
    platform = compilation.target.platform.NAME
    schemas = {request.schema for request in compilation.requests} & set(payload_schemas(platform))
    if len(schemas) != 1:
        return Shape({})
    body = shape_of(platform, schemas.pop())
    item = {"properties": {"body": body.schemas[0]}}
    return Shape(body.root, ({"items": item},))


def as_markdown(found: Sequence[Compared]) -> str:
    """A comment for the people who review the change; short enough for GitHub, and it says what was left out."""
    told = [one for one in found if one.what.is_difference]
    lines = [f"### lading: {sentence(found)}", ""]
    if told:
        lines += ["| job | target | what | file |", "|---|---|---|---|"]
        lines += [
            f"| {_code(one.name)} | {_code(one.target or '-')} | {_what(one)} | {_code(one.file)} |" for one in told
        ]
        lines.append("")
    text, left = "\n".join(lines), 0
    for one in told:
        section = "\n".join(_section(one))
        if len(text) + len(section) > LONGEST_COMMENT:
            left += 1
        else:
            text += section
    return text + (f"\n{left} more would make this comment too long; `lading diff` shows them.\n" if left else "")


def _what(one: Compared) -> str:
    if one.what is not What.CHANGED:
        return f"**{WORDS[one.what]}**" if one.what is What.REFUSED else WORDS[one.what]
    return "1 change" if len(one.changes) == 1 else f"{len(one.changes)} changes"


def _section(one: Compared) -> Iterator[str]:
    title = f"{_plain(one.name)} on {_plain(one.target)}" if one.target else _plain(one.name)
    yield ""
    yield f"<details{' open' if one.what in {What.CHANGED, What.REFUSED} else ''}><summary>{title}</summary>"
    yield ""
    for diagnostic in one.refused:
        place = f"{_code(f'{diagnostic.place.file}:{diagnostic.place.line}')}: " if diagnostic.place else ""
        yield f"- {place}{_plain(diagnostic.message)} ({diagnostic.code})"
    values = [change for change in one.changes if not change.is_text]
    if values:
        yield from ("", "| field | before | after | because of |", "|---|---|---|---|")
        yield from (_row(one, change) for change in values)
    for change in one.changes:
        if change.is_text:
            yield from _text_section(one, change)
    yield from ("", "</details>", "")


def _row(one: Compared, change: Change) -> str:
    field = change.pointer.removeprefix("/body") or "/"
    causes = _causes(one, change)
    return f"| {_code(change.request + field)} | {_value(change.before)} | {_value(change.after)} | {causes} |"


def _value(value: Any) -> str:
    if value is ABSENT:
        return "–"
    text = json.dumps(value, ensure_ascii=False)
    return _code(text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} …")


def _causes(one: Compared, change: Change) -> str:
    sides = ((one.after.compilation, change.sources), (one.before.compilation, change.before_sources))
    for compilation, sources in sides:
        if told := list(_spots(compilation, sources)):
            was = " (before)" if compilation is one.before.compilation and change.after is ABSENT else ""
            return ", ".join(dict.fromkeys(told)) + was
    return ""


def _spots(compilation: Compilation | None, sources: Sequence[Path]) -> Iterator[str]:
    for path in sources if compilation else ():
        assert compilation
        if spot := spot_of(path, compilation.job.places):
            yield f"{_code(render(path))} {_code(f'{spot.place.file}:{spot.place.line}')}"


def _text_section(one: Compared, change: Change) -> Iterator[str]:
    field = change.pointer.removeprefix("/body") or "/"
    lines = [f"{line.sign} {visible(line.text)}" for line in change.lines]
    fence = "`" * max(3, 1 + max((len(run) for line in lines for run in re.findall("`+", line)), default=0))
    yield from ("", f"{_code(change.request + field)}", "", f"{fence}diff", *lines, fence)
    made = {"-": one.before.compilation, "+": one.after.compilation}
    spots = [spot for line in change.lines for spot in _spots(made[line.sign], line.sources) if line.sign == "+"]
    if spots:
        yield f"because of {', '.join(dict.fromkeys(spots))}"


def _code(text: str) -> str:
    """The text as code, which stays inside its cell of a table."""
    shown = visible(text).replace("|", "\\|")
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


_MARKED = re.compile(r"([\\`*_{}\[\]<>#|~!&@])")


def _plain(text: str) -> str:
    """The text with nothing in it that Markdown or HTML would take for its own."""
    return _MARKED.sub(lambda found: f"&#{ord(found[0])};", visible(text))
