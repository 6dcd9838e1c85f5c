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
from email import errors
from typing import Any, cast

import httpx

KEPT = 5.0
"""Seconds that a connection is kept for the next request. What stands between forgets older ones without a word."""

PIECE = 64 * 1024
"""Bytes that are sent or read at a time; each piece has the whole timeout."""

OPENED = "connection.connect_tcp.complete"
"""What httpx calls the moment from which a request has a connection."""

PORTS = {"http": 80, "https": 443}

OK = 200
"""The lowest status of an answer. Those below announce it: it would be taken for that of the next request."""

LONGEST_LENGTH = 18
"""Digits of the length of an answer. The standard library takes a number that it can not read for none."""

MISREAD = (
    *(errors.MissingHeaderBodySeparatorDefect, errors.FirstHeaderLineIsContinuationDefect),
    *(errors.InvalidHeaderDefect, errors.MisplacedEnvelopeHeaderDefect),
)
"""Lines of a head that are no headers. The reader of mails leaves them out, or all that follows, such as the length."""


class Direct(httpx.BaseTransport):
    """The line to one address, for one thread. ``trust`` says who is believed about who the server is."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self._idle: list[_Line] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The head of the answer, and its body as it comes. Raises as httpx's own transport does."""
        timeouts = request.extensions["timeout"]
        line = self._kept(request.url) or _Line(request.url, self._trust, timeouts["connect"])
        try:
            if trace := request.extensions.get("trace"):
                trace(OPENED, {"return_value": line})
            line.send(request, timeouts["write"])
            answer = line.answer(request.method, timeouts["read"])
        except BaseException:
            line.close()
            raise
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
        body = _Body(answer, line, self._idle)
        return httpx.Response(answer.status, headers=headers, stream=body, extensions={"network_stream": line})

    def close(self) -> None:
        """Nothing is open that is not in use."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self, url: httpx.URL) -> "_Line | None":
        while self._idle:
            line = self._idle.pop()
            if line.is_good and line.goes_to(url):
                return line
            line.close()
        return None


def _address(url: httpx.URL) -> tuple[str, str, int]:
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


class _Line:
    """One connection: what httpx calls a ``network_stream``."""

    def __init__(self, url: httpx.URL, trust: ssl.SSLContext, seconds: float) -> None:
        self._address = _address(url)
        self._socket = _connected(*self._address, trust, seconds)
        self._idle_since = 0.0

    def rests(self) -> None:
        """Nothing is underway on it from now on."""
        self._idle_since = time.monotonic()

    @property
    def is_good(self) -> bool:
        """Whether it can take another request: a server that says something without being asked has closed it."""
        unasked = select.poll()
        unasked.register(self._socket, select.POLLIN)
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return False  # it was sent together with the last answer, so that the system has nothing of it any more
        return time.monotonic() - self._idle_since < KEPT and not unasked.poll(0)

    def goes_to(self, url: httpx.URL) -> bool:
        """Whether it is to the server of the address."""
        return _address(url) == self._address

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

    def answer(self, method: str, seconds: float) -> "_Answer":
        """The answer, of which the head is here."""
        self._wait_at_most(seconds)
        answer = _Answer(self._socket, method=method)
        try:
            with _told(httpx.ReadTimeout, httpx.ReadError):
                answer.begin()
            _check_end(answer)
        except BaseException:
            answer.close()
            raise
        return answer

    def close(self) -> None:
        """It is not open any more."""
        self._socket.close()

    def _wait_at_most(self, seconds: float) -> None:
        if self._socket.gettimeout() != seconds:
            self._socket.settimeout(seconds)


class _Lines(io.BufferedReader):
    is_read = True
    """Whether nothing more had come than was read, once it is closed."""

    def readline(self, size: int | None = -1, /) -> bytes:
        """A line. One that was cut off is none: it would be believed, and taken for the end of the head."""
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise http.client.IncompleteRead(line)
        if b"\r" in line[:-2]:
            raise http.client.HTTPException("a line of the answer holds the end of a line")  # two, to some
        return line

    def close(self) -> None:
        """Nothing more is read."""
        if not self.closed:
            self.raw.readinto = lambda _: None  # type: ignore[method-assign] # only what is here already is looked at
            self.is_read = not self.peek()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, method: str) -> None:
        super().__init__(sock, method=method)
        self.fp = self.lines = _Lines(self.fp.detach())

    def begin(self) -> None:
        """The head of the answer itself is read, whatever has announced it."""
        try:
            super().begin()
            while self.status < OK:
                self.headers = None  # type: ignore[assignment] # by which it knows that it has not begun
                super().begin()
        except (TypeError, ValueError, LookupError) as error:  # a head is read as a mail's, whose reader trips easily
            raise http.client.HTTPException("the head of the answer makes no sense") from error


class _Body(httpx.SyncByteStream):
    """What comes after the head. Read to its end, it leaves the line to the next request."""

    def __init__(self, answer: _Answer, line: _Line, idle: list[_Line]) -> None:
        self._answer, self._line, self._idle = answer, line, idle
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
        if self._is_over and self._answer.lines.is_read and not self._answer.will_close:
            self._line.rests()
            self._idle.append(self._line)
        else:
            self._line.close()


def _pieces(request: httpx.Request) -> Iterator[bytes]:
    """The request as it stands on the line: what is short in one piece, what is long in several."""
    head = [(request.method.encode("ascii") + b" " + request.url.raw_path + b" HTTP/1.1")]
    head += [name + b": " + value for name, value in request.headers.raw]
    if any(b"\r" in line or b"\n" in line for line in head):
        raise httpx.LocalProtocolError("a header holds the end of a line")
    held = b"\r\n".join([*head, b"", b""])
    is_chunked = "transfer-encoding" in request.headers
    for part in cast("httpx.SyncByteStream", request.stream):
        for start in range(0, len(part), PIECE):
            piece = part[start : start + PIECE]
            yield held + (b"%x\r\n%s\r\n" % (len(piece), piece) if is_chunked else piece)
            held = b""
    if held or is_chunked:
        yield held + (b"0\r\n\r\n" if is_chunked else b"")


def _check_end(answer: _Answer) -> None:
    """Raises where nobody can tell for certain where the answer ends, and what the next one is."""
    lengths = {length.strip(" \t") for length in answer.headers.get_all("content-length", ())}
    codings = answer.headers.get_all("transfer-encoding", ())
    if any(isinstance(defect, MISREAD) for defect in answer.headers.defects):
        raise httpx.RemoteProtocolError("the head of the answer makes no sense")
    if len(lengths) > 1 or not all(length.isdecimal() and len(length) <= LONGEST_LENGTH for length in lengths):
        raise httpx.RemoteProtocolError("the answer has no length that makes sense")
    if codings and not (answer.chunked and len(codings) == 1):
        raise httpx.RemoteProtocolError(f"the answer is coded in a way that nobody asked for: {codings[-1]}")


@contextmanager
def _told(late: type[httpx.TimeoutException], broken: type[httpx.NetworkError]) -> Iterator[None]:
    """What goes wrong inside is told as httpx tells it."""
    try:
        yield
    except TimeoutError as error:
        raise late("timed out") from error
    except http.client.HTTPException as error:
        raise httpx.RemoteProtocolError(_said(error)) from None
    except OSError as error:
        raise broken(str(error)) from error


def _said(error: http.client.HTTPException) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return "the connection was closed before the end of the answer"
    if isinstance(error, http.client.BadStatusLine | http.client.UnknownProtocol):
        return f"this is no HTTP: {error}"
    return str(error)
