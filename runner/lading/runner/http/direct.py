"""The line to a server with nothing in between: httpx's interface over the standard library's reader of answers.

Httpx's own transport takes twice as long for a request, and a thousand submissions are mostly requests. It still is the
line through proxies, of which it knows every kind (``line.py``). Both raise the same errors: one kind before the first
byte of a request has left, another afterwards.

At each system call a thread lets others run, and among dozens has to wait for its turn again. So there are few of them.
"""

import http.client
import io
import select
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpx

KEPT = 5.0
"""Seconds that a connection is kept for the next request. What stands between forgets older ones without a word."""

PIECE = 64 * 1024
"""Bytes that are sent or read at a time; each piece has the whole timeout."""

OPENED = "connection.connect_tcp.complete"
"""What httpx calls the moment from which a request has a connection."""

PORTS = {"http": 80, "https": 443}

ANNOUNCED = frozenset({102, 103})
"""Answers that announce another one, besides the 100 that the standard library knows."""

Address = tuple[str, str, int]
"""Of a server: the scheme, the host and the port."""


class Direct(httpx.BaseTransport):
    """The line to one address, for one thread. ``trust`` says who is believed about who the server is."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self._idle: list[_Connection] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The head of the answer, and its body as it comes. Raises as httpx's own transport does."""
        timeouts, address = request.extensions["timeout"], _address(request.url)
        connection = self._kept(address) or _Connection(address, self._trust, timeouts["connect"])
        try:
            if trace := request.extensions.get("trace"):
                trace(OPENED, {"return_value": connection})
            connection.send(request, timeouts["write"])
            answer = connection.answer(request, timeouts["read"])
        except BaseException:
            connection.close()
            raise
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
        body = _Body(answer, connection, self._idle)
        return httpx.Response(answer.status, headers=headers, stream=body, extensions={"network_stream": connection})

    def close(self) -> None:
        """Nothing is open that is not in use."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self, address: Address) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.is_good and connection.address == address:
                return connection
            connection.close()
        return None


def _address(url: httpx.URL) -> Address:
    host = url.raw_host.decode("ascii")
    if url.scheme not in PORTS or not host:
        raise httpx.UnsupportedProtocol("the address does not begin with http:// or https:// and a name")
    return url.scheme, host, url.port or PORTS[url.scheme]


def _connected(scheme: str, host: str, port: int, trust: ssl.SSLContext, seconds: float) -> socket.socket:
    """A connection to the server. Raises one of the errors that mean that nobody was reached."""
    with _told(httpx.ConnectTimeout, httpx.ConnectError):
        made = socket.create_connection((host, port), seconds)
        try:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return trust.wrap_socket(made, server_hostname=host) if scheme == "https" else made
        except BaseException:
            made.close()
            raise


class _Connection:
    """One connection to a server: what httpx calls a ``network_stream``."""

    def __init__(self, address: Address, trust: ssl.SSLContext, seconds: float) -> None:
        self.address = address
        self._socket = _connected(*address, trust, seconds)
        self._idle_since = 0.0

    def rests(self) -> None:
        """Nothing is underway on it from now on."""
        self._idle_since = time.monotonic()

    @property
    def is_good(self) -> bool:
        """Whether it can take another request: a server that says something without being asked has closed it."""
        unasked = select.poll()
        unasked.register(self._socket, select.POLLIN)
        return time.monotonic() - self._idle_since < KEPT and not unasked.poll(0)

    def get_extra_info(self, info: str) -> Any:
        """The socket, as httpx asks for it."""
        return self._socket if info == "socket" else None

    def send(self, request: httpx.Request, seconds: float) -> None:
        """The server has the request, or does not want the rest of it."""
        self._wait_at_most(seconds)
        for piece in _pieces(request):
            try:
                self._socket.sendall(piece)
            except TimeoutError as error:
                raise httpx.WriteTimeout("timed out") from error
            except OSError:
                return  # before it closed, it may have said why

    def answer(self, request: httpx.Request, seconds: float) -> "_Answer":
        """The answer, of which the head is here."""
        self._wait_at_most(seconds)
        answer = _Answer(self._socket, method=request.method)
        try:
            with _told(httpx.ReadTimeout, httpx.ReadError):
                answer.begin()
            _check_end(answer)
        except BaseException:
            answer.close()
            raise
        answer.will_close |= request.headers.get("connection") == "close"  # a server may do so without a word
        return answer

    def close(self) -> None:
        """It is not open any more."""
        self._socket.close()

    def _wait_at_most(self, seconds: float) -> None:
        if self._socket.gettimeout() != seconds:
            self._socket.settimeout(seconds)


class _Lines(io.BufferedReader):
    def readline(self, size: int | None = -1, /) -> bytes:
        """A line without blanks at its end, which mean nothing. One that was cut off is none: it would be believed, and
        taken for the end of the head.
        """
        line = super().readline(size)
        if line.endswith(b"\n"):
            return line.rstrip(b" \t\r\n") + b"\r\n" if line.strip() else line
        if len(line) != size:
            raise http.client.IncompleteRead(line)
        return line


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, method: str) -> None:
        super().__init__(sock, method=method)
        self.fp = _Lines(self.fp.detach())

    def begin(self) -> None:
        """The head of the answer itself is read, whatever has announced it."""
        try:
            super().begin()
            while self.status in ANNOUNCED:
                self.headers = None  # type: ignore[assignment] # by which it knows that it has not begun
                super().begin()
        except (TypeError, ValueError, LookupError) as error:  # a head is read as a mail's, whose reader trips easily
            raise http.client.HTTPException("the head of the answer makes no sense") from error


class _Body(httpx.SyncByteStream):
    """What comes after the head. Read to its end, it leaves the connection to the next request."""

    def __init__(self, answer: _Answer, connection: _Connection, idle: list[_Connection]) -> None:
        self._answer, self._connection, self._idle = answer, connection, idle
        self._is_over = False

    def __iter__(self) -> Iterator[bytes]:
        left = self._answer.length  # None where the end is told otherwise
        while left != 0:
            with _told(httpx.ReadTimeout, httpx.ReadError):
                piece = self._answer.read1(PIECE)
            if not piece:
                break
            left = None if left is None else left - len(piece)
            yield piece
        if left:
            raise httpx.RemoteProtocolError(f"the connection was closed {left} bytes before the end of the answer")
        self._is_over = True

    def close(self) -> None:
        """Nothing more is read."""
        self._answer.close()
        if self._is_over and not self._answer.will_close:
            self._connection.rests()
            self._idle.append(self._connection)
        else:
            self._connection.close()


def _pieces(request: httpx.Request) -> Iterator[bytes]:
    """The request as it stands on the line: what is short in one piece, what is long in several."""
    head = [(request.method.encode("ascii") + b" " + request.url.raw_path + b" HTTP/1.1")]
    head += [name + b": " + value for name, value in request.headers.raw]
    if any(b"\r" in line or b"\n" in line for line in head):
        raise httpx.LocalProtocolError("a header holds the end of a line")
    held = b"\r\n".join([*head, b"", b""])
    for piece in _body(request):
        yield held + piece
        held = b""
    if held:
        yield held


def _body(request: httpx.Request) -> Iterator[bytes]:
    """The body as the head says: in pieces that each have their length, or so many bytes in all."""
    parts = cast("httpx.SyncByteStream", request.stream)
    pieces = (part[start : start + PIECE] for part in parts for start in range(0, len(part), PIECE))
    if "transfer-encoding" in request.headers:
        yield from (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        yield b"0\r\n\r\n"
        return
    left = int(request.headers.get("content-length", 0))
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise httpx.LocalProtocolError("there is more to send than was announced")
        yield piece
    if left:
        raise httpx.LocalProtocolError(f"the last {left} bytes of what was announced are not there")


def _check_end(answer: _Answer) -> None:
    """Raises where nobody can tell for certain where the answer ends, and what the next one is."""
    lengths = set(answer.headers.get_all("content-length", ()))
    codings = answer.headers.get_all("transfer-encoding", ())
    if len(lengths) > 1 or not all(length.isdecimal() for length in lengths):
        raise httpx.RemoteProtocolError("the answer has no length that makes sense")
    if codings and not (answer.chunked and len(codings) == 1):
        raise httpx.RemoteProtocolError(f"the answer is coded in a way that nobody asked for: {', '.join(codings)}")


@contextmanager
def _told(late: type[httpx.TimeoutException], broken: type[httpx.NetworkError]) -> Iterator[None]:
    """What goes wrong inside is told as httpx tells it."""
    try:
        yield
    except TimeoutError as error:
        raise late("timed out") from error
    except http.client.HTTPException as error:
        raise httpx.RemoteProtocolError(_said(error)) from None
    except (OSError, UnicodeError) as error:  # of a name that can be none
        raise broken(str(error)) from error


def _said(error: http.client.HTTPException) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return "the connection was closed before the end of the answer"
    if isinstance(error, http.client.BadStatusLine | http.client.UnknownProtocol):
        return f"this is no HTTP: {error}"
    return str(error)
