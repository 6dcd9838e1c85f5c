"""Files that AIHub keeps at other addresses: no login of ours goes there but the relay's own."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from lading.runner.errors import NotSupported, Refused, Unreachable
from lading.runner.http.answer import Answer, field, short
from lading.runner.http.api import Api
from lading.runner.http.connection import Call, Connection, connection
from lading.runner.http.login import header_value
from lading.runner.invocation.options import WrongUsage
from lading.runner.platform import Context, Download
from lading.runner.platforms.aihub import protocol
from lading.runner.platforms.aihub.protocol import NAME

PART, NOTHING_MORE = 206, 416
"""What HTTP says to who asks for what comes after so many bytes."""


def fetched(url: str, context: Context) -> Download:
    """The file at the address, as anybody gets it."""
    line, call = _at(url, context)
    found = line.download(call)

    def chunks() -> Iterator[bytes]:
        with closing(line):
            yield from found.chunks

    return Download(chunks(), found.size)


def pieces_of(url: str, context: Context, at: int) -> Iterator[bytes]:
    """What is at the address from that byte on, as anybody gets it."""
    line, call = _at(url, context)
    wanted = replace(call, headers={"range": f"bytes={at}-"}) if at else call
    with closing(line), line.open(wanted) as (answer, body):
        if answer.status == NOTHING_MORE:
            return
        if not answer.is_success:
            raise Unreachable(f"{line.place} does not give the log: HTTP {answer.status}")
        here = _start(answer)
        if here > at:
            raise Unreachable(f"{line.place} gives the log from byte {here} on, and not from {at}")
        for chunk in body.chunks:
            yield chunk[max(0, at - here) :]
            here += len(chunk)


def _start(answer: Answer) -> int:
    """Where in the whole that begins which is answered: some give a part, some all that there is."""
    found = re.match(r"bytes (\d{1,18})-", answer.headers.get("content-range", ""))
    return int(found[1]) if found and answer.status == PART else 0


def _at(url: str, context: Context) -> tuple[Connection, Call]:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise Unreachable(f"{NAME} names a file that is at no address: {short(url)}")
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return connection(context, endpoint=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"), Call("GET", path)


def relayed(file: Path, place: str, context: Context) -> str:
    """Where the file is in the object store, once the relay has put it at BUCKET/KEY."""
    options = context.options.get("s3")
    if not options:
        raise NotSupported(f"the site names no relay to {NAME}'s object store", "say it as `options.s3` of the target")
    bucket, _, key = place.partition("/")
    if not bucket or not key:
        raise WrongUsage(f'"{place}" is no place in an object store', "write it as TARGET:BUCKET/KEY")
    token = context.secret(options["token"]["secret"])
    ca_file = Path(options["caFile"]).expanduser() if "caFile" in options else context.ca_file
    line = Connection(options["endpoint"], ca_file=ca_file, transport=context.transport)
    api = Api(NAME, line, _of_relay)
    try:
        with opened(file) as content:
            call = Call(
                "POST",
                "/upload",
                query={"bucket": bucket, "key": key},
                headers={"Token": header_value(token)},
                files={"file": (file.name, content)},
            )
            said = api.order(call)
        with api.reading():
            return str(field(said, "path", of=str))
    finally:
        line.close()


def opened(file: Path) -> BinaryIO:
    """The file, to be read. Raises Unreachable where that can not be done any more."""
    try:
        return file.open("rb")
    except OSError as error:
        raise Unreachable(f"{file.name} can not be read any more: {error.strerror}") from None


def _of_relay(answer: Answer) -> object:
    if answer.status in {401, 403}:
        raise Refused(f"the relay does not take the token: {answer.words()}", "correct `options.s3.token`")
    return protocol.judge(answer)
