"""What a verdict rests on beside the file itself: lading, the platforms, Python, the options and the site."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from lading.runner.invocation.options import HUMAN, Settings
from lading.runner.invocation.session import Session
from lading.runner.targets.search import LOCK
from lading.runner.version import LADING


class Unknowable(Exception):
    """Something may change without leaving a trace that could be looked for."""


def digest_of(data: bytes) -> str:
    """What no other bytes have."""
    return str(_blake2b()(data, digest_size=16).hexdigest())


@cache
def _blake2b() -> Callable[..., Any]:
    """Imported when something is kept: it loads OpenSSL, which takes longer than checking ten files."""
    from hashlib import blake2b

    return blake2b


def digest_of_file(name: str, data: bytes) -> str:
    """What no other file has: no name holds a zero byte."""
    return digest_of(os.fsencode(name) + b"\0" + data)


def digest_of_all(parts: Iterable[bytes]) -> str:
    """What no other parts have, however they are put together."""
    return digest_of(" ".join(map(digest_of, parts)).encode())


def tells_notes(settings: Settings) -> bool:
    """Whether notes are told, and not only counted."""
    return settings.verbose or settings.format != HUMAN


def of_the_command(
    settings: Settings, targets: Sequence[str] | None, accept: Sequence[str], sets: Sequence[str]
) -> str:
    """What holds for every file of one command. Raises Unknowable."""
    said = repr((targets and tuple(targets), tuple(accept), tuple(sets), tells_notes(settings)))
    return digest_of_all([*_programs(), os.fsencode(said)])


def of_the_site(session: Session, spec: str) -> str:
    """What holds for every file beside the spec. Raises Unknowable."""
    file = session.site_file(spec)
    if file is None:
        return digest_of_all([])
    if not os.path.isfile(file):
        raise Unknowable
    try:
        return digest_of_all([*_bytes(file), *_bytes(os.path.join(os.path.dirname(file), LOCK))])
    except OSError:
        raise Unknowable from None


def _programs() -> Iterator[bytes]:
    """Python, lading, and every package that is installed: its version, and if it has platforms, its files."""
    yield sys.version.encode()
    yield LADING.encode()
    for part in sys.modules["lading"].__path__:
        record = list(_bytes(f"{os.path.dirname(part)}/lading-{LADING}.dist-info/RECORD"))
        yield from record or _stamps(part)
    for folder in sys.path:
        for name in _packages(folder or os.curdir):
            yield os.fsencode(name)
            yield from _platforms(os.path.join(folder, name))


def _packages(folder: str) -> list[str]:
    """The packages that are installed in the folder, each by a name that holds its version."""
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info")))
    except NotADirectoryError:
        raise Unknowable from None  # an archive of packages
    except OSError:
        return []


def _platforms(package: str) -> Iterator[bytes]:
    """What a package with platforms was installed with. One that is edited in place can not be known."""
    if any(b"lading.platforms" in names for names in _bytes(f"{package}/entry_points.txt")):
        record = list(_bytes(f"{package}/RECORD"))
        if not record or any(b"editable" in origin for origin in _bytes(f"{package}/direct_url.json")):
            raise Unknowable
        yield from record


def _stamps(folder: str) -> Iterator[bytes]:
    """When each file of a checkout was last written, and how long it is."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not entry.is_dir():
            there = entry.stat()
            yield os.fsencode(f"{entry.path} {there.st_size} {there.st_mtime_ns}")
        elif entry.name != "__pycache__":
            yield from _stamps(entry.path)


def _bytes(file: str | os.PathLike[str]) -> Iterator[bytes]:
    """What the file holds, if it is there."""
    try:
        with open(file, "rb") as opened:
            yield opened.read()
    except (FileNotFoundError, NotADirectoryError):
        return
