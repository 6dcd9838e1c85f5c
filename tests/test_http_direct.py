"""The line to a server with nothing in between: what it takes for an answer, and what of a connection it trusts."""

import random
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import httpx
import pytest
import trustme

from lading.runner.http import connection, direct
from lading.runner.http.connection import NOT_REACHED, TIMEOUT
from lading.runner.http.direct import Direct

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
IN_PIECES = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;name=value\r\n{\r\n1\r\n}\r\n0\r\nX-Sum: 1\r\n\r\n"

Act = Callable[[socket.socket], None]


class Listening:
    """A server that does the next of these things with each who calls; the last of them with all that come after."""

    def __init__(self, listening: socket.socket, acts: tuple[Act, ...], context: ssl.SSLContext | None) -> None:
        self._listening, self._acts, self._context = listening, acts, context
        self.url = f"http{'s' if context else ''}://127.0.0.1:{listening.getsockname()[1]}/x"
        self.calls = 0

    def serve(self) -> None:
        """Until nobody can call any more."""
        with suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                act = self._acts[min(self.calls, len(self._acts) - 1)]
                self.calls += 1
                threading.Thread(target=self._serve, args=(caller, act), daemon=True).start()

    def _serve(self, caller: socket.socket, act: Act) -> None:
        with suppress(OSError), caller:
            if self._context:
                caller = self._context.wrap_socket(caller, server_side=True)
            with caller:
                act(caller)


@contextmanager
def listening(*acts: Act, context: ssl.SSLContext | None = None) -> Iterator[Listening]:
    """The server at work."""
    with socket.create_server(("127.0.0.1", 0)) as there:
        server = Listening(there, acts, context)
        threading.Thread(target=server.serve, daemon=True).start()
        yield server
        there.shutdown(socket.SHUT_RDWR)


def heard(caller: socket.socket) -> bytes:
    """A request without a body, or with a short one."""
    got = b""
    while b"\r\n\r\n" not in got:
        if not (piece := caller.recv(65536)):
            raise ConnectionError
        got += piece
    return got


def says(*answers: bytes) -> Act:
    """Answers each request with the next of these, and the last of them closes the connection."""

    def act(caller: socket.socket) -> None:
        for answer in answers:
            heard(caller)
            caller.sendall(answer)

    return act


def always(answer: bytes) -> Act:
    """Answers every request so."""

    def act(caller: socket.socket) -> None:
        while True:
            heard(caller)
            caller.sendall(answer)

    return act


def talks(caller: socket.socket) -> None:
    """Answers, and then goes on without being asked."""
    heard(caller)
    caller.sendall(OK)
    threading.Event().wait(0.01)
    caller.sendall(b"HTTP/1.1 500 what nobody asked for\r\n\r\n")
    caller.recv(65536)


def request(url: str, content: object = None, **headers: str) -> httpx.Request:
    """A request as a connection makes it."""
    method = "GET" if content is None else "POST"
    extensions = {"timeout": TIMEOUT.as_dict()}
    return httpx.Request(method, url, content=content, headers=headers, extensions=extensions)  # type: ignore[arg-type]


def read(line: httpx.BaseTransport, asked: httpx.Request) -> tuple[int, bytes]:
    """The status and the whole body of the answer."""
    response = line.handle_request(asked)
    try:
        return response.status_code, b"".join(response.iter_raw())
    finally:
        response.close()


