"""A page of documentation for each platform, from its tables and models."""

from collections.abc import Iterator, Mapping, Sequence
from inspect import getdoc
from typing import Any

from lading.compiler.capability import Fidelity, Row, Table
from lading.compiler.matrix import Edition, editions_of, label, rounding
from lading.compiler.matrix_pages import LEGEND, SIGNS, as_written, table_row
from lading.compiler.reference import inside, type_text, value_text
from lading.compiler.registry import language, platform, sections
from lading.schema.paths import Path
from lading.schema.shape import Field, Shape, Struct

SECTIONS = {
    "options": "What a site says of the platform, under `targets.TARGET.options`.",
    "catalog": "How portable names are spelled there, under `targets.TARGET.catalog` of a site or its lock.",
    "native": "What only this platform has, under `native.{platform}` of a spec.",
}
"""The models of a platform, and where each of them is written."""


def platform_page(name: str) -> str:
    """The page of one platform, as Markdown."""
    lines = [f"# {name}", "", *_about(name), ""]
    for heading, table in _tables(name).items():
        lines += [f"## {heading}", "", *_fields(table), ""]
    lines += [LEGEND, ""]
    found, structs = sections(name) or ({}, {})
    for which, where in SECTIONS.items():
        if found[which].fields:
            lines += [f"## {which}", "", where.format(platform=name), "", *_model(found[which], structs), ""]
    return "\n".join(lines)


def _about(name: str) -> Iterator[str]:
    found = platform(name)
    yield getdoc(found) or ""
    if others := getattr(found, "ALSO_READS", ()):
        yield f"\nIt reads the native fields of {', '.join(f'[{other}]({other}.md)' for other in others)} as well."


def _tables(name: str) -> dict[str, Table]:
    """Every table of the platform, each one once, under the kinds (and editions) of specs that it is for."""
    told: list[tuple[Table, list[str]]] = []
    for edition in editions_of(name):
        for kind, table in _of_edition(edition):
            words = " ".join([kind, *edition.title.split()[1:]])
            same = next((kinds for known, kinds in told if known == table), None)
            if same is None:
                told.append((table, [words]))
            else:
                same.append(words)
    return {f"Fields of {', '.join(kinds)}": table for table, kinds in told}


def _of_edition(edition: Edition) -> Iterator[tuple[str, Table]]:
    for kind in language().kinds_of_work:
        if (table := edition.platform.table(kind, edition.options)) is not None:
            yield kind, table


def _fields(table: Table) -> Iterator[str]:
    yield from (table_row(["field", "carried", "as", ""]), table_row(["---"] * 4))
    for field, row in table.items():
        native, remarks = f"`{row.name}`" if row.name else "", "; ".join(_remarks(row))
        if native or remarks or row.fidelity is not Fidelity.EXACT:
            yield table_row([f"`{field}`", f"{SIGNS[row.fidelity]} {row.fidelity}", native, remarks])


def _remarks(row: Row) -> Iterator[str]:
    if row.why or rounding(row):
        yield as_written(row.why or rounding(row))
    if row.values:
        yield ", ".join(_translation(value, native) for value, native in row.values.items())
    if row.limit is not None:
        yield f"at most {row.limit:,}"
    if row.needed:
        yield f"needed: {as_written(row.needed)}"


def _translation(value: Any, native: Any) -> str:
    said = f"`{value_text(Shape('any'), value)}`"
    return f"{said} needs no word" if native is None else f"{said} is `{value_text(Shape('any'), native)}`"


def _model(struct: Struct, structs: Mapping[str, Struct]) -> Iterator[str]:
    yield from (table_row(["field", "type", "meaning"]), table_row(["---"] * 3))
    for name, field in _all_of(struct, structs):
        yield table_row([f"`{name}`", type_text(field.shape, structs), " ".join(_meaning(name, field))])


def _all_of(struct: Struct, structs: Mapping[str, Struct], above: Path = ()) -> Iterator[tuple[str, Field]]:
    """The fields of the struct, each followed by its own."""
    for key, field in struct.fields.items():
        path = (*above, key)
        yield label(path), field
        inner, step = inside(field.shape)
        if inner.type == "struct":
            yield from _all_of(structs[inner.struct], structs, (*path, *step))


def _meaning(name: str, field: Field) -> Sequence[str]:
    needed = ["Needed."] if field.required else []
    default = [f"Default: `{value_text(field.shape, field.default)}`."] if field.default is not None else []
    example = [f"Example: `{name.rpartition('.')[2]}: {field.example}`"]
    return [as_written(" ".join(field.doc.split())), *needed, *default, *example]
