"""What PaddleFlow is sent: single jobs, members, Kubernetes objects and workflows; and what it is never sent."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from kit.compiling import compiled as compiled_text
from kit.sites import target_of
from ruamel.yaml import YAML

from lading.compiler.pipeline import Compilation, compile_spec
from lading.compiler.registry import default_options, language, platform
from lading.compiler.target import Target
from lading.schema.load import load

IMAGE = "registry.example.com/base/python:3.11"
JOB: dict[str, Any] = {
    "lading": "v1",
    "name": "fit",
    "image": IMAGE,
    "command": ["python", "fit.py"],
    "schedule": {"queue": "work"},
}
WORKFLOW: dict[str, Any] = {"lading": "v1", "kind": "workflow", "name": "nightly", "schedule": {"queue": "work"}}
CATALOG: dict[str, Any] = {
    "volumes": {"data": {"fs": "data-fs"}, "code": {"fs": "code-fs", "claim": "code-claim"}},
    "gpus": {"A800": "nvidia.com/a800"},
    "gpuNodes": {"H100": {"gpu.example.org/model": "h100"}},
    "queues": {"work": "vision", "night": "spare"},
    "flavours": {"flavour1": {}},
}


def target(options: Mapping[str, Any] = {}, catalog: Mapping[str, Any] = CATALOG) -> Target:
    """A target of the platform."""
    found = platform("paddleflow")
    assert found is not None
    return Target("pf", found, {**default_options("paddleflow"), **options}, catalog)


def compiled(spec: Mapping[str, Any], to: Target | None = None, *, bare: bool = True) -> Compilation:
    """The spec, compiled and held against the schema; the language itself has nothing against it."""
    loaded = load("spec.yaml", json.dumps(spec).encode(), language=language())
    assert [d.message for d in loaded.diagnostics if d.is_error] == []
    return compile_spec(loaded.specs[0], to or target(), verify=True, bare=bare)


def sent(spec: Mapping[str, Any], to: Target | None = None, *, bare: bool = True) -> tuple[str, Any]:
    """The type of the job and its body."""
    compilation = compiled(spec, to, bare=bare)
    assert [d.message for d in compilation.diagnostics if d.is_error] == []
    (request,) = compilation.requests
    return request.path.rpartition("/")[2], request.body


def errors(spec: Mapping[str, Any], to: Target | None = None) -> list[str]:
    """What is refused, and why."""
    return [d.message for d in compiled(spec, to).diagnostics if d.is_error]


def notes(spec: Mapping[str, Any], to: Target | None = None) -> list[str]:
    """What is said of a job that is not refused."""
    return [d.message for d in compiled(spec, to).diagnostics if not d.is_error]


# Single jobs.


def test_a_single_job_says_everything_in_its_own_fields() -> None:
    """Quantities as Kubernetes writes them, resources by the catalog's names, the first file system as its own."""
    job = JOB | {
        "labels": {"team": "vision"},
        "annotations": {"ticket": "VIS-118"},
        "workdir": "/code",
        "env": {"EPOCHS": "90"},
        "resources": {"cpu": "500m", "memory": "1536Mi", "gpu": {"model": "A800", "count": 2}},
        "network": {"rdma": True},
        "mounts": [
            {"volume": "code", "path": "/code"},
            {"volume": "data", "path": "/data", "subPath": "2012", "readOnly": True},
        ],
        "schedule": {"queue": "work", "priority": "high", "restart": "on-failure"},
        "native": {"paddleflow": {"port": 6006, "limitFlavour": {"cpu": "8", "mem": "16Gi"}}},
    }
    assert sent(job, target({"serverVersion": "0.14.6", "rdma": "rdma/hca"})) == (
        "single",
        {
            "name": "fit",
            "labels": {"team": "vision"},
            "annotations": {"ticket": "VIS-118"},
            "schedulingPolicy": {"queue": "vision", "priority": "HIGH"},
            "image": IMAGE,
            "command": "cd /code && python fit.py",
            "env": {"EPOCHS": "90", "PF_JOB_RESTART_POLICY": "OnFailure"},
            "flavour": {
                "name": "customFlavour",
                "cpu": "500m",
                "mem": "1536Mi",
                "scalarResources": {"nvidia.com/a800": "2", "rdma/hca": "1"},
            },
            "limitFlavour": {"cpu": "8", "mem": "16Gi"},
            "port": 6006,
            "fs": {"name": "code-fs", "mountPath": "/code"},
            "extraFS": [{"name": "data-fs", "mountPath": "/data", "subPath": "2012", "readOnly": True}],
        },
    )


def test_a_job_finds_its_name_and_its_mounts() -> None:
    """lading's own variables stand before the program's."""
    _, body = sent(JOB | {"env": {"A": "1"}, "mounts": [{"volume": "data", "path": "/data"}]}, bare=False)
    assert list(body["env"].items()) == [
        ("LADING_NAME", "fit"),
        ("LADING_REPLICAS", "1"),
        ("LADING_REPLICA", "0"),
        ("LADING_MOUNT_DATA", "/data"),
        ("A", "1"),
        ("PF_JOB_RESTART_POLICY", "Never"),
    ]


@pytest.mark.parametrize(
    ("restart", "policy"), [(None, "Never"), ("never", "Never"), ("on-failure", "OnFailure"), ("always", "Always")]
)
@pytest.mark.parametrize("more", [{}, {"resources": {"shm": "1Gi"}}], ids=["fields", "pod"])
def test_what_becomes_of_a_container_that_ends_is_always_said(
    more: dict[str, Any], restart: str | None, policy: str
) -> None:
    """The server puts its own default over that of a pod, too."""
    schedule = {"queue": "work"} | ({"restart": restart} if restart else {})
    _, body = sent(JOB | more | {"schedule": schedule})
    assert body["env"]["PF_JOB_RESTART_POLICY"] == policy
    assert body.get("extensionTemplate", {"spec": {"restartPolicy": policy}})["spec"]["restartPolicy"] == policy


@pytest.mark.parametrize("version", ["0.14.2", "v0.14.2", "0.13.9"])
def test_old_servers_have_other_names_for_file_systems(version: str) -> None:
    """Up to 0.14.2 they were fileSystem and extraFileSystems."""
    job = JOB | {"mounts": [{"volume": "code", "path": "/code"}, {"volume": "data", "path": "/data"}]}
    _, body = sent(job, target({"serverVersion": version}))
    assert (body["fileSystem"], body["extraFileSystems"], "fs" in body) == (
        {"name": "code-fs", "mountPath": "/code"},
        [{"name": "data-fs", "mountPath": "/data"}],
        False,
    )


def test_a_registered_flavour_is_named() -> None:
    """The server looks its sizes up."""
    assert sent(JOB | {"native": {"paddleflow": {"flavour": "flavour1"}}})[1]["flavour"] == {"name": "flavour1"}


def test_retries_are_a_loop_around_the_command() -> None:
    """A pod is not tried again, so its program is."""
    job = JOB | {"schedule": {"queue": "work", "retries": 2}}
    text = sent(job)[1]["command"]
    assert text.endswith(" sh python fit.py")
    assert "-le 3 ]" in text
    assert notes(job) == ["schedule.retries is emulated on pf: a loop around the command, in the same pod"]


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ({"command": ["bash", "-c", "echo 'a b'"]}, " bash -c 'echo '\\''a b'\\'''"),
        ({"command": ["sh", "-c", "true && false"]}, "true && false"),
        ({"script": "sh -c true; false", "shell": "/bin/sh"}, " sh -c true; false"),
        ({"command": ["echo", "$(HOME) $$ $(date) $x"]}, "exec echo '$$(HOME) $$$ $(date) $x'"),
    ],
    ids=["bash", "sh", "script", "dollars"],
)
def test_a_command_survives_the_server_and_kubernetes(program: dict[str, Any], text: str) -> None:
    """The server takes `bash -c` off the beginning of a text, and Kubernetes reads $(NAME) and $$."""
    job = {key: value for key, value in JOB.items() if key != "command"} | program
    assert sent(job)[1]["command"] == text


def test_values_of_variables_survive_kubernetes() -> None:
    """$(NAME) of a variable of the job's own, or of one that may be injected, is escaped; $(date) need not be."""
    env = {"a": "1", "B": "$(a) $(PF_WORK_DIR) $(date) $$"}
    told = {"a": "1", "B": "$$(a) $$(PF_WORK_DIR) $(date) $$$", "PF_JOB_RESTART_POLICY": "Never"}
    assert sent(JOB | {"env": env})[1]["env"] == told
    job = JOB | {"framework": "paddle", "env": {"B": "$(a)"}, "roles": {"worker": {"replicas": 2, "env": {"a": "1"}}}}
    assert sent(job)[1]["members"][0]["env"] == {"B": "$$(a)", "a": "1"}


# Kubernetes objects.

POD = {"apiVersion": "v1", "kind": "Pod"}


def test_what_a_pod_alone_can_say_makes_the_job_a_pod() -> None:
    """The whole container stands in the object; beside it only what the server puts over it."""
    job = JOB | {
        "pull": "always",
        "workdir": "/code",
        "env": {"A": "$(B)", "KEY": {"secret": "wandb"}},
        "resources": {"cpu": 4, "memory": "8Gi", "gpu": {"model": "H100", "count": 1}, "shm": "16Gi"},
        "mounts": [
            {"volume": "code", "path": "/code", "readOnly": True},
            {"nfs": {"server": "nas.example.org", "path": "/export"}, "path": "/nfs", "subPath": "a"},
            {"host": "/scratch", "path": "/scratch"},
            {"tmpfs": "8Gi", "path": "/ram"},
            {"disk": "100Gi", "path": "/work"},
        ],
        "ports": [{"port": 8080, "name": "http"}, {"port": 53, "protocol": "udp"}],
        "probes": {
            "liveness": {"http": {"path": "/healthz", "port": 8080}, "period": "30s"},
            "readiness": {"tcp": {"port": 8080}, "initialDelay": "5s"},
            "startup": {"exec": ["test", "-f", "/ok"], "timeout": "2s", "failureThreshold": 5},
        },
        "schedule": {"queue": "work", "timeLimit": "2h", "restart": "always"},
    }
    assert sent(job) == (
        "single",
        {
            "name": "fit",
            "schedulingPolicy": {"queue": "vision"},
            "env": {"PF_JOB_RESTART_POLICY": "Always"},
            "flavour": {
                "name": "customFlavour",
                "cpu": "4",
                "mem": "8Gi",
                "scalarResources": {"nvidia.com/gpu": "1"},
            },
            "extensionTemplate": {
                **POD,
                "spec": {
                    "restartPolicy": "Always",
                    "activeDeadlineSeconds": 7200,
                    "nodeSelector": {"gpu.example.org/model": "h100"},
                    "volumes": [
                        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "16Gi"}},
                        {"name": "mount-0", "persistentVolumeClaim": {"claimName": "code-claim"}},
                        {"name": "mount-1", "nfs": {"server": "nas.example.org", "path": "/export"}},
                        {"name": "mount-2", "hostPath": {"path": "/scratch"}},
                        {"name": "mount-3", "emptyDir": {"medium": "Memory", "sizeLimit": "8Gi"}},
                        {"name": "mount-4", "emptyDir": {"sizeLimit": "100Gi"}},
                    ],
                    "containers": [
                        {
                            "image": IMAGE,
                            "imagePullPolicy": "Always",
                            "command": ["python", "fit.py"],
                            "workingDir": "/code",
                            "env": [{"name": "A", "value": "$$(B)"}, {"name": "KEY", "value": {"secret": "wandb"}}],
                            "resources": {"limits": {"cpu": "4", "memory": "8Gi", "nvidia.com/gpu": "1"}},
                            "ports": [
                                {"containerPort": 8080, "name": "http"},
                                {"containerPort": 53, "protocol": "UDP"},
                            ],
                            "volumeMounts": [
                                {"name": "shm", "mountPath": "/dev/shm"},
                                {"name": "mount-0", "mountPath": "/code", "readOnly": True},
                                {"name": "mount-1", "mountPath": "/nfs", "subPath": "a"},
                                {"name": "mount-2", "mountPath": "/scratch"},
                                {"name": "mount-3", "mountPath": "/ram"},
                                {"name": "mount-4", "mountPath": "/work"},
                            ],
                            "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 30},
                            "readinessProbe": {"tcpSocket": {"port": 8080}, "initialDelaySeconds": 5},
                            "startupProbe": {
                                "exec": {"command": ["test", "-f", "/ok"]},
                                "timeoutSeconds": 2,
                                "failureThreshold": 5,
                            },
                        }
                    ],
                },
            },
        },
    )


@pytest.mark.parametrize(
    ("more", "container"),
    [
        ({"args": ["--fast", "$(X)"]}, {"image": IMAGE, "args": ["--fast", "$$(X)"]}),
        ({"workdir": "/code"}, {"image": IMAGE, "workingDir": "/code"}),
    ],
    ids=["args", "workdir"],
)
def test_the_images_own_program_is_started_by_a_pod(more: dict[str, Any], container: dict[str, Any]) -> None:
    """The server hands neither arguments nor a folder to a program that it does not know."""
    job = {key: value for key, value in JOB.items() if key != "command"} | more
    spec = {"restartPolicy": "Never", "containers": [container]}
    assert sent(job)[1]["extensionTemplate"] == {**POD, "spec": spec}


@pytest.mark.parametrize(
    ("image", "pull", "is_said"),
    [
        (IMAGE, "if-not-present", False),
        (IMAGE, "always", True),
        (IMAGE, "never", True),
        ("busybox", "always", False),
        ("busybox:latest", "if-not-present", True),
        ("registry.example.org:5000/a/b", "always", False),
        (f"busybox@sha256:{'0' * 64}", "if-not-present", False),
    ],
)
def test_pulling_is_said_only_where_kubernetes_would_do_otherwise(image: str, pull: str, *, is_said: bool) -> None:
    """An image without a tag, or called latest, is pulled always, and others if they are not there."""
    job = JOB | {"framework": "paddle", "replicas": 2, "image": image, "pull": pull}
    assert ("extensionTemplate" in sent(job)[1]) == is_said


@pytest.mark.parametrize("image", [IMAGE, "busybox"])
@pytest.mark.parametrize(("pull", "is_said"), [("if-not-present", False), ("always", True), ("never", True)])
def test_the_template_of_single_jobs_pulls_what_is_not_there(image: str, pull: str, *, is_said: bool) -> None:
    """Whatever the image is called."""
    assert ("extensionTemplate" in sent(JOB | {"image": image, "pull": pull})[1]) == is_said


