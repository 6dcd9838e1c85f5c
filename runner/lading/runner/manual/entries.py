"""The commands as entries of a manual, read from click: the same words as ``--help``."""

from collections.abc import Iterable, Iterator
from inspect import cleandoc
from typing import NamedTuple

import click

from lading.runner.cli import cli
from lading.runner.invocation.options import HUMAN, JSON, Command, common_options

USUAL = (HUMAN, JSON)
"""The formats that most commands have."""


class Entry(NamedTuple):
    """One command. ``options`` are its own, each as it is written and what it does."""

    name: str
    usage: str
    paragraphs: tuple[str, ...]
    example: str
    options: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        """What it does, in one sentence."""
        return self.paragraphs[0]


def entries() -> list[Entry]:
    """Every command, in the order in which people need them; those of a group in the group's place."""
    with _context(cli, "lading") as context:
        return list(_below(cli, context))


def common() -> tuple[tuple[str, str], ...]:
    """The options of every command, and those of lading itself."""
    with _context(cli, "lading") as context:
        version = [option for option in cli.params if option.name == "version"]
        return _records([*common_options(USUAL), *version, *filter(None, [cli.get_help_option(context)])], context)


def paragraphs_of(command: click.Command) -> tuple[str, ...]:
    """What the command says of itself, a paragraph in a line."""
    return tuple(" ".join(text.split()) for text in cleandoc(command.help or "").split("\n\n"))


def _context(command: click.Command, name: str, above: click.Context | None = None) -> click.Context:
    """The context in which the command is asked for its help."""
    return command.context_class(command, parent=above, info_name=name, **command.context_settings)


def _below(group: click.Group, above: click.Context) -> Iterator[Entry]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None, "a command that is listed is there"
        with _context(command, name, above) as context:
            if isinstance(command, click.Group):
                yield from _below(command, context)
            elif isinstance(command, Command):
                yield _entry(command, context)


def _entry(command: Command, context: click.Context) -> Entry:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    other = [option for option in common_options(command.formats) if option.name == "format"]
    own = [*command.own, *(other if tuple(command.formats) != USUAL else ())]
    return Entry(context.command_path, usage, paragraphs_of(command), command.example, _records(own, context))


def _records(parameters: Iterable[click.Parameter], context: click.Context) -> tuple[tuple[str, str], ...]:
    options = [parameter for parameter in parameters if isinstance(parameter, click.Option)]
    return tuple(filter(None, (option.get_help_record(context) for option in options)))
