"""Files through the service: small ones up, listings, and whole files down."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lading.runner.errors import Refused
from lading.runner.http.answer import Garbled, field
from lading.runner.http.connection import Call
from lading.runner.platform import Download, Entry
from lading.runner.platforms.newt import protocol
from lading.runner.platforms.newt.service import Service

DOWNLOAD = {"download": "True"}


class Files:
    """The files of one machine."""

    def __init__(self, service: Service, machine: str) -> None:
        self._service, self._machine = service, machine

    def put(self, content: bytes, place: str) -> str:
        """The content is in the file; where that is."""
        call = Call("PUT", self._path(place), content=content)
        return self._service.ask(call, _location)

    def upload(self, file: Path, place: str) -> str:
        """The file is there; a place that ends in a slash is a folder."""
        try:
            with file.open("rb") as stream:
                content = stream.read(protocol.LARGEST_UPLOAD + 1)
        except OSError as error:
            raise Refused(f"{file} can not be read: {error.strerror}", "name a file that you can read") from None
        if len(content) > protocol.LARGEST_UPLOAD:
            raise Refused(
                f"{file.name} is larger than the {protocol.LARGEST_UPLOAD} bytes that the service takes",
                "bring it there by other means, such as scp",
            )
        return self.put(content, place + file.name if place.endswith("/") else place)

    def listing(self, place: str) -> Sequence[Entry]:
        """What is in the folder; of a file, that file."""
        return self._service.ask(Call("GET", self._path(place)), _entries)

    def download(self, place: str) -> Download:
        """The file, of whatever size: the service keeps a copy of it, under a name of its own."""
        if re.fullmatch(r"/[^/]*", place):
            raise Refused(f"{place} can not be had: the service takes such names for its own copies", "copy it first")
        copy = self._service.ask(Call("GET", self._path(place), query=DOWNLOAD), _copy)
        return self._service.raw(Call("GET", f"file/{self._machine}/{copy}", query=DOWNLOAD))

    def piece(self, place: str, at: int, size: int) -> bytes:
        """At most so many bytes of the file from there on."""
        content = b""
        for chunk in _from(self.download(place).chunks, at):
            content += chunk
            if len(content) >= size:
                break
        return content[:size]

    def _path(self, place: str) -> str:
        place = "~/" if place == "~" else place
        if not place.startswith(("/", "~/")):
            raise Refused(f"{place} is no place there", "write an absolute path, or one that starts with ~/")
        return f"file/{self._machine}/{quote(place.lstrip('/'), safe='/~')}"


def _location(output: Any) -> str:
    found: str = field(output, "location", of=str)
    return found


def _copy(output: Any) -> str:
    if isinstance(output, str) and protocol.ID.fullmatch(output):
        return output
    raise Garbled("the answer does not say where the copy of the file is")


def _entries(output: Any) -> list[Entry]:
    if not isinstance(output, list):
        raise Garbled("the answer is no list of files")
    return [_entry(item) for item in output]


def _entry(item: Any) -> Entry:
    size = field(item, "size(B)", of=int, default=field(item, "size", of=int, default=-1))
    changed = field(item, "date(m)", of=(int, float, str), default="")
    is_folder = field(item, "perms", of=str, default="").startswith("d")
    return Entry(field(item, "name", of=str), None if size < 0 else size, _time(changed), is_folder)


def _time(changed: float | str) -> str:
    """The service tells the seconds since the epoch."""
    if isinstance(changed, str):
        return changed
    import datetime as dt

    try:
        return dt.datetime.fromtimestamp(changed, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return ""


def _from(chunks: Iterator[bytes], at: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[at:]
        at = max(0, at - len(chunk))
