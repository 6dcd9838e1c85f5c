"""``lading exec``: a command on the login node of a target."""

import sys
from collections.abc import Sequence
from dataclasses import replace

import click

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import targets


@subcommand("lading exec cluster -- squeue --me")
@click.argument("target", metavar="TARGET", shell_complete=targets)
@click.argument("words", metavar="-- COMMAND", nargs=-1, required=True, type=click.UNPROCESSED)
def command(session: Session, target: str, words: Sequence[str]) -> int:
    """Run a command where a target's users log in.

    The words after -- are the command and its arguments: no shell takes them apart. Prints what it printed, and exits
    with its exit code.
    """
    from lading.runner.output.screen import passed_on, write
    from lading.runner.secrets.scrub import scrubber

    screen = session.screen
    done = session.channel(target).client.execute(words)
    done = replace(done, out=scrubber().scrub(done.out), err=scrubber().scrub(done.err))
    if screen.is_human:
        out = "\n".join(passed_on(line, sys.stdout) for line in done.out.split("\n"))
        write(out.encode("utf-8", "surrogateescape"))
        sys.stderr.write("\n".join(passed_on(line, sys.stderr) for line in done.err.split("\n")))
    else:
        screen.document({"exitCode": done.code, "out": done.out, "err": done.err})
    return done.code
