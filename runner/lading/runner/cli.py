"""The command line, ``lading``: a group whose commands are imported when they are named.

Parsing, help and exit codes live here and in ``options.py``; what a command does, in ``commands/``. Exit codes: 0 yes,
1 no, 2 the command line was wrong, 3 the platform said no, 4 outcome unknown, 70 our bug, 130 interrupted.
"""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from lading.runner.invocation.options import HELP, Commands, WrongUsage, common_options
from lading.runner.version import LADING

COMMANDS = (
    *("init", "import", "validate", "compile", "explain", "matrix", "diff", "plan"),
    *("submit", "run", "status", "list", "wait", "watch", "logs", "usage"),
    *("stop", "start", "delete", "update"),
    *("exec", "upload", "download", "files"),
    *("targets", "catalog", "doctor", "schema", "ledger", "resolve", "completion"),
)
"""In the order in which people need them. Each is the module of that name in ``commands/``."""

ELSEWHERE = {
    **dict.fromkeys(("cancel", "kill", "scancel"), "stop"),
    **dict.fromkeys(("check", "lint"), "validate"),
    **dict.fromkeys(("describe", "ps", "show", "squeue"), "status"),
    **dict.fromkeys(("apply", "create", "sbatch"), "submit"),
    **dict.fromkeys(("remove", "rm"), "delete"),
    **dict.fromkeys(("history", "sacct"), "ledger"),
    "get": "download",
    "help": "--help",
    "ls": "list",
    "put": "upload",
    "ssh": "exec",
    "top": "usage",
    "version": "--version",
}
"""What other systems call a command."""


ALLOCATED = 20_000
"""So many more objects than before are a reason to look for cycles. Python's own 700 cost start-up a twentieth."""


class Group(Commands):
    """The commands by name, each imported when it is asked for."""

    elsewhere = ELSEWHERE

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"lading.runner.commands.{cmd_name}").command
        return command


@click.group(cls=Group, params=common_options(), context_settings=HELP)
@click.version_option(LADING, message="lading %(version)s")
def cli(**_: Any) -> None:
    """Describes work once, as YAML, and runs it anywhere: on this machine or on a cluster.

    A spec says what is to run; a site file names the targets that it can run on. `lading COMMAND --help` says more.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line; the answer is the exit code."""
    if asked := os.environ.get("_LADING_COMPLETE"):
        from lading.runner.invocation.completion import answer

        return answer(cli, asked)
    gc.set_threshold(ALLOCATED)
    _open_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        _check_folder()
        return int(cli.main(arguments, prog_name="lading", standalone_mode=False) or 0)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - there is one place that tells people
        from lading.runner.invocation.failures import before_any_command

        return before_any_command(error)


def _open_standard_streams() -> None:
    """A stream that was closed is there and leads nowhere, so that no file of ours takes its number."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDONLY)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - as long as we run


def _check_folder() -> None:
    try:
        os.getcwd()
    except FileNotFoundError:
        raise WrongUsage("the current folder is no longer there", "go to one that is") from None
