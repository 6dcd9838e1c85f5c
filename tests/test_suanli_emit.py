"""What Suanli is sent, and what is said of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Golden
from kit.suanli import body, compiled, said, target

GOLDEN = Path(__file__).parent / "suanli" / "everything.json"


# -- whole payloads


def test_the_smallest_job() -> None:
    """What is needed and nothing else: no key that only answers have, and no field that nobody set."""
    compilation = compiled({})
    (request,) = compilation.requests
    machine = {"device_name": "cpu-4", "region": "north-1", "gpu_count": 0, "gpu_memory": 0}
    machine |= {"memory": 8192, "cpu_cores": 4}
    assert said(compilation) == []
    assert request.as_data() == {
        "method": "POST",
        "path": "/api/task/job/create",
        "late": {"/resources/0/mark": {"lookup": machine}},
        "body": {
            "task_name": "demo",
            "resources": [{"mark": {"lookup": machine}, "resource": machine}],
            "points": 1,
            "job_support": {
                "parallelism": 1,
                "timeout_sec": 3600,
                "mod_param": {"default": {"backoff_limit": 0, "restart_policy": "Never"}},
            },
            "services": [
                {
                    "service_name": "demo",
                    "service_image": "registry.example.com/base/tools:1.0",
                    "resource_weight": {"cpu_weight": 1, "mem_weight": 1, "gpu_weight": 1},
                    "start_script": {"command": ["true"], "args": []},
                    "env": [
                        {"name": "LADING_NAME", "value": "demo"},
                        {"name": "LADING_REPLICAS", "value": "1"},
                        {"name": "LADING_REPLICA", "value": "0"},
                    ],
                }
            ],
        },
    }


EVERYTHING = {
    "name": "everything",
    "image": "harbor.example.org/team/train:2",
    "command": ["python", "train.py"],
    "args": ["--lr", "0.1"],
    "workdir": "/my code",
    "env": {"EPOCHS": 90, "KEY": {"secret": "wandb"}},
    "resources": {"cpu": 8, "memory": "30Gi", "gpu": {"model": "4090", "count": 1, "memory": "20Gi"}, "shm": "1500M"},
    "mounts": [
        {"volume": "data", "path": "/data"},
        {"volume": "code"},
        {"tmpfs": "1Gi", "path": "/exchange"},
        {"disk": "10Gi", "path": "/scratch"},
    ],
    "ports": [{"port": 8080, "name": "http", "publish": True}, {"port": 9090}],
    "probes": {"liveness": {"http": {"path": "/live", "port": 8080}, "initialDelay": "30s"}},
    "containers": {
        "store": {
            "image": "redis:7",
            "resources": {"cpu": 2, "memory": "10Gi"},
            "mounts": [{"tmpfs": "1Gi", "path": "/exchange"}],
            "probes": {"readiness": {"tcp": {"port": 6379}, "period": "5s", "timeout": "2s", "failureThreshold": 2}},
        }
    },
    "schedule": {
        "queue": "north",
        "timeLimit": "2h",
        "estimate": "90m",
        "retries": 2,
        "restart": "on-failure",
        "preemptible": True,
    },
    "accept": ["mounts[3].disk"],
    "native": {
        "suanli": {
            "qos": "Guaranteed",
            "volumeNames": {"/scratch": "fast"},
            "envFrom": {"POD": {"field": "metadata.name"}, "MEM": {"resource": "limits.memory", "container": "store"}},
        }
    },
}


def test_everything_at_once(golden: Golden) -> None:
    """Each field in its place, each machine's memory in Mi, each unused probe switched off."""
    login = {"username": {"env": "USER_NAME"}, "password": {"env": "PASSWORD"}}
    to = target(catalog={"queues": {"north": "north-1"}}, registries={"harbor.example.org": login}, secrets=None)
    golden.compare(GOLDEN, json.dumps(body(EVERYTHING, to), indent=2) + "\n")


def test_what_is_said_of_everything() -> None:
    """One remark for each field that is not carried as it is."""
    assert said(compiled(EVERYTHING, target(catalog={"queues": {"north": "north-1"}}, secrets=None))) == [
        ("LD402", "workdir", "cd in the command"),
        ("LD402", "env.KEY", "Suanli keeps it as plain text: whoever may see the job can read it"),
        ("LD401", "resources.cpu", "8 → 12800m of 4090-1x"),
        ("LD401", "resources.memory", "30Gi → 48384Mi of 4090-1x"),
        ("LD401", "resources.gpu.memory", "20Gi → 24560Mi of 4090-1x"),
        ("LD401", "resources.shm", "1500M → 1431 MiB"),
        ("LD405", "mounts[3].disk", "the machine's own disk is mounted there, as large as it is"),
        ("LD402", "ports[0].name", "a port has only a number"),
        ("LD402", "ports[1].port", "9090 is reached from the same pod only; `publish: true` makes it an HTTPS address"),
        ("LD401", "containers.store.resources.cpu", "2 → 3200m of 4090-1x"),
        ("LD401", "containers.store.resources.memory", "10Gi → 16128Mi of 4090-1x"),
    ]


