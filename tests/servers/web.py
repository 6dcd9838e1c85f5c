"""What the servers of all platforms share: requests taken apart, routes, answers, and faults on demand.

The standard library's server is used because a fault may need the socket itself: half an answer, an illegal status
line, a connection cut before, during or after the request was carried out.
"""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

LARGEST_BODY = 64 * 2**20


class Reply(NamedTuple):
    """What is answered. ``status_line`` takes the place of the usual one, for servers that send an illegal one."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    status_line: str = ""


class Rejected(Exception):
    """The request is not what the platform takes; the reply says so in the platform's way."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body.decode("utf-8", "replace"))
        self.reply = reply


def as_json(data: Any, status: int = 200) -> Reply:
    """The data as JSON."""
    body = json.dumps(data, ensure_ascii=False).encode()
    return Reply(status, body, {"content-type": "application/json"})


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``target`` is path and query exactly as sent; ``headers`` are by lower-case name."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's fields."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True, strict_parsing=False))

    @property
    def content_type(self) -> str:
        """The media type of the body."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body as JSON; None where it is not sent as JSON or is none."""
        if self.content_type != "application/json":
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def form(self) -> dict[str, str] | None:
        """The fields of a form; None where the body is none."""
        if self.content_type == "application/x-www-form-urlencoded":
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        if self.content_type == "multipart/form-data":
            return {name: part.get_content_bytes().decode() for name, part in self._parts() if part.file is None}
        return None

    def files(self) -> dict[str, tuple[str, bytes]]:
        """The files of a multipart form: name and content of each, by field."""
        parts = self._parts() if self.content_type == "multipart/form-data" else ()
        return {name: (part.file, part.get_content_bytes()) for name, part in parts if part.file is not None}

    def _parts(self) -> "Iterator[tuple[str, _Part]]":
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        whole = BytesParser(policy=HTTP).parsebytes(head + self.body)
        for part in whole.iter_parts():
            name = part.get_param("name", header="content-disposition")
            yield str(name), _Part(part.get_filename(), part)


class _Part(NamedTuple):
    file: str | None
    message: Message

    def get_content_bytes(self) -> bytes:
        """The part's bytes."""
        found = self.message.get_payload(decode=True)
        assert isinstance(found, bytes)
        return found


@dataclass(slots=True)
class Fault:
    """Something that goes wrong with the next requests that match.

    ``match`` is a pattern over ``METHOD /path?query``; the first ``skip`` of those requests pass, the next ``times``
    meet it. ``cut`` closes the connection ``before`` the request is carried out, or once it is, ``during`` the answer
    or ``after`` it would have been sent. ``reply``, or what it makes of the request, is answered instead, where
    ``carried_out`` after the request was carried out all the same. In seconds, ``latency`` is waited before a request
    is carried out and ``lag`` after it, and each ``piece`` of so many bytes of the answer takes ``drip``.
    """

    cut: str = ""
    reply: "Reply | Callable[[Request], Reply | None] | None" = None
    carried_out: bool = False
    latency: float = 0.0
    lag: float = 0.0
    drip: float = 0.0
    piece: int = 1
    match: str = ""
    skip: int = 0
    times: int = 1

    def said(self, request: Request) -> Reply | None:
        """What is answered in place of the right answer."""
        return self.reply(request) if callable(self.reply) else self.reply


def route(method: str, path: str) -> Callable[[Any], Any]:
    """Makes a method of a Service the answer to requests of this method and path; ``{name}`` is one step of it."""
    pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)) + r"\Z")

    def mark(function: Any) -> Any:
        function.routes = [*getattr(function, "routes", ()), (method, pattern)]
        return function

    return mark


