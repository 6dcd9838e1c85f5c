"""Requests as they leave the machine, for goldens and for comparing with platforms' own documents."""

import json
from collections.abc import Mapping
from typing import Any, cast

from lading.compiler.payload import Request
from lading.compiler.pointers import escape
from lading.compiler.target import Target
from lading.runner.submission.late import filled


def body_on_the_wire(request: Request, target: Target) -> Mapping[str, Any]:
    """The body as the platform gets it, ``<NAME>`` where the value of a secret will stand."""
    body = filled(request.body, {pointer: f"<{name}>" for pointer, name in request.secrets.items()})
    wire = getattr(target.platform, "wire", None)
    return cast("Mapping[str, Any]", wire(body, target.options) if wire else body)


def shown(request: Request, target: Target) -> str:
    """The request for people to review: texts of several lines stand below the body, as they are."""
    texts: dict[str, str] = {}
    body = _without_texts(body_on_the_wire(request, target), "", texts)
    head = " ".join(filter(None, (request.method, request.path, request.name)))
    needs = f"after {', '.join(request.needs)}\n" if request.needs else ""
    blocks = "".join(f"{pointer}\n{text}\n" for pointer, text in texts.items())
    return f"{head}\n{needs}{json.dumps(body, indent=2, ensure_ascii=False)}\n{blocks}"


def _without_texts(value: Any, pointer: str, texts: dict[str, str]) -> Any:
    if isinstance(value, str) and "\n" in value:
        texts[pointer] = value
        return "(below)"
    if isinstance(value, Mapping):
        return {key: _without_texts(item, f"{pointer}/{escape(key)}", texts) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_texts(item, f"{pointer}/{place}", texts) for place, item in enumerate(value)]
    return value