def vouched_for(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side of TLS under that name, and that of clients who believe its authority."""
    authority = trustme.CA()
    server_side, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.issue_cert(name).configure_cert(server_side)
    authority.configure_trust(trust)
    return server_side, trust


@pytest.fixture(params=["direct", "httpx"])
def line(request: pytest.FixtureRequest) -> Iterator[httpx.BaseTransport]:
    """A line of each kind: whoever uses one can not tell which it is."""
    made = Direct(NOBODY) if request.param == "direct" else httpx.HTTPTransport(verify=NOBODY)
    yield made
    made.close()


@pytest.mark.parametrize("answer", [OK, IN_PIECES], ids=["length", "pieces"])
def test_half_an_answer_is_none(line: httpx.BaseTransport, answer: bytes) -> None:
    """Wherever the connection ends before the answer does, nobody is told that there was one."""
    numbers = count()

    def cut(caller: socket.socket) -> None:
        heard(caller)
        caller.sendall(answer[: next(numbers)])

    with listening(cut) as server:
        for _ in answer:
            with pytest.raises(httpx.RemoteProtocolError):
                read(line, request(server.url))
        assert read(line, request(server.url)) == (200, b"{}")


@pytest.mark.parametrize(
    "head",
    [
        b"SMTP/1.0 220 hello\r\n\r\n",
        b"HTTP/1.1 twenty OK\r\n\r\n",
        b"{}\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\x0b\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length : 20\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 20\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n Content-Length: 20\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n: no name\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: y\rContent-Length: 1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b'HTTP/1.1 100 Continue\r\nContent-Length: 12\r\n\r\n{"status": 1}',
    ],
)
def test_what_is_no_answer_is_said_to_be_none(line: httpx.BaseTransport, head: bytes) -> None:
    """A length that can not be believed, another language, a body after an announcement."""
    with listening(says(head)) as server, pytest.raises(httpx.RemoteProtocolError):
        read(line, request(server.url))


def test_an_answer_may_be_announced(line: httpx.BaseTransport) -> None:
    """However often; what is meant is the one that follows."""
    hints = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
        b"HTTP/1.1 104 Upload Resumption Supported\r\n\r\n"
    )
    with listening(always(hints + OK)) as server:
        assert read(line, request(server.url)) == (200, b"{}")
        assert read(line, request(server.url)) == (200, b"{}")
        assert server.calls == 1


@pytest.mark.parametrize("answer", [OK, IN_PIECES], ids=["length", "pieces"])
def test_blanks_around_what_a_head_says_mean_nothing(line: httpx.BaseTransport, answer: bytes) -> None:
    """Neither for the length of the body, nor for what is made of any other header."""
    spaced = answer.replace(b"Length: 2", b"Length: 2 \t").replace(b"Encoding: chunked", b"Encoding:chunked ")
    spaced = spaced.replace(b"200 OK\r\n", b"200 OK\r\nRetry-After: \t5 \r\n")
    with listening(always(spaced)) as server:
        response = line.handle_request(request(server.url))
        assert (response.headers["retry-after"], b"".join(response.iter_raw())) == ("5", b"{}")


def test_what_ends_with_the_connection_is_whole(line: httpx.BaseTransport) -> None:
    """As long as nothing else was said of its length."""
    with listening(says(b"HTTP/1.0 200 OK\r\n\r\n{}")) as server:
        assert read(line, request(server.url)) == (200, b"{}")


@pytest.mark.parametrize(
    "answer",
    [OK, OK.replace(b": 2", b": \t2 "), IN_PIECES, b"HTTP/1.1 204 No Content\r\n\r\n"],
    ids=["length", "spaces", "pieces", "none"],
)
def test_a_connection_is_used_again(line: httpx.BaseTransport, answer: bytes) -> None:
    """After an answer that was read to its end."""
    with listening(always(answer)) as server:
        assert [read(line, request(server.url)) for _ in range(3)] == [read(line, request(server.url))] * 3
        assert server.calls == 1


@pytest.mark.parametrize(
    "acts",
    [
        [says(OK)],
        [always(OK.replace(b"200 OK\r\n", b"200 OK\r\nConnection: close\r\n"))],
        [always(OK.replace(b"HTTP/1.1", b"HTTP/1.0"))],
        [talks],
    ],
    ids=["closed", "will close", "old", "talks"],
)
def test_a_connection_that_is_over_is_not_used(line: httpx.BaseTransport, acts: list[Act]) -> None:
    """Whether the server has said so or not: a request on it would be lost, or get another one's answer."""
    with listening(*acts) as server:
        for _ in range(3):
            assert read(line, request(server.url)) == (200, b"{}")
            threading.Event().wait(0.05)  # for what else it says
        assert server.calls == 3


def test_a_connection_that_we_wanted_closed_is_not_used(line: httpx.BaseTransport) -> None:
    """Also where the server does not say that it will: it may close it at any moment."""
    with listening(always(OK)) as server:
        for _ in range(2):
            assert read(line, request(server.url, connection="close")) == (200, b"{}")
        assert server.calls == 2


@pytest.mark.parametrize("answer", [OK, IN_PIECES], ids=["length", "pieces"])
def test_what_comes_with_an_answer_is_not_the_next_one(answer: bytes) -> None:
    """More than was said to come: where the next answer begins is not known any more."""
    line = Direct(NOBODY)
    with listening(always(answer + b"}")) as server:
        for _ in range(3):
            assert read(line, request(server.url)) == (200, b"{}")
        assert server.calls == 3
    line.close()


def test_an_answer_that_tls_has_unpacked_already_is_not_the_next_one() -> None:
    """Both were in one record, so that the system has nothing of it any more."""
    server_side, trust = vouched_for("127.0.0.1")
    first = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
    first = (first % 8151).ljust(direct.ROOM, b"x")
    line = Direct(trust)
    with listening(always(first + OK), context=server_side) as server:
        for _ in range(3):
            assert read(line, request(server.url)) == (200, b"x" * 8151)
        assert server.calls == 3
    line.close()


def test_a_line_that_is_cut_does_not_go_on_without_tls() -> None:
    """Whoever stands between could wait for that, and put in the rest of the answer."""
    server_side, trust = vouched_for("127.0.0.1")
    is_injected = threading.Event()

    def inject(caller: socket.socket) -> None:
        heard(caller)
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{")
        socket.socket.sendall(caller, b'"evil"}')
        is_injected.set()
        caller.recv(65536)

    line = Direct(trust)
    with listening(inject, context=server_side) as server:
        response = line.handle_request(request(server.url))
        pieces = response.iter_raw()
        assert next(pieces) == b"{"
        assert is_injected.wait(5)
        connection._cut([response.extensions["network_stream"]])
        with pytest.raises(httpx.TransportError):
            next(pieces)
        response.close()


def test_a_connection_is_not_kept_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands between forgets it without a word."""
    monkeypatch.setattr(direct, "KEPT", 0.0)
    line = Direct(NOBODY)
    with listening(always(OK)) as server:
        read(line, request(server.url))
        read(line, request(server.url))
        assert server.calls == 2
    line.close()


def test_an_answer_that_is_not_read_is_given_up(line: httpx.BaseTransport) -> None:
    """Its connection with it; and while one is read another request has a connection of its own."""
    with listening(always(OK)) as server:
        first = line.handle_request(request(server.url))
        assert read(line, request(server.url)) == (200, b"{}")
        first.close()
        assert read(line, request(server.url)) == (200, b"{}")
        assert server.calls == 2


def test_a_refusal_is_heard_before_all_was_sent(line: httpx.BaseTransport) -> None:
    """A server that does not want a large body says why, and closes."""

    def refuse(caller: socket.socket) -> None:
        heard(caller)
        caller.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}")
        caller.shutdown(socket.SHUT_WR)
        caller.recv(100_000)  # what it leaves unread makes the rest fail

    with listening(refuse) as server:
        content = (b"x" * 100_000 for _ in range(300))
        with suppress(httpx.ReadError):  # the system may throw away what was said, too
            assert read(line, request(server.url, content)) == (413, b"{}")


def test_a_body_goes_out_as_its_head_says(line: httpx.BaseTransport) -> None:
    """With its length, or in pieces that each say theirs."""
    got: list[bytes] = []

    def hear(caller: socket.socket) -> None:
        while True:
            all_of_it = heard(caller)
            while not all_of_it.endswith((b"END", b"0\r\n\r\n")):
                all_of_it += caller.recv(65536)
            got.append(all_of_it.partition(b"\r\n\r\n")[2])
            caller.sendall(OK)

    with listening(hear) as server:
        long = b"x" * 200_000 + b"END"
        assert read(line, request(server.url, long)) == (200, b"{}")
        assert read(line, request(server.url, iter([b"abc", b"", b"0123456789abcdef"]))) == (200, b"{}")
    assert got == [long, b"3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"]


@pytest.mark.parametrize("content", [[b"abc"], [b"abcde", b"GET /y HTTP/1.1\r\n\r\n"]], ids=["shorter", "longer"])
def test_a_body_that_is_not_as_long_as_its_head_says_is_given_up(content: list[bytes]) -> None:
    """The server would wait for the rest, or take what is too much for a request of its own."""
    got: list[bytes] = []
    over = threading.Event()

    def hear(caller: socket.socket) -> None:
        while piece := caller.recv(65536):
            got.append(piece)
        over.set()

    with listening(hear) as server:
        with pytest.raises(httpx.LocalProtocolError):
            read(Direct(NOBODY), request(server.url, iter(content), **{"content-length": "5"}))
        assert over.wait(5)
    assert content[0].startswith(b"".join(got).partition(b"\r\n\r\n")[2])


def test_a_line_in_a_header_is_not_sent(line: httpx.BaseTransport) -> None:
    """It would be a header of its own, or a request."""
    got: list[bytes] = []
    with listening(lambda caller: got.append(caller.recv(65536))) as server:
        for headers in ({"x": "a\r\nCookie: b"}, {"x": "a\nb"}, {"x\r\ny": "a"}):
            asked = request(server.url)
            asked.headers.update(headers)
            with pytest.raises(httpx.LocalProtocolError):
                read(line, asked)
        line.close()
        threading.Event().wait(0.05)  # for what it may have sent before it refused
    assert not any(got)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http:///x", "//127.0.0.1/x"])
def test_an_address_of_another_kind_is_nobodys(line: httpx.BaseTransport, url: str) -> None:
    """Nothing is looked for, and surely nobody reached."""
    with pytest.raises(NOT_REACHED):
        read(line, request(url))


@pytest.mark.parametrize("name", ["a..b", ".a", "a" * 64 + ".com"])
def test_a_name_that_can_be_none_is_nobodys(name: str) -> None:
    """The system is not even asked for it."""
    with pytest.raises(httpx.ConnectError):
        read(Direct(NOBODY), request(f"http://{name}/x"))


def test_nobody_is_reached_where_nobody_listens(line: httpx.BaseTransport) -> None:
    """At a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
    with pytest.raises(httpx.ConnectError):
        read(line, request(f"http://127.0.0.1:{port}/"))


def test_a_server_that_does_not_answer_is_given_up(line: httpx.BaseTransport) -> None:
    """After the request's own time; it may have got it."""
    with listening(lambda caller: caller.recv(9) and threading.Event().wait(2)) as server:  # type: ignore[arg-type]
        asked = request(server.url)
        asked.extensions["timeout"]["read"] = 0.1
        with pytest.raises(httpx.ReadTimeout):
            read(line, asked)


def test_a_known_authority_is_believed_and_its_connection_kept() -> None:
    """What TLS itself says between two answers is nothing said unasked; another name's certificate is refused."""
    context, trust = vouched_for("127.0.0.1")
    line = Direct(trust)
    with listening(always(OK), context=context) as server:
        for _ in range(3):
            assert read(line, request(server.url)) == (200, b"{}")
        assert server.calls == 1
    line.close()
    context, trust = vouched_for("elsewhere.example.org")
    with listening(always(OK), context=context) as server, pytest.raises(httpx.ConnectError, match="certificate"):
        read(Direct(trust), request(server.url))


@pytest.mark.parametrize("kind", ["direct", "httpx"])
def test_what_was_underway_when_a_connection_is_cut_off_is_read_as_it_was_meant(kind: str) -> None:
    """Or not at all: what is encrypted is never taken for the answer."""
    context, trust = vouched_for("127.0.0.1")
    line = Direct(trust) if kind == "direct" else httpx.HTTPTransport(verify=trust)
    body = b"x" * 40_000
    with listening(always(b"HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n" + body), context=context) as server:
        response = line.handle_request(request(server.url))
        threading.Event().wait(0.1)  # for all of it to be here
        connection._cut([response.extensions["network_stream"]])
        got = b""
        with suppress(httpx.TransportError):
            for piece in response.iter_raw():
                got += piece
        response.close()
    assert body.startswith(got)
    line.close()


MULTIPART = b"Content-Type: multipart/mixed; boundary*0*=utf-8''a%ff; boundary*; charset*=no''x"
HOSTILE = (
    b"HTTP/1.1 200 OK\r\n%s\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nx: y\r\n\r\n" % MULTIPART,
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nbody",
    b"HTTP/1.1 200 OK\r\nContent-Type: message/rfc822\r\n folded\r\nX: =?utf-8?q?=41?=\r\nContent-Length: 3\r\n\r\nabc",
)
WORDS = (b"\r\n", b"\n", b":", b" ", b"\x00", b"\xff", b"boundary=", b"''", b"-1", b"9" * 20, b"chunked", b"103", b'"')


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes_is_an_answer_or_an_error_of_the_line(seed: int) -> None:
    """Two thousand spoiled answers each."""
    chance = random.Random(seed)
    for _ in range(2_000):
        said = bytearray(HOSTILE[seed])
        for _ in range(chance.randrange(6)):
            start = chance.randrange(len(said) + 1)
            said[start : start + chance.randrange(8)] = chance.choice(WORDS)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(said)
            theirs.shutdown(socket.SHUT_WR)
            line = Direct(NOBODY)
            with pytest.MonkeyPatch.context() as patch, suppress(httpx.TransportError):
                patch.setattr(direct, "_connected", lambda *_, ours=ours: ours)
                read(line, request("http://127.0.0.1/"))
            line.close()
