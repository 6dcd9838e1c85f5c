"""A git revision as a place to read from: the object store is asked, and the working tree is not touched.

What lies in the checkout is as it was at the revision; what lies outside of it, such as a site in the user's own
configuration folder, is as it is now.
"""

import errno
import io
import os
import posixpath
import subprocess
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from lading.runner.invocation.options import WrongUsage
from lading.runner.specs.trees import DISK, ENDINGS

LINK, FOLDERS = "120000", frozenset({"040000", "160000"})
MOST_LINKS = 10
"""Symbolic links that are followed before they are taken for a circle."""


class _Entry(NamedTuple):
    mode: str
    blob: str


class Revision:
    """The checkout that we are in, as it was at the revision of that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._root = _git(name, "rev-parse", "--show-toplevel").rstrip("\n")
        self.commit = _git(name, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").strip()
        self._entries = dict(self._listed())
        self._folders = {above for path in self._entries for above in _above(path)}
        self._store: subprocess.Popen[bytes] | None = None

    def open(self, name: str) -> BinaryIO:
        """The file as it was."""
        path = self._path(name)
        if path is None:
            return DISK.open(name)
        entry = self._entry(path)
        if entry is None:
            code = errno.EISDIR if self.is_folder(name) else errno.ENOENT
            raise OSError(code, os.strerror(code), name)
        return io.BytesIO(self._blob(entry.blob))

    def is_file(self, name: str) -> bool:
        """Whether it was a file."""
        path = self._path(name)
        return DISK.is_file(name) if path is None else self._entry(path) is not None

    def is_folder(self, name: str) -> bool:
        """Whether it was a folder."""
        path = self._path(name)
        return DISK.is_folder(name) if path is None else path in self._folders

    def yaml_files(self, folder: str) -> Iterator[tuple[str, bool]]:
        """The YAML files that were in the folder, at any depth, by name; none was a pipe or a device."""
        path = self._path(folder)
        if path is None:
            yield from DISK.yaml_files(folder)
            return
        for found in sorted(self._entries):
            inner = posixpath.relpath(found, path or ".") if not path or found.startswith(f"{path}/") else ""
            if inner.endswith(ENDINGS) and not any(step.startswith(".") for step in inner.split("/")[:-1]):
                yield os.path.normpath(os.path.join(folder, inner)), True

    def close(self) -> None:
        """Nothing is open any more."""
        if self._store:
            self._store.communicate()
            self._store = None

    def _path(self, name: str) -> str | None:
        """The name as git has it, below the root of the checkout; None for what lies outside of it."""
        folder, base = os.path.split(os.path.abspath(name))
        whole = os.path.normpath(os.path.join(os.path.realpath(folder), base))
        if whole == self._root:
            return ""
        return whole.removeprefix(f"{self._root}/") if whole.startswith(f"{self._root}/") else None

    def _entry(self, path: str) -> _Entry | None:
        """The file at the path, behind symbolic links."""
        for _ in range(MOST_LINKS):
            entry = self._entries.get(path)
            if entry is None or entry.mode != LINK:
                return entry
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), self._blob(entry.blob).decode()))
        return None

    def _listed(self) -> Iterator[tuple[str, _Entry]]:
        for line in _git(self.name, "ls-tree", "-r", "-z", "--full-tree", self.commit).split("\0")[:-1]:
            about, path = line.split("\t", 1)
            mode, _, blob = about.split(" ")
            if mode not in FOLDERS:
                yield path, _Entry(mode, blob)

    def _blob(self, blob: str) -> bytes:
        if self._store is None:
            argv = ["git", "-C", self._root, "cat-file", "--batch"]
            self._store = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environ())
        asked, told = self._store.stdin, self._store.stdout
        assert asked
        assert told
        asked.write(f"{blob}\n".encode())
        asked.flush()
        head = told.readline().split()
        if len(head) != 3:
            raise OSError(errno.ENODATA, f"git has not got it here; fetch {self.name} whole")
        content = told.read(int(head[2]))
        told.read(1)
        return content


def merge_base(name: str) -> str:
    """The commit at which the current branch left the revision: what a pull request is compared with."""
    _git(name, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return _git(name, "merge-base", "HEAD", name).strip()


def _git(revision: str, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False, env=_environ())
    except FileNotFoundError:
        raise WrongUsage("there is no git on this machine", "install it, or compare with a file") from None
    if done.returncode == 0:
        return os.fsdecode(done.stdout)
    said = os.fsdecode(done.stderr).strip()
    if "not a git repository" in said:
        raise WrongUsage("this folder is in no git checkout", "go to one, or compare with a file")
    if words[0] == "merge-base":
        raise WrongUsage(
            f"{revision} and HEAD have no common commit here", "fetch the whole history: git fetch --unshallow"
        )
    if words[0] == "rev-parse":
        raise WrongUsage(
            f"git knows no revision {revision}", "name a commit, branch or tag that is here; fetch it first"
        )
    raise WrongUsage(f"git can not read {revision}: {said.partition(chr(10))[0]}", "see that the checkout is whole")


def _environ() -> dict[str, str]:
    """Nothing is fetched, and nobody is asked."""
    return {
        **os.environ,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }


def _above(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path
    yield ""
