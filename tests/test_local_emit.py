"""What a spec becomes on the machine that lading runs on."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from lading.compiler.payload import Origin
from lading.compiler.pipeline import Compilation, compile_spec
from lading.compiler.platforms import local
from lading.compiler.registry import language
from lading.compiler.target import Target
from lading.schema.load import load

CATALOG = {
    "volumes": {"data": {"path": "/share/data"}},
    "images": {"a/sif:1": {"apptainer": "/share/a.sif"}, "a/mod:1": {"module": ["cuda/12", "py"]}},
}


def compiled(text: str, catalog: Mapping[str, Any] = CATALOG) -> Compilation:
    """The spec, compiled for ``local`` and held against the payload's schema."""
    loaded = load("spec.yaml", text.encode(), language=language())
    assert [d.message for d in loaded.diagnostics] == []
    return compile_spec(loaded.specs[0], Target("local", local, catalog=catalog), verify=True)


def bodies(text: str) -> list[Any]:
    """The bodies of all requests of a spec that has nothing wrong with it."""
    found = compiled(text)
    assert [d.message for d in found.diagnostics if d.is_error] == []
    return [request.body for request in found.requests]


def said(text: str) -> list[tuple[str, str, int]]:
    """Every diagnostic of the spec: its code, its sentence and its line."""
    return [(d.code, d.message, d.place.line if d.place else 0) for d in compiled(text).diagnostics]


def job(lines: str) -> str:
    """A small job with these lines."""
    return f"lading: v1\nname: hello\n{lines}"


def group(**fields: Any) -> dict[str, Any]:
    """One group as the payload has it, where nothing else is said."""
    return {"role": "worker", "replicas": 1, "slots": 1, "env": {}, **fields}


def payload(**fields: Any) -> dict[str, Any]:
    """A body as the payload has it, where nothing else is said."""
    return {"name": "hello", "kind": "job", "launch": "each", "retries": 0, "restart": "never", **fields}


def test_the_smallest_job() -> None:
    """What is not set is not in the payload; retries and restart always are."""
    assert bodies(job("command: [echo, hi]")) == [payload(groups=[group(argv=["echo", "hi"])])]


def test_everything_that_is_carried() -> None:
    """A job with all that this machine can do for it, value by value."""
    text = job("""\
command: [python, train.py]
args: ["--name", "a b"]
workdir: sub
env: {A: 1, KEY: {secret: wandb}}
framework: pytorch
replicas: 2
slots: 3
resources: {cpu: 500m, memory: 1Gi, disk: 2Gi, gpu: 0}
mounts: [{volume: data, subPath: train}, {host: /scratch, path: /scratch/}]
schedule: {retries: 1, restart: on-failure, timeLimit: 2h, hold: true, after: {ok: [prep], notOk: [other]}}
array: {indices: '0-9:3,20', parallelism: 2}
""")
    resources = {"cpu": 500, "memory": 2**30, "disk": 2**31, "gpu": 0}
    mounts = [{"source": "/share/data/train", "volume": "data"}, {"source": "/scratch", "path": "/scratch/"}]
    expected = payload(
        groups=[
            group(
                replicas=2,
                slots=3,
                argv=["python", "train.py", "--name", "a b"],
                workdir="sub",
                env={"A": "1", "KEY": {"secret": "wandb"}},
                resources=resources,
                mounts=mounts,
            )
        ],
        framework="pytorch",
        retries=1,
        restart="on-failure",
        timeLimit=7200,
        hold=True,
        after={"ok": ["prep"], "notOk": ["other"]},
        array={"indices": [[0, 9, 3], [20, 20, 1]], "parallelism": 2},
    )
    assert bodies(text) == [expected]


def test_every_value_knows_its_line() -> None:
    """Each payload value that came from the spec has the path that made it."""
    request = compiled(job("command: [a]\nargs: [b]\nenv: {X: z}\nschedule: {retries: 2}")).requests[0]
    assert request.origins == (
        Origin("/name", None, (("name",),)),
        Origin("/groups/0/argv/0", None, (("command",),)),
        Origin("/groups/0/argv/1", None, (("args",),)),
        Origin("/groups/0/env/X", None, (("env", "X"),)),
        Origin("/retries", None, (("schedule", "retries"),)),
    )


