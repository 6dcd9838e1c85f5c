"""A page by itself: its style and its script stand in it, and its policy lets it load or run nothing else."""

import os.path
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from lading.runner.pages.rows import Section
from lading.schema.visible import visible

OPEN_AT_ONCE = 3
"""With more jobs than these, a page shows only their titles at first."""

LEGEND = (
    ("by-spec", "made by the spec"),
    ("by-site", "by the site"),
    ("by-other", "by another file or option"),
    ("default", "by neither: a default, or an option of the target"),
)


def as_page(title: str, summary: str, sections: Sequence[Section], *, chooses: bool = False) -> str:
    """The page. It shows one section at a time if it ``chooses``, else all of them below each other."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    folder = os.path.dirname(__file__)
    environment = Environment(
        autoescape=True,
        finalize=_shown,
        loader=FileSystemLoader(folder, encoding="utf-8"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = (_file(folder, name) for name in ("page.css", "page.js"))
    return environment.get_template("page.html").render(
        title=title,
        summary=summary,
        sections=sections,
        chooses=chooses,
        opens=len(sections) <= OPEN_AT_ONCE,
        legend=LEGEND,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'",
    )


def _shown(value: Any) -> Any:
    """A text of others with nothing hidden in it, before it is escaped; a tab stays one."""
    return "\t".join(map(visible, value.split("\t"))) if type(value) is str else value


def _file(folder: str, name: str) -> str:
    with open(f"{folder}/{name}", encoding="utf-8") as file:
        return file.read()


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
