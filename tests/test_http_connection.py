"""What a connection makes of servers that answer well, badly, halfway or not at all."""

import json
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from servers.web import Fault, Reply, Request, Server, Service, as_json, route, serving

from lading.runner.errors import Busy, LoginRejected, OutcomeUnknown, Refused, RunnerError, SecretMissing, Unreachable
from lading.runner.http import connection as module
from lading.runner.http.answer import Answer, Garbled, field
from lading.runner.http.api import header, login_of, token_in
from lading.runner.http.connection import LARGEST_ANSWER, Call, Connection
from lading.runner.http.line import proxy_for
from lading.runner.http.login import Login
from lading.runner.platform import Context
from lading.runner.secrets.vault import SecretValue, looked_up

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
THERE, MAKE = Call("GET", "/things/7"), Call("POST", "/things", json={"name": "Ω"})


class Things(Service):
    """A service that makes things and tells of them."""

    @route("GET", "/things/{id}")
    def get(self, request: Request, id: str) -> Reply:  # noqa: A002
        """One of them."""
        return as_json({"id": id, "token": request.headers.get("token")})

    @route("POST", "/things")
    def make(self, request: Request) -> Reply:
        """A new one."""
        return as_json({"made": request.json()})

    @property
    def made(self) -> int:
        """How many were made."""
        return sum(request.method == "POST" for request in self.seen)


@pytest.fixture
def server() -> Iterator[Server]:
    """The service at work."""
    with serving(Things()) as started:
        yield started


@pytest.fixture
def line(server: Server) -> Iterator[Connection]:
    """A connection to it that waits for nothing."""
    made = Connection(server.url, sleep=lambda _: None)
    yield made
    made.close()


def faults(server: Server, **fault: Any) -> None:
    """The next requests meet this."""
    server.service.faults.append(Fault(**fault))


def test_a_question_and_an_order_are_answered(server: Server, line: Connection) -> None:
    """Bodies are JSON in UTF-8, and nothing is packed."""
    assert line.ask(THERE).json() == {"id": "7", "token": None}
    assert line.order(MAKE).json() == {"made": {"name": "Ω"}}
    assert server.service.seen[1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "fault",
    [
        {"cut": "before"},
        {"cut": "during"},
        {"cut": "after"},
        {"reply": Reply(503, b"busy")},
        {"reply": Reply(429, b"", {"retry-after": "0"})},
        {"reply": Reply(200, b"ab", {"content-length": "9", "connection": "close"})},
    ],
)
def test_a_question_that_got_no_answer_is_asked_again(server: Server, line: Connection, fault: dict[str, Any]) -> None:
    """Twice at the most; then the platform is said to be unreachable."""
    faults(server, times=2, **fault)
    assert line.ask(THERE).json()["id"] == "7"
    faults(server, times=3, **fault)
    with pytest.raises(Unreachable):
        line.ask(THERE)


@pytest.mark.parametrize(
    ("fault", "error", "made"),
    [
        ({"cut": "before"}, OutcomeUnknown, 0),
        ({"cut": "during"}, OutcomeUnknown, 1),
        ({"cut": "after"}, OutcomeUnknown, 1),
        ({"reply": Reply(502, b"<html><title>Bad gateway</title>")}, OutcomeUnknown, 1),
        ({"reply": Reply(429, b"slow down")}, Busy, 1),
        ({"reply": Reply(307, b"", {"location": "http://127.0.0.1:1/"})}, OutcomeUnknown, 1),
        ({"reply": Reply(307, b"", {"location": "http://[bad"})}, OutcomeUnknown, 1),
        ({"reply": Reply(302, b"", {"location": "/login"})}, OutcomeUnknown, 1),
        ({"reply": Reply(200, b"x" * (LARGEST_ANSWER + 1))}, OutcomeUnknown, 1),
        ({"reply": Reply(200, b"\x1f\x8b", {"content-encoding": "gzip"})}, OutcomeUnknown, 1),
        ({"reply": Reply(status_line="SMTP/1.0 220 hello")}, OutcomeUnknown, 1),
    ],
)
def test_an_order_goes_out_once(
    server: Server, line: Connection, fault: dict[str, Any], error: type[RunnerError], made: int
) -> None:
    """Whatever comes back, the server has had the request at most once, and what is raised says what is known of it."""
    faults(server, **fault)
    with pytest.raises(error) as raised:
        line.order(MAKE)
    assert type(raised.value) is error
    assert server.service.made == made  # type: ignore[attr-defined]


