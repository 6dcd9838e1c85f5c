"""``lading compile``: the native payload, to look at or to hand to the platform's own command."""

import sys
from collections.abc import Sequence

import click

from lading.runner.invocation.options import ACCEPT, SETS, TARGETS, WrongUsage, is_terminal, subcommand
from lading.runner.invocation.session import Session


@subcommand("lading compile train.yaml -t cluster | sbatch")
@click.argument("spec", metavar="SPEC")
@TARGETS
@click.option("-o", "--output", metavar="DIR", help="Write each payload to a file of its own in this folder.")
@ACCEPT
@SETS
def command(
    session: Session, spec: str, targets: Sequence[str], output: str | None, accept: Sequence[str], sets: Sequence[str]
) -> None:
    """Print what a target would be sent.

    A script where the platform takes scripts, JSON elsewhere; on a terminal, texts of several lines stand below that.
    With --format json the whole compilation: what became of each field, the digest, the secrets that are needed.
    Several payloads need -o or --format json.
    """
    from lading.runner.output.compiled import compilation_data, payload_files, shown_payload
    from lading.runner.specs.compilation import checked, compilations, open_spec

    found = checked(session, compilations(open_spec(session, spec, sets), targets, accept))
    files = [file for compilation in found for file in payload_files(compilation)]
    if output:
        _write(session, output, files)
    if not session.screen.is_human:
        data = [compilation_data(compilation) for compilation in found]
        session.screen.document(data[0] if len(data) == 1 else {"compilations": data})
    elif not output:
        if len(files) > 1:
            raise WrongUsage(f"{spec} makes {len(files)} payloads", "write them with `-o DIR`, or use `--format json`")
        session.screen.result(shown_payload(found[0]) if is_terminal(sys.stdout) else files[0][1])


def _write(session: Session, folder: str, files: Sequence[tuple[str, str]]) -> None:
    import os
    from collections import Counter

    from lading.runner.output.files import write_whole

    if twice := [name for name, count in Counter(name for name, _ in files).items() if count > 1]:
        raise WrongUsage(f"two payloads would be the file {twice[0]}", "give the jobs names of their own")
    for name, text in files:
        path = os.path.join(folder, name)
        write_whole(path, text)
        session.screen.remark(f"wrote {path}")
