"""What a spec becomes on AirScheduler, in both editions of its interface, and what a payload says as a spec."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lading.compiler.explain import explain
from lading.compiler.importing.reading import Reading
from lading.compiler.pipeline import Compilation, compile_spec
from lading.compiler.platforms import airscheduler
from lading.compiler.platforms.airscheduler.check import UNKNOWN_READER
from lading.compiler.platforms.airscheduler.read import read as read_back
from lading.compiler.platforms.airscheduler.read import unwire
from lading.compiler.platforms.airscheduler.routes import route
from lading.compiler.registry import default_options, language
from lading.compiler.target import Target
from lading.schema.load import load
from lading.schema.paths import render

CATALOG = {
    "volumes": {
        "data": {"nfs": {"server": "nas.example.org", "path": "/export/data"}},
        "Code 2": {"path": "/share/code"},
    },
    "gpus": {"2080Ti": "GeForce RTX 2080 Ti", "1080Ti": "GeForce 1080 Ti"},
    "gpuMemory": {"2080Ti": 12 * 2**30, "1080Ti": 11 * 2**30},
    "queues": {"work": "vision", "odd": "Not_A_Namespace"},
}


def target(catalog: Mapping[str, Any] = CATALOG, **options: Any) -> Target:
    """A target whose options hold what they hold where a site does not say."""
    whole = {**default_options("airscheduler"), "namespace": "airtest", **options}
    return Target("air", airscheduler, options=whole, catalog=catalog)


V1, V2 = target(reads="shell"), target(api="v2", reads="shell")


def job(lines: str = "command: [run]\n") -> str:
    """A small job with these lines."""
    return f"lading: v1\nname: hello\nimage: a/b:1\n{lines}" + ("" if "resources:" in lines else RESOURCES)


RESOURCES = "resources: {cpu: 1, memory: 1Gi}\n"


def service(lines: str) -> str:
    """A small service with these lines."""
    return f"kind: service\n{job(lines)}"


def compiled(text: str, to: Target = V1) -> Compilation:
    """The spec, compiled and held against the payload's schema."""
    loaded = load("spec.yaml", text.encode(), language=language())
    assert [d.message for d in loaded.diagnostics] == []
    return compile_spec(loaded.specs[0], to, verify=True)


def body(text: str, to: Target = V1) -> Any:
    """The body of the one request of a spec that has nothing wrong with it."""
    found = compiled(text, to)
    assert [d.message for d in found.diagnostics if d.is_error] == []
    (request,) = found.requests
    assert (request.method, request.path) == ("POST", "/api/v1/airscheduler/task/")
    return request.body


def said(text: str, to: Target = V1) -> list[tuple[str, str]]:
    """Every diagnostic of the spec: its code, and what it says after the target's name."""
    return [(d.code, d.message.partition(f" {to.name}: ")[2] or d.message) for d in compiled(text, to).diagnostics]