# -- machines


@pytest.mark.parametrize(
    ("resources", "name", "notes"),
    [
        ({}, "cpu-4", {}),
        ({"cpu": 4, "memory": "8Gi"}, "cpu-4", {}),
        ({"cpu": "4001m"}, "cpu-8", {"cpu": "4001m → 8 of cpu-8"}),
        ({"memory": "8193Mi"}, "cpu-8", {"memory": "8193Mi → 16Gi of cpu-8"}),
        ({"gpu": 1}, "4090-1x", {}),
        ({"gpu": 0}, "cpu-4", {}),
        ({"gpu": 2}, "4090-2x", {}),
        ({"gpu": 3}, "a800-8x", {"gpu.count": "3 → 8 of a800-8x"}),
        ({"gpu": {"count": 1, "memory": "40Gi"}}, "a800-8x", {"gpu.count": "1 → 8 of a800-8x"}),
        ({"gpu": "H100:8"}, "h100-8x", {}),
        ({"gpu": "A800:8", "cpu": 96}, "a800-8x", {}),
        ({"gpu": 1, "cpu": 17}, "4090-2x", {"cpu": "17 → 32 of 4090-2x", "gpu.count": "1 → 2 of 4090-2x"}),
    ],
)
def test_the_smallest_machine_is_taken(resources: dict[str, Any], name: str, notes: dict[str, str]) -> None:
    """The fewest GPUs, then the least memory, then the fewest cores; what is too much is told with both numbers."""
    compilation = compiled({"resources": resources})
    entry = target().catalog["resources"][name]
    machine = compilation.requests[0].body["resources"][0]["resource"]
    assert (machine["device_name"], machine["region"]) == (entry["deviceName"], entry["region"])
    told = {path.removeprefix("resources."): why for code, path, why in said(compilation) if code == "LD401"}
    told.pop("gpu.memory", None)
    assert told == notes


@pytest.mark.parametrize("where", [{"schedule": {"queue": "night"}}, {"native": {"suanli": {"region": "south-2"}}}])
def test_the_machine_stands_in_the_region(where: dict[str, Any]) -> None:
    """Which the spec says itself, or by a queue that the catalog has the region of."""
    machine = body({"schedule": {}, **where})["resources"][0]["resource"]
    assert (machine["device_name"], machine["region"]) == ("cpu-8", "south-2")


def test_alternatives_are_sent_with_their_weights() -> None:
    """Machines of the catalog by name, their marks to be looked up; a mark that the spec says stays as it is."""
    named = [{"name": "4090-1x", "weight": 10}, {"name": "4090-2x"}, {"mark": "bWFyaw==", "weight": 1}]
    compilation = compiled({"resources": {"cpu": 16, "gpu": 1}, "native": {"suanli": {"resources": named}}})
    found = compilation.requests[0].body["resources"]
    assert [{**each, "mark": None, "resource": None} for each in found] == [
        {"mark": None, "resource": None, "weight": 10},
        {"mark": None, "resource": None},
        {"mark": None, "resource": None, "weight": 1},
    ]
    assert (found[2]["mark"], list(compilation.requests[0].late)) == (
        "bWFyaw==",
        ["/resources/0/mark", "/resources/1/mark"],
    )
    assert said(compilation) == [
        ("LD401", "resources.cpu", "16 → 16 of 4090-1x, 32 of 4090-2x"),
        ("LD401", "resources.gpu.count", "1 → 1 of 4090-1x, 2 of 4090-2x"),
        (
            "LD408",
            "native.suanli.resources",
            "a mark does not say what its machine has, so that it may be too small",
        ),
    ]


def test_nobody_pays_for_gpus_without_being_told() -> None:
    """Where the smallest machine has some and the spec asks for none, or has more than it asks for."""
    only = {"resources": {"4090-1x": target().catalog["resources"]["4090-1x"]}}
    assert said(compiled({}, target(catalog=only))) == [
        ("LD408", "resources.gpu", "4090-1x is the smallest machine, and it has GPUs that nobody asks for")
    ]
    larger = {"resources": {"4090-2x": target().catalog["resources"]["4090-2x"]}}
    found = said(compiled({"resources": {"gpu": 1}}, target(catalog=larger)))
    assert [each for each in found if each[0] == "LD408"] == [
        ("LD408", "resources.gpu", "4090-2x is the smallest machine, and it has 2 GPUs, with 1 asked for")
    ]


