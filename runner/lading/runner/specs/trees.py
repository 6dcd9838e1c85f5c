"""Where specs, sites and locks are read from: the disk as it is, or a git revision (``revision.py``)."""

import os
from collections.abc import Iterator
from operator import attrgetter
from typing import BinaryIO, Protocol

ENDINGS = (".yaml", ".yml")


class Tree(Protocol):
    """Files by the names that people use for them here. What can not be read is an OSError."""

    def open(self, name: str) -> BinaryIO:
        """The file, to be read."""
        ...

    def is_file(self, name: str) -> bool:
        """Whether it is a plain file."""
        ...

    def is_folder(self, name: str) -> bool:
        """Whether it is a folder."""
        ...

    def yaml_files(self, folder: str) -> Iterator[tuple[str, bool]]:
        """The YAML files in the folder at any depth, each by a name that starts with the folder's, and whether it is
        known to be a plain file. Hidden folders are left out.
        """
        ...


class Disk:
    """The files as they are now."""

    def open(self, name: str) -> BinaryIO:
        """The file, to be read; a pipe or device may have no end, and is only for those who name it themselves."""
        return open(name, "rb", buffering=0)  # they are read in few pieces, and the room for more takes time

    def is_file(self, name: str) -> bool:
        """Whether it is a plain file."""
        return os.path.isfile(name)

    def is_folder(self, name: str) -> bool:
        """Whether it is a folder."""
        return os.path.isdir(name)

    def yaml_files(self, folder: str) -> Iterator[tuple[str, bool]]:
        """The YAML files, a folder's by name; a folder reached twice is searched once."""
        seen: set[tuple[int, int]] = set()
        waiting = [os.path.normpath(folder)]
        while waiting:
            here = waiting.pop()
            above = "" if here == os.curdir else os.path.join(here, "")
            folders = []
            for entry in _entries(here, seen):
                is_plain = entry.is_file(follow_symlinks=False)
                if not is_plain and _is_folder(entry):
                    folders.append(entry.name)
                elif entry.name.endswith(ENDINGS):
                    yield above + entry.name, is_plain
            waiting += [above + name for name in reversed(folders) if not name.startswith(".")]


DISK = Disk()


def _entries(folder: str, seen: set[tuple[int, int]]) -> list["os.DirEntry[str]"]:
    """What is in the folder, by name; nothing where it was seen before, as it is from now on."""
    there = os.stat(folder)
    if (there.st_dev, there.st_ino) in seen:
        return []
    seen.add((there.st_dev, there.st_ino))
    return sorted(os.scandir(folder), key=attrgetter("name"))


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that leads nowhere