def payload(config: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """A body of the first edition, where nothing else is said."""
    usual = {"running_type": 0, "working_type": 0, "start_now": True, "namespace": "airtest"}
    resources = {"cpu_count": 1, "mem_size": 2**30}
    own = {"name": "hello", "image_repo_tag": "a/b:1", "running_config": dict(config), "resource_info": resources}
    return {**usual, **own, **fields}


def payload_v2(config: Mapping[str, Any], env: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """The same in the second edition, which has lading's own variables."""
    own = {"LADING_NAME": "hello", "LADING_REPLICAS": "1", "LADING_REPLICA": "0", **(env or {})}
    found = payload({**config, "env": own}, **fields)
    del found["running_type"]
    return found


EVERYTHING = """\
description: 训练
command: [python, train.py]
args: [--name, a b]
workdir: /code
resources: {cpu: 1500m, memory: 4Gi, gpu: {model: 2080Ti, count: 2}, shm: 2Gi}
mounts:
  - {volume: data, path: /data, subPath: a/b}
  - {volume: Code 2}
  - {nfs: {server: 10.0.0.5, path: /x}, path: /x}
  - {host: /scratch/me, path: /Code-2}
schedule: {queue: work, hold: true}
"""
VOLUMES = [
    {"is_nfs": True, "server": "nas.example.org", "path": "/export/data/a/b", "mount_path": "/data"},
    {"is_nfs": False, "path": "/share/code", "mount_path": "/share/code"},
    {"is_nfs": True, "server": "10.0.0.5", "path": "/x", "mount_path": "/x"},
    {"is_nfs": False, "path": "/scratch/me", "mount_path": "/Code-2"},
]
SIZES = {
    "cpu_count": 2,
    "mem_size": 4 * 2**30,
    "shm_size": 2 * 2**30,
    "gpu_dict": {"GeForce RTX 2080 Ti": 2},
}


def test_the_smallest_job() -> None:
    """What is not set is not in the payload; a task starts at once, on Kubernetes."""
    assert body(job()) == payload({"command": "run"})
    assert body(job(), V2) == payload_v2({"command": "run"})


def test_everything_that_both_editions_carry() -> None:
    """Value by value; the first edition wants all keys of a volume, and names that differ for folders of the nodes."""
    config = {"command": "python train.py --name 'a b'", "work_dir": "/code"}
    header = {"usage": "训练", "namespace": "vision", "start_now": False, "resource_info": SIZES}
    named = [
        {"server": "", **volume, "mount_name": name}
        for volume, name in zip(VOLUMES, ["data", "code-2", "", "code-2-2"], strict=True)
    ]
    assert body(job(EVERYTHING)) == payload({**config, "volumes": named}, **header)
    seen = {"LADING_MOUNT_DATA": "/data", "LADING_MOUNT_CODE_2": "/share/code"}
    assert body(job(EVERYTHING), V2) == payload_v2({**config, "volumes": VOLUMES}, seen, **header)


def test_what_only_the_second_edition_carries() -> None:
    """Variables, a time limit in seconds, read-only mounts and ports of tasks."""
    text = """\
command: [run]
env: {A: 1, KEY: {secret: wandb}, LC_ALL: C}
mounts: [{volume: data, path: /data, readOnly: true}]
ports: [{port: 80, publish: 30080, protocol: udp}, {port: 81, publish: true}]
schedule: {timeLimit: 2h}
native: {airscheduler: {distributed: true}}
"""
    config = {
        "command": "run",
        "timeout": 7200,
        "volumes": [
            {
                "is_nfs": True,
                "server": "nas.example.org",
                "path": "/export/data",
                "mount_path": "/data",
                "read_only": True,
            }
        ],
        "port": [{"container_port": 80, "node_port": 30080, "protocol": "udp"}, {"container_port": 81}],
    }
    env = {"LADING_MOUNT_DATA": "/data", "A": "1", "KEY": {"secret": "wandb"}, "LC_ALL": "C"}
    assert body(job(text), V2) == payload_v2(config, env, distributed=True)


def test_a_secret_is_explained_to_be_in_the_clear() -> None:
    """The second edition hands a secret on as a variable, which `explain` says is kept in the clear."""
    found = compiled(job("command: [run]\nenv: {KEY: {secret: wandb}}\n"), V2)
    assert dict(found.requests[0].secrets) == {"/running_config/env/KEY": "wandb"}
    notes = {row.field: row.note for row in explain(found)}
    assert notes["env.KEY"] == "AirScheduler keeps it as plain text: whoever may see the job can read it"


def test_the_first_edition_says_in_the_command_what_it_has_no_place_for() -> None:
    """Variables, time limit and restarts stand around the program; no word of it needs a shell."""
    text = job("command: [run, $x]\nenv: {A: a b}\nschedule: {timeLimit: 90s}\n")
    assert body(text) == payload({"command": "env timeout -k 10 90s env A='a b' run '$x'"})
    assert said(text) == [
        ("LD402", "set by `env` in the command"),
        ("LD402", "`timeout` in the command ends it"),
    ]


def test_one_process_of_pytorch_knows_that_it_is_alone() -> None:
    """In variables, or in the command, where they are there only because the spec wants the framework."""
    text = job("command: [run]\nframework: pytorch\nenv: {MASTER_PORT: 4000}\n")
    env = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "4000", "WORLD_SIZE": "1", "RANK": "0", "LOCAL_RANK": "0"}
    words = "env MASTER_ADDR=127.0.0.1 MASTER_PORT=4000 WORLD_SIZE=1 RANK=0 LOCAL_RANK=0 run"
    assert body(text) == payload({"command": words})
    assert body(text, V2) == payload_v2({"command": "run"}, env)
    assert said(text, V2) == [("LD402", "one process is rank 0 of 1")]
    assert said(job("framework: pytorch\n")) == [
        ("LD404", "it could only be done around a command, and the spec leaves that to the image")
    ]


@pytest.mark.parametrize("to", [V1, V2], ids=["v1", "v2"])
def test_a_program_is_run_again_in_its_container(to: Target, tmp_path: Any) -> None:
    """Three attempts of what fails twice, by whatever stands around the program."""
    count = tmp_path / "count"
    script = f"echo >> {count}; test $(wc -l < {count}) = 3"
    text = job(f"script: {json.dumps(script)}\nschedule: {{retries: 2}}\n")
    assert [code for code, _ in said(text, to)] == ["LD402"]
    done = subprocess.run(["sh", "-c", body(text, to)["running_config"]["command"]], check=False, timeout=60)
    assert (done.returncode, count.read_text()) == (0, "\n\n\n")


def test_services() -> None:
    """A service is another working type; the first edition has its ports in its own words, the second in others."""
    text = service("command: [serve]\nports: [{port: 80, publish: 30080}, {port: 81, publish: true}]\n")
    first = [{"code_port": 80, "node_port": 30080}, {"code_port": 81, "node_port": None}]
    assert body(text) == payload({"command": "serve", "port": first}, working_type=1)
    second = [{"container_port": 80, "node_port": 30080}, {"container_port": 81}]
    assert body(text, V2) == payload_v2({"command": "serve", "port": second}, working_type=1)
    assert (said(text), said(text, V2)) == ([], [])


def test_every_port_of_a_service_is_public() -> None:
    """One that is not published gets a note, and so does a name; a number that Kubernetes does not give a warning."""
    text = service("command: [serve]\nports: [{port: 80, name: http}, {port: 81, publish: 8081}]\n")
    public = "every port here is reached from outside, at a number of the platform's choice"
    out_of_range = "Kubernetes publishes ports from 30000 to 32767, unless it is told otherwise"
    expected = [
        ("LD402", public),
        ("LD402", "a port is known by its number here"),
        ("LD408", out_of_range),
    ]
    assert said(text) == expected
    assert said(text, V2) == expected


def test_an_image_with_a_program_of_its_own() -> None:
    """There is no command then, and nothing can be said around it."""
    text = job("env: {A: 1}\nschedule: {retries: 1, restart: always, timeLimit: 1h}\n")
    nothing = "it could only be done around a command, and the spec leaves that to the image"
    assert said(text) == [("LD404", nothing)] * 4
    accepted = compiled(f"{text}accept: [env, schedule]\n")
    assert accepted.requests[0].body == payload({})


def test_native_fields() -> None:
    """Claims are quantities in the first edition, bytes in the second; a manifest is an object until it travels."""
    text = job("""\
native:
  airscheduler:
    sourceServiceId: 3
    pvc: [{requests: 100Mi, limits: 1Gi}]
    yamlData: {kind: Pod}
""")
    claim = {"pvc_requests": "100Mi", "pvc_limits": "1Gi"}
    config = {"yaml_data": {"kind": "Pod"}, "command": "run"}
    assert body(f"{text}command: [run]\n") == payload({**config, "pvc": claim}, source_service_id=3)
    in_bytes = {"pvc_requests": 100 * 2**20, "pvc_limits": 2**30}
    assert body(f"{text}command: [run]\n", V2) == payload_v2({**config, "pvc": [in_bytes]}, source_service_id=3)
    at_place = text.replace("1Gi}]", "1Gi, mountPath: /w}]")
    assert body(at_place, V2)["running_config"]["pvc"] == [{**in_bytes, "mount_path": "/w"}]


@pytest.mark.parametrize(
    ("lines", "objections"),
    [
        pytest.param("args: [a]", ["LD406 args"], id="arguments of the image's program"),
        pytest.param("command: [a]\nworkdir: code", ["LD406 workdir"], id="relative folder"),
        pytest.param("command: [a]\nreplicas: 2", ["LD406 replicas"], id="replicas"),
        pytest.param("command: [a]\nslots: 2", ["LD406 slots"], id="slots"),
        pytest.param("command: [a]\nschedule: {after: [b]}", ["LD406 schedule.after"], id="after"),
        pytest.param("command: [a]\nschedule: {queue: x}", ["LD406 schedule.queue"], id="unknown queue"),
        pytest.param("command: [a]\nschedule: {queue: odd}", ["LD406 schedule.queue"], id="no namespace"),
        pytest.param("command: [a]\nmounts: [{volume: x, path: /x}]", ["LD406 mounts[0].volume"], id="unknown volume"),
        pytest.param("command: [a]\nmounts: [{tmpfs: 1Gi, path: /x}]", ["LD404 mounts[0].tmpfs"], id="memory"),
        pytest.param("command: [a]\nmounts: [{disk: 1Gi, path: /x}]", ["LD404 mounts[0].disk"], id="disk"),
        pytest.param("command: [a]\nframework: mpi", ["LD404 framework"], id="framework"),
        pytest.param("command: [a]\narray: {indices: 0-3}", ["LD406 array"], id="array"),
        pytest.param("command: [a]\nschedule: {priority: high}", ["LD404 schedule.priority"], id="priority"),
        pytest.param("command: [a]\nschedule: {priority: normal}", [], id="the usual priority"),
        pytest.param("command: [a]\nreplicas: 1\nslots: 1\nframework: none", [], id="the usual container"),
        pytest.param("command: [a]\nschedule: {retries: 0, restart: never, hold: false}", [], id="the usual attempts"),
    ],
)
@pytest.mark.parametrize("to", [V1, V2], ids=["v1", "v2"])
def test_what_no_edition_has(lines: str, objections: list[str], to: Target) -> None:
    """Each refusal and loss, by its code and place; what the platform does anyway is neither."""
    found = [
        (d.code, re.findall(r"^(\S+) (?:can not|would)", d.message)[0])
        for d in compiled(job(f"{lines}\n"), to).diagnostics
    ]
    assert [" ".join(each) for each in found] == objections


@pytest.mark.parametrize(
    ("text", "objections"),
    [
        pytest.param(
            job("command: [a]\nenv: {K: {secret: s}}\n"),
            [("LD406", "the first edition has variables in the command only, which everybody may read")],
            id="secret",
        ),
        pytest.param(
            job("command: [a]\nmounts: [{host: /x, path: /x, readOnly: true}]\n"),
            [("LD404", "the first edition mounts everything for writing")],
            id="read-only",
        ),
        pytest.param(
            job("command: [a]\nports: [{port: 80, publish: true}]\n"),
            [
                ("LD402", "the program listens in its container, and the first edition tells nobody where"),
                ("LD404", "the first edition lets nobody outside reach a task: make it a `kind: service`"),
            ],
            id="published port of a task",
        ),
        pytest.param(
            service("command: [a]\nports: [{port: 53, publish: true, protocol: udp}]\n"),
            [("LD406", "the first edition has TCP only")],
            id="UDP",
        ),
        pytest.param(
            job("command: [a]\nnative: {airscheduler: {distributed: true}}\n"),
            [("LD406", "only the second edition has it")],
            id="distributed",
        ),
        pytest.param(
            job("command: [a]\nnative: {airscheduler: {pvc: [{requests: 1Gi, limits: 1Gi, mountPath: /w}]}}\n"),
            [("LD406", "the first edition claims one volume, and does not say where it is mounted")],
            id="claim at a place",
        ),
        pytest.param(
            job("command: [sh, -c, 'echo $LADING_NAME']\n"),
            [("LD408", "the first edition hands on no variables, so nothing sets LADING_… there")],
            id="variables of lading's own",
        ),
    ],
)
def test_what_only_the_first_edition_lacks(text: str, objections: list[tuple[str, str]]) -> None:
    """Each with its sentence; the second edition has nothing against them."""
    assert said(text) == objections
    assert compiled(text, V2).is_valid


def test_services_are_started_again_anyway() -> None:
    """So nothing has to be said of `always`, and nothing else can be had."""
    text = service("command: [a]\nports: [{port: 80, publish: true}]\nschedule: {restart: %s}\n")
    assert said(text % "always") == []
    assert said(text % "never") == [("LD404", "a service is started again whenever it ends, whatever comes of it")]


def test_what_the_platform_needs() -> None:
    """An image, cores, memory and a namespace: nothing of them is made up."""
    bare = Target("air", airscheduler, options=default_options("airscheduler"))
    found = compiled("lading: v1\nname: hello\nscript: a\n", bare).diagnostics
    assert [(d.code, d.message) for d in found] == [
        ("LD421", "air needs image: every task runs in a container"),
        ("LD421", "air needs resources.cpu: the manual wants it of every task"),
        ("LD421", "air needs resources.memory: the manual wants it of every task"),
        ("LD421", "air needs schedule.queue: every task is in a namespace; options.namespace says one for all"),
    ]


@pytest.mark.parametrize(
    ("gpu", "catalog", "expected", "told"),
    [
        pytest.param("{model: 2080Ti, count: 0}", CATALOG, None, [], id="none of them"),
        pytest.param(
            "2",
            CATALOG,
            {"GeForce 1080 Ti": 2},
            [("LD402", "asks for 1080Ti, as the spec leaves the model open")],
            id="any model is the smallest",
        ),
        pytest.param(
            "{memory: 11800Mi, count: 1}",
            CATALOG,
            {"GeForce RTX 2080 Ti": 1},
            [("LD402", "11800Mi → 12Gi, which is what a 2080Ti has")],
            id="the least memory that is enough",
        ),
        pytest.param("{memory: 10Gi, model: 2080Ti, count: 1}", CATALOG, {"GeForce RTX 2080 Ti": 1}, [], id="both"),
        pytest.param(
            "{model: GTX 1080, count: 1}", {}, {"GTX 1080": 1}, [], id="a model, where the catalog lists none"
        ),
        pytest.param(
            "{model: A800, count: 1}",
            CATALOG,
            None,
            [("LD406", 'the site has no GPU "A800" in its catalog, only 2080Ti, 1080Ti')],
            id="unknown model",
        ),
        pytest.param(
            "1",
            {},
            None,
            [("LD406", "GPUs are given by their model here, and the site's catalog.gpus lists none: say which")],
            id="any model, where the catalog lists none",
        ),
        pytest.param(
            "{memory: 40Gi, count: 1}",
            CATALOG,
            None,
            [("LD406", "no model in catalog.gpuMemory has 40Gi")],
            id="more memory than any",
        ),
        pytest.param(
            "{memory: 40Gi, model: 2080Ti, count: 1}",
            CATALOG,
            None,
            [("LD406", "a GPU of model 2080Ti has 12Gi")],
            id="more memory than the model",
        ),
        pytest.param(
            "{memory: 4Gi, model: GTX 1080, count: 1}",
            {},
            None,
            [("LD406", "the site does not say in catalog.gpuMemory how much a GPU of model GTX 1080 has")],
            id="unknown memory",
        ),
    ],
)
def test_gpus(gpu: str, catalog: Mapping[str, Any], expected: Any, told: list[tuple[str, str]]) -> None:
    """A model is said, chosen by memory or the smallest; what the catalog can not tell is refused."""
    text = job(f"command: [run]\nresources: {{cpu: 1, memory: 1Gi, gpu: {gpu}}}\n")
    found = compiled(text, target(catalog))
    assert said(text, target(catalog)) == told
    assert [request.body["resource_info"].get("gpu_dict") for request in found.requests] == (
        [] if any(code == "LD406" for code, _ in told) else [expected]
    )


# The command: the same words, whatever reads it.

PRINT = "import json, sys; print(json.dumps(sys.argv[1:]))"


def read_by_a_shell(command: str) -> list[str]:
    """What the platform would start if it handed the command to a shell."""
    return ["sh", "-c", command]


READERS: list[Callable[[str], list[str]]] = [read_by_a_shell, shlex.split]


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """What Kubernetes makes of a command: `$$` is `$`, `$(NAME)` the value of a variable that it knows."""

    def value(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else variables.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([^()]*)\)", value, text)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"]))), st.sampled_from(READERS))