def test_the_authors_object_is_joined_with_ladings() -> None:
    """Maps key by key, the first containers, and other entries by their names."""
    theirs = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {
            "tolerations": [{"key": "gpu"}],
            "volumes": [{"name": "cache", "emptyDir": {}}],
            "containers": [{"volumeMounts": [{"name": "cache", "mountPath": "/cache"}], "tty": True}],
        },
    }
    job = JOB | {"resources": {"shm": "1Gi"}, "native": {"paddleflow": {"extensionTemplate": theirs}}}
    assert sent(job)[1]["extensionTemplate"] == {
        **POD,
        "metadata": {"labels": {"a": "b"}},
        "spec": {
            "restartPolicy": "Never",
            "tolerations": [{"key": "gpu"}],
            "volumes": [
                {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
                {"name": "cache", "emptyDir": {}},
            ],
            "containers": [
                {
                    "image": IMAGE,
                    "command": ["python", "fit.py"],
                    "tty": True,
                    "volumeMounts": [
                        {"name": "shm", "mountPath": "/dev/shm"},
                        {"name": "cache", "mountPath": "/cache"},
                    ],
                }
            ],
        },
    }


def test_the_authors_object_alone_leaves_the_container_where_it_is() -> None:
    """Nothing makes lading write a pod, so image and command stay fields of the job."""
    _, body = sent(JOB | {"native": {"paddleflow": {"extensionTemplate": {"spec": {"nodeSelector": {"a": "b"}}}}}})
    assert (body["image"], body["command"], body["extensionTemplate"]) == (
        IMAGE,
        "python fit.py",
        {**POD, "spec": {"nodeSelector": {"a": "b"}}},
    )


def test_a_clash_shows_both_places() -> None:
    """What the author's object and a portable field say differently is an error at both."""
    theirs = {"spec": {"activeDeadlineSeconds": 60, "restartPolicy": "Never"}}
    job = JOB | {
        "native": {"paddleflow": {"extensionTemplate": theirs}},
        "schedule": {"queue": "work", "timeLimit": "2h"},
    }
    (error,) = [d for d in compiled(job).diagnostics if d.is_error]
    assert (error.code, error.message, [label.text for label in error.labels]) == (
        "LD410",
        "native.paddleflow.extensionTemplate sets what schedule.timeLimit sets too",
        ["this is what lading writes there"],
    )


# Distributed jobs.


def test_roles_are_members() -> None:
    """A worker beside a parameter server is a pworker; env merges, and a role has the rest from its job."""
    job = JOB | {
        "framework": "paddle",
        "env": {"A": "1"},
        "resources": {"cpu": 1},
        "schedule": {"queue": "work", "timeLimit": "90m", "restart": "on-failure"},
        "roles": {
            "pserver": {"command": ["python", "server.py"], "env": {"B": "2"}},
            "worker": {"replicas": 2, "workdir": "/code", "resources": {"cpu": 2}},
        },
    }
    kind, body = sent(job)
    loop = body["members"][0]["command"].removeprefix("exec timeout -k 10 90m ").removesuffix(" sh python server.py")
    assert (kind, body) == (
        "distributed",
        {
            "name": "fit",
            "schedulingPolicy": {"queue": "vision"},
            "framework": "paddle",
            "members": [
                {
                    "role": "pserver",
                    "replicas": 1,
                    "image": IMAGE,
                    "command": f"exec timeout -k 10 90m {loop} sh python server.py",
                    "env": {"A": "1", "B": "2"},
                    "flavour": {"name": "customFlavour", "cpu": "1"},
                },
                {
                    "role": "pworker",
                    "replicas": 2,
                    "image": IMAGE,
                    "command": f"cd /code && exec timeout -k 10 90m {loop} sh python fit.py",
                    "env": {"A": "1"},
                    "flavour": {"name": "customFlavour", "cpu": "2"},
                },
            ],
        },
    )


@pytest.mark.parametrize(
    ("job", "members"),
    [
        ({"framework": "paddle", "replicas": 3}, [("worker", 3, "python fit.py")]),
        ({"framework": "pytorch", "replicas": 3}, [("master", 1, "python fit.py"), ("worker", 2, "python fit.py")]),
        (
            {"framework": "mpi", "replicas": 3},
            [("master", 1, "mpirun -np 3 python fit.py"), ("worker", 3, None)],
        ),
        (
            {"framework": "mpi", "replicas": 3, "launch": "once"},
            [("master", 1, "python fit.py"), ("worker", 3, None)],
        ),
        ({"framework": "ray", "replicas": 3}, [("master", 1, "python fit.py"), ("worker", 3, None)]),
        (
            {"framework": "tensorflow", "roles": {"ps": {}, "worker": {"replicas": 2}}},
            [("pserver", 1, "python fit.py"), ("pworker", 2, "python fit.py")],
        ),
        (
            {"framework": "mpi", "roles": {"launcher": {"command": ["mpirun", "./a"]}, "worker": {"replicas": 2}}},
            [("master", 1, "mpirun ./a"), ("worker", 2, None)],
        ),
        (
            {"framework": "mpi", "roles": {"launcher": {}, "worker": {"replicas": 2}}},
            [("master", 1, "mpirun -np 2 python fit.py"), ("worker", 2, None)],
        ),
    ],
    ids=["paddle", "pytorch", "mpi", "mpirun", "ray", "tensorflow", "launcher", "roles"],
)
def test_each_framework_has_its_own_members(job: dict[str, Any], members: list[tuple[str, int, str | None]]) -> None:
    """Replicas become the roles that the server wants, and only those that run something have a command."""
    _, body = sent(JOB | job)
    assert [(m["role"], m["replicas"], m.get("command")) for m in body["members"]] == members


def test_an_added_launcher_has_the_servers_own_resources() -> None:
    """The replicas' resources are those of the workers, who do the work."""
    _, body = sent(JOB | {"framework": "mpi", "replicas": 2, "resources": {"cpu": 8}})
    assert [member.get("flavour") for member in body["members"]] == [None, {"name": "customFlavour", "cpu": "8"}]


def test_spark_is_told_by_variables_what_it_runs() -> None:
    """It has no command; only the driver is told."""
    spark = {"mainFile": "local:///opt/main.py", "mainClass": "org.example.Main", "arguments": "--date today"}
    job = {key: value for key, value in JOB.items() if key != "command"} | {
        "framework": "spark",
        "roles": {"driver": {}, "executor": {"replicas": 2, "resources": {"cpu": "1500m"}}},
        "native": {"paddleflow": {"spark": spark}},
    }
    env = {
        "PF_JOB_SPARK_MAIN_FILE": "local:///opt/main.py",
        "PF_JOB_SPARK_MAIN_CLASS": "org.example.Main",
        "PF_JOB_SPARK_ARGUMENTS": "--date today",
    }
    assert sent(job)[1]["members"] == [
        {"role": "driver", "replicas": 1, "image": IMAGE, "env": env},
        {"role": "executor", "replicas": 2, "image": IMAGE, "flavour": {"name": "customFlavour", "cpu": "2"}},
    ]
    rounded = "roles.executor.resources.cpu is rounded on pf: 1500m → 2 cores, because Spark counts whole ones"
    assert notes(job) == [rounded]


def test_pytorch_finds_its_variables() -> None:
    """The operator sets those of members but LOCAL_RANK; a single job has nobody to set any."""
    alone = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500", "WORLD_SIZE": "1", "RANK": "0", "LOCAL_RANK": "0"}
    own = {"LADING_NAME": "fit", "LADING_REPLICAS": "2"}
    _, single = sent(JOB | {"framework": "pytorch"}, bare=False)
    _, several = sent(JOB | {"framework": "pytorch", "replicas": 2}, bare=False)
    lading = {"LADING_NAME": "fit", "LADING_REPLICAS": "1", "LADING_REPLICA": "0"}
    assert single["env"] == {**lading, **alone, "PF_JOB_RESTART_POLICY": "Never"}
    assert [member["env"] for member in several["members"]] == [{**own, "LOCAL_RANK": "0"}] * 2


MEETING = (
    'torchrun --nnodes={} --node-rank="$RANK" --master-addr="$MASTER_ADDR" --master-port="$MASTER_PORT" '
    "--nproc-per-node=8 --no-python python fit.py"
)
LIMITED = f"exec timeout -k 10 1h {MEETING.format(2)}"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "torchrun --standalone --nproc-per-node=8 --no-python python fit.py"),
        ({"replicas": 2}, MEETING.format(2)),
        ({"roles": {"master": {}, "worker": {"replicas": 4}}}, MEETING.format(5)),
        (
            {"replicas": 2, "schedule": {"queue": "work", "timeLimit": "1h"}},
            f"exec timeout -k 10 1h {MEETING.format(2)}",
        ),
    ],
    ids=["one", "replicas", "roles", "limited"],
)
def test_torchrun_starts_the_slots(more: dict[str, Any], text: str) -> None:
    """The processes of one replica meet there, and those of several where the operator says."""
    _, body = sent(JOB | {"framework": "pytorch", "slots": 8} | more)
    assert {part["command"] for part in body.get("members", [body])} == {text}


