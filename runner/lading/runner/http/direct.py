"""The line to a server with nothing in between: httpx's interface, h11 for what HTTP says, and a plain socket.

Httpx's own transport takes twice as long for a request, and a thousand submissions are mostly requests. It still is the
line through proxies, of which it knows every kind (``line.py``). Both raise the same errors: one kind before the first
byte of a request has left, another afterwards.

At each system call a thread lets others run, and among dozens has to wait for its turn again. So there are few of them.
"""

import select
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import h11
import httpx

KEPT = 5.0
"""Seconds that a connection is kept for the next request. What stands between forgets older ones without a word."""

PIECE = 64 * 1024
"""Bytes that are sent at a time; each piece has the whole timeout."""

ROOM = 8 * 1024
"""Bytes that are read at a time: every thread that waits for some has room for so many."""

LONGEST_HEAD = 100 * 1024
"""Bytes of the head of an answer."""

CONNECTED = "connection.connect_tcp.complete"
"""What httpx calls the moment from which a request has a connection."""

PORTS = {"http": 80, "https": 443}

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
                trace(CONNECTED, {"return_value": connection})
            connection.send(request, timeouts["write"])
            head = connection.head(timeouts["read"])
        except BaseException:
            connection.close()
            raise
        body = _Body(connection, self._idle)
        extensions = {"network_stream": connection}
        return httpx.Response(head.status_code, headers=list(head.headers), stream=body, extensions=extensions)

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
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._idle_since = 0.0

    def get_extra_info(self, info: str) -> Any:
        """The socket, as httpx asks for it."""
        return self._socket if info == "socket" else None

    def send(self, request: httpx.Request, seconds: float) -> None:
        """The server has the request, or does not want the rest of it."""
        self._wait_at_most(seconds)
        with _told(httpx.WriteTimeout, httpx.WriteError):
            for piece in self._pieces(request):
                try:
                    self._socket.sendall(piece)
                except TimeoutError:
                    raise
                except OSError:
                    return  # before it closed, it may have said why

    def head(self, seconds: float) -> h11.Response:
        """The head of the answer itself, whatever has announced it."""
        self._wait_at_most(seconds)
        while not isinstance(event := self.event(), h11.Response):
            pass
        return event

    def event(self) -> h11.Event:
        """What the server says next."""
        with _told(httpx.ReadTimeout, httpx.ReadError):
            while (event := self._http.next_event()) is h11.NEED_DATA:
                data = self._socket.recv(ROOM)
                if not data and self._http.their_state is h11.SEND_RESPONSE:
                    raise h11.RemoteProtocolError("the server closed the connection without sending an answer")
                self._http.receive_data(data)
        return cast("h11.Event", event)

    def rests(self) -> bool:
        """Whether another request may go out over it from now on."""
        is_over = self._http.our_state is self._http.their_state is h11.DONE
        if not is_over or self._http.trailing_data[0]:
            return False
        self._http.start_next_cycle()
        self._idle_since = time.monotonic()
        return True

    @property
    def is_good(self) -> bool:
        """Whether it still may: a server that says something without being asked has closed it."""
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return False  # it came together with the last answer, and the system has nothing of it any more
        unasked = select.poll()
        unasked.register(self._socket, select.POLLIN)
        return time.monotonic() - self._idle_since < KEPT and not unasked.poll(0)

    def close(self) -> None:
        """It is not open any more."""
        self._socket.close()

    def _pieces(self, request: httpx.Request) -> Iterator[bytes]:
        """The request as it stands on the line: what is short in one piece, what is long in several."""
        target, parts = request.url.raw_path, cast("httpx.SyncByteStream", request.stream)
        held = self._said(h11.Request(method=request.method, target=target, headers=request.headers.raw))
        for part in parts:
            for start in range(0, len(part), PIECE):
                held += self._said(h11.Data(data=part[start : start + PIECE]))
                if len(held) > PIECE:
                    yield held
                    held = b""
        yield held + self._said(h11.EndOfMessage())

    def _said(self, event: h11.Event) -> bytes:
        return self._http.send(event) or b""

    def _wait_at_most(self, seconds: float) -> None:
        if self._socket.gettimeout() != seconds:
            self._socket.settimeout(seconds)


class _Body(httpx.SyncByteStream):
    """What comes after the head. Read to its end, it leaves the connection to the next request."""

    def __init__(self, connection: _Connection, idle: list[_Connection]) -> None:
        self._connection, self._idle = connection, idle

    def __iter__(self) -> Iterator[bytes]:
        while isinstance(event := self._connection.event(), h11.Data):
            yield bytes(event.data)

    def close(self) -> None:
        """Nothing more is read."""
        if self._connection.rests():
            self._idle.append(self._connection)
        else:
            self._connection.close()


@contextmanager
def _told(late: type[httpx.TimeoutException], broken: type[httpx.NetworkError]) -> Iterator[None]:
    """What goes wrong inside is told as httpx tells it."""
    try:
        yield
    except TimeoutError as error:
        raise late("timed out") from error
    except h11.RemoteProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error
    except (OSError, UnicodeError) as error:  # the latter of a name that can be nobody's
        raise broken(str(error)) from error