def test_any_words_arrive(words: list[str], reader: Callable[[str], list[str]]) -> None:
    """In both editions, through a shell or what takes words apart, whether or not Kubernetes reads them first."""
    text = job(json.dumps([sys.executable, "-S", "-c", PRINT, *words], ensure_ascii=False).join(("command: ", "\n")))
    for to in (V1, V2):
        config = body(text, to)["running_config"]
        for command in (config["command"], expanded(config["command"], config.get("env", {}))):
            done = subprocess.run(reader(command), capture_output=True, check=True)
            assert json.loads(done.stdout) == words


HOSTILE = [
    *("$$", "$(A)", "$(LADING_NAME)", "$$$(A)", "$HOME `id`", "a\nb\r\n"),
    *("it's", 'a "b"', "报告", "", "*", "~", "A=b"),
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
def test_hostile_words_and_values_arrive(reader: Callable[[str], list[str]], shell: str) -> None:
    """Words of a script's program and values of variables, wherever the edition has them."""
    quoted = " ".join(map(shlex.quote, [sys.executable, "-S", "-c", PRINT, *HOSTILE]))
    text = job(f"script: {json.dumps(quoted)}\nshell: {shell}\nenv: {{A: '$$(B) it''s'}}\n")
    for to in (target(reads="words"), target(api="v2", reads="words")):
        config = body(text, to)["running_config"]
        done = subprocess.run(
            reader(expanded(config["command"], config.get("env", {}))), capture_output=True, check=True
        )
        assert json.loads(done.stdout) == HOSTILE


def test_what_kubernetes_changes_in_a_variable() -> None:
    """Nothing keeps it from that for certain, so there is a warning; the first edition has variables in its command."""
    text = job("command: [run]\nenv: {A: $(B) $$, B: $(C) $X, D: $}\n")
    assert said(text, V2) == [
        ("LD408", "Kubernetes puts one $ in place of $$"),
        ("LD408", "Kubernetes puts the variable's value in place of $(B)"),
        ("LD318", 'nothing expands the variable in "$(C) $X"'),
    ]
    assert sorted(code for code, _ in said(text, V1)) == ["LD318", *["LD402"] * 3]


def test_a_program_that_a_shell_would_take_for_its_own() -> None:
    """`env` starts it, for a shell and for whatever else reads the command."""
    assert body(job("command: [echo, -n, a]\n")) == payload({"command": "env echo -n a"})


def test_what_reads_the_command() -> None:
    """A script for /bin/sh is the command itself, unless what reads it takes words apart."""
    text = job("script: cd /tmp && run\nshell: /bin/sh\n")
    by_words = target(reads="words")
    assert (body(text), said(text)) == (payload({"command": "cd /tmp && run"}), [])
    assert (body(text, by_words), said(text, by_words)) == (payload({"command": "sh -c 'cd /tmp && run'"}), [])


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        (job("command: [run, --lr, 0.1]\nenv: {A: b}\nschedule: {timeLimit: 90s}\n"), []),
        (job("command: [run, two words]\n"), ["command"]),
        (job("command: [run]\nschedule: {retries: 1}\n"), ["command"]),
        (job("command: [run]\nenv: {A: two words}\n"), ["command"]),
        (job("script: cd /tmp && run\nshell: /bin/sh\n"), ["script"]),
    ],
    ids=["plain", "quoted", "loop", "variable", "script"],
)
def test_it_matters_what_reads_a_command_of_more_than_plain_words(text: str, warned: list[str]) -> None:
    """Where the site does not say it there is a warning; plain words are the same for a shell and at their spaces."""
    found = [d for d in compiled(text, target()).diagnostics if d.code == "LD408"]
    assert [render(d.path) for d in found] == warned
    assert {d.message.partition(" air: ")[2] for d in found} <= {UNKNOWN_READER}
    assert body(text, target()) == body(text)


