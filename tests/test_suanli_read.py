"""Tasks of Suanli, read back into specs. ``native/suanli/`` and the samples of the document are read by tests of all
platforms; here is what is special.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from lading.compiler.importing.importer import Imported, import_native
from lading.compiler.importing.reading import Reading
from lading.compiler.importing.understood import understood
from lading.compiler.platforms.suanli.read import read
from lading.compiler.pointers import split
from lading.compiler.registry import default_options, language, platform
from lading.compiler.target import Target
from lading.schema.load import load

NATIVE = Path(__file__).parent / "native" / "suanli"
FILES = sorted(NATIVE.glob("*.json"))


def nowhere(**catalog: Any) -> Target:
    """A target about which nothing is known but its catalog."""
    found = platform("suanli")
    assert found is not None
    return Target("suanli", found, default_options("suanli"), catalog)


def imported(payload: object, to: Target | None = None) -> Imported:
    """What is made of the payload."""
    return import_native(json.dumps(payload, ensure_ascii=False).encode(), "task.json", to or nowhere())


def spec_of(made: Imported) -> Mapping[str, Any]:
    """The spec, normalised."""
    (spec,) = load("task.yaml", made.text.encode(), language=language()).specs
    return spec.for_target()[0].value


def native(name: str) -> dict[str, Any]:
    """One of the native files."""
    found: dict[str, Any] = json.loads((NATIVE / f"{name}.json").read_text(encoding="utf-8"))
    return found


KEPT = {"odd.json": ["/task_name", "/job_support/timeout_sec"]}
"""What no field says, in files where there is anything: a name that is none, a limit that does not divide evenly."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_fields_say_nearly_everything(file: Path) -> None:
    """What is kept raw, of each native file."""
    made = imported(json.loads(file.read_text(encoding="utf-8")))
    raw = spec_of(made).get("native", {}).get("suanli", {}).get("raw", {})
    assert (list(raw), made.is_whole) == (KEPT.get(file.name, []), True)


def test_the_catalog_learns_the_machines_and_the_storages() -> None:
    """By names made of what they are."""
    h100 = {"deviceName": "H100", "region": "zhongwei-p2", "regionName": "Zhongwei 2", "cpu": 128_000}
    h100 |= {"memory": 1800 * 2**30, "gpuModel": "H100", "gpuCount": 8, "gpuMemory": 80 * 2**30}
    assert imported(native("training")).catalog == {
        "resources": {"H100-8x": h100},
        "volumes": {"storage-2038": {"storage": 2038}, "share-2040": {"share": 2040}, "share-2041": {"share": 2041}},
    }


def test_what_the_catalog_has_goes_by_its_own_names() -> None:
    """Machines, storages and GPU models; nothing is left for the site to say."""
    volumes = {"corpus": {"storage": 2038}, "results": {"share": 2040}, "code": {"share": 2041}}
    resources = {"big": imported(native("training")).catalog["resources"]["H100-8x"]}
    made = imported(native("training"), nowhere(volumes=volumes, resources=resources, gpus={"H100-SXM": "H100"}))
    spec = spec_of(made)
    assert made.catalog == {}
    assert [mount["volume"] for mount in spec["mounts"]] == ["corpus", "results", "code"]
    assert spec["resources"]["gpu"] == {"model": "H100-SXM", "count": 8}


def test_a_machine_that_the_spec_would_not_get_is_named() -> None:
    """Where the catalog has another one that is large enough and comes first."""
    twin = {**imported(native("training")).catalog["resources"]["H100-8x"], "region": "north"}
    made = imported(native("training"), nowhere(resources={"A": twin}))
    assert spec_of(made)["native"]["suanli"]["resources"] == [{"name": "H100-8x"}]


def test_a_login_is_never_kept() -> None:
    """Neither name nor password stands in the spec or in what is told of it."""
    made = imported(native("private-registry"))
    told = [(d.code, d.message) for d in made.problems if "repository" in d.message]
    assert told == [
        (
            "LD451",
            "/services/0/repository_account is left out: the site's `registries` have the login of each image registry",
        )
    ]
    everything = made.text + "".join(d.message for d in made.problems)
    assert [word for word in ("robot", "not-a-real-password") if word in everything] == []


def test_what_answers_echo_is_left_out() -> None:
    """Of all that the document's sample has beside the schema of a request."""
    made = imported(native("document-job"))
    assert [d.message.partition(" ")[0] for d in made.problems if "answer" in d.message] == [
        "/status",
        "/services/0/service_id",
        "/services/0/remote_ports/0/url",
    ]


@pytest.mark.parametrize(
    ("points", "parallelism", "mode", "expected"),
    [
        (1, 1, "default", {}),
        (1, 1, "index", {"native": {"indexed": True}}),
        (4, 4, "index", {"replicas": 4}),
        (4, 4, "default", {"replicas": 4, "native": {"indexed": False}}),
        (9, 2, "index", {"array": {"indices": [[0, 8, 1]], "parallelism": 2}}),
        (9, 2, "default", {"array": {"indices": [[0, 8, 1]], "parallelism": 2}, "native": {"indexed": False}}),
        (1, 3, "index", {"array": {"indices": [[0, 0, 1]], "parallelism": 3}}),
    ],
)
def test_how_pods_are_counted(points: int, parallelism: int, mode: str, expected: dict[str, Any]) -> None:
    """As replicas where all run at the same time, else as an array; what the platform recommends needs no word."""
    task = native("counted")
    modes = {"default": {"backoff_limit": 0, "restart_policy": "Never"}, "index": {"index_backoff_limit": 0}}
    task["points"] = points
    task["job_support"] |= {"parallelism": parallelism, "timeout_sec": 3600, "mod_param": {mode: modes[mode]}}
    spec = spec_of(imported(task))
    found = {name: spec[name] for name in ("replicas", "array") if name in spec}
    own = spec.get("native", {}).get("suanli", {})
    assert found | ({"native": own} if own else {}) == expected


def _pointers(value: Any, at: str = "") -> Iterator[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield f"{at}/{key}"
        yield from _pointers(item, f"{at}/{key}")


@pytest.mark.parametrize("name", ["sidecar", "document-job", "variables"])
@pytest.mark.parametrize("strange", [None, "strange", {}])
def test_nothing_but_the_schema_is_relied_upon(name: str, strange: object) -> None:
    """Whatever part of a task lacks or is strange, what can be understood of the rest is read."""
    whole, to = native(name), nowhere()
    for pointer in list(_pointers(whole)):
        task = deepcopy(whole)
        *above, last = split(pointer)
        node: Any = task
        for step in above:
            node = node[int(step)] if isinstance(node, list) else node[step]
        node[int(last) if isinstance(node, list) else last] = strange
        found = understood("suanli", task)
        if not found.hopeless:
            reading = Reading(found.payload, to)
            read(reading)
            assert reading.document["native"]["suanli"] is not None
