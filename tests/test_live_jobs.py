"""What a platform has of a job now, as the request that would make it: for every platform that has a server."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kit.cli import Cli
from kit.platforms import NAMES, TARGET, Desk, client_of, service_of
from servers.platform import PlatformService
from servers.web import serving

from lading.compiler.pointers import at, is_within, leaves
from lading.runner.errors import NoSuchJob, NotSupported, RunnerError
from lading.runner.ledger.ledger import Ledger
from lading.runner.platform import Context
from lading.runner.targets.registry import connect

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CATALOGS: Mapping[str, Mapping[str, Any]] = {
    "aihub": {
        "volumes": {"data": {"storage": 12, "path": "/data", "readOnly": True}},
        "tags": {"faces": 3},
        "featureLibraries": {"cars": 7},
    },
    "airscheduler": {"volumes": {"data": {"path": "/export"}}},
    "newt": {"volumes": {"data": {"path": "/export"}}},
    "paddleflow": {"volumes": {"data": {"fs": "imagenet-fs"}}},
    "suanli": {"volumes": {"data": {"storage": 2038}}},
}
"""What each site's people wrote down of its platform."""

HIDDEN: Mapping[str, Sequence[str]] = {
    "aihub": ["/user_id$", "/create_by$"],
    "paddleflow": ["/extensionTemplate/"],
}
"""What platforms do not tell of a job, so that nobody can know whether it was changed."""

SECRET = {"env": "A_SECRET"}
VALUE = "p4ss $(HOME) $$ word"
LONG = 'echo begin\nfor i in 1 2 3; do\n  echo "$i"\ndone\n'
ENV = {"B": "2", "A": "x=$HOME,'\"", "EMPTY": ""}
ROLES = {
    "pserver": {"replicas": 1, "command": ["python", "server.py"], "env": {"ONE": "1"}},
    "worker": {"replicas": 2, "command": ["python", "worker.py"], "resources": {"cpu": 1, "memory": "1Gi"}},
}
STORE = {"image": "redis:7", "command": ["redis-server"], "resources": {"cpu": 1, "memory": "1Gi"}}
STEPS = {"first": {"command": ["echo", "1"]}, "second": {"after": ["first"], "command": ["echo", "2"], "env": ENV}}

FIELDS: tuple[Mapping[str, Any], ...] = (
    {},
    {"description": "what it is for", "labels": {"team": "vision"}, "annotations": {"note": "a b"}},
    {"env": ENV},
    {"env": {**ENV, "PASSWORD": {"secret": "password"}}},
    {"script": LONG, "workdir": "/tmp"},
    {"resources": {"cpu": 2, "memory": "2Gi"}, "mounts": [{"volume": "data", "path": "/data", "readOnly": True}]},
    {"resources": {"cpu": 2, "memory": "2Gi", "shm": "1Gi"}, "mounts": [{"host": "/srv", "path": "/srv"}]},
    {"mounts": [{"host": "/b", "path": "/b"}, {"host": "/a", "path": "/a"}]},
    {"schedule": {"timeLimit": "10m", "priority": "low"}},
    {"schedule": {"timeLimit": "10m", "retries": 2, "restart": "on-failure"}},
    {"array": {"indices": "0-8:2", "parallelism": 2}},
    {"kind": "service", "ports": [{"port": 8080, "name": "http"}, {"port": 9090, "name": "more"}]},
    {"ports": [{"port": 8080, "name": "http"}]},
    {"replicas": 2, "framework": "pytorch"},
    {"framework": "paddle", "roles": ROLES},
    {"containers": {"store": STORE}},
    {"kind": "workflow", "steps": STEPS},
    {"kind": "pipeline", "pipeline": {"id": "42", "version": "7", "params": {"lr": 0.1, "resume": True}}},
    {"kind": "search", "images": [{"url": "https://images.example.org/a.jpg"}], "featureLibrary": "cars", "topK": 9},
    {"kind": "dataset", "description": "of faces", "from": {"zip": "faces.zip"}, "tags": ["faces"]},
    {"kind": "evaluation", "model": {"name": "a", "type": "face", "epoch": 3, "file": "a.onnx"}}
    | {"datasets": {"query": "q/V1", "id": "i/V1", "gallery": "g/V3"}, "predictions": "p.jsonl"},
)
"""Specs, of which each platform takes those that it can carry."""