# The wire.


def test_inner_objects_travel_as_strings() -> None:
    """As `json.dumps` makes them, three levels deep; secrets have been filled in before."""
    people = payload({"command": "a", "yaml_data": {"kind": "Pod"}}, resource_info={"gpu_dict": {"GTX": 1}})
    wire = airscheduler.wire(people, V1.options)
    assert wire == {
        **people,
        "running_config": '{"command": "a", "yaml_data": "{\\"kind\\": \\"Pod\\"}"}',
        "resource_info": '{"gpu_dict": "{\\"GTX\\": 1}"}',
    }
    assert unwire(wire, V1.options) == people
    assert airscheduler.wire(people, target(encoding="objects").options) == people
    assert unwire(people, V1.options) == people


@pytest.mark.parametrize("text", ["", "{", "[1]", "1", '"a"', '{"a": NaN}', '{"a": "\\ud800"}', "[" * 100_000])
def test_a_string_that_is_no_object_stays_one(text: str) -> None:
    """Whatever a payload holds there, reading it never fails."""
    strange = {"running_config": text, "resource_info": {"gpu_dict": text}}
    assert unwire(strange, V1.options) == strange


def test_a_site_may_know_other_routes() -> None:
    """Its own come first; of an operation that nobody knows there is none."""
    own = {"routes": {"create": "POST /tasks", "filter": "GET /tasks"}}
    assert [route(own, name) for name in ("create", "filter", "get", "logs")] == [
        ("POST", "/tasks"),
        ("GET", "/tasks"),
        ("GET", "/api/v1/airscheduler/task/{id}"),
        None,
    ]
    (request,) = compiled(job(), target(**own)).requests
    assert (request.method, request.path) == ("POST", "/tasks")