@pytest.mark.parametrize("more", [{}, {"slots": 2}], ids=["member", "pod"])
def test_what_starts_all_ranks_is_tried_again(more: dict[str, Any]) -> None:
    """Other members can not be, one without the others; a launcher can, because it starts the others anew."""
    job = JOB | {"framework": "mpi", "replicas": 2, "schedule": {"queue": "work", "retries": 1}} | more
    _, body = sent(job)
    pods = body.get("extensionTemplate", {"spec": {}})["spec"].get("mpiReplicaSpecs")
    first = (
        pods["Launcher"]["template"]["spec"]["containers"][0]["command"][2] if pods else body["members"][0]["command"]
    )
    assert first.endswith(f" sh mpirun -np {2 * more.get('slots', 1)} python fit.py")
    assert "-le 2 ]" in first
    assert notes(job) == ["schedule.retries is emulated on pf: a loop around the one command that the others work for"]


def test_mpirun_may_start_ranks_as_root() -> None:
    """Containers run as root, which Open MPI must be told to put up with; no other MPI knows an option for it."""
    job = JOB | {"framework": "mpi", "replicas": 2}
    own = {"LADING_NAME": "fit", "LADING_REPLICAS": "2"}
    root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    assert [member["env"] for member in sent(job, bare=False)[1]["members"]] == [{**own, **root}, own]
    assert [member["env"] for member in sent(job | {"launch": "once"}, bare=False)[1]["members"]] == [own, own]


def test_members_that_only_pods_can_be_are_an_object() -> None:
    """Members would not be joined with the object, so it holds them whole, as the framework's operator wants it."""
    job = JOB | {"framework": "pytorch", "replicas": 3, "resources": {"cpu": 4, "shm": "1Gi"}}
    pod = {
        "restartPolicy": "Never",
        "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}}],
        "containers": [
            {
                "name": "pytorch",
                "image": IMAGE,
                "command": ["python", "fit.py"],
                "resources": {"limits": {"cpu": "4"}},
                "volumeMounts": [{"name": "shm", "mountPath": "/dev/shm"}],
            }
        ],
    }

    def replicas(count: int) -> dict[str, Any]:
        return {"replicas": count, "restartPolicy": "Never", "template": {"spec": pod}}

    assert sent(job) == (
        "distributed",
        {
            "name": "fit",
            "schedulingPolicy": {"queue": "vision"},
            "framework": "pytorch",
            "extensionTemplate": {
                "apiVersion": "kubeflow.org/v1",
                "kind": "PyTorchJob",
                "spec": {"pytorchReplicaSpecs": {"Master": replicas(1), "Worker": replicas(2)}},
            },
        },
    )


