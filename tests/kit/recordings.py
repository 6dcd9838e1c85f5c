"""Recorded exchanges, played in order to a client in place of the network.

A recording is YAML: a list of exchanges, each with ``asked`` (``METHOD /path?query``, and ``body`` if it matters: JSON
data, or a form's fields) and ``answer`` (``status``, ``headers``, ``json`` or ``text``), or ``broken`` instead of it:
the connection is cut there.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from ruamel.yaml import YAML


class Recording(httpx.BaseTransport):
    """The exchanges of a file; each is played once, and asking for anything else fails the test."""

    def __init__(self, file: Path) -> None:
        self._left: list[dict[str, Any]] = YAML(typ="safe").load(file)
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The next answer."""
        request.read()
        self.sent.append(request)
        asked = f"{request.method} {request.url.raw_path.decode()}"
        assert self._left, f"nothing more was recorded, and the client asks {asked}"
        exchange = self._left.pop(0)
        assert asked == exchange["asked"]
        if "body" in exchange:
            assert _body(request) == exchange["body"]
        if "broken" in exchange:
            raise httpx.ReadError(exchange["broken"], request=request)
        answer = exchange["answer"]
        content = json.dumps(answer["json"], ensure_ascii=False) if "json" in answer else answer.get("text", "")
        stream = httpx.ByteStream(content.encode())
        return httpx.Response(answer.get("status", 200), headers=answer.get("headers"), stream=stream)

    def close(self) -> None:
        """Every exchange was played, unless the test has failed already."""

    def check(self) -> None:
        """Nothing is left to be asked."""
        assert self._left == []


def _body(request: httpx.Request) -> Any:
    if request.headers.get("content-type", "").startswith("application/json"):
        return json.loads(request.content)
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))