# Back from a payload.


def read(data: Mapping[str, Any], to: Target) -> Reading:
    """What a payload says."""
    reading = Reading(unwire(data, to.options), to)
    read_back(reading)
    return reading


@pytest.mark.parametrize("to", [V1, V2], ids=["v1", "v2"])
def test_everything_is_read_back(to: Target) -> None:
    """Portable fields in base units, catalogued things by their portable names, and no word on what is so anyway."""
    reading = read(airscheduler.wire(body(job(EVERYTHING), to), to.options), to)
    sizes = {"cpu": 2000, "memory": 4 * 2**30, "shm": 2 * 2**30, "gpu": {"model": "2080Ti", "count": 2}}
    part = {"server": "nas.example.org", "path": "/export/data/a/b"}
    data = {"volume": "data-2"} if to is V1 else {"nfs": part}
    assert reading.document == {
        "name": "hello",
        "description": "训练",
        "image": "a/b:1",
        "command": ["python", "train.py", "--name", "a b"],
        "workdir": "/code",
        "resources": sizes,
        "mounts": [
            {**data, "path": "/data"},
            {"volume": "Code 2", "path": "/share/code"},
            {"nfs": {"server": "10.0.0.5", "path": "/x"}, "path": "/x"},
            {"volume": "code-2-2", "path": "/Code-2"} if to is V1 else {"host": "/scratch/me", "path": "/Code-2"},
        ],
        "schedule": {"queue": "work", "hold": True},
    }
    new = {"data-2": {"nfs": part}, "code-2-2": {"path": "/scratch/me"}}
    assert reading.catalog == ({"volumes": new} if to is V1 else {})