@pytest.mark.parametrize(
    ("job", "kind", "names"),
    [
        (
            {"framework": "paddle", "roles": {"pserver": {}, "worker": {}}},
            ("batch.paddlepaddle.org/v1", "PaddleJob"),
            ["ps", "worker"],
        ),
        (
            {"framework": "tensorflow", "roles": {"ps": {}, "worker": {}}},
            ("kubeflow.org/v1", "TFJob"),
            ["tfReplicaSpecs"],
        ),
        (
            {"framework": "mpi", "replicas": 2, "slots": 4},
            ("kubeflow.org/v1", "MPIJob"),
            ["runPolicy", "slotsPerWorker", "mpiReplicaSpecs"],
        ),
    ],
    ids=["paddle", "tensorflow", "mpi"],
)
def test_each_framework_has_its_own_object(job: dict[str, Any], kind: tuple[str, str], names: list[str]) -> None:
    """Its kind, and where its pods are."""
    found = sent(JOB | job | {"resources": {"shm": "1Gi"}})[1]["extensionTemplate"]
    assert ((found["apiVersion"], found["kind"]), list(found["spec"])) == (kind, names)


def test_ranks_that_share_a_worker_are_told_to_the_operator() -> None:
    """The members of an MPI job have one slot each, and an MPIJob says how many."""
    spec = sent(JOB | {"framework": "mpi", "replicas": 2, "slots": 4})[1]["extensionTemplate"]["spec"]
    launcher = spec["mpiReplicaSpecs"]["Launcher"]["template"]["spec"]["containers"][0]
    assert (spec["slotsPerWorker"], launcher["command"]) == (
        4,
        ["sh", "-c", "exec mpirun -np 8 python fit.py"],
    )


def test_the_workers_of_an_mpi_job_end_with_it_unless_the_author_says_otherwise() -> None:
    """The server's template says so too; the operator's default is that they wait on."""
    job = JOB | {"framework": "mpi", "replicas": 2, "slots": 4}
    kept = {"native": {"paddleflow": {"extensionTemplate": {"spec": {"runPolicy": {"cleanPodPolicy": "None"}}}}}}
    policies = [sent(one)[1]["extensionTemplate"]["spec"]["runPolicy"] for one in (job, job | kept)]
    assert policies == [{"cleanPodPolicy": "Running"}, {"cleanPodPolicy": "None"}]


@pytest.mark.parametrize(
    ("job", "pods"),
    [
        ({"roles": {"chief": {}, "worker": {"replicas": 2}}}, {"Chief": 1, "Worker": 2}),
        ({"roles": {"chief": {}, "ps": {}, "worker": {}}}, {"Chief": 1, "PS": 1, "Worker": 1}),
        ({"replicas": 3}, {"Worker": 3}),
    ],
    ids=["chief", "servers", "workers"],
)
def test_what_the_server_has_no_members_or_template_for_is_an_object(job: dict[str, Any], pods: dict[str, int]) -> None:
    """It makes a server of every TensorFlow member that is no worker, and has a template for servers only."""
    _, body = sent(JOB | {"framework": "tensorflow"} | job)
    found = body["extensionTemplate"]["spec"]["tfReplicaSpecs"]
    assert ("members" in body, {name: pod["replicas"] for name, pod in found.items()}) == (False, pods)


@pytest.mark.parametrize(
    ("job", "pods", "is_object"),
    [
        ({"framework": "pytorch"}, ["Master", "Worker"], True),
        ({"framework": "mpi"}, ["Launcher", "Worker"], True),
        ({"framework": "tensorflow", "roles": {"ps": {}, "worker": {}}}, ["PS", "Worker"], True),
        ({"framework": "mpi", "roles": {"launcher": {}, "worker": {"command": ["a"]}}}, ["Launcher", "Worker"], True),
        ({"framework": "mpi", "roles": {"launcher": {"command": ["a"]}, "worker": {}}}, [], False),
        ({"framework": "paddle"}, [], False),
    ],
    ids=["pytorch", "mpi", "tensorflow", "launcher", "worker", "paddle"],
)
def test_the_templates_own_program_is_not_started(job: dict[str, Any], pods: list[str], *, is_object: bool) -> None:
    """The server's templates of some frameworks start an example where a member does not say what it runs."""
    image_only = {key: value for key, value in JOB.items() if key != "command"}
    _, body = sent(image_only | ({} if "roles" in job else {"replicas": 2}) | job)
    spec = body.get("extensionTemplate", {}).get("spec", {})
    found = [list(value) for name, value in spec.items() if name.endswith("ReplicaSpecs")]
    assert ("members" in body, found) == (not is_object, [pods] if is_object else [])


def test_a_whole_object_of_the_authors_needs_no_members() -> None:
    """The spec speaks of no container, so the object does."""
    theirs = {"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob", "spec": {"pytorchReplicaSpecs": {}}}
    job = {"lading": "v1", "name": "fit", "framework": "pytorch", "schedule": {"queue": "work"}}
    body = {"name": "fit", "schedulingPolicy": {"queue": "vision"}, "framework": "pytorch", "extensionTemplate": theirs}
    assert sent(job | {"native": {"paddleflow": {"extensionTemplate": theirs}}}) == ("distributed", body)


# Workflows.


