"""``lading compile``: the native payload, to look at or to hand to the platform's own command."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from lading.runner.invocation.options import ACCEPT, SETS, TARGETS, WrongUsage, is_terminal, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import folders, specs

if TYPE_CHECKING:
    from lading.compiler.pipeline import Compilation
    from lading.runner.review.payloads import Made


@subcommand("lading compile train.yaml -t cluster | sbatch")
@click.argument("paths", metavar="PATHS", nargs=-1, required=True, shell_complete=specs)
@TARGETS
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    shell_complete=folders,
    help="Write each payload to a file of its own in this folder.",
)
@click.option("--check", is_flag=True, help="Write nothing; say what of the folder is not what the specs make.")
@ACCEPT
@SETS
def command(
    session: Session,
    paths: Sequence[str],
    targets: Sequence[str],
    output: str | None,
    check: bool,
    accept: Sequence[str],
    sets: Sequence[str],
) -> int:
    """Print what a target would be sent.

    A script where the platform takes scripts, JSON elsewhere; on a terminal, texts of several lines stand below that.
    With --format json the whole compilation: what became of each field, the digest, the secrets that are needed.
    Several payloads need -o or --format json.

    With --check the folder of -o is held against the specs: exits with 0 if it holds what they make and no other
    payload, 1 if not.
    """
    from lading.runner.specs.compilation import checked, compilations, open_paths

    if check and not output:
        raise WrongUsage("--check needs the folder that holds the payloads", "name it with `-o DIR`")
    files = open_paths(session, paths, sets)
    found = checked(session, [one for file in files for one in compilations(file, targets, accept)])
    if check and output:
        return _check(session, output, _named(found))
    if output:
        _write(session, output, _named(found))
    if not (output and session.screen.is_human):
        _print(session, paths, found)
    return 0


def _print(session: Session, paths: Sequence[str], found: "Sequence[Compilation]") -> None:
    """What was compiled stands on standard output; for a person, the only payload."""
    from lading.runner.output.compiled import compilation_data, payload_files, shown_payload

    if not session.screen.is_human:
        data = [compilation_data(compilation) for compilation in found]
        session.screen.document(data[0] if len(data) == 1 else {"compilations": data})
        return
    texts = [text for compilation in found for _, text in payload_files(compilation)]
    if len(texts) > 1:
        what = f"{', '.join(paths)} makes {len(texts)} payloads"
        raise WrongUsage(what, "write them with `-o DIR`, or use `--format json`")
    session.screen.result(shown_payload(found[0]) if is_terminal(sys.stdout) else texts[0])


def _named(found: "Sequence[Compilation]") -> "dict[str, Made]":
    """Every payload by the name of its file."""
    from lading.runner.output.compiled import payload_files
    from lading.runner.review.payloads import Made

    made: dict[str, Made] = {}
    for compilation in found:
        for name, text in payload_files(compilation):
            if name in made:
                raise WrongUsage(f"two payloads would be the file {name}", "give the jobs names of their own")
            made[name] = Made(compilation.spec.file, text)
    return made


def _write(session: Session, folder: str, made: "Mapping[str, Made]") -> None:
    import os

    from lading.runner.output.files import write_whole

    for name, (_, text) in made.items():
        path = os.path.join(folder, name)
        write_whole(path, text)
        session.screen.remark(f"wrote {path}")


def _check(session: Session, folder: str, made: "Mapping[str, Made]") -> int:
    from lading.runner.output.kept import show_kept
    from lading.runner.review.payloads import out_of_date

    wrong = out_of_date(folder, made)
    show_kept(session.screen, wrong, len(made))
    return 1 if wrong else 0