def test_a_server_that_is_not_there_has_got_nothing(server: Server, line: Connection) -> None:
    """Nobody listens: both kinds of request say so, and nothing is asked again."""
    server.close()
    for send in (line.ask, line.order):
        with pytest.raises(Unreachable, match=r"^127\.0\.0\.1:\d+ can not be reached: connection refused$"):
            send(MAKE)


def test_a_redirect_is_not_followed(server: Server, line: Connection) -> None:
    """The other host is never asked, so it gets no login."""
    with serving(Things()) as other:
        faults(server, reply=Reply(301, b"", {"location": f"{other.url}/things/7"}))
        line.sign = lambda request: request.headers.update({"token": "t0k3n"})
        with pytest.raises(RunnerError, match="sends us on to http://127"):
            line.ask(THERE)
        assert other.service.seen == []


def test_a_cookie_is_not_kept(server: Server, line: Connection) -> None:
    """Nothing goes out that a client did not put there itself."""
    faults(server, reply=Reply(200, b"{}", {"set-cookie": "session=1; path=/"}))
    line.ask(THERE)
    line.ask(THERE)
    assert [request.headers.get("cookie") for request in server.service.seen] == [None, None]


def test_a_proxy_of_the_environment_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the whole address; one without a scheme speaks HTTP, and what is excepted is asked directly."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", server.url.removeprefix("http://"))
    far = Connection("http://things.example.org")
    assert far.order(MAKE).json() == {"made": {"name": "Ω"}}
    far.close()
    assert [request.target for request in server.service.seen] == ["http://things.example.org/things"]
    monkeypatch.setenv("no_proxy", "example.net,127.0.0.1")
    near = Connection(server.url)
    assert near.ask(THERE).json()["id"] == "7"
    near.close()
    assert server.service.seen[-1].target == "/things/7"


