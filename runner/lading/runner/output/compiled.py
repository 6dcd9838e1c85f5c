"""Compilations as people and programs get them: payload files, what would be sent, and all of it as data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lading.compiler.payload import Request
from lading.compiler.pipeline import Compilation
from lading.compiler.plan import Entry
from lading.compiler.pointers import escape
from lading.compiler.secrets import secret_names
from lading.runner.output.screen import Screen, as_json
from lading.runner.secrets.vault import HIDDEN
from lading.runner.submission.sendable import Sendable
from lading.schema.diagnostics import spot_of
from lading.schema.paths import render
from lading.schema.render.json import as_data


def payload_files(compilation: Compilation) -> list[tuple[str, str]]:
    """The name and the text of one file for each request."""
    is_script = compilation.target.platform.PAYLOAD == "script"
    ending = "sh" if is_script else "json"
    return [
        (f"{_file_name(compilation, request)}.{ending}", _script(request) if is_script else as_json(request.as_data()))
        for request in compilation.requests
    ]


def shown_payload(compilation: Compilation) -> str:
    """The one payload of a compilation, for people."""
    (request,) = compilation.requests
    return _script(request) if compilation.target.platform.PAYLOAD == "script" else as_text(request.as_data())


def _file_name(compilation: Compilation, request: Request) -> str:
    """Told apart by job, target and step. A name that is free text may hold what no file's name can."""
    words = (compilation.name, compilation.target.name, request.name)
    return ".".join(word.replace("/", "-").replace("\0", "-") for word in words if word).lstrip(".")


def _script(request: Request) -> str:
    return str(request.body["script"])


def compilation_data(compilation: Compilation) -> dict[str, Any]:
    """The whole compilation."""
    return {
        **_head(compilation),
        "requests": [request.as_data() for request in compilation.requests],
        "fields": [_field(compilation, entry) for entry in compilation.entries],
        "diagnostics": as_data(compilation.diagnostics),
        "secrets": list(compilation.secrets),
    }


def _head(compilation: Compilation) -> dict[str, Any]:
    return {
        "name": compilation.name,
        "target": compilation.target.name,
        "platform": compilation.target.platform.NAME,
        "digest": compilation.digest,
    }


def show_dry(screen: Screen, compiled: Sequence[Compilation]) -> int:
    """The exact requests that would be sent stand on standard output; nothing was sent."""
    return _show_requests(screen, [(_head(compilation), compilation.requests) for compilation in compiled])


def show_planned(screen: Screen, jobs: Sequence[Sendable]) -> int:
    """The same of the jobs of a plan."""
    heads = [{key: getattr(job, key) for key in ("name", "target", "platform", "digest")} for job in jobs]
    return _show_requests(screen, [(head, job.content.requests) for head, job in zip(heads, jobs, strict=True)])


def _show_requests(screen: Screen, found: Sequence[tuple[dict[str, Any], Sequence[Request]]]) -> int:
    data = [{**head, **_request_data(requests)} for head, requests in found]
    if screen.is_human:
        screen.result("".join(as_text(request) for one in data for request in one["requests"]))
    else:
        screen.document({"submissions": data})
    return 0


def _request_data(requests: Sequence[Request]) -> dict[str, Any]:
    """The requests without values of secrets, and the names of those."""
    return {
        "requests": [hidden(request.as_data(), request.secrets) for request in requests],
        "secrets": list(secret_names(requests)),
    }


def as_text(request: Mapping[str, Any]) -> str:
    """The request for people: its JSON, and below it each text of several lines as it is."""
    texts = {pointer: text for pointer, text in _texts(request) if "\n" in text.rstrip("\n")}
    below = "".join(f"\n{pointer}:\n{text.rstrip()}\n" for pointer, text in texts.items())
    return as_json(_without(request, texts)) + below


def _texts(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every text in the data, by its pointer."""
    if isinstance(value, str):
        yield pointer, value
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _texts(item, f"{pointer}/{escape(str(key))}")


def _without(value: Any, texts: Mapping[str, str], pointer: str = "") -> Any:
    """The data, with a sign in the place of each text that stands below it."""
    if pointer in texts:
        return "(below)"
    if isinstance(value, Mapping):
        return {key: _without(item, texts, f"{pointer}/{escape(str(key))}") for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, texts, f"{pointer}/{index}") for index, item in enumerate(value)]
    return value


def hidden(value: Any, secrets: Mapping[str, str], pointer: str = "") -> Any:
    """The request's data with ``***`` at the place of each secret; ``secrets`` are names by pointer into the body."""
    if pointer.removeprefix("/body") in secrets:
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: hidden(item, secrets, f"{pointer}/{escape(key)}") for key, item in value.items()}
    if isinstance(value, list):
        return [hidden(item, secrets, f"{pointer}/{index}") for index, item in enumerate(value)]
    return value


def _field(compilation: Compilation, entry: Entry) -> dict[str, Any]:
    spot = spot_of(entry.path, compilation.job.places)
    place = spot.place if spot else None
    return {
        "path": render(entry.path),
        "fidelity": str(entry.fidelity),
        "native": entry.row.name,
        "note": entry.note,
        "accepted": entry.accepted,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }
