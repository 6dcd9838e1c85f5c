"""AIHub for tests: specs compiled for the target of ``sites/aihub.yaml``, and the vendor's client without a network."""

import json
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from typing import Any

import httpx

from kit import compiling
from kit.compiling import Said
from kit.sites import target_of
from lading.compiler.pipeline import Compilation
from lading.compiler.target import Target
from lading.schema.layers import Layer
from lading.schema.paths import render

Sent = tuple[str, str, Any]
"""A request: its method, its path, and its body as JSON data."""

TARGET = target_of("aihub")
BARE = TARGET._replace(defaults=Layer(), options={})
"""A target of which the site says nothing but its catalog."""

JOB = "name: fit\nimage: a/b:1\ncommand: [fit]\n"
"""The beginning of a small job."""


def compiled(text: str, target: Target = TARGET) -> Compilation:
    """The spec, compiled and held against the schemas; the language itself must have nothing against it."""
    return compiling.compiled(f"lading: v1\n{text}", target)


def body(text: str, target: Target = TARGET) -> Mapping[str, Any]:
    """The one body that the spec becomes."""
    return compiling.body(compiled(text, target))


def said(compilation: Compilation) -> list[Said]:
    """Everything that is said: code, path and, without the path that it begins with, the sentence."""
    return [(d.code, render(d.path), d.message.partition(": ")[2]) for d in compilation.diagnostics]


def errors(compilation: Compilation) -> list[Said]:
    """What keeps the spec from being sent."""
    wrong = {(d.code, render(d.path)) for d in compilation.diagnostics if d.is_error}
    return [one for one in said(compilation) if one[:2] in wrong]


def field(name: str, text: str, target: Target = TARGET) -> Any:
    """One value of the body of a small job with these lines."""
    return body(JOB + text, target).get(name)


def refusals(text: str, target: Target = TARGET) -> list[Said]:
    """Every error about a small job with these lines."""
    return errors(compiled(JOB + text, target))


def notes(text: str, *paths: str, target: Target = TARGET) -> list[Said]:
    """What is said of these paths of a small job with these lines."""
    return [one for one in said(compiled(JOB + text, target)) if one[1] in paths]


def options(**more: Any) -> Target:
    """The target with other options."""
    return TARGET._replace(options={**TARGET.options, **more})


def of_the_client(call: Callable[[httpx.Client], object], answers: Mapping[str, Any]) -> list[Sent]:
    """What the vendor's client sends in the call, but for questions; ``answers`` are the data by path."""
    found: list[Sent] = []

    def answered(request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            found.append((request.method, request.url.path, _content(request)))
        return httpx.Response(200, json={"code": 0, "data": answers[request.url.path]})

    with httpx.Client(transport=httpx.MockTransport(answered), base_url="http://hub.example.org") as http:
        call(http)
    return found


def _content(request: httpx.Request) -> Any:
    """The body: JSON, or a multipart form with each field's text."""
    kind = request.headers["content-type"]
    if kind == "application/json":
        return json.loads(request.content)
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.read(), policy=policy.HTTP)
    return {
        part.get_param("name", header="content-disposition"): part.get_content().decode() for part in form.iter_parts()
    }