def test_a_script_keeps_its_bytes_and_its_shell() -> None:
    """The text of a script is one value, with the shell that the language has by default."""
    text = job('script: "a  b\\n\\t$(c) `d` \\u00e9\\n"')
    assert bodies(text) == [payload(groups=[group(script="a  b\n\t$(c) `d` é\n", shell="/bin/bash")])]


def test_roles_in_the_order_of_their_ranks() -> None:
    """The leading role comes first; what a role leaves out it has from the job."""
    text = job("""\
framework: pytorch
command: [train]
env: {A: '1', B: '2'}
resources: {cpu: 1}
roles:
  worker: {replicas: 3, env: {B: '3'}}
  master: {command: [lead], slots: 2, resources: {cpu: 2}}
""")
    expected = payload(
        framework="pytorch",
        groups=[
            group(role="master", slots=2, argv=["lead"], env={"A": "1", "B": "2"}, resources={"cpu": 2000}),
            group(replicas=3, argv=["train"], env={"A": "1", "B": "3"}, resources={"cpu": 1000}),
        ],
    )
    assert bodies(text) == [expected]


def test_a_workflow_is_a_request_for_each_step_after_what_it_needs() -> None:
    """Steps come in an order in which each finds what it waits for; they inherit from the workflow."""
    text = """\
lading: v1
kind: workflow
name: flow
env: {A: '1'}
steps:
  last: {after: {ok: [first], any: [middle]}, script: 'exit 0'}
  middle: {after: [first], command: [m], schedule: {retries: 1}}
  first: {command: [f], env: {A: '2'}}
"""
    found = compiled(text)
    assert [(r.name, r.needs) for r in found.requests] == [
        ("first", ()),
        ("middle", ("first",)),
        ("last", ("first", "middle")),
    ]
    script = group(script="exit 0", shell="/bin/bash", env={"A": "1"})
    assert [r.body for r in found.requests] == [
        payload(name="flow-first", groups=[group(argv=["f"], env={"A": "2"})]),
        payload(name="flow-middle", groups=[group(argv=["m"], env={"A": "1"})], retries=1, after={"ok": ["first"]}),
        payload(name="flow-last", groups=[script], after={"ok": ["first"], "any": ["middle"]}),
    ]


def test_a_service_is_restarted_always() -> None:
    """The default of a service is written out."""
    text = job("kind: service\ncommand: [serve]\nports: [{port: 80, name: web}]")
    ports = [{"port": 80, "name": "web"}]
    assert bodies(text) == [payload(kind="service", restart="always", groups=[group(argv=["serve"], ports=ports)])]


def test_images_that_the_site_maps() -> None:
    """Apptainer files and modules stand for an image; in a container a mount can be anywhere, and read-only."""
    text = job("image: a/sif:1\ncommand: [x]\nmounts: [{volume: data, path: /in, readOnly: true}]")
    mounts = [{"source": "/share/data", "volume": "data", "path": "/in", "readOnly": True}]
    assert bodies(text) == [payload(groups=[group(argv=["x"], image={"apptainer": "/share/a.sif"}, mounts=mounts)])]
    assert bodies(job("image: a/mod:1\ncommand: [x]")) == [
        payload(groups=[group(argv=["x"], image={"module": ["cuda/12", "py"]})])
    ]


LOSSES = [
    ("image: a/b:1", "image", "there are no containers here: the program runs on this machine as it is"),
    ("pull: always", "pull", "there are no images to pull here"),
    ("resources: {shm: 1Gi}", "resources.shm", "shared memory is the machine's own and as large as it is"),
    ("resources: {gpu: 'A100:1'}", "resources.gpu.model", "the GPUs are those of this machine, whatever their model"),
    ("network: {rdma: true}", "network", "the network is this machine's own"),
    ("ssh: true", "ssh", "lading opens no login to this machine"),
    ("schedule: {queue: q}", "schedule.queue", "this machine has no queues"),
    ("schedule: {priority: high}", "schedule.priority", "every job of this machine starts at once"),
    ("schedule: {preemptible: true}", "schedule.preemptible", "nothing takes a job off this machine"),
    ("probes: {liveness: {exec: [x]}}", "probes", "nothing probes a program here"),
    (
        "mounts: [{volume: data, path: /in}]",
        "mounts[0].path",
        "nothing is mounted on this machine: the data stays at /share/data",
    ),
    (
        "mounts: [{volume: data, readOnly: true}]",
        "mounts[0].readOnly",
        "nothing keeps the program from writing there",
    ),
    ("mounts: [{tmpfs: 1Gi, path: /x}]", "mounts[0].tmpfs", "lading mounts no memory on this machine"),
    ("mounts: [{disk: 1Gi, path: /x}]", "mounts[0].disk", "lading sets no space aside on this machine"),
    ("ports: [{port: 80, publish: 81}]", "ports[0].publish", "the program is reached at 80, its own port"),
    (
        "replicas: 2\nports: [{port: 80}]",
        "ports[0].port",
        "2 replicas share this machine's network and can not all listen on 80",
    ),
]


