"""What a payload is compared with: what was last submitted, or what a file holds."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from lading.compiler.pipeline import Compilation
from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session
from lading.runner.review.difference import Version, version_of
from lading.runner.review.live import live_requests
from lading.runner.specs.compilation import compilations, open_spec
from lading.runner.specs.files import read
from lading.schema.diagnostics import InvalidSpec

LAST, LIVE = "last", "live"
GIT = "git:"
"""Before the name of a revision, with which whole folders are compared."""

FORMS = (LAST, LIVE, f"{GIT}REV")

Requests = Sequence[Mapping[str, Any]]


def baseline_of(session: Session, against: str, compilation: Compilation, sets: Sequence[str]) -> Version | None:
    """What to compare the compilation with: ``last``, ``live``, or the name of a file; None where it is not there."""
    if os.path.exists(against):
        return _from_file(session, against, compilation, sets)
    if against not in {LAST, LIVE}:
        raise WrongUsage(f"there is no file {against} to compare with", f"name one, or write {' or '.join(FORMS)}")
    newest = session.ledger.newest(compilation.target.name, compilation.name)
    if newest is None:
        session.screen.remark(f"{compilation.name} was not submitted to {compilation.target.name} yet")
        return None
    return Version(live_requests(session, newest) if against == LIVE else session.ledger.requests(newest.id))


def _from_file(session: Session, name: str, compilation: Compilation, sets: Sequence[str]) -> Version:
    data = read(name)
    if data.lstrip().startswith((b"{", b"[")):
        if (found := _from_json(data, compilation)) is not None:
            return Version(found)
    elif data.startswith(b"#!") and compilation.target.platform.PAYLOAD == "script":
        return Version(_from_script(data.decode("utf-8", "replace"), compilation))
    return _from_spec(session, name, compilation, sets)


def _from_json(data: bytes, compilation: Compilation) -> Requests | None:
    """A request, a plan, a compilation or several, as lading writes them; None where it is none of these."""
    try:
        known = json.loads(data)
    except ValueError:
        return None
    if not isinstance(known, dict):
        return None
    if {"method", "path", "body"} <= known.keys():
        return [known]
    several = known.get("jobs") or known.get("compilations", [known] if "requests" in known else None)
    if several is None:
        return None
    same = [one for one in several if one["name"] == compilation.name and one["target"] == compilation.target.name]
    found: Requests = (same or several)[0]["requests"]
    return found


def _from_script(script: str, compilation: Compilation) -> Requests:
    """The compilation's only request with that script; all that is not in the script counts as equal."""
    if len(compilation.requests) != 1:
        raise WrongUsage("a script can only be compared with a single payload", "write it with `--format json`")
    request = compilation.requests[0].as_data()
    return [{**request, "body": {**request["body"], "script": script}}]


def _from_spec(session: Session, name: str, compilation: Compilation, sets: Sequence[str]) -> Version:
    """The job of the same name in another spec; its only one, whatever it is called."""
    found = compilations(open_spec(session, name, sets), [compilation.target.name])
    same = [one for one in found if one.name == compilation.name] or (found if len(found) == 1 else [])
    if not same:
        raise WrongUsage(f"{name} holds no job {compilation.name}", f"its jobs: {', '.join(one.name for one in found)}")
    if not same[0].is_valid:
        raise InvalidSpec(same[0].diagnostics)
    return version_of(same[0])
