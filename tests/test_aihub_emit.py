"""What specs become on AIHub: whole bodies of tasks, and what is mounted, repeated, lost and refused."""

from collections.abc import Mapping
from typing import Any

import pytest
from kit.aihub import TARGET, body, compiled, field, notes, options, refusals, said

from lading.compiler.explain import explain
from lading.schema.paths import render

EVERYTHING = """
name: bert
description: the large one
labels: {team: nlp}
image: registry.example.org/nlp/bert:2.3
pull: always
command: [python, "a b.py"]
args: ["$HOME", "it's"]
workdir: /code
framework: pytorch
replicas: 2
slots: 8
env: {NCCL_DEBUG: WARN, TOKEN: {secret: hub}}
resources: {cpu: 100, memory: 900Gi, gpu: {model: A800, count: 8, memory: 40Gi}, shm: 1500M}
network: {rdma: true}
mounts: [{volume: data, path: /first/}, {volume: code, readOnly: true}]
ssh: true
schedule: {queue: work, timeLimit: 12h, estimate: 90m, restart: on-failure}
"""
LOOP = 'sh -c \'trap "kill \\$!; wait \\$!; exit \\$?" TERM; until (exec "$@") & wait $!; do sleep 1; done\' sh '
COMMAND = (
    "cd /code && exec timeout -k 10 12h "
    + LOOP
    + 'torchrun --nnodes=2 --node-rank="$RANK" --master-addr="$MASTER_ADDR" --master-port="$MASTER_PORT" '
    "--nproc-per-node=8 --no-python python 'a b.py' '$HOME' 'it'\\''s'"
)
BOTH: Mapping[str, Any] = {
    "name": "bert",
    "description": "the large one",
    "image": "registry.example.org/nlp/bert:2.3",
    "always_pull_image": True,
    "framework": "PyTorchJob",
    "instances": 2,
    "use_ib_network": True,
    "enable_ssh": True,
    "estimate_run_time": 5400,
    "command": COMMAND,
    "shm": 2,
    "envs": [
        {"key": "LADING_NAME", "value": "bert"},
        {"key": "LADING_REPLICAS", "value": "2"},
        {"key": "LADING_MOUNT_DATA", "value": "/first"},
        {"key": "LADING_MOUNT_CODE", "value": "/second"},
        {"key": "NCCL_DEBUG", "value": "WARN"},
        {"key": "TOKEN", "value": {"secret": "hub"}},
    ],
    "storage_ids": [12, 13],
    "virtual_cluster_id": 29,
    "sku_cnt": 8,
    "project_id": 12,
    "category_id": 1,
}
KNOWS_HUB = TARGET._replace(secrets=frozenset({"hub"}))


def test_a_training_task_with_everything() -> None:
    """The body as a whole, and everything that is said of it."""
    native = "native: {aihub: {vip: true, preemptPolicy: wait, vipNodes: [n1, n2], notify: on-completion}}\n"
    text = EVERYTHING + native
    only = {"is_vip": True, "preempt_policy": 1, "vip_node_names": ["n1", "n2"], "notify_type": 3}
    defaults = {"is_quota_schedule": False, "enable_sys_admin": False}
    assert body(text, KNOWS_HUB) == {**BOTH, **only, **defaults}
    skus = "8 SKUs of vc-a800 (14 cores, 120Gi, 1 GPU)"
    assert said(compiled(text, KNOWS_HUB)) == [
        ("LD403", "labels.team", "kept in lading's ledger"),
        ("LD402", "workdir", "the command begins with cd"),
        ("LD402", "slots", "torchrun starts 8 processes in each instance"),
        ("LD402", "env.TOKEN", "AIHub keeps it as plain text: whoever may see the job can read it"),
        ("LD401", "resources.cpu", f"100 cores → 112 cores: {skus}"),
        ("LD401", "resources.memory", f"900Gi → 960Gi: {skus}"),
        ("LD402", "resources.gpu.memory", "a GPU of vc-a800 has 80Gi"),
        ("LD401", "resources.shm", "1500M → 2 GiB"),
        ("LD402", "schedule.timeLimit", "timeout ends the program in the command of each instance"),
        ("LD402", "schedule.restart", "the command starts the program again when it fails"),
    ]


def test_a_quota_task_with_everything() -> None:
    """The other product of the same spec: a priority, no field of a training task alone, and its own unit of shm."""
    text = EVERYTHING.replace("queue: work", "queue: work, priority: high") + "native: {aihub: {product: quota}}\n"
    compilation = compiled(text, KNOWS_HUB._replace(options={**TARGET.options, "quotaShmUnit": "MB"}))
    (request,) = compilation.requests
    assert (request.method, request.path) == ("POST", "/quota-schedule-management/api/v1/tasks")
    assert request.body == {**BOTH, "priority": 2, "enable_reschedule": False, "shm": 1500}