@pytest.mark.parametrize(("lines", "path", "why"), LOSSES, ids=[path for _, path, _ in LOSSES])
def test_what_this_machine_can_not_do_is_an_error_until_it_is_accepted(lines: str, path: str, why: str) -> None:
    """Each loss is said with its reason; once accepted it is a note and the rest of the job is there."""
    line = 3 + lines.count("\n")
    text = job(f"{lines}\ncommand: [x]")
    assert [d for d in said(text) if d[0] == "LD404"] == [("LD404", f"{path} would be lost on local: {why}", line)]
    accepted = f"{text}\naccept: ['{path}']"
    assert [d for d in said(accepted) if d[0] in {"LD404", "LD405"}] == [
        ("LD405", f"{path} is lost on local, as accepted: {why}", line)
    ]
    assert [body["groups"][0]["argv"] for body in bodies(accepted)] == [["x"]]


def test_losses_that_happen_anyway_are_none() -> None:
    """The language's own default is what this machine does, written or not."""
    assert said(job("command: [x]\nssh: false\nschedule: {priority: normal, preemptible: false}")) == []


OTHER_LAUNCHER = "let the command start them, with overrides: {local: {framework: null}}"
REFUSALS = [
    (
        "containers: {side: {image: a/b}}",
        "containers",
        "a replica is one program on this machine, so nothing can stand beside it",
    ),
    ("framework: ray", "framework", f"lading starts no ray processes here: {OTHER_LAUNCHER}"),
    (
        "framework: mpi\nroles: {launcher: {}, worker: {}}",
        "framework",
        "one mpirun starts all ranks of this machine: say replicas and slots instead of roles",
    ),
    ("launch: once\nroles: {worker: {}}", "launch", "of several roles no single one is the first replica"),
    ("mounts: [{volume: other}]", "mounts[0].volume", 'targets.local.catalog.volumes has no path for "other"'),
]


@pytest.mark.parametrize(("lines", "path", "why"), REFUSALS, ids=[path for _, path, _ in REFUSALS])
def test_what_would_be_wrong_without_is_refused(lines: str, path: str, why: str) -> None:
    """A refusal can not be accepted away."""
    text = job(f"{lines}\ncommand: [x]\naccept: ['{path}']")
    refused = [message for code, message, _ in said(text) if code == "LD406"]
    assert refused == [f"{path} can not be had on local: {why}"]


@pytest.mark.parametrize("kind", ["pipeline", "search"])
def test_other_kinds_are_refused(kind: str) -> None:
    """Work that only a platform's own service can do is refused at the word ``kind``."""
    fields = {"pipeline": "pipeline: {id: p, version: v}", "search": "sql: select"}
    found = said(f"lading: v1\nkind: {kind}\nname: hello\n{fields[kind]}")
    why = "this machine runs jobs, services and workflows, and has no other services"
    assert found == [("LD406", f"kind can not be had on local: {why}", 2)]


def test_a_program_that_only_the_image_knows_is_an_error() -> None:
    """Without containers the image's own command can not be run, with or without arguments."""
    message = "the program is inside the image a/b:1, and local has no containers"
    assert said(job("image: a/b:1\naccept: [image]"))[-1] == ("LD420", message, 3)
    assert said(job("image: a/b:1\nargs: [x]\naccept: [image]"))[-1] == ("LD420", message, 4)


def test_the_emitter_costs_nothing_at_start_up() -> None:
    """Importing the platform imports neither pydantic nor jinja2 nor jsonschema."""
    code = (
        "import sys, lading.compiler.platforms.local; "
        "print([m for m in ('pydantic', 'jinja2', 'jsonschema', 'asyncio', 'subprocess') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
