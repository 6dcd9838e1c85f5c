"""``lading completion``: what a shell reads to complete lading's words."""

import click

from lading.runner.invocation.options import HUMAN, subcommand
from lading.runner.invocation.session import Session


@subcommand("lading completion bash", formats=(HUMAN,))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(session: Session, shell: str) -> None:
    """Print what makes a shell complete words.

    Commands and options, targets, jobs, files of specs. In ~/.bashrc it is `eval "$(lading completion bash)"`, with zsh
    the same in ~/.zshrc; in ~/.config/fish/config.fish it is `lading completion fish | source`.
    """
    from lading.runner.cli import cli
    from lading.runner.invocation.completion import script

    session.screen.result(script(cli, shell))
