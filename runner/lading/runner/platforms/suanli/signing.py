"""How a request shows who sends it: by a token, and with an RSA key by a signature over exactly what is sent.

The signed text is ``path\\nversion\\ntimestamp\\ntoken\\nbody`` with the query in the path and no newline at the end.
"""

import base64
import binascii
import time
from collections.abc import Callable, Mapping

import httpx

from lading.runner.errors import LoginRejected, NotSupported, SecretMissing
from lading.runner.http.login import header_value
from lading.runner.secrets.vault import SecretValue, kept_secret

VERSION = "1.0.0"
Signature = Callable[[bytes], bytes]


class Signer:
    """Puts token, time and signature on requests. Each call is another time, and so another signature."""

    def __init__(self, auth: Mapping[str, SecretValue], clock: Callable[[], float] = time.time) -> None:
        self._auth, self._clock = auth, clock
        self._signature: Signature | None = None

    @property
    def mode(self) -> str:
        """Which of the two kinds of key it is."""
        return "RSA" if "privateKey" in self._auth else "simple"

    def sign(self, request: httpx.Request) -> None:
        """The request bears everything that the platform asks for."""
        if "token" not in self._auth:
            raise LoginRejected("Suanli wants a token, and the target has none", "give it `auth: {token: ...}`")
        token, timestamp = header_value(self._auth["token"]), str(int(self._clock() * 1000))
        request.headers.update({"token": token, "timestamp": timestamp, "version": VERSION})
        if self.mode == "RSA":
            said = f"{request.url.raw_path.decode()}\n{VERSION}\n{timestamp}\n{token}\n"
            signature = self._key()(said.encode() + request.content)
            shown = kept_secret(base64.b64encode(signature).decode(), is_short_lived=True)
            request.headers["sign_str"] = shown.reveal()

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
            private = serialization.load_der_private_key(base64.b64decode(text, validate=True), password=None)
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise SecretMissing(
            "Suanli's private key can not be read",
            "store it as PEM, or as the Base64 that the console gave, without a passphrase",
        )
    return lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256())
