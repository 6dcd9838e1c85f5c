"""The language's field reference, for people and as data."""

import json
from collections.abc import Sequence
from textwrap import fill, indent
from typing import Any

from lading.compiler.reference import Reference, overview, reference
from lading.runner.invocation.options import WrongUsage
from lading.runner.output.screen import WIDEST, Screen
from lading.runner.output.tables import Column
from lading.schema.nearest import did_you_mean, nearest
from lading.schema.paths import Path, parse

OVERVIEW = (Column("FIELD", stays_whole=True), Column("MEANING"))
FIELDS = (Column("FIELD", stays_whole=True), Column("TYPE", needs=100), Column("MEANING"))
CARRIED = (Column("PLATFORM", stays_whole=True), Column("FIDELITY", stays_whole=True), Column("AS"), Column("WHY"))


def show_fields(screen: Screen) -> None:
    """The fields of a job, each with its meaning."""
    found = overview()
    if screen.is_human:
        screen.table(OVERVIEW, [[field.name, _in_short(field.doc)] for field in found])
        screen.remark("\n`lading explain FIELD` says more of each")
    else:
        screen.document({"fields": [reference_data(field) for field in found]})


def show_field(screen: Screen, text: str) -> None:
    """All that is known of one field."""
    found = _found(text)
    if not screen.is_human:
        screen.document({"field": reference_data(found)})
        return
    screen.result(_paragraph(found, min(screen.width, WIDEST)))
    if found.below:
        screen.result("\n")
        screen.table(FIELDS, [[field.name, field.type, _in_short(field.doc)] for field in found.below])
    if found.cells:
        screen.result("\n")
        cells = [[name, str(cell.fidelity), cell.native, cell.why] for name, cell in found.cells.items()]
        screen.table(CARRIED, cells)


def _found(text: str) -> Reference:
    path = _path(text)
    found = reference(path) if path else None
    if found is None:
        above = reference(path[:-1]) if path and len(path) > 1 else None
        known = {field.name for field in (above.below if above else (*overview(), *overview("site")))}
        deeper = "" if above or ("." not in text and nearest(text, known)) else _nearest_below(text)
        advice = f'did you mean "{deeper}"?' if deeper else did_you_mean(text, known, "fields")
        raise WrongUsage(f'the language has no field "{text}"', advice)
    return found


def _nearest_below(text: str) -> str:
    """The field one level down that is most likely meant: ``resources.gpu`` by ``gpu``."""
    fields = [field for top in overview() for field in (reference(top.path) or top).below]
    by_name = {str(field.path[-1]): field.name for field in reversed(fields)}
    found = nearest(text.rpartition(".")[2], by_name)
    return by_name[found] if found else ""


def _path(text: str) -> Path | None:
    """The path, in which ``mounts[]`` and ``mounts[0]`` are the same."""
    return parse(text.replace("[]", "[0]"))


def _paragraph(field: Reference, width: int) -> str:
    facts = {
        "type": field.type,
        "default": "it must be there" if field.required else _default(field.default),
        "example": f"{field.path[-1]}: {field.example}",
        "kinds": ", ".join(field.kinds),
    }
    doc = indent(fill(" ".join(field.doc.split()), width - 2), "  ")
    lines = [field.name, doc, "", *(f"  {name:<9}{value}" for name, value in facts.items())]
    return "".join(f"{line}\n" for line in lines)


def _in_short(doc: str) -> str:
    """The first paragraph, in one line."""
    return " ".join(doc.partition("\n\n")[0].split())


def _default(value: Any) -> str:
    if value is None:
        return "none; what the platform does without it holds"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def reference_data(field: Reference) -> dict[str, Any]:
    """The field as data."""
    return {
        "path": field.name,
        "type": field.type,
        "required": field.required,
        "default": field.default,
        "doc": field.doc,
        "example": field.example,
        "kinds": list(field.kinds),
        "fields": _below(field.below),
        "platforms": [
            {"platform": name, "fidelity": str(cell.fidelity), "native": cell.native or None, "why": cell.why or None}
            for name, cell in (field.cells or {}).items()
        ],
    }


def _below(fields: Sequence[Reference]) -> list[dict[str, Any]]:
    return [reference_data(field) for field in fields]
