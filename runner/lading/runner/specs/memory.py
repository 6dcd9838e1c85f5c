"""Verdicts that were reached before: what was right and is unchanged is not checked again.

A file for each of the circumstances that verdicts were reached in (``circumstances.py``), in the user's cache folder;
in it the digests of files that were right with nothing to tell. It may be deleted at any moment: it is replaced whole,
one that is not whole is not believed, and where none can be written there is none.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session
from lading.runner.specs.checked import Checked
from lading.runner.specs.circumstances import (
    Unknowable,
    digest_of,
    digest_of_all,
    digest_of_file,
    of_the_command,
    of_the_site,
)
from lading.runner.specs.files import Candidate, read_beside
from lading.runner.specs.parallel import in_parallel

MOST_VERDICTS = 100_000
"""In one file, the last ones: about 5 MB."""

KNOWN_IN_THE_TIME_OF_ONE = 20
"""So many files are recalled while one is checked."""

MOST_FILES, MOST_BYTES = 1_000, 32 << 20
"""In the folder, the last ones."""


def cache_folder(environ: Mapping[str, str] = os.environ) -> str:
    """Where lading keeps what it could find out again: ``$LADING_CACHE``, else the user's own cache folder."""
    if chosen := environ.get("LADING_CACHE"):
        return os.path.abspath(os.path.expanduser(chosen))
    from platformdirs import user_cache_dir

    return user_cache_dir("lading", appauthor=False)


class Page(NamedTuple):
    """What is known in some circumstances: the targets of the site, and by the digest of each file what is in it.

    That is the number of specs and of notes, and the digests of the files that it uses.
    """

    targets: frozenset[str] = frozenset()
    verdicts: Mapping[str, tuple[int, int, Mapping[str, str]]] = MappingProxyType({})


class Memory:
    """The verdicts that one command finds, and those that it leaves to the next one.

    ``command`` is what holds for all of its files; None where nothing may be known from before.
    """

    def __init__(self, session: Session, command: str | None) -> None:
        self._session, self._command = session, command
        self._folder = os.path.join(cache_folder(), "verdicts") if command else ""
        self._file = cache(self._file_now)

    @property
    def is_open(self) -> bool:
        """Whether anything is known from before, or kept."""
        return self._command is not None

    def recall(self, candidates: Sequence[Candidate], jobs: int = 1) -> dict[Candidate, Checked]:
        """What was found before, of those that can be nothing else by now."""
        page_of = cache(self._page)
        waiting = [(candidate, page_of(os.path.dirname(candidate.name))) for candidate in candidates]
        if not any(page.verdicts for _, page in waiting):
            return {}
        found = in_parallel(_recalled, waiting, jobs)
        return {
            candidate: Checked(candidate.name, specs, targets=page.targets, untold=notes)
            for (candidate, page), (specs, notes) in zip(waiting, found, strict=True)
            if specs
        }

    def keep(self, found: Iterable[Checked]) -> None:
        """The next command finds again what lasts of this, unless the site has changed meanwhile."""
        pages: dict[str, list[Checked]] = {}
        for checked in found:
            if checked.is_lasting and (file := self._file(os.path.dirname(checked.file))):
                pages.setdefault(file, []).append(checked)
        for file, several in pages.items():
            if self._file_now(os.path.dirname(several[0].file)) == file:
                _write(file, several)
        if pages:
            _trim(self._folder)

    def _page(self, folder: str) -> Page:
        file = self._file(folder)
        return _read(file) if file else Page()

    def _file_now(self, folder: str) -> str | None:
        """The file for specs in that folder; None where it can not be known what their verdicts rest on."""
        if self._command is None:
            return None
        try:
            site = of_the_site(self._session, os.path.join(folder, ""))
        except Unknowable:
            return None
        return os.path.join(self._folder, digest_of_all([self._command.encode(), site.encode()]))


def open_memory(session: Session, targets: Sequence[str] | None, accept: Sequence[str], sets: Sequence[str]) -> Memory:
    """The verdicts that were reached with the same options, by the same lading."""
    try:
        return Memory(session, of_the_command(session.settings, targets, accept, sets))
    except (Unknowable, OSError):
        return Memory(session, None)


def _recalled(waiting: tuple[Candidate, Page]) -> tuple[int, int]:
    """How many specs and notes are known to be in the file; no specs where that is not known."""
    candidate, page = waiting
    data = candidate.glance() if page.verdicts else None
    if data is None:
        return 0, 0
    specs, notes, uses = page.verdicts.get(digest_of_file(candidate.name, data), (0, 0, {}))
    if uses and any(_digest_beside(candidate.name, used) != was for used, was in uses.items()):
        return 0, 0
    return specs, notes


def _digest_beside(spec: str, relative: str) -> str:
    try:
        return digest_of(read_beside(spec, relative)[1])
    except (OSError, ValueError):
        return ""


def _read(file: str) -> Page:
    """What the file holds; nothing where it is not there, or not as it was written."""
    try:
        with open(file, "rb") as opened:
            mark, _, text = opened.read().partition(b"\n")
    except OSError:
        return Page()
    if mark.decode(errors="replace") != digest_of(text):
        return Page()
    known: dict[str, Any] = json.loads(text)
    return Page(frozenset(known["targets"]), known["verdicts"])


def _write(file: str, found: Sequence[Checked]) -> None:
    """The file holds the new verdicts and those that another command has left there meanwhile, if it can be written."""
    from lading.runner.output.files import write_whole

    new = {checked.digest: (checked.specs, checked.untold, dict(checked.uses)) for checked in found}
    verdicts = list({**new, **_read(file).verdicts}.items())[:MOST_VERDICTS]
    known = {"targets": sorted(found[0].targets), "verdicts": dict(verdicts)}
    text = json.dumps(known, separators=(",", ":"))
    try:
        write_whole(file, f"{digest_of(text.encode())}\n{text}")
    except WrongUsage:
        return


def _trim(folder: str) -> None:
    """No more is kept than the last thousand files, and no more than 32 MB."""
    try:
        there = [(entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in os.scandir(folder)]
        size = 0
        for place, (_, length, path) in enumerate(sorted(there, reverse=True)):
            size += length
            if place >= MOST_FILES or size > MOST_BYTES:
                os.unlink(path)
    except OSError:
        return
