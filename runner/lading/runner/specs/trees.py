"""Where specs, sites and locks are read from: the disk as it is, or a git revision (``revision.py``)."""

import os
from collections.abc import Iterator
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

    def yaml_files(self, folder: str) -> Iterator[str]:
        """The YAML files in the folder at any depth, each by a name that starts with the folder's. Hidden folders are
        left out.
        """
        ...


class Disk:
    """The files as they are now."""

    def open(self, name: str) -> BinaryIO:
        """The file, to be read; a pipe or device may have no end, and is only for those who name it themselves."""
        return open(name, "rb")

    def is_file(self, name: str) -> bool:
        """Whether it is a plain file."""
        return os.path.isfile(name)

    def is_folder(self, name: str) -> bool:
        """Whether it is a folder."""
        return os.path.isdir(name)

    def yaml_files(self, folder: str) -> Iterator[str]:
        """The YAML files, a folder's by name; a folder reached twice is searched once."""
        seen: set[tuple[int, int]] = set()
        for here, folders, files in os.walk(os.path.normpath(folder), onerror=_unreadable, followlinks=True):
            key = _identity(here)
            if key in seen:
                folders.clear()
                continue
            seen.add(key)
            folders[:] = [name for name in sorted(folders) if not name.startswith(".")]
            above = "" if here == os.curdir else os.path.join(os.path.normpath(here), "")
            yield from (above + file for file in sorted(files) if file.endswith(ENDINGS))


DISK = Disk()


def _identity(folder: str) -> tuple[int, int]:
    there = os.stat(folder)
    return there.st_dev, there.st_ino


def _unreadable(error: OSError) -> None:
    raise error
