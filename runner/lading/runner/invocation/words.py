"""The words that may stand in a place of the command line, for completion. Each is found when it is asked for.

Whatever a function raises is not told: see ``completion.py``.
"""

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from lading.runner.specs.trees import ENDINGS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Items = list[CompletionItem[str]]

MOST_JOBS = 100


def targets(context: click.Context, _: click.Parameter, typed: str) -> "Items":
    """The targets of the site that holds here, each with its platform."""
    site: Mapping[str, Mapping[str, str]] = _site(context).get("targets", {})
    return _items({name: str(target.get("platform", "")) for name, target in site.items()}, typed)


def jobs(_: click.Context, __: click.Parameter, typed: str) -> "Items":
    """What was submitted, the newest first, each with its name and state."""
    from lading.runner.ledger.glance import glance
    from lading.runner.ledger.ledger import FILE, state_folder

    seen = glance(state_folder() / FILE, typed.upper(), MOST_JOBS)
    return _items({job.id: f"{job.name}, {job.state}, {job.target}" for job in seen}, typed.upper())


def specs(_: click.Context, __: click.Parameter, typed: str) -> "Items":
    """The YAML files of the folder that is being typed, and the folders in it."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(path, type="path") for path in _paths(typed)]


def files(_: click.Context, __: click.Parameter, typed: str) -> "Items":
    """Any file: the shell knows them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(typed, type="file")]


def folders(_: click.Context, __: click.Parameter, typed: str) -> "Items":
    """Any folder: the shell knows them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(typed, type="dir")]


def platforms(_: click.Context, __: click.Parameter, typed: str) -> "Items":
    """The platforms that there are."""
    from lading.compiler.registry import platforms as known

    return _items(dict.fromkeys(known(), ""), typed)


def fields(_: click.Context, __: click.Parameter, typed: str) -> "Items":
    """The fields of specs, a level at a time, each with its meaning."""
    return _fields(typed)


def _fields(typed: str, *more: str) -> "Items":
    """The fields of every kind of work, and of more kinds."""
    from lading.schema.job import field_at
    from lading.schema.paths import parse
    from lading.schema.shape import language

    known = language()
    above = typed.rpartition(".")[0]
    path = parse(above.replace("[]", "[0]")) if above else None
    found: dict[str, str] = {}
    for top in (known.structs[known.kinds[kind]] for kind in (*known.kinds_of_work, *more)):
        around = field_at(known, top, path) if path else None
        shape = around.shape.item or around.shape if around else None
        struct = known.structs.get(shape.struct) if shape else None if above else top
        for name, field in struct.fields.items() if struct else ():
            found.setdefault(f"{above}.{name}" if above else name, field.doc)
    return _items(found, typed)


def explainable(context: click.Context, parameter: click.Parameter, typed: str) -> "Items":
    """Fields, specs, and the codes of diagnostics once one is begun."""
    found = [*_fields(typed, "site"), *specs(context, parameter, typed)]
    if typed != "L" and typed[:2].upper() != "LD":
        return found
    from lading.schema.codes import CODES

    return [*_items({name: code.title for name, code in CODES.items()}, typed.upper()), *found]


def schemas(context: click.Context, parameter: click.Parameter, typed: str) -> "Items":
    """What there are schemas of; after `output`, the commands that print a document."""
    from lading.runner.specs.schemas import output_commands

    if tuple(context.params.get("what") or ()) == ("output",):
        return _items(dict.fromkeys(output_commands(), ""), typed)
    known = {"spec": "a spec file", "site": "a site file", "output": "what a command prints with --format json"}
    return [*_items(known, typed), *platforms(context, parameter, typed)]


def _items(words: Mapping[str, str], typed: str) -> "Items":
    """Those of the words that begin with what was typed, each with what it means."""
    from click.shell_completion import CompletionItem

    from lading.schema.visible import visible

    return [
        CompletionItem(word, help=visible(" ".join(meaning.split())) or None)
        for word, meaning in words.items()
        if word.startswith(typed)
    ]


def _site(context: click.Context) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """What the site says, also one in which something is wrong."""
    from lading.compiler.registry import language
    from lading.runner.targets.search import find_site
    from lading.runner.targets.sites import BUILT_IN
    from lading.schema.load import load_site

    data = BUILT_IN
    if file := find_site(_named_site(context)):
        with open(file, "rb") as opened:
            data = opened.read()
    return load_site(file or "", data, language()).value


def _named_site(context: click.Context | None) -> str | None:
    while context is not None:
        if named := context.params.get("site"):
            return str(named)
        context = context.parent
    return None


def _paths(typed: str) -> Iterator[str]:
    folder, begun = os.path.split(typed)
    for entry in sorted(os.scandir(folder or os.curdir), key=lambda entry: entry.name):
        is_hidden = entry.name.startswith(".") and not begun.startswith(".")
        if is_hidden or not entry.name.startswith(begun) or not entry.name.isprintable():
            continue
        path = os.path.join(folder, entry.name)
        if entry.is_dir():
            yield os.path.join(path, "")
        elif entry.name.endswith(ENDINGS):
            yield path
