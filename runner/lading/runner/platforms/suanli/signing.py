"""How a request shows who sends it: by a token, and with an RSA key by a signature over exactly what is sent.

The signed text is ``path\\nversion\\ntimestamp\\ntoken\\nbody`` with the query in the path and no newline at the end.
"""

import base64
import binascii
import threading
import time
from collections.abc import Callable, Mapping

import httpx

from lading.runner.errors import LoginMissing, NotSupported, RunnerError, SecretMissing
from lading.runner.http.login import header_value
from lading.runner.platforms.suanli.hiding import without
from lading.runner.secrets.vault import SecretValue

VERSION = "1.0.0"
BITS = 2048
Signature = Callable[[bytes], bytes]


class Signer:
    """Puts token, time and signature on requests. Each call is another time, and so another signature."""

    def __init__(self, auth: Mapping[str, SecretValue], clock: Callable[[], float] = time.time) -> None:
        self._auth, self._clock = auth, clock
        self._signature: Signature | None = None
        self._mine = threading.local()

    @property
    def mode(self) -> str:
        """Which of the two kinds of key it is."""
        return "RSA" if "privateKey" in set(self._auth) else "simple"

    def sign(self, request: httpx.Request) -> None:
        """The request bears everything that the platform asks for."""
        if "token" not in set(self._auth):
            raise LoginMissing("Suanli wants a token, and the target has none", "give it `auth: {token: ...}`")
        token, timestamp = header_value(self._auth["token"]), str(int(self._clock() * 1000))
        request.headers.update({"token": token, "timestamp": timestamp, "version": VERSION})
        shown = [token]
        if self.mode == "RSA":
            said = f"{request.url.raw_path.decode()}\n{VERSION}\n{timestamp}\n{token}\n".encode()
            request.headers["sign_str"] = base64.b64encode(self._key()(said + request.content)).decode()
            shown.append(request.headers["sign_str"])
        self._mine.shown = [*getattr(self._mine, "shown", ()), *shown]

    def begin(self) -> None:
        """What this thread has sent before is of no interest any more, as a signature is worth nothing afterwards."""
        self._mine.shown = []

    def hide(self, error: RunnerError) -> RunnerError:
        """The error, in which nothing is left of the tokens and signatures that this thread has sent since it began.

        An answer may have repeated them, and may have been cut in the middle of one.
        """
        error.args = tuple(self.hidden(str(item)) for item in error.args)
        error.help = self.hidden(error.help)
        return error

    def hidden(self, text: str) -> str:
        """The same of a text."""
        return without(text, getattr(self._mine, "shown", []))

    def _key(self) -> Signature:
        if self._signature is None:
            self._signature = _signature(self._auth["privateKey"])
        return self._signature


def _signature(key: SecretValue) -> Signature:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError:
        raise NotSupported(
            "Suanli's key is in RSA mode, and the package that signs is not installed",
            "install it: pip install 'lading[signing]'",
        ) from None
    text = key.reveal().strip()
    try:
        if text.startswith("-----"):
            private = serialization.load_pem_private_key(text.encode(), password=None)
        else:
            private = serialization.load_der_private_key(_bytes_of(text), password=None)
    except TypeError:  # so the library says it
        raise SecretMissing("Suanli's private key is locked by a passphrase", "store it without one") from None
    except (ValueError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise SecretMissing(
            "Suanli's private key can not be read",
            "store it as PEM, or as the Base64 that the console gave, without a passphrase",
        )
    if private.key_size != BITS:
        raise SecretMissing(f"Suanli's private key has {private.key_size} bits, and must have {BITS}", "make a new key")
    return lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _bytes_of(text: str) -> bytes:
    """What the Base64 says, in however many lines it stands."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError from error