def test_a_workflow_is_argos() -> None:
    """Steps are containers of a graph; what stands at the top holds for all of them."""
    workflow = WORKFLOW | {
        "labels": {"tier": "batch"},
        "image": IMAGE,
        "env": {"A": "1"},
        "steps": {
            "prepare": {"command": ["python", "prepare.py"], "labels": {"step": "first"}},
            "fit": {
                "after": ["prepare"],
                "script": "python fit.py\n",
                "workdir": "/code",
                "env": {"B": "$(A)"},
                "resources": {"cpu": 2, "disk": "10Gi", "gpu": 1},
                "mounts": [{"volume": "code", "path": "/code"}],
                "schedule": {"timeLimit": "2h", "retries": 3, "priority": "high"},
            },
        },
    }
    assert sent(workflow) == (
        "workflow",
        {
            "name": "nightly",
            "labels": {"tier": "batch"},
            "schedulingPolicy": {"queue": "vision"},
            "extensionTemplate": {
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "Workflow",
                "spec": {
                    "entrypoint": "main",
                    "templates": [
                        {
                            "name": "main",
                            "dag": {
                                "failFast": False,
                                "tasks": [
                                    {"name": "prepare", "template": "prepare"},
                                    {"name": "fit", "template": "fit", "dependencies": ["prepare"]},
                                ],
                            },
                        },
                        {
                            "name": "prepare",
                            "metadata": {"labels": {"step": "first"}},
                            "container": {
                                "image": IMAGE,
                                "command": ["python", "prepare.py"],
                                "env": [{"name": "A", "value": "1"}],
                            },
                        },
                        {
                            "name": "fit",
                            "activeDeadlineSeconds": 7200,
                            "retryStrategy": {"limit": 3},
                            "priorityClassName": "high",
                            "container": {
                                "image": IMAGE,
                                "command": ["/bin/bash", "-c", "python fit.py\n"],
                                "workingDir": "/code",
                                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "$$(A)"}],
                                "resources": {
                                    "limits": {"cpu": "2", "ephemeral-storage": "10Gi", "nvidia.com/gpu": "1"}
                                },
                                "volumeMounts": [{"name": "mount-0", "mountPath": "/code"}],
                            },
                            "volumes": [{"name": "mount-0", "persistentVolumeClaim": {"claimName": "code-claim"}}],
                        },
                    ],
                },
            },
        },
    )


def test_steps_wait_for_outcomes() -> None:
    """Argo takes either kind of condition for a whole graph, and a step may be called as the graph would be."""
    steps = {
        "main": {"command": ["a"]},
        "rescue": {"command": ["b"], "after": {"notOk": ["main"]}},
        "clean": {"command": ["c"], "after": {"ok": ["main"], "any": ["rescue"]}},
    }
    spec = sent(WORKFLOW | {"image": IMAGE, "steps": steps})[1]["extensionTemplate"]["spec"]
    ended = "(rescue.Succeeded || rescue.Failed || rescue.Errored || rescue.Skipped || rescue.Omitted)"
    assert (spec["entrypoint"], spec["templates"][0]["dag"]["tasks"]) == (
        "main-graph",
        [
            {"name": "main", "template": "main"},
            {"name": "rescue", "template": "rescue", "depends": "(main.Failed || main.Errored)"},
            {"name": "clean", "template": "clean", "depends": f"main.Succeeded && {ended}"},
        ],
    )


def test_a_workflow_may_stop_at_the_first_failure() -> None:
    """That is what Argo does by itself, so it is what need not be said."""
    workflow = WORKFLOW | {"image": IMAGE, "steps": {"a": {"command": ["a"]}}}
    quick = workflow | {"native": {"paddleflow": {"failFast": True}}}
    graphs = [sent(one)[1]["extensionTemplate"]["spec"]["templates"][0]["dag"] for one in (workflow, quick)]
    assert [graph.get("failFast") for graph in graphs] == [False, None]


@pytest.mark.parametrize(
    ("indices", "items"),
    [
        ("0-9", {"withSequence": {"start": "0", "end": "9"}}),
        ("3", {"withSequence": {"start": "3", "end": "3"}}),
        ("0-8:4", {"withItems": [0, 4, 8]}),
        ("1,5-6", {"withItems": [1, 5, 6]}),
    ],
)
def test_an_array_is_a_workflow_of_one_step(indices: str, items: dict[str, Any]) -> None:
    """Every element finds its index."""
    kind, body = sent(JOB | {"array": {"indices": indices}})
    graph, template = body["extensionTemplate"]["spec"]["templates"]
    argument = {"arguments": {"parameters": [{"name": "index", "value": "{{item}}"}]}}
    assert (kind, graph["dag"]["tasks"], template["inputs"], template["container"]["env"]) == (
        "workflow",
        [{"name": "fit", "template": "fit", **items, **argument}],
        {"parameters": [{"name": "index"}]},
        [{"name": "LADING_ARRAY_INDEX", "value": "{{inputs.parameters.index}}"}],
    )


def test_so_many_elements_run_at_once() -> None:
    """Argo counts the pods of the whole workflow, which are those of the array."""
    _, body = sent(JOB | {"array": {"indices": "0-9", "parallelism": 2}})
    assert body["extensionTemplate"]["spec"]["parallelism"] == 2


# Refusals and losses.