@dataclass
class Service:
    """A platform behind HTTP. Its subclasses say what is at which route, and how it says no.

    ``seen`` is every request that came, ``faults`` what is to go wrong with the next ones; ``lock`` is held while
    one is carried out.
    """

    seen: list[Request] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lock: Any = field(default_factory=threading.RLock)

    def no_route(self, request: Request) -> Reply:
        """The answer where nothing is."""
        return as_json({"message": f"nothing is at {request.method} {request.path}"}, 404)

    def admit(self, request: Request) -> None:
        """Raises Rejected for a request that may not come in: no login, a wrong header."""

    def answer(self, request: Request) -> Reply:
        """The reply to the request, which was carried out."""
        with self.lock:
            self.seen.append(request)
            try:
                for function, method, pattern in self._routes:
                    if method == request.method and (found := pattern.match(request.path)):
                        self.admit(request)
                        reply: Reply = function(request, **found.groupdict())
                        return reply
                return self.no_route(request)
            except Rejected as rejected:
                return rejected.reply

    @cached_property
    def _routes(self) -> list[tuple[Any, str, re.Pattern[str]]]:
        functions = [getattr(self, name) for name in dir(type(self)) if hasattr(getattr(type(self), name), "routes")]
        return [(function, *where) for function in functions for where in function.routes]

    def fault_of(self, request: Request) -> Fault | None:
        """What goes wrong with this request, counted down."""
        with self.lock:
            for fault in self.faults:
                if not fault.times or not re.search(fault.match, f"{request.method} {request.target}"):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def close(self) -> None:
        """Nothing of it runs any more."""


class Server:
    """A service at work on a port of loopback, in threads of this process."""

    def __init__(self, service: Service, port: int = 0, tls: Any = None) -> None:
        self.service = service
        self._server = _Listening(("127.0.0.1", port), type("Handler", (_Handler,), {"service": service}))
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nobody listens any more, and no connection is open."""
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()
        self.service.close()


@contextmanager
def serving(service: Service, tls: Any = None) -> Iterator[Server]:
    """The service at work until the end."""
    server = Server(service, tls=tls)
    try:
        yield server
    finally:
        server.close()


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Every connection is closed, whoever waits at its other end."""
        for request in list(self._open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up on us is no news."""
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _HangUp(Exception):
    """The connection is closed at once."""


class _Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (_HangUp, ConnectionError):
            self.close_connection = True

    def respond(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        size = int(headers.get("content-length", 0))
        assert size <= LARGEST_BODY
        body = self._chunked() if headers.get("transfer-encoding") == "chunked" else self.rfile.read(size)
        if len(body) < size:
            raise _HangUp  # whoever asked did not finish
        request = Request(self.command, self.path, headers, body)
        self._send(*_played(self.service, request))

    do_GET = do_POST = do_PUT = do_DELETE = respond  # noqa: N815 - the names that the library looks for

    def _chunked(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0] or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send(self, reply: Reply, fault: Fault) -> None:
        line = reply.status_line or f"HTTP/1.1 {reply.status} {reply.status}"
        headers = {"content-length": str(len(reply.body)), **reply.headers}
        self.close_connection = headers.get("connection") == "close"
        data = "".join([f"{line}\r\n", *(f"{name}: {value}\r\n" for name, value in headers.items()), "\r\n"])
        whole = data.encode("latin-1") + reply.body
        if fault.cut == "during":
            self.wfile.write(whole[: len(whole) - max(1, len(reply.body) // 2)])
            raise _HangUp
        if not fault.drip:
            self.wfile.write(whole)
            return
        for place in range(0, len(whole), fault.piece):
            self.wfile.write(whole[place : place + fault.piece])
            time.sleep(fault.drip)

    def log_message(self, *arguments: Any) -> None:
        """Nothing is logged: ``seen`` has it all."""


def _played(service: Service, request: Request) -> tuple[Reply, Fault]:
    """The reply to the request, and the fault that it meets, if any."""
    fault = service.fault_of(request) or Fault()
    time.sleep(fault.latency)
    if fault.cut == "before":
        raise _HangUp
    said = fault.said(request)
    if said and not fault.carried_out:
        with service.lock:
            service.seen.append(request)
        return said, fault
    reply = service.answer(request)
    time.sleep(fault.lag)
    if fault.cut == "after":
        raise _HangUp
    return said or reply, fault
