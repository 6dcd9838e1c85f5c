"""Which site file holds here.

The first found wins: the file that ``--site`` names; ``lading.site.yaml`` beside the spec and upwards to the root of
the git checkout, or to the folder that the command is given in; the file that ``$LADING_SITE`` names;
``lading.site.yaml`` in the user's configuration folder. Above those no folder is looked into: a site may name commands
to run, and a stranger may have put one there.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from lading.runner.specs.trees import DISK, Tree

NAME = "lading.site.yaml"
LOCK = "lading.lock"
"""What lies beside it: what its targets were seen to have."""


def find_site(
    explicit: str | None = None,
    folder: Path = Path(),
    environ: Mapping[str, str] = os.environ,
    tree: Tree = DISK,
) -> Path | None:
    """The site file that holds for specs in the folder, or None. One that somebody named is not checked to be there."""
    if explicit:
        return Path(explicit)
    for above in _up_to_checkout(folder.absolute()):
        if tree.is_file(str(above / NAME)):
            return above / NAME
    if named := environ.get("LADING_SITE"):
        return Path(named).expanduser()
    from platformdirs import user_config_path

    own = user_config_path("lading", appauthor=False) / NAME
    return own if own.is_file() else None


def _up_to_checkout(folder: Path) -> Iterator[Path]:
    """The folder, and those above it up to the root of its git checkout or to where we are, whichever is higher."""
    above = [folder, *folder.parents]
    here = Path().absolute()
    root = next((place for place, each in enumerate(above) if (each / ".git").exists()), 0)
    return iter(above[: max(root, above.index(here) if here in above else 0) + 1])