@pytest.mark.parametrize(
    ("to", "config", "expected"),
    [
        pytest.param(V1, {"command": ["a", "b c"]}, {"command": ["a", "b c"]}, id="words of older clients"),
        pytest.param(V1, {"command": "a | b"}, {"script": "a | b", "shell": "/bin/sh"}, id="a shell's text"),
        pytest.param(
            V1,
            {"command": "env timeout -k 10 2h env A=1 a"},
            {"command": ["a"], "env": {"A": "1"}, "schedule": {"timeLimit": 7200}},
            id="what the first edition has in the command",
        ),
        pytest.param(V1, {"command": "env echo a"}, {"command": ["echo", "a"]}, id="a name that shells have too"),
        pytest.param(V1, {"command": "exec a"}, {"script": "exec a", "shell": "/bin/sh"}, id="a word of the shell"),
        pytest.param(V2, {"command": "env A=1 a"}, {"command": ["env", "A=1", "a"]}, id="and the second has not"),
        pytest.param(V2, {"timeout": 60}, {"schedule": {"timeLimit": 60}}, id="time limit"),
        pytest.param(
            V2,
            {"port": [{"container_port": 80, "protocol": "UDP", "node_port": 30080}, {"container_port": 81}]},
            {"ports": [{"port": 80, "publish": 30080, "protocol": "udp"}, {"port": 81, "publish": True}]},
            id="ports",
        ),
        pytest.param(
            V1,
            {"pvc": {"pvc_requests": "1Gi", "pvc_limits": "2Gi"}, "yaml_data": '{"a": 1}'},
            {"native": {"airscheduler": {"pvc": [{"requests": 2**30, "limits": 2**31}], "yamlData": {"a": 1}}}},
            id="native fields",
        ),
        pytest.param(V1, {"pvc": {"pvc_requests": "1", "pvc_limits": "2"}}, {}, id="claims in no unit"),
    ],
)
def test_what_a_configuration_says(to: Target, config: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Each part of it, in either edition."""
    reading = read({"start_now": True, "running_config": json.dumps(config)}, to)
    assert reading.document == expected


def test_who_says_nothing_of_starting() -> None:
    """A task of the second edition is held back then, of the first nobody knows."""
    assert read({"running_config": "{}"}, V2).document == {"schedule": {"hold": True}}
    assert read({"running_config": "{}"}, V1).document == {}


def test_names_that_the_catalog_lacks() -> None:
    """GPUs are called what people call them, and a volume keeps its name in the first edition."""
    volume = {"is_nfs": False, "path": "/mnt/x", "mount_path": "/a", "mount_name": "models"}
    reading = read(
        {
            "namespace": "nlp",
            "start_now": True,
            "running_config": {"volumes": [volume]},
            "resource_info": {"gpu_dict": {"NVIDIA A800": 8}},
        },
        V1,
    )
    assert reading.document == {
        "schedule": {"queue": "nlp"},
        "mounts": [{"volume": "models", "path": "/a"}],
        "resources": {"gpu": {"model": "A800", "count": 8}},
    }
    assert reading.catalog == {
        "queues": {"nlp": "nlp"},
        "volumes": {"models": {"path": "/mnt/x"}},
        "gpus": {"A800": "NVIDIA A800"},
    }