# -- several containers


def asking(**resources: Any) -> dict[str, Any]:
    """A container that asks for something."""
    return {"image": "redis:7", "resources": resources}


@pytest.mark.parametrize(
    ("main", "other", "expected"),
    [
        ({"cpu": 3, "memory": "3Gi"}, {"cpu": 1, "memory": "1Gi"}, [(3, 3, 1), (1, 1, 0)]),
        ({"cpu": 1, "memory": "1Gi", "gpu": 1}, {"cpu": 1, "memory": "1Gi", "gpu": 1}, [(1, 1, 1), (1, 1, 1)]),
        ({"cpu": 3, "memory": "3Gi", "gpu": 6}, {"cpu": 2, "memory": "5Gi", "gpu": 2}, [(3, 3, 3), (2, 5, 1)]),
        ({"cpu": "1500m", "memory": "1536Mi"}, {"cpu": "500m", "memory": "100M"}, [(3, 16, 1), (1, 1, 0)]),
    ],
)
def test_weights_are_the_reduced_ratio(main: Any, other: Any, expected: list[tuple[int, int, int]]) -> None:
    """Of what the containers ask for; memory in whole Mi, so that the ratio stays in small numbers."""
    services = body({"resources": main, "containers": {"other": asking(**other)}})["services"]
    assert [tuple(each["resource_weight"].values()) for each in services] == expected


def test_weights_may_be_said() -> None:
    """By any container; the others have 1 then, and of the GPUs 0."""
    weighted = {"image": "redis:7", "native": {"suanli": {"weights": {"cpu": 2, "memory": 3, "gpu": 1}}}}
    services = body({"containers": {"other": weighted}})["services"]
    assert [tuple(each["resource_weight"].values()) for each in services] == [(1, 1, 0), (2, 3, 1)]


def test_gpus_that_would_not_divide_are_not_taken() -> None:
    """Three equal parts of two GPUs are none, so a machine with another number is looked for."""
    three = {"cpu": 1, "memory": "1Gi", "gpu": 2}, {"cpu": 1, "memory": "1Gi", "gpu": 1}
    six = {"deviceName": "six", "region": "r", "cpu": 96_000, "memory": 2**40, "gpuModel": "X", "gpuCount": 6}
    catalog = {"resources": {**target().catalog["resources"], "six": six}}
    found = body({"resources": three[0], "containers": {"other": asking(**three[1])}}, target(catalog=catalog))
    assert found["resources"][0]["resource"]["gpu_count"] == 6


def test_a_container_of_several_replicas_knows_how_many_there_are() -> None:
    """And takes itself for none of them."""
    document = {"replicas": 2, "resources": {"cpu": 1, "memory": "1Gi"}}
    found = body({**document, "containers": {"other": asking(cpu=1, memory="1Gi")}})["services"][1]["env"]
    assert found == [{"name": "LADING_NAME", "value": "demo"}, {"name": "LADING_REPLICAS", "value": "2"}]


def test_a_machine_of_which_none_is_free_comes_last() -> None:
    """The catalog may say how many there were: none is worse than a larger one, and better than nothing."""
    known = target().catalog["resources"]
    taken = {**known, "cpu-4": {**known["cpu-4"], "inventory": 0}}
    found = body({}, target(catalog={"resources": taken}))["resources"][0]["resource"]["device_name"]
    assert found == "cpu-8"
    none = {name: {**entry, "inventory": 0} for name, entry in known.items()}
    assert body({}, target(catalog={"resources": none}))["resources"][0]["resource"]["device_name"] == "cpu-4"


def test_the_memory_of_all_gpus_is_said_together() -> None:
    """As the platform's search says it of an "H20 x 8"; a size that does not divide is not lost."""
    (machine,) = body({"resources": {"gpu": "H100:8"}})["resources"]
    assert (machine["resource"]["gpu_count"], machine["resource"]["gpu_memory"]) == (8, 8 * 80 * 1024)
    odd = {"deviceName": "odd", "region": "r", "cpu": 8000, "memory": 2**30, "gpuCount": 3, "gpuMemory": 2**20 * 7 // 3}
    (machine,) = body({"resources": {"gpu": 3}}, target(catalog={"resources": {"odd": odd}}))["resources"]
    assert machine["resource"]["gpu_memory"] == 7
