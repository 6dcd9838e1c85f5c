"""The line to an address: through which proxy, and who is believed about who the server is.

It is the lower half of httpx, which sends one request. The upper half would keep cookies and follow redirects.
"""

import ssl
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from lading.runner.errors import Refused
from lading.runner.http.direct import Direct


def line_to(endpoint: str, ca_file: Path | None) -> httpx.BaseTransport:
    """A line that nothing was sent over yet. Raises Refused where the certificates or the proxy can not be used."""
    trust = _trust(ca_file, endpoint.startswith("https:"))
    proxy = proxy_for(endpoint)
    return _through(proxy, trust) if proxy else Direct(trust)


def proxy_for(endpoint: str) -> str | None:
    """What the environment names as the way to the address (``HTTPS_PROXY``), unless the address is excepted, by its
    name alone or with its port (``NO_PROXY``).
    """
    address = urlsplit(endpoint)
    if not address.hostname or proxy_bypass(address.hostname) or proxy_bypass(address.netloc):
        return None
    named = getproxies()
    found = named.get(address.scheme) or named.get("all")
    return found if not found or "://" in found else f"http://{found}"


def _through(proxy: str, trust: ssl.SSLContext) -> httpx.BaseTransport:
    try:
        return httpx.HTTPTransport(verify=trust, proxy=proxy)
    except ImportError:
        problem, help_ = "it speaks SOCKS", "install socksio beside lading, name a proxy that speaks HTTP"
    except (ValueError, httpx.InvalidURL):  # which quote it, and a login may stand in it
        problem, help_ = "its address makes no sense", "correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"
    raise Refused(f"the proxy of the environment can not be used: {problem}", f"{help_}, or set NO_PROXY")


@lru_cache(maxsize=8)
def _trust(ca_file: Path | None, is_needed: bool) -> ssl.SSLContext:
    """Who is believed about who a server is, made once because that takes long; nobody where it is not needed."""
    if not is_needed:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is None:
        return httpx.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise Refused(
            f"the certificates in {ca_file} can not be read: {reason}", "correct `caFile` in the site"
        ) from None
