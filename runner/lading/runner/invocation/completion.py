"""Shell completion, by click's own means: the script that a shell reads, and the answer to what it asks then.

What may stand in a place is said where the place is, by a function of ``words.py``. A shell asks at every press of a
key, so nothing is ever said but words: no traceback, no complaint of a broken site or ledger.
"""

import os
from contextlib import redirect_stderr
from importlib.resources import files
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    shell_complete,
)

VARIABLE, NAME = "_LADING_COMPLETE", "lading"
LISTING = frozenset({"?", "!"})
"""How readline says that it is about to list what there is, and not to write it."""

WIDEST_HELP = 50
Items = list[CompletionItem[str]]


def answer(cli: click.Command, instruction: str) -> int:
    """What the shell asked for is on standard output, and nothing is anywhere else; the answer is the exit code."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        try:
            return shell_complete(cli, {}, NAME, VARIABLE, instruction)
        except (Exception, KeyboardInterrupt):  # noqa: BLE001 - whatever it was, the next key may do better
            return 1


def script(cli: click.Command, shell: str) -> str:
    """What the shell reads once, to ask us from then on."""
    return SHELLS[shell](cli, {}, NAME, VARIABLE).source()


def _template(shell: str) -> str:
    return (files("lading.runner.invocation") / "shells" / shell).read_text(encoding="utf-8")


@add_completion_class
class Bash(BashComplete):
    """Bash shows words alone, so that what they mean stands beside them where they are only listed."""

    source_template = _template("bash")

    def get_completions(self, args: list[str], incomplete: str) -> Items:
        """The words; several that are listed with what they mean."""
        found = super().get_completions(args, incomplete)
        is_listing = chr(int(os.environ.get("COMP_TYPE") or 0)) in LISTING
        return [_described(item) for item in found] if is_listing and len(found) > 1 else found


@add_completion_class
class Zsh(ZshComplete):
    """Zsh, by a script that leaves the slash of a folder for more to come."""

    source_template = _template("zsh")


@add_completion_class
class Fish(FishComplete):
    """Fish, by a script that keeps the order: the newest job first."""

    source_template = _template("fish")


SHELLS: dict[str, type[ShellComplete]] = {shell.name: shell for shell in (Bash, Zsh, Fish)}
"""The shells that lading can complete for, by name."""


def _described(item: CompletionItem[Any]) -> CompletionItem[Any]:
    help_ = " ".join((item.help or "").split())
    if not help_:
        return item
    short = help_ if len(help_) <= WIDEST_HELP else f"{help_[: WIDEST_HELP - 1]}…"
    return CompletionItem(f"{item.value}  ({short})", type=item.type)
