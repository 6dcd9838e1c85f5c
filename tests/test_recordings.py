"""Clients against the answers that documents, sources and manuals of their platforms print."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from kit.recordings import Recording

from lading.compiler.registry import default_options
from lading.runner.errors import OutcomeUnknown, RunnerError
from lading.runner.platform import Accepted, Context, LogLine, LogQuery, Outgoing
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status
from lading.runner.targets.registry import connect

FOLDER = Path(__file__).parent / "recordings"
USER = {"username": SecretValue("somebody"), "password": SecretValue("not-a-real-password")}
TOKEN = {"token": SecretValue("not-a-real-token")}
TRAINING = "/model-training-platform/api/v1/trainings"


def played(name: str, auth: Mapping[str, SecretValue] = USER) -> tuple[Any, Recording]:
    """A client to which the recording is played."""
    platform = name.partition("/")[0]
    recording = Recording(FOLDER / f"{name}.yaml")
    options = default_options(platform)
    return connect(
        platform, Context("there", options, "http://there.example.org", auth, transport=recording)
    ), recording


def outgoing(path: str, **body: Any) -> Outgoing:
    """A request on its way out."""
    return Outgoing("01jrecorded", "demo", "POST", path, body)


def test_a_single_job_of_paddleflow() -> None:
    """Made, seen, stopped twice, deleted: an empty answer is success, and a stop that comes too late is fine."""
    client, recording = played("paddleflow/single")
    body = {
        "name": "demo",
        "schedulingPolicy": {"queue": "q1", "priority": "NORMAL"},
        "image": "paddlepaddle/paddle:2.0.2",
        "command": "sleep 40",
        "flavour": {"name": "customFlavour", "cpu": "1", "mem": "2Gi", "scalarResources": {"nvidia.com/gpu": "1"}},
        "env": {"A": SecretValue("1")},
    }
    accepted = client.submit(outgoing("/api/paddleflow/v1/job/single", **body))
    assert accepted == Accepted("job-01jrecorded", {"id": "job-01jrecorded"})
    assert client.status(["job-01jrecorded"]) == {"job-01jrecorded": Status(State.RUNNING, "running")}
    client.stop("job-01jrecorded")
    client.stop("job-01jrecorded")
    client.delete("job-01jrecorded")
    recording.check()


def test_a_job_of_paddleflow_whose_answer_was_lost() -> None:
    """It is found by its id, with a new login where the old one is no longer taken."""
    client, recording = played("paddleflow/lost")
    with pytest.raises(OutcomeUnknown, match="gave no answer"):
        client.submit(outgoing("/api/paddleflow/v1/job/single"))
    found = client.find("01jrecorded")
    assert found.native_id == "job-01jrecorded"
    recording.check()


def test_the_paging_of_paddleflows_development_branch() -> None:
    """What the list loses is asked for by its id, and a page that brings nothing new is the last."""
    client, recording = played("paddleflow/paging")
    assert client.status(["job-a", "job-b", "job-c", "job-d"]) == {
        "job-a": Status(State.SUCCEEDED, "succeeded"),
        "job-c": Status(State.FAILED, "failed", reason="OOMKilled"),
        "job-d": Status(State.RUNNING, "running"),
    }
    recording.check()


def test_the_output_of_a_job_of_paddleflow_pod_by_pod() -> None:
    """Where the server has none by the job: both ends of each pod's put together, without the times before lines."""
    client, recording = played("paddleflow/logs")
    assert list(client.logs("job-a", LogQuery())) == [
        LogLine("one", "master-0"),
        LogLine("two", "master-0"),
        LogLine("three", "master-0"),
        LogLine("uno", "worker-1"),
    ]
    recording.check()


def test_a_task_of_suanli() -> None:
    """Its machine is looked up, it is made, seen, stopped; the sample of the vendor."""
    client, recording = played("suanli/task", TOKEN)
    what = {
        "device_name": "4090",
        "region": "chengde-p1",
        "gpu_name": "4090",
        "gpu_count": 1,
        "gpu_memory": 24560,
        "memory": 64512,
        "cpu_cores": 16,
    }
    body = {
        "task_name": "demo",
        "resources": [{"mark": client.look_up(what)}],
        "points": 1,
        "services": [
            {
                "service_name": "main",
                "service_image": "registry.example.com/ubuntu:22.04",
                "resource_weight": {"cpu_weight": 1, "mem_weight": 1, "gpu_weight": 1},
                "start_script": {"command": ["sleep"], "args": ["300"]},
            }
        ],
        "job_support": {
            "timeout_sec": 1200,
            "parallelism": 1,
            "mod_param": {"default": {"backoff_limit": 3, "restart_policy": "OnFailure"}},
        },
    }
    assert client.submit(outgoing("/api/task/job/create", **body)).native_id == "6799"
    assert client.status(["6799"]) == {"6799": Status(State.RUNNING, "Running")}
    client.stop("6799")
    assert client.status(["6799"]) == {"6799": Status(State.STOPPED, "End/Manual")}
    recording.check()
    assert {request.headers["token"] for request in recording.sent} == {"not-a-real-token"}


def test_a_task_of_suanli_whose_answer_was_lost() -> None:
    """A search that finds nothing proves nothing; the list of all tasks does."""
    client, recording = played("suanli/lost", TOKEN)
    with pytest.raises(OutcomeUnknown):
        client.submit(outgoing("/api/task/job/create", task_name="demo"))
    assert client.find("01jrecorded").native_id == "6799"
    recording.check()


def test_a_training_of_aihub() -> None:
    """Made, seen with a new login, stopped; milliseconds become seconds."""
    client, recording = played("aihub/training")
    body = {
        "framework": "PyTorchJob",
        "name": "bert",
        "description": "the large one",
        "command": "python train.py",
        "image": "registry.example.com/nlp/bert:2.3",
        "virtual_cluster_id": 29,
        "sku_cnt": 8,
        "instances": 4,
        "category_id": 1,
        "project_id": 12,
    }
    assert client.submit(outgoing(TRAINING, **body)).native_id == "training/1207"
    running = Status(State.RUNNING, "2 running", started=1704207846.5)
    assert client.status(["training/1207"]) == {"training/1207": running}
    client.stop("training/1207")
    stopped = Status(State.STOPPED, "5 stopped", started=1704207846.5, ended=1704207900.0)
    assert client.status(["training/1207"]) == {"training/1207": stopped}
    recording.check()
    assert recording.sent[-1].headers["authorization"] == "Bearer another-token"


def test_a_search_of_aihub_that_may_have_been_made() -> None:
    """An error of the platform's own is asked about, and absence is proven by the list."""
    client, recording = played("aihub/unknown")
    path = "/data-warehouse/api/v1/searches"
    with pytest.raises(RunnerError, match="database error") as raised:
        client.submit(outgoing(path, type=1, name="s", sql="select 1"))
    assert type(raised.value) is RunnerError
    assert client.find("01k" + "0" * 23, path) is None
    recording.check()
