"""``lading init``: a first spec and a first site."""

import click

from lading.runner.invocation.options import WrongUsage, subcommand
from lading.runner.invocation.session import Session
from lading.runner.invocation.words import folders


@subcommand("lading init")
@click.argument("folder", metavar="[FOLDER]", shell_complete=folders, default=".")
@click.option("--force", is_flag=True, help="Write over what is there.")
def command(session: Session, folder: str, force: bool) -> None:
    """Write a first spec and a site file.

    They are hello.yaml and lading.site.yaml, both with comments, in FOLDER or here.
    """
    import os
    from importlib.resources import files

    from lading.runner.output.files import write_whole

    starters = sorted(files("lading.runner.starters").iterdir(), key=lambda entry: entry.name)
    written = {os.path.normpath(os.path.join(folder, entry.name)): entry for entry in starters}
    if there := [name for name in written if os.path.lexists(name) and not force]:
        are = "are" if there[1:] else "is"
        raise WrongUsage(
            f"{' and '.join(there)} {are} there already", "name another folder, or write over it with --force"
        )
    for name, entry in written.items():
        write_whole(name, entry.read_text(encoding="utf-8"))
        session.screen.remark(f"wrote {name}")
    if not session.screen.is_human:
        session.screen.document({"files": list(written)})
    else:
        spec = next(name for name in written if "site" not in name)
        session.screen.remark(f"\nnow run it: lading run {spec}")
