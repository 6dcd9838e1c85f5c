"""The ledger's file: made in one stroke, opened by many processes at once, its failures told in the user's words."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from lading.runner.errors import LedgerUnusable
from lading.runner.ledger.migrations import MIGRATIONS, migrate, version

PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""

SHARED = (
    "nfs",
    "lustre",
    "gpfs",
    "beegfs",
    "ceph",
    "cifs",
    "smb",
    "afs",
    "panfs",
    "orangefs",
    "glusterfs",
    "9p",
    "fuse",
)
"""How the types of file systems begin that several machines may have mounted at once."""

ELSEWHERE = "make its folder writable, or name another one in $LADING_STATE"
SPACE = "free some space there, or name another folder in $LADING_STATE"
DAMAGED = "move it away and go on with a new one; jobs are not touched by that"
REMEDIES = {
    "database or disk is full": ("can not grow", SPACE),
    "no space left": ("can not be written", SPACE),
    "disk i/o error": ("can not be written", SPACE),
    "database is locked": ("is being written by another process", "try again"),
    "not a database": ("is damaged", DAMAGED),
    "malformed": ("is damaged", DAMAGED),
    "foreign key": ("is damaged", DAMAGED),
}
"""What SQLite and the file system say, and what that means for people; all else is the folder's fault."""


@contextmanager
def telling(file: Path | str) -> Iterator[None]:
    """Whatever SQLite or the file system objects to becomes one sentence and one thing to do."""
    try:
        yield
    except UnicodeDecodeError as error:  # of a text in it, or of what SQLite itself says of it
        raise damaged(file) from error
    except (sqlite3.Error, OSError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        found = (meaning for words, meaning in REMEDIES.items() if words in said.lower())
        what, remedy = next(found, ("can not be used", ELSEWHERE))
        raise LedgerUnusable(f"the ledger {file} {what}: {said}", remedy) from error


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """What was written is read back inside: whatever can not be is damaged."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise damaged(file) from error


def damaged(file: Path | str) -> LedgerUnusable:
    """The error that says so."""
    return LedgerUnusable(f"the ledger {file} is damaged: what is in it makes no sense", DAMAGED)


def open_database(file: Path) -> sqlite3.Connection:
    """A connection to the file, which exists from now on, is this user's alone and has every table of this version."""
    with telling(file):
        if not file.exists():
            _create(file)
        connection = _connect(file)
        try:
            _bring_up_to_date(connection, file)
        except BaseException:
            connection.close()
            raise
    return connection


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _create(file: Path) -> None:
    """A whole database is made under another name and linked to its own, so that nobody ever sees half of one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)  # made 0600
    os.close(handle)
    draft = Path(name)
    try:
        with closing(_connect(draft)) as connection:
            connection.execute(f"PRAGMA journal_mode = {journal_for(file.parent)}")
            migrate(connection)
        with suppress(FileExistsError):  # somebody else was first: theirs it is
            file.hardlink_to(draft)
    finally:
        for leftover in (draft, Path(f"{name}-wal"), Path(f"{name}-shm")):
            leftover.unlink(missing_ok=True)


def journal_for(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """How the file's changes are made durable: by a write-ahead log, except where other machines share the folder.

    Such a log needs memory that all who write share, and two login nodes with one home folder share none.
    """
    try:
        lines = [line.split() for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return "WAL"
    types = {Path(words[4]): words[words.index("-") + 1] for words in lines}
    above = (types[place] for place in (folder.resolve(), *folder.resolve().parents) if place in types)
    return "DELETE" if next(above, "").startswith(SHARED) else "WAL"


def _bring_up_to_date(connection: sqlite3.Connection, file: Path) -> None:
    seen = version(connection)
    if seen > len(MIGRATIONS):
        raise LedgerUnusable(
            f"the ledger {file} was made by a newer lading",
            "upgrade lading, or name another folder in $LADING_STATE",
        )
    if seen < len(MIGRATIONS):
        migrate(connection)
