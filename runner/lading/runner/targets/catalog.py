"""Catalogs as people write them, entry by entry, each on one line; and the lock, which is made of them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lading.compiler.registry import language, sections
from lading.schema.shape import Language, Shape
from lading.schema.writer import as_line

REMARK = "# What the targets of the site have, as lading found it. To have something otherwise, say so in the site."


class Section(NamedTuple):
    """One part of a catalog: the text of each entry, by its name."""

    name: str
    entries: Mapping[str, str]


def sections_of(platform: str, catalog: Mapping[str, Any]) -> Iterator[Section]:
    """The parts of a platform's catalog (base units), in the order of its model."""
    models, structs = sections(platform) or ({}, {})
    known = Language({**language().structs, **structs}, {})
    for name, field in models["catalog"].fields.items():
        if name in catalog:
            item = field.shape.item or Shape("any")
            yield Section(name, {key: as_line(value, item, known) for key, value in catalog[name].items()})


def lock_text(targets: Mapping[str, Mapping[str, Any]]) -> str:
    """The lock of these targets, each with its platform and its catalog (base units), as ``load_lock`` reads it back.

    Sorted, and one entry on a line, so that a diff says what has changed.
    """
    lines = [REMARK, "lading: v1", "kind: lock", "targets:" if targets else "targets: {}"]
    for name, target in sorted(targets.items()):
        lines += [f"  {_word(name)}:", f"    platform: {_word(target['platform'])}"]
        parts = [line for section in sections_of(target["platform"], target["catalog"]) for line in _lines(section)]
        lines += ["    catalog:", *parts] if parts else ["    catalog: {}"]
    return "\n".join([*lines, ""])


def _lines(section: Section) -> list[str]:
    entries = [f"        {_word(name)}: {text}" for name, text in sorted(section.entries.items())]
    return [f"      {section.name}:", *entries] if entries else [f"      {section.name}: {{}}"]


def _word(name: str) -> str:
    return as_line(name, Shape("text"), language())
