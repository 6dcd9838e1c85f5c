"""Suanli's client against the answers that the vendor's descriptions print, and what it makes of them."""

from pathlib import Path
from typing import Any

import pytest
from kit.recordings import Recording

from lading.runner.errors import OutcomeUnknown, Refused
from lading.runner.platform import Context, LogLine, LogQuery, Outgoing
from lading.runner.platforms.suanli import connect
from lading.runner.platforms.suanli.client import Client
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status

FOLDER = Path(__file__).parent / "recordings" / "suanli"
STARTED = 1776733460.0


def played(name: str) -> tuple[Client, Recording]:
    """A client to which the recording is played; its key is a simple one, whose requests bear no signature."""
    recording = Recording(FOLDER / f"{name}.yaml")
    auth = {"token": SecretValue("not-a-real-token")}
    return connect(Context("there", endpoint="https://suanli.example.org", auth=auth, transport=recording)), recording


def task(token: str) -> Outgoing:
    """The sample on its way out."""
    service = {
        "service_name": "container-01",
        "service_image": "registry.example.com/team/ubuntu:22.04",
        "resource_weight": {"cpu_weight": 1, "mem_weight": 1, "gpu_weight": 1},
        "start_script": {"command": ["sleep"], "args": ["300"]},
    }
    mode = {"default": {"backoff_limit": 3, "restart_policy": "OnFailure"}}
    body = {
        "task_name": "job-202604210858",
        "resources": [{"mark": "bWFyay1vZi10aGUtc2FtcGxl"}],
        "points": 1,
        "services": [service],
        "job_support": {"timeout_sec": 1200, "parallelism": 1, "mod_param": mode},
    }
    return Outgoing(token, "job", "POST", "/api/task/job/create", body)


def test_a_task_from_its_beginning_to_its_end() -> None:
    """Made, found by its name, seen, read and stopped; every request bears token, time and version."""
    client, recording = played("from-beginning-to-end")
    assert client.submit(task("01jrecorded")).native_id == "6799"
    found = client.find("01jrecorded")
    assert found is not None
    assert found.native_id == "6799"
    assert client.status(["6799"]) == {"6799": Status(State.RUNNING, "Running", started=STARTED)}
    assert list(client.logs("6799", LogQuery())) == [LogLine("第一行"), LogLine("epoch 1")]
    client.stop("6799")
    assert client.status(["6799"]) == {"6799": Status(State.STOPPED, "End/Manual", started=STARTED)}
    recording.check()
    for request in recording.sent:
        assert request.headers["token"] == "not-a-real-token"
        assert request.headers["version"] == "1.0.0"
        assert len(request.headers["timestamp"]) == 13
        assert "sign_str" not in request.headers
        assert request.headers.get("content-type") == ("application/json" if request.method == "POST" else None)


def test_a_task_that_failed() -> None:
    """With what its container ended with, and why."""
    client, recording = played("failed")
    expected = Status(State.FAILED, "End/Failed", 137, "OOMKilled", started=STARTED - 177)
    assert client.status(["1962285"]) == {"1962285": expected}
    recording.check()


def test_machines_of_which_none_is_free() -> None:
    """They are in the catalog, each GPU with its own memory, and can not be had now."""
    client, recording = played("machines")
    wanted: dict[str, Any] = {"device_name": "H20 x 8", "region": "hebeif-1", "gpu_name": "H20", "gpu_count": 8}
    with pytest.raises(Refused, match=r"^Suanli has no H20 x 8 in hebeif-1 that is free$"):
        client.look_up({**wanted, "gpu_memory": 786432, "memory": 1572864, "cpu_cores": 192})
    machine = {"deviceName": "H20 x 8", "cpu": 192000, "memory": 1536 * 2**30, "inventory": 0}
    machine |= {"price": "16416 (59.10 ¥/h)", "gpuModel": "H20", "gpuCount": 8, "gpuMemory": 96 * 2**30}
    assert client.catalog() == {
        "resources": {
            "h20-8x-hebeif-1": {**machine, "region": "hebeif-1", "regionName": "河北一区"},
            "h20-8x-xingjiangf-1": {**machine, "region": "xingjiangf-1", "regionName": "新疆一区"},
        },
        "queues": {"hebeif-1": "hebeif-1", "xingjiangf-1": "xingjiangf-1"},
        "volumes": {"my-volume": {"nas": 1001}, "数据": {"storage": 36}},
    }
    recording.check()


def test_a_create_without_an_answer() -> None:
    """Nobody knows what became of it, until the list of all tasks says that there is none."""
    client, recording = played("absent")
    token = "01kb7rec0rded0000000000000"
    with pytest.raises(OutcomeUnknown):
        client.submit(task(token))
    assert client.find(token) is None
    recording.check()