LEAST = 5
"""So many of them every platform can carry."""

Made = tuple[str, Mapping[str, Any], tuple[str, ...]]
"""A job: its native id, the body that made it, and where in it secrets and late values are."""


@pytest.fixture(params=NAMES)
def desk(request: pytest.FixtureRequest, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Each platform, which starts no job, and a folder to work with it from."""
    with serving(service_of(request.param, runs=False)) as server:
        service: PlatformService = server.service  # type: ignore[assignment]
        yield furnished(Desk(Path.cwd(), service, server.url), monkeypatch)


def furnished(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The folder, with a secret, files and a catalog."""
    for name, value in {**desk.environ, "A_SECRET": VALUE}.items():
        monkeypatch.setenv(name, value)
    file = desk.folder / "lading.site.yaml"
    site = json.loads(file.read_text())
    target = site["targets"][TARGET]
    target["catalog"] = {**target.get("catalog", {}), **CATALOGS.get(desk.service.name, {})}
    file.write_text(json.dumps({**site, "secrets": {"password": SECRET}}))
    for name in ("faces.zip", "a.onnx", "p.jsonl"):
        (desk.folder / name).write_bytes(b"content")
    return desk


def submitted(desk: Desk, cli: Cli, *specs: Mapping[str, Any]) -> list[Made]:
    """All jobs that were made of those specs that the platform can carry."""
    for number, fields in enumerate(specs):
        is_work = not {"script", "steps", "roles", "pipeline", "images", "from", "model"} & fields.keys()
        spec = {"lading": "v1", "name": f"live-{number}", **({"command": ["echo", "a b"]} if is_work else {}), **fields}
        (desk.folder / f"live-{number}.yaml").write_text(json.dumps(spec))
        answer = cli("submit", f"live-{number}.yaml")
        assert answer.code in {0, 1}, answer.err
    return made(desk)


def made(desk: Desk) -> list[Made]:
    """All jobs that the ledger has."""
    ledger, found = Ledger(desk.state), []
    for one in ledger.search():
        requests = {each.get("name", ""): each for each in ledger.requests(one.id)}
        for part in one.parts:
            request = requests[part.name]
            late = (*request.get("secrets", ()), *request.get("late", ()))
            found.append((part.native_id, request["body"], late))
    ledger.close()
    return found


def difference(sent: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The leaves that are not the same."""
    old, new = dict(leaves(sent)), dict(leaves(now))
    keys = dict.fromkeys([*old, *new])
    found = {key: (old.get(key, "absent"), new.get(key, "absent")) for key in keys}
    return {key: pair for key, pair in found.items() if pair[0] != pair[1] or type(pair[0]) is not type(pair[1])}


def unexpected(job: Made, now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The leaves that are not the same although they are neither secret nor late."""
    found = difference(job[1], now)
    return {key: pair for key, pair in found.items() if not any(is_within(key, place) for place in job[2])}


def test_a_job_that_nobody_changed_is_as_it_was_sent(desk: Desk, cli: Cli) -> None:
    """Leaf by leaf, whatever the server says beside it; a secret is as the server has it."""
    jobs = submitted(desk, cli, *FIELDS)
    client = client_of(desk.service, target_url(desk))
    told = 0
    for job in jobs:
        try:
            now = client.live(*job[:2])
        except NotSupported:
            continue
        told += 1
        assert unexpected(job, now) == {}
        for pointer in job[2]:
            if pointer.endswith("PASSWORD") or at(job[1], pointer) == {"secret": "password"}:
                assert at(now, pointer) in (VALUE, {"secret": "password"})
    assert told >= LEAST or desk.service.name == "newt", [job[:2] for job in jobs]
    with pytest.raises(RunnerError) as raised:
        client.live("0", jobs[0][1])
    assert isinstance(raised.value, NoSuchJob | NotSupported)
    client.close()


def target_url(desk: Desk) -> str:
    """Where the server is."""
    site = json.loads((desk.folder / "lading.site.yaml").read_text())
    endpoint: str = site["targets"][TARGET]["endpoint"]
    return endpoint.removesuffix("/api")


def test_what_somebody_changed_differs_and_nothing_else(desk: Desk, cli: Cli) -> None:
    """Each text and number of a request in turn is another one on the server, and the job as it is now says so."""
    jobs = submitted(desk, cli, *FIELDS)
    client = client_of(desk.service, target_url(desk))
    seen, unseen = set[str](), set[str]()
    for native_id, sent, _ in jobs:
        for value in dict.fromkeys(value for _, value in leaves(sent) if is_telling(value)):
            try:
                before = client.live(native_id, sent)
                with changed(desk.service, native_id, partial(with_another, value=value)):
                    now = client.live(native_id, sent)
            except NotSupported:
                break
            expected = difference(before, with_another(before, value))
            found = difference(before, now)
            assert found.items() <= expected.items(), (value, found)
            seen |= found.keys()
            unseen |= expected.keys() - found.keys()
    client.close()
    hidden = HIDDEN.get(desk.service.name, ())
    assert [pointer for pointer in sorted(unseen) if not re.match("|".join(hidden) or "$", pointer)] == []
    assert seen or desk.service.name == "newt"


def is_telling(value: Any) -> bool:
    """Whether it is a text or a number that stands for one thing only."""
    return (isinstance(value, str) and len(value) > 3) or (type(value) is int and value > 1)


@contextmanager
def changed(service: PlatformService, native_id: str, change: Callable[[Any], Any]) -> Iterator[None]:
    """What the server keeps of the job is another one inside."""
    kept = service.kept(native_id)
    before, now = dict(kept), change(kept)
    kept.clear()
    kept.update(now)
    yield
    kept.clear()
    kept.update(before)


def with_another(data: Any, value: Any) -> Any:
    """The data with something else wherever the value is, also in JSON within texts."""
    if isinstance(data, Mapping):
        return {key: with_another(item, value) for key, item in data.items()}
    if isinstance(data, list):
        return [with_another(item, value) for item in data]
    if isinstance(data, str) and data.startswith('{"'):
        return json.dumps(with_another(json.loads(data), value))
    if isinstance(data, str) and isinstance(value, str):
        return data.replace(value, f"{value}x")
    return value + 1000 if type(data) is int and data == value else data


def test_a_job_of_this_machine_is_as_its_folder_has_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its secrets are kept nowhere and stand as names; a script that somebody edits is what the next attempt runs."""
    monkeypatch.setenv("A_SECRET", VALUE)
    monkeypatch.setenv("LADING_STATE", str(Path("state").absolute()))
    site = {"lading": "v1", "kind": "site", "default": "here", "targets": {"here": {"platform": "local"}}}
    Path("lading.site.yaml").write_text(json.dumps({**site, "secrets": {"password": SECRET}}))
    env, schedule = {**ENV, "PASSWORD": {"secret": "password"}}, {"hold": True, "retries": 1}
    spec = {"lading": "v1", "name": "held", "script": LONG, "env": env, "schedule": schedule}
    more = {"resources": {"cpu": 1, "memory": "64Mi"}, "array": {"indices": "0-2"}, "labels": {"a": "b"}}
    Path("held.yaml").write_text(json.dumps({**spec, **more}))
    id_ = cli.good("submit", "held.yaml", "-q").out.strip()
    ledger = Ledger(Path("state"))
    native_id, sent = ledger.get(id_).parts[0].native_id, ledger.requests(id_)[0]["body"]
    ledger.close()
    client = connect("local", Context("here", state_dir=Path("state")))
    assert difference(sent, client.live(native_id, sent)) == {}
    (Path("state") / "local" / native_id / "scripts" / "worker").write_text("echo another\n")
    assert difference(sent, client.live(native_id, sent)) == {"/groups/0/script": (LONG, "echo another\n")}
    with pytest.raises(NoSuchJob):
        client.live("01jnot-there", sent)
    cli.good("stop", id_)