def test_a_value_knows_where_it_comes_from() -> None:
    """The cluster and the number of SKUs come from the queue and the resources, the command from all that it says."""
    (request,) = compiled(EVERYTHING, KNOWS_HUB).requests
    sources = {o.pointer: [render(path) for path in o.sources] for o in request.origins}
    resources = [f"resources.{name}" for name in ("cpu", "memory", "gpu.count", "gpu.model", "gpu.memory")]
    assert {
        pointer: sources[pointer] for pointer in ("/virtual_cluster_id", "/sku_cnt", "/command", "/storage_ids/0")
    } == {
        "/virtual_cluster_id": ["schedule.queue", *resources],
        "/sku_cnt": resources,
        "/command": [
            *("command", "args", "workdir", "schedule.timeLimit", "schedule.restart"),
            *("framework", "replicas", "slots"),
        ],
        "/storage_ids/0": ["mounts[0].volume"],
    }


def test_explain_says_that_a_secret_is_in_the_clear() -> None:
    """The sentence stands beside the variable."""
    lines = {render(line.path): line.note for line in explain(compiled(EVERYTHING, KNOWS_HUB)) if line.path}
    assert lines["env.TOKEN"] == "AIHub keeps it as plain text: whoever may see the job can read it"


@pytest.mark.parametrize(
    ("product", "unit", "size", "native", "note"),
    [
        ("training", None, "64Gi", 64, ""),
        ("training", "MB", "64Gi", 64, ""),
        ("training", None, "1500Mi", 2, "1500Mi → 2 GiB"),
        ("quota", "GiB", "1500Mi", 2, "1500Mi → 2 GiB"),
        ("quota", "MB", "64M", 64, ""),
        ("quota", "MB", "1Gi", 1074, "1Gi → 1074 MB"),
    ],
)
def test_shared_memory_in_the_unit_of_the_product(product: str, unit: str, size: str, native: int, note: str) -> None:
    """GiB, and for quota tasks what the site says; always at least what was asked for."""
    target = options(quotaShmUnit=unit) if unit else TARGET
    lines = f"resources: {{shm: {size}}}\nschedule: {{{'priority: low' if product == 'quota' else ''}}}\n"
    text = f"{lines}native: {{aihub: {{product: {product}}}}}\n"
    assert field("shm", text, target) == native
    assert notes(text, "resources.shm", target=target) == ([("LD401", "resources.shm", note)] if note else [])


def test_the_unit_of_shared_memory_is_a_question_until_the_site_answers_it() -> None:
    """The manual and the vendor's client differ, so GiB is taken with a warning."""
    text = "resources: {shm: 2Gi}\nschedule: {priority: low}\nnative: {aihub: {product: quota}}\n"
    warning = "AIHub's manual counts it in GiB, its client in MB: GiB it is, until the site says options.quotaShmUnit"
    assert field("shm", text) == 2
    assert notes(text, "resources.shm") == [("LD408", "resources.shm", warning)]


NOT_A_STORAGE = "only storages that AIHub knows are mounted: register it there, and in the catalog"


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        (
            "{volume: data, path: /x}",
            [("LD406", "path", "AIHub mounts this storage at /first, whatever the spec says")],
        ),
        (
            "{volume: nope, path: /x}",
            [("LD406", "volume", 'the site has no volume "nope" in its catalog, only data, code')],
        ),
        (
            "{volume: data, subPath: a}",
            [("LD406", "subPath", "a storage is mounted whole: say so in the paths that the program uses")],
        ),
        (
            "{volume: data, readOnly: true}",
            [("LD404", "readOnly", "the storage's own permission holds, and programs may write to it")],
        ),
        ("{volume: data, readOnly: false}", []),
        ("{volume: code, readOnly: true}", []),
        ("{host: /x, path: /y}", [("LD404", "host", NOT_A_STORAGE)]),
        (
            "{nfs: {server: s, path: /x}, path: /y}",
            [("LD404", "nfs", NOT_A_STORAGE)],
        ),
        (
            "{tmpfs: 1Gi, path: /y}",
            [("LD404", "tmpfs", "only storages are mounted: /dev/shm is memory, as large as `resources.shm`")],
        ),
        ("{disk: 1Gi, path: /y}", [("LD404", "disk", "only storages are mounted: local space is what the node has")]),
    ],
)
def test_only_storages_are_mounted_and_only_where_they_are(mount: str, expected: list[tuple[str, str, str]]) -> None:
    """Each kind of mount, and each thing that a spec may want of one."""
    assert refusals(f"mounts: [{mount}]\n") == [(code, f"mounts[0].{name}", why) for code, name, why in expected]


def test_a_storage_whose_place_is_not_known_can_not_be_asked_for_at_one() -> None:
    """Without a path in the mount it can be had all the same."""
    target = TARGET._replace(catalog={**TARGET.catalog, "volumes": {"data": {"storage": 12}}})
    assert refusals("mounts: [{volume: data, path: /x}]\n", target) == [
        ("LD406", "mounts[0].path", "the site does not say in catalog.volumes where AIHub mounts this storage")
    ]
    assert field("storage_ids", "mounts: [{volume: data}]\n", target) == [12]


def test_a_site_without_volumes_says_so() -> None:
    """There is nothing to list then."""
    target = TARGET._replace(catalog={"clusters": TARGET.catalog["clusters"]})
    expected = ("LD406", "mounts[0].volume", 'the site has no volume "data" in its catalog')
    assert refusals("mounts: [{volume: data}]\n", target) == [expected]