@pytest.mark.parametrize(
    "proxy", ["socks5://me:s3cr3t@127.0.0.1:1", "ftp://me:s3cr3t@a", "http://me:s3cr3t", "://s3cr3t"]
)
def test_a_proxy_that_can_not_be_used_is_no_bug(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent, and its login is not told."""
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(Refused, match="the proxy of the environment can not be used") as error:
        Connection("http://things.example.org").order(MAKE)
    assert "s3cr3t" not in f"{error.value} {error.value.help}"


def test_certificates_that_can_not_be_read_are_known_before_anything_is_sent(tmp_path: Path) -> None:
    """So nobody has to ask what became of it."""
    (tmp_path / "ca.pem").write_text("hello")
    with pytest.raises(Refused, match="it holds no certificate"):
        Connection("https://127.0.0.1:1", ca_file=tmp_path / "ca.pem").order(MAKE)


@pytest.mark.parametrize("host", ["a..b", "a" * 64, ".a", "[::1", "[a]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_nobody_can_have_reaches_nobody(scheme: str, host: str) -> None:
    """The library trips over it in other ways than over one that nobody has."""
    with pytest.raises((Unreachable, Refused)):
        Connection(f"{scheme}://{host}").order(MAKE)


def test_a_server_that_is_reached_too_late_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it took to find it: the end of the time may have come when there was nothing to be cut off."""
    found = socket.create_connection

    def create_connection(*arguments: Any, **named: Any) -> socket.socket:
        time.sleep(0.3)
        return found(*arguments, **named)

    monkeypatch.setattr(module, "SLOWEST", 0.1)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        line = Connection(f"http://127.0.0.1:{silent.getsockname()[1]}")
        start = time.monotonic()
        with pytest.raises(OutcomeUnknown, match="longer than"):
            line.order(MAKE)
        assert time.monotonic() - start < 5
        line.close()


@pytest.mark.parametrize(
    ("endpoint", "proxy"),
    [
        ("https://a.example.org/x", "https://p.example.org:8080"),
        ("http://a.example.org:81", "socks5://s.example.org"),
        ("https://b.example.net", None),
        ("https://c.example.org:8443", None),
        ("https://c.example.org", "https://p.example.org:8080"),
        ("https://[::1]:8443", None),
        ("https://", None),
    ],
)
def test_which_proxy_is_used(endpoint: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the scheme, else that of all of them, but for what is excepted."""
    for name in ("http_proxy", "HTTP_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "https://p.example.org:8080")
    monkeypatch.setenv("all_proxy", "socks5://s.example.org")
    monkeypatch.setenv("no_proxy", ".example.net,c.example.org:8443,::1")
    assert proxy_for(endpoint) == proxy


def test_a_platform_that_wants_to_be_left_alone_is(server: Server) -> None:
    """After a 429 that says when, nothing is sent before that."""
    pauses: list[float] = []
    line = Connection(server.url, sleep=lambda seconds: pauses.append(seconds) or time.sleep(seconds))  # type: ignore[func-returns-value]
    faults(server, reply=Reply(429, b"", {"retry-after": "1"}))
    before = time.monotonic()
    with pytest.raises(Unreachable):
        line.order(MAKE)
    line.order(MAKE)
    line.close()
    assert time.monotonic() - before >= 1


@pytest.mark.parametrize("reply", [Reply(200, b"x" * 50), Reply(200, b"", {"x": "x" * 50})], ids=["body", "head"])
@pytest.mark.parametrize("endpoint", ["", "http://things.example.org"], ids=["direct", "proxy"])
def test_an_answer_that_drips_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch, reply: Reply, endpoint: str
) -> None:
    """The time that all of an answer may take is bounded, however often a byte of it comes, and through whom."""
    if endpoint:
        monkeypatch.setenv("http_proxy", server.url)
    line = Connection(endpoint or server.url, sleep=lambda _: None)
    line.ask(THERE)  # so that its connection is there already
    with monkeypatch.context() as hasty:
        hasty.setattr(module, "SLOWEST", 0.5)
        faults(server, drip=0.02, reply=reply)
        before = time.monotonic()
        with pytest.raises(OutcomeUnknown, match=r"took longer|too slowly"):
            line.order(MAKE)
        assert time.monotonic() - before < 1.5
    assert line.ask(THERE).json()["id"] == "7"
    line.close()


def test_heads_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may say that it goes on as often as it likes; we do not listen for ever."""
    monkeypatch.setattr(module, "SLOWEST", 0.3)

    def go_on(listening: socket.socket) -> None:
        with suppress(OSError), listening.accept()[0] as caller:
            while True:
                caller.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with listening_to(go_on) as url:
        line = Connection(url)
        with pytest.raises(OutcomeUnknown, match="took longer"):
            line.order(MAKE)
        line.close()


@pytest.mark.parametrize(
    "body",
    [b"2\r\n{}\r\n0\r\n" + b"x: y\r\n" * 1000, b"2;" + b"x" * 1000, b""],
    ids=["after the last piece", "in a piece's size", "nothing"],
)
def test_a_body_that_comes_to_no_end_is_given_up(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """Also where what drips is no part of the body itself, and where its end is that of the connection."""
    monkeypatch.setattr(module, "SLOWEST", 0.3)
    coding = b"transfer-encoding: chunked\r\n" if body else b""

    def drip(listening: socket.socket) -> None:
        with suppress(OSError), listening.accept()[0] as caller:
            caller.recv(65536)
            caller.sendall(b"HTTP/1.1 200 OK\r\n%s\r\n" % coding)
            for letter in body:
                caller.sendall(bytes([letter]))
                time.sleep(0.002)
            time.sleep(2)

    with listening_to(drip) as url:
        line = Connection(url)
        before = time.monotonic()
        with pytest.raises(OutcomeUnknown, match="too slowly"):
            line.order(MAKE)
        assert time.monotonic() - before < 1
        line.close()


BIG = Reply(200, b"x" * 64_000)


def test_a_large_file_comes_for_as_long_as_it_moves(
    server: Server, line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow line it takes many times what an answer may take; whoever writes it elsewhere may take a while too."""
    monkeypatch.setattr(module, "SLOWEST", 0.2)
    monkeypatch.setattr(module, "SLOWEST_LINE", 20_000)
    faults(server, drip=0.01, piece=1000, reply=BIG)
    before = time.monotonic()
    chunks = line.download(THERE).chunks
    first = next(chunks)
    time.sleep(0.4)
    assert len(first) + sum(map(len, chunks)) == 64_000
    assert time.monotonic() - before > 3 * module.SLOWEST


@pytest.mark.parametrize("fast", [0, 60_000])
def test_a_large_file_that_only_drips_is_given_up(
    server: Server, line: Connection, monkeypatch: pytest.MonkeyPatch, fast: int
) -> None:
    """Also where most of it came at once: that buys no time for the rest."""
    monkeypatch.setattr(module, "SLOWEST", 0.2)
    monkeypatch.setattr(module, "SLOWEST_LINE", 20_000)

    def drip(listening: socket.socket) -> None:
        with suppress(OSError), listening.accept()[0] as caller:
            caller.recv(65536)
            caller.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 64000\r\n\r\n" + b"x" * fast)
            while True:
                caller.sendall(b"x")
                time.sleep(0.02)

    with listening_to(drip) as url:
        slow = Connection(url)
        before = time.monotonic()
        with pytest.raises(Unreachable, match="broke off: the answer comes too slowly"):
            b"".join(slow.download(THERE).chunks)
        assert time.monotonic() - before < 1
        slow.close()


def test_a_large_file_goes_out_for_as_long_as_it_needs(
    server: Server, line: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """To a server that reads slowly, and says nothing for a while when it has it all; a small request is given up."""
    file = tmp_path / "weights"
    file.write_bytes(b"x" * 2_000_000)
    monkeypatch.setattr(module, "SLOWEST", 0.2)
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(0.2))
    monkeypatch.setattr(module, "SLOWEST_LINE", 1_000_000)
    got: list[int] = []

    def read_slowly(listening: socket.socket) -> None:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        with suppress(OSError), listening.accept()[0] as caller:
            size = 0
            while size < 2_000_000:
                size += len(caller.recv(65536))
                time.sleep(0.02)
            got.append(size)
            time.sleep(0.4)
            caller.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    with listening_to(read_slowly) as url, file.open("rb") as content:
        slow = Connection(url)
        assert slow.order(Call("POST", "/x", files={"file": ("weights", content)})).json() == {}
        slow.close()
    assert got
    faults(server, latency=0.4)
    with pytest.raises(OutcomeUnknown):
        line.order(MAKE)


def test_a_file_goes_out_whole_at_every_attempt(server: Server, line: Connection, tmp_path: Path) -> None:
    """A question with a file is asked again after a cut; what is no file with a beginning is refused."""
    (tmp_path / "a").write_bytes(b"content")
    faults(server, cut="after", times=2)
    with (tmp_path / "a").open("rb") as content:
        line.ask(Call("POST", "/upload", files={"file": ("a", content)}))
    assert [one.files()["file"][1] for one in server.service.seen] == [b"content"] * 3
    reading, writing = os.pipe()
    os.close(writing)
    with open(reading, "rb") as pipe, pytest.raises(Refused, match="a file can not be sent"):
        line.order(Call("POST", "/upload", files={"file": ("a", pipe)}))


@pytest.mark.parametrize("endpoint", ["", "http://things.example.org"], ids=["direct", "proxy"])
@pytest.mark.parametrize("parts", [[b"abc"], [b"abc", b"def"]], ids=["shorter", "longer"])
def test_a_file_that_changes_while_it_is_sent_is_lost(
    server: Server, monkeypatch: pytest.MonkeyPatch, endpoint: str, parts: list[bytes]
) -> None:
    """It is not as long any more as was said, so nobody knows what the server makes of it."""
    if endpoint:
        monkeypatch.setenv("http_proxy", server.url)
    line = Connection(endpoint or server.url)
    with pytest.raises(OutcomeUnknown, match="Content-Length"):
        line.order(Call("POST", "/upload", content=iter(parts), headers={"content-length": "5"}))
    line.close()


@contextmanager
def listening_to(act: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does just this with the first who calls."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=act, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_only_a_known_authority_is_believed(tmp_path: Path) -> None:
    """A certificate that nobody vouches for is refused with the way out; with the authority's file it is taken."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "no.pem").write_text("nothing")
    with serving(Things(), tls=context) as server:
        for file, error in (
            (None, Unreachable),
            (tmp_path / "no.pem", Refused),
            (tmp_path / "gone.pem", Refused),
        ):
            line = Connection(server.url, ca_file=file)
            with pytest.raises(error, match="certificate"):
                line.order(MAKE)
            line.close()
        line = Connection(server.url, ca_file=tmp_path / "ca.pem")
        assert line.ask(THERE).json()["id"] == "7"
        line.close()
        assert len(server.service.seen) == 1


def test_what_no_url_can_hold_is_refused_before_it_is_sent(line: Connection, server: Server) -> None:
    """A body that is no text and a path that is none."""
    for call in (Call("POST", "/things", json={"name": "\ud800"}), Call("GET", "/a\nb")):
        with pytest.raises(Refused):
            line.order(call)
    assert server.service.seen == []


def test_a_login_that_is_no_longer_taken_is_got_once_more(server: Server, line: Connection) -> None:
    """With a user's name and password a second token is tried; a token of the site's own is not replaced."""
    tokens = iter(["old", "new"])

    def action(login: Login) -> Callable[[], str]:
        def act() -> str:
            if (token := login.token()) != "new":
                raise LoginRejected("not taken")
            return token

        return act

    login = Login(lambda: SecretValue(next(tokens)), renews=True)
    login.token()
    assert login.during(action(login)) == "new"
    fixed = Login(lambda: SecretValue("old"), renews=False)
    fixed.token()
    with pytest.raises(LoginRejected):
        fixed.during(action(fixed))


def test_an_empty_token_is_none() -> None:
    """As a secret it would be found, and hidden, between any two characters of what people read."""
    before = len(looked_up)
    with pytest.raises(Garbled):
        token_in({"token": ""}, "token")
    assert len(looked_up) == before
    assert token_in({"token": "x1y2z3"}, "token").reveal() == "x1y2z3"


@pytest.mark.parametrize("value", ["a\nb", "schlüssel", " a", ""])
def test_a_token_that_no_header_can_hold_is_not_sent(value: str) -> None:
    """A newline in it would be a header of its own."""
    with pytest.raises(SecretMissing):
        Login(lambda: SecretValue(value), renews=False).token()


@pytest.mark.parametrize("text", ["", "<html>", '{"a": NaN}', "[" * 100_000, "1" * 5000, '{"a"', "\x00"])
def test_what_is_no_json_is_said_to_be_none(text: str) -> None:
    """Never an error of ours, however deep or long."""
    with pytest.raises(Garbled):
        Answer(200, {}, text.encode()).json()


def test_a_broken_record_is_not_quoted() -> None:
    """It may be the one of a job, with whatever people put into its environment."""
    with pytest.raises(Garbled, match=r"^the answer is no JSON: it is broken$"):
        Answer(200, {}, b' {"env": {"PASSWORD": "p4ssw0rd"').json()


@pytest.mark.parametrize("depth", range(100, 1000, 49))
@pytest.mark.parametrize("leaf", ["7", r'"\u0041"'])
def test_an_answer_is_nested_too_deeply_before_anything_breaks(depth: int, leaf: str) -> None:
    """What the parser still takes is more than all others could go through."""
    with pytest.raises(Garbled):
        Answer(200, {}, f"{'[' * depth}{leaf}{']' * depth}".encode()).json()
    assert Answer(200, {}, f"{'[' * 90}{leaf}{']' * 90}".encode()).json()


def test_a_page_is_told_by_its_title_and_moves_no_cursor() -> None:
    """Markup, line breaks and control characters are not repeated."""
    page = b"<!doctype html><html><head><title>502\n Bad \x1b[31mGateway</title></head><body>x</body></html>"
    assert Answer(502, {}, page).words() == r"HTTP 502: 502 Bad \e[31mGateway"
    assert Answer(500, {}, b"").words() == "HTTP 500 and nothing else"
    assert len(Answer(500, {}, b"x" * 10_000).words()) < 400


def test_half_a_character_is_none() -> None:
    """JSON can name what no text can hold; whole characters stay as they are."""
    data = Answer(200, {}, rb'{"\ud800": ["\udc00x", "\ud83d\ude00", "\u4f60"]}').json()
    assert data == {"\ufffd": ["\ufffdx", "\U0001f600", "\u4f60"]}


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 31, "NaN", "Infinity"])
def test_a_number_that_nobody_can_reckon_with_is_none(number: str) -> None:
    """Such a one can not be divided, stored or written down again, so it goes no further."""
    with pytest.raises(Garbled):
        Answer(200, {}, f'{{"id": {number}}}'.encode()).json()
    assert Answer(200, {}, b"[18446744073709551615, -1.5e300]").json() == [2**64 - 1, -1.5e300]


@pytest.mark.parametrize("body", [b'{"token": "t0k3n"', b'{"token": {"is": "t0k3n"}}'])
def test_an_answer_to_a_login_is_never_quoted(server: Server, body: bytes) -> None:
    """The token in one that is not as it should be is known to nobody, and could not be hidden."""
    auth = {"username": SecretValue("ada"), "password": SecretValue("p4ssw0rd")}
    context = Context("there", endpoint=server.url, auth=auth)
    login = login_of(context, "Things", Answer.json, lambda auth: (Call("POST", "/things", json=auth), ("token",)))
    faults(server, reply=Reply(200, body))
    with pytest.raises(Unreachable, match="Things did not answer as it should") as raised:
        login.token()
    assert "t0k3n" not in str(raised.value)


def test_where_the_login_fails_nothing_was_sent(server: Server) -> None:
    """Whatever the platform says of it: an order that waited for it has surely not arrived."""

    def judge(_: Answer) -> str:
        raise RunnerError("the database is locked")

    auth = {"username": SecretValue("ada"), "password": SecretValue("p4ssw0rd")}
    context = Context("there", endpoint=server.url, auth=auth)
    login = login_of(context, "Things", judge, lambda auth: (Call("POST", "/things", json=auth), ("token",)))
    line = Connection(server.url, sign=header("token", login))
    with pytest.raises(Unreachable, match="Things gave no login: the database is locked"):
        line.order(MAKE)
    line.close()
    assert [request.json() for request in server.service.seen] == [{"username": "ada", "password": "p4ssw0rd"}]


def test_a_field_has_its_type_or_is_garbled() -> None:
    """Wrong types never travel on; a boolean is no number."""
    data: Any = json.loads('{"data": {"id": 7, "is": true, "none": null}}')
    assert field(data, "data", "id", of=int) == 7
    assert field(data, "data", "none", of=int, default=0) == 0
    for names, kind in ((("data", "is"), int), (("data", "id"), str), (("gone",), str), (("data", "id", "x"), int)):
        with pytest.raises(Garbled):
            field(data, *names, of=kind)


def test_a_transport_takes_the_place_of_the_network() -> None:
    """Recorded answers are played without a socket."""
    recorded = httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(b"[1]")))
    line = Connection("http://nowhere", transport=recorded)
    assert line.ask(THERE).json() == [1]
    line.close()


def test_a_wrong_password_is_tried_once() -> None:
    """A second attempt would be the same, and accounts are locked for less."""
    attempts: list[int] = []

    def obtain() -> SecretValue:
        attempts.append(1)
        raise LoginRejected("wrong", "see that it is right")

    login = Login(obtain, renews=True)
    with pytest.raises(LoginRejected, match=r"^wrong$") as raised:
        login.during(login.token)
    assert (len(attempts), raised.value.help) == (1, "see that it is right")
