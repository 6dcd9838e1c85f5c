"""From the paths on a command line to specs' files, and their bytes.

A file that was named is read whatever it holds; in a folder only what says ``lading:`` is one of ours.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from lading.runner.invocation.options import WrongUsage
from lading.runner.specs.trees import DISK, ENDINGS, Tree

STDIN = "-"
NO_SPEC = "a spec is a .yaml or .yml file that says `lading: v1`"
PIECE = 1 << 16
"""Bytes that are read at once; most specs are shorter."""

_OURS = re.compile(rb"""^(?:\{ *)?["']?lading["']? *:""", re.MULTILINE)


class Candidate(NamedTuple):
    """A file that may hold specs.

    ``is_named`` where it stands on the command line itself, ``is_plain`` where it is known to be no pipe or device.
    """

    name: str
    is_named: bool
    tree: Tree = DISK
    is_plain: bool = False

    def read(self) -> bytes | None:
        """What the file holds; None where it was only found and is not one of ours."""
        if self.is_named:
            return read(self.name, self.tree)
        if not self.is_plain and _is_special(self.name):
            return None
        try:
            data = read(self.name, self.tree, is_plain=self.is_plain)
        except WrongUsage:
            return read(self.name, self.tree) if os.path.exists(self.name) else None
        return data if _OURS.search(data) else None

    def glance(self) -> bytes | None:
        """What the file holds, where that can be read a second time; None where there is nothing to be known of it."""
        if not self.is_plain and (self.name == STDIN or not self.tree.is_file(self.name)):
            return None
        try:
            return self.read()
        except WrongUsage:
            return None


def find(paths: Iterable[str], tree: Tree = DISK) -> list[Candidate]:
    """Every file that the paths lead to, each once: named ones in their order, a folder's by name."""
    found: dict[str, Candidate] = {}
    for path in paths:
        if path != STDIN and tree.is_folder(path):
            for name, is_plain in _in_folder(path, tree):
                found.setdefault(name, Candidate(name, False, tree, is_plain))
        else:
            name = path if path == STDIN else os.path.normpath(path)
            found[name] = Candidate(name, is_named=True, tree=tree)
    return list(found.values())


def _in_folder(folder: str, tree: Tree) -> Iterator[tuple[str, bool]]:
    try:
        yield from tree.yaml_files(folder)
    except OSError as error:
        where = error.filename or folder
        raise WrongUsage(f"the folder {where} can not be read: {why(error)}", "see that you may read it") from None


def _is_special(name: str) -> bool:
    """Whether it is a pipe or a device, whose reading may never end."""
    return not os.path.isfile(name) and os.path.exists(name) and not os.path.isdir(name)


def read(name: str, tree: Tree = DISK, *, is_plain: bool = False) -> bytes:
    """What the file holds; ``-`` is standard input. No more of a file is read than a spec may be long.

    Where it is known to be a plain file, it is known to end where less came than was asked for.
    """
    try:
        if name == STDIN:
            return _start_of(sys.stdin.buffer)
        with tree.open(name) as file:
            return _start_of(file, is_plain=is_plain)
    except IsADirectoryError:
        raise WrongUsage(f"{name} is a folder, and this command takes a file", "name one of the files in it") from None
    except FileNotFoundError:
        raise WrongUsage(f"there is no file {name}", _instead(name)) from None
    except (OSError, ValueError) as error:
        raise WrongUsage(f"the file {name} can not be read: {why(error)}", "name a file that you may read") from None


def read_beside(spec: str, relative: str, tree: Tree = DISK) -> tuple[str, bytes]:
    """A file that a spec names: the name that people see, and the bytes. Raises OSError."""
    name = os.path.normpath(os.path.join(os.path.dirname(spec), relative))
    if _is_special(name):
        raise OSError("it is a pipe or a device")
    with tree.open(name) as file:
        return name, _start_of(file)


def _start_of(file: BinaryIO, *, is_plain: bool = False) -> bytes:
    """The file, or as much as shows that it is too long; getting room for all of that takes longer than reading."""
    data = file.read(PIECE)
    if is_plain and len(data) < PIECE:
        return data
    while more := file.read(PIECE):
        data += more
        if len(data) > PIECE and len(data) > (most := _most()):
            return data[: most + 1]
    return data


def _most() -> int:
    from lading.schema.document import MAX_BYTES

    return MAX_BYTES


def why(error: Exception) -> str:
    """What the system has against it, in words."""
    reason = getattr(error, "strerror", None) or str(error)
    return reason[:1].lower() + reason[1:]


def _instead(name: str) -> str:
    """The file that was probably meant, out of those beside it."""
    from lading.schema.nearest import nearest

    folder = os.path.dirname(name) or "."
    try:
        there = [entry for entry in os.listdir(folder) if entry.endswith(ENDINGS)]
    except OSError:
        return f"there is no folder {folder} either"
    stems = {os.path.splitext(entry)[0]: entry for entry in there}
    near = nearest(os.path.splitext(os.path.basename(name))[0], stems)
    return f"did you mean {os.path.join(os.path.dirname(name), stems[near])}?" if near else "name a file that is there"
