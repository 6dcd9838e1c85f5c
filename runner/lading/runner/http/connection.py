"""One address that speaks HTTP. Questions may be asked again; orders go out once.

What can happen to a request, and what is known of it then:

=================================  ==============  =================================================
what                               to a question   to an order
=================================  ==============  =================================================
no connection could be made        Unreachable     Unreachable: nobody has got it
cut off while it is on its way     asked again     OutcomeUnknown
429                                asked again     Busy, and when the platform wants it again
502, 503, 504                      asked again     OutcomeUnknown: a proxy's word, the server may have it
any 3xx                            Refused         OutcomeUnknown: it may be taken, and the result be elsewhere
any other answer                   the client's own tables say what it means
=================================  ==============  =================================================

Redirects are never followed, so that credentials go to the address that the site names and nowhere else. TLS is always
verified. Nothing is read without a bound on its size, but for files that somebody wants, and on the time that it takes:
the larger, the longer, as long as it moves.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import h11
import httpx

from lading.runner.errors import Busy, OutcomeUnknown, Refused, RunnerError, Unreachable
from lading.runner.http.answer import Answer, short
from lading.runner.http.deadlines import DEADLINES
from lading.runner.http.direct import CONNECTED
from lading.runner.http.line import line_to
from lading.runner.platform import Context, Download
from lading.runner.version import LADING

MIB = 2**20
LARGEST_ANSWER = 16 * MIB
"""Bytes of an answer that is read whole."""

SLOWEST = 120.0
"""Seconds that a request and the head of its answer may take, and then the answer's body, beyond what is said below.
The library bounds each pause, and not their sum."""

SLOWEST_LINE = 64 * 1024
"""Bytes per second of the slowest line that is still served, half a megabit: a file may take as much longer as it needs
there. Its receiver may keep silent for as long too: much of it may still be underway, or must be put away first."""

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
HEADERS = {"user-agent": f"lading/{LADING}", "accept-encoding": "identity", "accept": "*/*"}
PAUSES = (0.3, 1.0)
"""Seconds before a question is asked again."""

LONGEST_PAUSE = 60.0
"""Seconds that a platform may ask us to stay away; longer ones are an error."""

BUSY = 429
BEHIND_A_PROXY = frozenset({502, 503, 504})

NOT_REACHED = (
    *(httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout),
    *(httpx.ProxyError, httpx.UnsupportedProtocol),
)
"""What happens before the first byte of a request leaves."""

NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
"""What OpenSSL says of an answer that is no TLS."""

WITHOUT_TLS = "see that the endpoint's port is the one for https://; where there is none, write http://"

TOO_SLOW = "the answer took longer than {:.0f} s"
TRICKLES = "the answer comes too slowly to be waited for"

OPENED = frozenset({CONNECTED, "connection.start_tls.complete"})
"""What the library calls the moments at which a request gets a new connection."""

Sign = Callable[[httpx.Request], None]
"""Puts on a request what shows who sends it. Called anew for every attempt, with exactly what will be sent."""


class Lost(Exception):
    """The request was on its way, and no whole answer came."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a client means it. ``path`` is below the endpoint.

    The body is ``json``, or the fields of a ``form``, beside which ``files`` may be uploaded, or ``content`` as it is.
    """

    method: str
    path: str
    query: Mapping[str, str | int] | None = None
    headers: Mapping[str, str] | None = None
    json: Any = None
    form: Mapping[str, Any] | None = None
    files: Mapping[str, Any] | None = None
    content: Any = None


@dataclass(slots=True)
class Connection:
    """An address, by whatever thread it is used: each has connections of its own, which are kept for the next request.

    ``endpoint`` is where paths start. ``sign`` is put on every request. ``transport`` takes the place of the network.
    """

    endpoint: str
    sign: Sign | None = None
    ca_file: Path | None = None
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    _mine: threading.local = field(default_factory=threading.local)
    _lines: list[httpx.BaseTransport] = field(default_factory=list)
    _not_before: float = 0.0

    @property
    def place(self) -> str:
        """Where it is, as people are told."""
        with suppress(ValueError):  # of brackets without an address between them
            return short(urlsplit(self.endpoint).netloc or self.endpoint)
        return short(self.endpoint)

    def ask(self, call: Call, *, limit: int = LARGEST_ANSWER) -> Answer:
        """The answer to a question, which does no harm when it is asked again."""
        for pause in (*PAUSES, None):
            try:
                answer = self.try_once(call, limit=limit)
            except Lost as lost:
                problem: str = f"{self.place} gave no answer: {lost}"
            else:
                if answer.status != BUSY and answer.status not in BEHIND_A_PROXY:
                    return self._at_home(answer, Refused)
                problem = f"{self.place} can not answer now: {answer.words()}"
                self._stay_away(answer)
            if pause is not None:
                self.sleep(pause)
        raise Unreachable(problem, "try again later")

    def order(self, call: Call, *, limit: int = LARGEST_ANSWER) -> Answer:
        """The answer to what must not happen twice. Raises as the table above says."""
        try:
            answer = self.try_once(call, limit=limit)
        except Lost as lost:
            raise OutcomeUnknown(f"{self.place} gave no answer: {lost}") from None
        if answer.status == BUSY:
            self._stay_away(answer)
            raise Busy(f"{self.place} is busy: {answer.words()}", "try again later, or with fewer --jobs")
        if answer.status in BEHIND_A_PROXY:
            raise OutcomeUnknown(f"{self.place} gave no answer of its own: {answer.words()}")
        return self._at_home(answer, OutcomeUnknown)

    @contextmanager
    def open(self, call: Call) -> Iterator[tuple[Answer, Download]]:
        """What is too large to be read whole: the answer without its body, and the body piece by piece."""
        response = None
        try:
            response = self._sent(call)
            size = response.headers.get("content-length", "")
            answer = Answer(response.status_code, dict(response.headers.items()), b"")
            yield (
                self._at_home(answer, Refused),
                Download(_pieces(response), int(size) if size.isdecimal() else None),
            )
        except (httpx.TransportError, Lost) as error:
            raise Unreachable(f"{self.place} broke off: {_reason(error)}", "try again later") from None
        finally:
            if response is not None:
                response.close()

    def download(self, call: Call) -> Download:
        """A file piece by piece; whoever reads it to its end, or gives it up, closes it."""
        opened = ExitStack()
        answer, body = opened.enter_context(self.open(call))
        if not answer.is_success:
            opened.close()
            raise Unreachable(f"{self.place} does not give the file: HTTP {answer.status}")

        def pieces() -> Iterator[bytes]:
            with opened:
                yield from body.chunks

        return Download(pieces(), body.size)

    def close(self) -> None:
        """No connection of any thread is open any more."""
        while self._lines:
            self._lines.pop().close()

    def try_once(self, call: Call, *, limit: int = LARGEST_ANSWER) -> Answer:
        """The answer, whatever it is. Raises Unreachable where nobody got the request, and Lost where somebody may."""
        response = self._sent(call)
        try:
            return Answer(response.status_code, dict(response.headers.items()), _whole(response, limit))
        except httpx.TransportError as error:
            raise Lost(_reason(error)) from error
        finally:
            response.close()

    def _sent(self, call: Call) -> httpx.Response:
        self._wait_our_turn()
        try:
            line = self._line()
            for _, file in (call.files or {}).values():
                file.seek(0)  # it was read to its end where this is not the first attempt
            request = httpx.Request(**self._described(call))
        except OSError as error:
            raise Refused(f"a file can not be sent: {_reason(error)}", "name a regular file") from None
        except (httpx.InvalidURL, UnicodeError, ValueError, TypeError) as error:
            raise Refused(f"nothing can be asked of {self.place}{short(call.path)}: {_reason(error)}") from None
        if self.sign:
            self.sign(request)
        try:
            with self._in_time(request):
                return line.handle_request(request)
        except (*NOT_REACHED, UnicodeError) as error:  # the latter of a name that can be nobody's
            raise self._not_reached(error) from None
        # the network's, or that of a file which is sent: it can not be read, or is not as long as it was
        except (httpx.TransportError, OSError, h11.LocalProtocolError) as error:
            raise Lost(_reason(error)) from error

    @contextmanager
    def _in_time(self, request: httpx.Request) -> Iterator[None]:
        """The connection of this thread's request is cut off if the head of its answer is not here in time: the more is
        sent, the later.
        """
        opened: list[Any] = self._mine.opened

        def trace(event: str, info: Mapping[str, Any]) -> None:
            if event in OPENED:
                opened.append(info["return_value"])
                if time.monotonic() >= end:  # nobody was reached until it was too late
                    _cut(opened)

        longer = int(request.headers.get("content-length", 0)) // SLOWEST_LINE  # nothing for a small one
        allowed = SLOWEST + longer
        request.extensions["trace"] = trace
        request.extensions["timeout"]["read"] += longer
        end = time.monotonic() + allowed
        try:
            with DEADLINES.within(allowed, partial(_cut, opened)):
                yield
        except httpx.TransportError:
            if time.monotonic() >= end:
                raise Lost(TOO_SLOW.format(allowed)) from None
            raise
        finally:
            del opened[:-1]  # a later request may find the last one still open

    def _described(self, call: Call) -> dict[str, Any]:
        url = f"{self.endpoint.rstrip('/')}/{call.path.lstrip('/')}"
        bodies = {"json": call.json, "data": call.form, "files": call.files, "content": call.content}
        return {
            "method": call.method,
            "url": _address(url),
            "params": dict(call.query) if call.query else None,
            "headers": {**HEADERS, **(call.headers or {})},
            "extensions": {"timeout": TIMEOUT.as_dict()},
            **{name: body for name, body in bodies.items() if body is not None},
        }

    def _line(self) -> httpx.BaseTransport:
        """This thread's own."""
        found: httpx.BaseTransport | None = getattr(self._mine, "line", None)
        if found is None:
            found = self.transport or line_to(self.endpoint, self.ca_file)
            self._mine.line, self._mine.opened = found, []
            self._lines.append(found)
        return found

    def _not_reached(self, error: Exception) -> Unreachable:
        if not self.endpoint:
            return Unreachable(
                "the target has no endpoint", "write its address as `endpoint` of the target in the site"
            )
        cause = _cause(error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Unreachable(
                f"{self.place} shows a certificate that nobody vouches for: {cause.verify_message}",
                "name the certificate of its authority as `caFile` of the target in the site",
            )
        if isinstance(cause, ssl.SSLError) and cause.reason in NO_TLS:
            return Unreachable(f"{self.place} does not speak TLS", WITHOUT_TLS)
        return Unreachable(f"{self.place} can not be reached: {_reason(error)}", "see that the endpoint is right")

    def _at_home(self, answer: Answer, error: type[RunnerError]) -> Answer:
        """The answer, if it is one of the server that was asked and does not send us elsewhere."""
        if not 300 <= answer.status < 400:
            return answer
        raise error(
            f"{self.place} sends us on to {_named(answer.headers.get('location', ''))}, where no login of ours is sent",
            "write the address that is meant as the target's endpoint",
        )

    def _stay_away(self, answer: Answer) -> None:
        said = answer.headers.get("retry-after", "")
        seconds = float(said) if said.isdecimal() else 0.0
        self._not_before = max(self._not_before, time.monotonic() + min(seconds, LONGEST_PAUSE))

    def _wait_our_turn(self) -> None:
        """A platform that said when it wants to hear of us again is left alone until then, by every thread."""
        while (left := self._not_before - time.monotonic()) > 0:
            self.sleep(left)


def connection(context: Context, sign: Sign | None = None, endpoint: str = "") -> Connection:
    """The connection to the target's endpoint, or to another address of the same platform."""
    return Connection(endpoint or context.endpoint, sign, context.ca_file, context.transport)


@lru_cache(maxsize=8)
def _address(url: str) -> httpx.URL:
    """The address, which is taken apart once for all jobs that are sent there. Raises InvalidURL where it is none."""
    return httpx.URL(url)


def _cut(opened: list[Any]) -> None:
    """Whoever waits for something of these streams hears at once that there is no more."""
    for stream in opened:
        with suppress(OSError):  # by the plain socket's way: TLS's own leaves what is here already undeciphered
            socket.socket.shutdown(stream.get_extra_info("socket"), socket.SHUT_RDWR)


def _whole(response: httpx.Response, limit: int) -> bytes:
    content = bytearray()
    for piece in _pieces(response):
        content += piece
        if len(content) > limit:
            raise Lost(f"the answer is longer than {limit // MIB} MiB")
    return bytes(content)


def _pieces(response: httpx.Response) -> Iterator[bytes]:
    """The body as it comes. It was asked for as it is, so one that must be unpacked first could be of any size."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Lost(f"the answer is packed ({short(response.headers['content-encoding'])}), which nobody asked for")
    pieces, patience = response.iter_raw(), SLOWEST
    cut = partial(_cut, [line] if (line := response.extensions.get("network_stream")) else [])
    while True:
        before = time.monotonic()  # the time that whoever reads takes is no fault of the server's
        try:
            with DEADLINES.within(patience, cut):
                piece = next(pieces, None)
        except httpx.TransportError:
            if time.monotonic() - before < patience:
                raise
            piece = None
        patience -= time.monotonic() - before
        if patience <= 0:
            raise Lost(TRICKLES)  # also where something came at the last moment: nothing can follow it
        if piece is None:
            return
        patience = min(SLOWEST, patience + len(piece) / SLOWEST_LINE)
        yield piece


def _named(location: str) -> str:
    """Where a redirect goes, without what of it may be a secret."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "no address at all"
    return short(f"{parts.scheme}://{parts.netloc}" if parts.netloc else parts.path) or "nowhere"


def _cause(error: BaseException) -> BaseException:
    """What the library's error was made of in the first place."""
    while before := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        error = before
    return error


def _reason(error: Exception) -> str:
    cause = _cause(error)
    text = getattr(cause, "strerror", None) or str(cause) or str(error) or type(error).__name__
    return short(text[:1].lower() + text[1:])
