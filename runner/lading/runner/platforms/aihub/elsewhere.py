"""Files that AIHub keeps at other addresses: no login of ours goes there but the relay's own."""

from collections.abc import Iterator
from contextlib import closing
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


def fetched(url: str, context: Context) -> Download:
    """The file at the address, as anybody gets it."""
    line, call = _at(url, context)
    found = line.download(call)

    def chunks() -> Iterator[bytes]:
        with closing(line):
            yield from found.chunks

    return Download(chunks(), found.size)


def text_at(url: str, context: Context) -> str:
    """The text at the address, as anybody gets it."""
    line, call = _at(url, context)
    try:
        answer = line.ask(call)
    finally:
        line.close()
    if not answer.is_success:
        raise Unreachable(f"{line.place} does not give the log: {answer.words()}")
    return answer.content.decode("utf-8", "surrogateescape")


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