# When it runs.


@pytest.mark.parametrize(("priority", "native"), [("low", 1), ("normal", 1), ("high", 2)])
def test_a_quota_task_has_two_priorities(priority: str, native: int) -> None:
    """What is normal is low, which is told."""
    text = f"schedule: {{priority: {priority}}}\nnative: {{aihub: {{product: quota}}}}\n"
    note = "a quota task is of high or low priority: low, which may have to give way to others"
    assert field("priority", text) == native
    told = [("LD402", "schedule.priority", note)] if priority == "normal" else []
    assert notes(text, "schedule.priority", "native.aihub.product") == told


def test_a_quota_task_without_a_priority_is_low_with_a_warning() -> None:
    """It may have to give way, which somebody who left it out may not know."""
    text = "native: {aihub: {product: quota}}\n"
    assert field("priority", text) == 1
    assert notes(text, "native.aihub.product") == [
        ("LD408", "native.aihub.product", "its priority is low, so it may have to give way: say which")
    ]


QUOTA = "native: {aihub: {product: quota}}\n"
SEVERAL = "the command of one instance can be repeated, and not a job of several"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "schedule: {priority: high}",
            (
                "LD404",
                "schedule.priority",
                "training tasks have no priority: quota tasks do (`native.aihub.product: quota`)",
            ),
        ),
        (
            "schedule: {preemptible: true}",
            ("LD404", "schedule.preemptible", "a training task keeps what it has: quota tasks may have to give way"),
        ),
        (
            f"{QUOTA}schedule: {{preemptible: true, priority: high}}",
            ("LD406", "schedule.preemptible", "a quota task of high priority keeps what it has"),
        ),
        ("replicas: 2\nschedule: {retries: 1}", ("LD404", "schedule.retries", SEVERAL)),
        (
            f"{QUOTA}replicas: 2\nschedule: {{retries: 1, priority: low}}",
            ("LD404", "schedule.retries", f"{SEVERAL}; `native.aihub.reschedule` does"),
        ),
        (
            "schedule: {hold: true}",
            ("LD406", "schedule.hold", "AIHub starts a task as soon as it can: submit it when it may start"),
        ),
        (
            "schedule: {after: [other]}",
            (
                "LD406",
                "schedule.after",
                "AIHub starts a task whatever became of others: submit it when they have ended",
            ),
        ),
        (
            "array: {indices: 0-3}",
            ("LD406", "array", "AIHub does not count tasks: `matrix` makes one job for each value"),
        ),
        ("pull: never", ("LD404", "pull", "a node pulls an image that it does not have")),
        ("resources: {disk: 1Gi}", ("LD404", "resources.disk", "local space is what the node has")),
        (
            "probes: {liveness: {tcp: {port: 1}}}",
            ("LD404", "probes", "nothing probes a program here"),
        ),
        (
            "ports: [{port: 80, publish: true}]",
            (
                "LD406",
                "ports[0].publish",
                "nothing outside reaches a task: log in with `ssh: true`, and use a tunnel",
            ),
        ),
    ],
)
def test_what_is_lost_or_refused(lines: str, expected: tuple[str, str, str]) -> None:
    """One sentence each, and nothing beside it."""
    assert refusals(f"{lines}\n") == [expected]


@pytest.mark.parametrize(
    ("lines", "path", "note", "command"),
    [
        (
            "schedule: {retries: 1}",
            "schedule.retries",
            "the command repeats the program when it fails, at most once",
            "-le 2 ]",
        ),
        (
            "framework: mpi\nreplicas: 2\nlaunch: once\nschedule: {retries: 3}",
            "schedule.retries",
            "the command repeats the program when it fails, at most 3 times",
            "-le 4 ]",
        ),
        (
            "replicas: 2\nschedule: {restart: always}",
            "schedule.restart",
            "the command starts the program again when it ends",
            "while :;",
        ),
    ],
)
def test_the_command_repeats_the_program(lines: str, path: str, note: str, command: str) -> None:
    """AIHub repeats nothing, so the text does where one instance speaks for the whole job."""
    assert notes(f"{lines}\n", path) == [("LD402", path, note)]
    assert str(field("command", f"{lines}\n")).count(command) == 1


def test_a_quota_task_of_low_priority_gives_way_whatever_the_spec_says() -> None:
    """So a spec that says otherwise is warned."""
    text = f"{QUOTA}schedule: {{priority: PRIORITY, preemptible: false}}\n"
    why = "a quota task of low priority may have to give way all the same: say `priority: high`"
    assert notes(text.replace("PRIORITY", "low"), "schedule.preemptible") == [("LD408", "schedule.preemptible", why)]
    assert notes(text.replace("PRIORITY", "high"), "schedule.preemptible") == []


def test_preemptible_is_what_a_quota_task_of_low_priority_is() -> None:
    """So there is nothing to say of it."""
    text = f"{QUOTA}schedule: {{priority: low, preemptible: true}}\n"
    assert notes(text, "schedule.preemptible") == []
    assert refusals(text) == []