RAY = {"framework": "ray", "replicas": 2}
STEP = {"a": {"image": IMAGE, "command": ["a"]}}
REFUSED = YAML(typ="safe").load(Path(__file__).parent / "paddleflow" / "refused.yaml")


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: json.dumps(case["job"]))
def test_what_a_job_can_not_have(case: dict[str, Any]) -> None:
    """Each objection names its field, says why, and is the only one."""
    job = {key: value for key, value in (JOB | case["job"]).items() if value is not None}
    assert [f"{d.code} {d.message}" for d in compiled(job).diagnostics if d.is_error] == case["errors"]


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        (
            {"schedule": {"queue": "night"}},
            "schedule.queue can not be had on pf: all steps are in the workflow's queue: say it at the top",
        ),
        ({"replicas": 2}, "replicas can not be had on pf: a step of a workflow is one pod"),
        (
            {"roles": {"worker": {}}},
            "roles can not be had on pf: a step is one pod",
        ),
        (
            {"mounts": [{"volume": "data", "path": "/data"}]},
            (
                "mounts[0].volume can not be had on pf: a workflow is a Kubernetes object, and the server mounts no "
                "file systems there: name its claim in catalog.volumes.data.claim"
            ),
        ),
        (
            {"env": {"A": "{{x}}"}},
            (
                "env.A can not be had on pf: Argo reads {{ }} itself, in any text: write such a text into a file of "
                "the image"
            ),
        ),
        (
            {"array": {"indices": "0-3", "parallelism": 2}},
            (
                "array.parallelism would be lost on pf: Argo counts the pods of all steps together: make the "
                "array a job of its own"
            ),
        ),
        (
            {"native": {"paddleflow": {"failFast": True}}},
            "native.paddleflow.failFast can not be had on pf: the whole job is one object: say it at the top",
        ),
    ],
    ids=["queue", "replicas", "roles", "volume", "braces", "parallelism", "fail-fast"],
)
def test_what_a_step_can_not_have(more: dict[str, Any], wrong: str) -> None:
    """A step is one container of one workflow."""
    assert errors(WORKFLOW | {"steps": {"a": STEP["a"] | more}}) == [f"steps.a.{wrong}"]


def test_a_service_is_no_job() -> None:
    """PaddleFlow runs what ends."""
    service = JOB | {"kind": "service", "ports": [{"port": 80}]}
    assert errors(service) == ["kind can not be had on pf: PaddleFlow runs jobs and workflows: what ends by itself"]


def test_without_a_catalog_a_model_is_lost() -> None:
    """Nobody has said how it is asked for."""
    job = JOB | {"resources": {"gpu": {"model": "A800", "count": 1}}}
    lost = "the site does not say in catalog.gpus or catalog.gpuNodes how this model is asked for"
    assert errors(job, target(catalog={})) == [f"resources.gpu.model would be lost on pf: {lost}"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"workdir": "/code"}, ["workdir is emulated on pf: `cd` before the command"]),
        (
            {"mounts": [{"volume": "data", "path": "/data"}]},
            ["mounts[0] on pf: the server starts the program in there: say another `workdir` if need be"],
        ),
        (
            {"framework": "mxnet", "replicas": 2},
            [
                (
                    "framework on pf: a server as it is installed has no object for this: give one in "
                    "native.paddleflow.extensionTemplate"
                )
            ],
        ),
        ({"framework": "paddle"}, ["framework is emulated on pf: one replica is a single job, which needs no members"]),
        (
            {"env": {"A": {"secret": "wandb"}}},
            ["env.A is emulated on pf: PaddleFlow keeps it as plain text: whoever may see the job can read it"],
        ),
        (
            RAY | {"ports": [{"port": 80, "name": "http"}]},
            [
                "ports[0].port is emulated on pf: every port of a pod is open inside the cluster",
                "ports[0].name is emulated on pf: every port of a pod is open inside the cluster",
            ],
        ),
        (
            {"array": {"indices": "0-1"}, "schedule": {"queue": "work", "restart": "on-failure"}},
            ["schedule.restart is emulated on pf: a loop around the command, in the same pod"],
        ),
    ],
    ids=["workdir", "starts", "mxnet", "alone", "secret", "ports", "restart"],
)
def test_what_people_are_told(spec: dict[str, Any], said: list[str]) -> None:
    """Notes and warnings of jobs that are sent all the same."""
    job = JOB | spec
    loaded = load("spec.yaml", json.dumps(job).encode(), language=language())
    found = [d.message for d in compile_spec(loaded.specs[0], target(), verify=True).diagnostics]
    assert found == said


@pytest.mark.parametrize(
    "lines",
    [
        "image: a/b:1\nargs: [a]\nslots: 1",
        "image: a/b:1\nargs: [a]\nlaunch: once",
        "image: a/b:1\nscript: echo hi\nlaunch: each\nresources: {shm: 1Gi}",
        "image: a/b:1\ncommand: [a]\nframework: pytorch\nroles: {master: {replicas: 1}, worker: {replicas: 3}}",
    ],
)
def test_how_a_program_is_started_may_be_said_where_nothing_is(lines: str) -> None:
    """The program may be the image's own, or one process: then `launch` and `slots` say what holds anyway."""
    compilation = compiled_text(f"lading: v1\nname: a\n{lines}\n", target_of("paddleflow"))
    assert [d.message for d in compilation.diagnostics if d.is_error] == []
