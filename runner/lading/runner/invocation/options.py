"""What every command has in common: its options, its help, and how it is run.

A command is a module in ``commands/`` with a function ``command`` made by :func:`subcommand`. The options of all
commands may stand before the command's name or after it; they are its session's :class:`Settings`.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir
from types import MappingProxyType
from typing import Any, NamedTuple, TextIO

import click

from lading.runner.invocation.words import fields, folders, specs, targets

HUMAN, JSON, HTML = "human", "json", "html"
HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Settings(NamedTuple):
    """The options of every command, as given."""

    site: str | None = None
    format: str = HUMAN
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    no_input: bool = False

    def colors(self, stream: TextIO) -> bool:
        """Whether what is written to the stream may be coloured."""
        if self.color != "auto":
            return self.color == "always"
        return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at the stream."""
    return not stream.closed and stream.isatty()


class WrongUsage(click.UsageError):
    """The command line was wrong. ``help`` is one thing to do about it."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002 - people see it under this name
        super().__init__(message)
        self.help = help


def _enter(context: click.Context, _: click.Parameter, folder: str | None) -> None:
    """What follows happens in that folder, as if lading had been started there."""
    if folder is None:
        return
    if context.resilient_parsing:  # a shell asks what may stand there, and its question outlives this context
        os.chdir(folder)
        return
    try:
        context.with_resource(chdir(folder))
    except OSError as error:
        raise WrongUsage(f"can not go to {folder}: {error.strerror}", "name a folder after -C") from None


class Whole(click.ParamType[int]):
    """A whole number of at least ``least``."""

    name = "number"

    def __init__(self, least: int = 0) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; anything else is the command line's fault."""
        try:
            number = int(value)
        except ValueError:
            number = self.least - 1
        if number < self.least:
            self.fail(f"must be a whole number of at least {self.least}, not {value}", param, ctx)
        return number


def common_options(formats: Sequence[str] = ()) -> list[click.Parameter]:
    """The options of every command, new each time; ``formats`` are those that the command has."""
    return [
        click.Option(
            ["-C", "start"],
            metavar="DIR",
            expose_value=False,
            is_eager=True,
            callback=_enter,
            shell_complete=folders,
            help="Do everything as if started in this folder.",
        ),
        click.Option(
            ["--site"], metavar="FILE", shell_complete=specs, help="The site file, instead of the one that is found."
        ),
        click.Option(
            ["--format"],
            metavar=f"[{'|'.join(formats)}]" if formats else "FORMAT",
            shell_complete=lambda _, __, typed: [name for name in formats if name.startswith(typed)],
            help="How results are written; human unless said.",
        ),
        click.Option(["-q", "--quiet"], is_flag=True, help="Say nothing but results and errors."),
        click.Option(["-v", "--verbose"], is_flag=True, help="Say more."),
        click.Option(["--color"], type=click.Choice(["auto", "always", "never"]), help="Colour: auto unless said."),
        click.Option(["--no-input"], is_flag=True, help="Never ask anything."),
    ]


COMMON = frozenset({"site", "format", "quiet", "verbose", "color", "no_input"})


class Command(click.Command):
    """One command of lading. ``example`` is a real one; ``formats`` are what ``--format`` takes."""

    def __init__(self, *args: Any, example: str, formats: Sequence[str], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.example, self.formats = example, formats
        self.own = list(self.params)
        self.params = [*self.params, *common_options(formats)]

    def invoke(self, ctx: click.Context) -> int:
        """Run, with every failure told to the user; the answer is the exit code."""
        from lading.runner.invocation.failures import guarded
        from lading.runner.invocation.session import Session

        session = Session(self._settings(ctx))
        return guarded(lambda: ctx.invoke(self._callback, session, **ctx.params), session)

    @property
    def _callback(self) -> Callable[..., int | None]:
        assert self.callback is not None
        return self.callback

    def _settings(self, ctx: click.Context) -> Settings:
        """The options of all commands, taken out of the command's own; what stands after its name wins."""
        given = {name: ctx.params.pop(name) or _said_above(ctx, name) for name in COMMON}
        settings = Settings(**{name: value for name, value in given.items() if value})
        if settings.format not in self.formats:
            raise WrongUsage(
                f"{name_of(ctx)} has no format {settings.format!r}", f"its formats: {', '.join(self.formats)}"
            )
        return settings

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Nothing: the example stands where it is seen."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does, and one real example."""
        super().format_help_text(ctx, formatter)
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write_text(line)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, then those of every command."""
        write_options("Options", self.own, ctx, formatter)
        common = [option for option in self.get_params(ctx) if option not in self.own]
        write_options("Options of every command", common, ctx, formatter)


class Commands(click.Group):
    """Several commands under one name, in the order in which people need them.

    ``elsewhere`` is what other systems call one of them.
    """

    elsewhere: Mapping[str, str] = MappingProxyType({})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which it was added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; of an unknown one, the nearest is pointed out."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            from lading.schema.nearest import did_you_mean

            meant = self.elsewhere.get(args[0])
            advice = f'did you mean "{meant}"?' if meant else did_you_mean(args[0], known, "the commands are")
            raise WrongUsage(f'there is no command "{f"{name_of(ctx)} {args[0]}".strip()}"', advice)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands first: they are what people look for."""
        self.format_commands(ctx, formatter)
        write_options("Options", self.get_params(ctx), ctx, formatter)


def name_of(ctx: click.Context) -> str:
    """The command as people type it after `lading`."""
    return ctx.command_path.partition(" ")[2]


def _said_above(ctx: click.Context, name: str) -> Any:
    """What an option was given before the command's own name."""
    while ctx.parent is not None:
        ctx = ctx.parent
        if found := ctx.params.get(name):
            return found
    return None


def write_options(
    title: str, options: Sequence[click.Parameter], ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    """One section of help; none where there is nothing to say."""
    named = [option for option in options if isinstance(option, click.Option)]
    if records := [record for option in named if (record := option.get_help_record(ctx))]:
        with formatter.section(title):
            formatter.write_dl(records)


def subcommand(example: str, formats: Sequence[str] = (HUMAN, JSON)) -> Callable[[Callable[..., Any]], Command]:
    """Makes a function of a ``Session`` and its own parameters a command; its docstring is the command's help."""
    return click.command(cls=Command, example=example, formats=formats, context_settings=HELP)


TARGETS = click.option(
    *("-t", "--target", "targets"),
    metavar="TARGET",
    multiple=True,
    shell_complete=targets,
    help="A target of the site; its default unless said. Repeatable.",
)
ONLY = click.option(
    *("-t", "--target", "targets"),
    metavar="TARGET",
    multiple=True,
    shell_complete=targets,
    help="Only for this target of the site. Repeatable.",
)
ACCEPT = click.option(
    "--accept",
    metavar="PATH",
    multiple=True,
    shell_complete=fields,
    help="Agree to the loss of this field. Repeatable.",
)
SETS = click.option(
    "--set", "sets", metavar="NAME=VALUE", multiple=True, help="Set a parameter, or a field. Repeatable."
)
