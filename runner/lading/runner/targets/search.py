"""Which site file holds here.

The first found wins: the file that ``--site`` names; ``lading.site.yaml`` beside the spec and upwards to the root of
the git checkout, or to the folder that the command is given in; the file that ``$LADING_SITE`` names;
``lading.site.yaml`` in the user's configuration folder. Above those no folder is looked into: a site may name commands
to run, and a stranger may have put one there.
"""

import os
from collections.abc import Iterator, Mapping

import click

from lading.runner.specs.trees import DISK, Tree

NAME = "lading.site.yaml"
LOCK = "lading.lock"
"""What lies beside it: what its targets were seen to have."""


def find_site(
    explicit: str | None = None,
    folder: str | os.PathLike[str] = "",
    environ: Mapping[str, str] = os.environ,
    tree: Tree = DISK,
) -> str | None:
    """The site file that holds for specs in the folder, or None. One that somebody named is not checked to be there."""
    if explicit:
        return explicit
    for above in _up_to_checkout(os.path.join(os.getcwd(), folder)):
        if tree.is_file(file := os.path.join(above, NAME)):
            return file
    if named := environ.get("LADING_SITE"):
        return os.path.expanduser(named)
    own = os.path.join(click.get_app_dir("lading"), NAME)
    return own if os.path.isfile(own) else None


def _up_to_checkout(folder: str) -> Iterator[str]:
    """The folder, and those above it up to the root of its git checkout or to where we are, whichever is higher."""
    above = list(_upwards(folder))
    here = os.getcwd()
    root = next((place for place, each in enumerate(above) if os.path.exists(os.path.join(each, ".git"))), 0)
    return iter(above[: max(root, above.index(here) if here in above else 0) + 1])


def _upwards(folder: str) -> Iterator[str]:
    folder = folder.rstrip(os.sep) or os.sep
    yield folder
    while (above := os.path.dirname(folder)) != folder:
        yield (folder := above)
