"""The page of every code that lading reports, with an example of each that has one."""

import re
from collections.abc import Iterable, Iterator, Mapping

from lading.compiler.matrix_pages import as_written
from lading.schema.codes import CODES, GROUPS, Code


def diagnostics_page(examples: Mapping[str, str]) -> str:
    """The page; ``examples`` are what people were told, by code."""
    lines = ["# Diagnostics", "", "Every code that lading reports. `lading explain CODE` says the same of one.", ""]
    for group, about in GROUPS.items():
        lines += [f"## {group}xx: {about}", ""]
        for name, code in CODES.items():
            if name.startswith(group):
                lines += [*_section(name, code, examples.get(name, ""))]
    return "\n".join(lines)


def examples_in(outputs: Iterable[str]) -> dict[str, str]:
    """The shortest diagnostic of each code, out of what was printed."""
    blocks = [block for output in outputs for block in output.split("\n\n")]
    found: dict[str, str] = {}
    for block in sorted(blocks, key=lambda text: (len(text), text)):
        if told := re.match(r"(?:error|warning|note)\[(LD\d+)\]", block):
            found.setdefault(told[1], block.rstrip())
    return found


def _section(name: str, code: Code, example: str) -> Iterator[str]:
    yield from (f"### {name}", "", f"**{code.severity}**: {as_written(code.title)}", "")
    facts = {"it says": code.says, "what to do": code.does}
    if told := [f"- {fact}: {as_written(text)}" for fact, text in facts.items() if text]:
        yield from (*told, "")
    if example:
        yield from ("```text", example, "```", "")
