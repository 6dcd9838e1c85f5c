"""AirScheduler's client against the answers that its manuals print, and what it makes of them."""

from pathlib import Path
from typing import Any

import pytest
from kit.recordings import Recording

from lading.runner.errors import NoSuchJob, OutcomeUnknown, Refused
from lading.runner.platform import Accepted, Context, LogQuery, Outgoing
from lading.runner.platforms.airscheduler import connect
from lading.runner.platforms.airscheduler.client import Client
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status

FOLDER = Path(__file__).parent / "recordings" / "airscheduler"
ROUTES = {"filter": "GET /tasks?col_name={col_name}&col_values={col_values}", "logs": "GET /logs"}
USER = {"username": SecretValue("somebody"), "password": SecretValue("not-a-real-password")}
OWN = {"token": SecretValue("not-a-real-token")}


def played(name: str, auth: dict[str, SecretValue] = OWN, **options: Any) -> tuple[Client, Recording]:
    """A client to which the recording is played."""
    recording = Recording(FOLDER / f"{name}.yaml")
    whole = {"api": "v1", "routes": ROUTES, "findBy": {"column": "usage"}, **options}
    endpoint = "http://air.example.org:30887"
    return connect(Context("air", whole, endpoint, auth, transport=recording)), recording


def task(config: dict[str, Any], resources: dict[str, Any], **header: Any) -> Outgoing:
    """The manual's sample on its way out."""
    body = {
        "name": "test-task",
        "working_type": 0,
        "namespace": "airtest",
        "image_repo_tag": "registry.example.com/test/torch:1.0",
        "running_config": {"command": "python run.py", **config},
        "resource_info": {"cpu_count": 4, "mem_size": 2**32, **resources},
        **header,
    }
    return Outgoing("01jrecorded", "test-task", "POST", "/api/v1/airscheduler/task/", body)


def test_a_task_of_the_first_edition() -> None:
    """Logged in, made, seen in both shapes, read, stopped twice, deleted twice."""
    client, recording = played("first-edition", USER, login="http://air.example.org:31151")
    config = {"work_dir": "/code", "pvc": {"pvc_requests": "100Mi", "pvc_limits": "1Gi"}}
    resources = {"gpu_dict": {"GeForce RTX 2080 Ti": 1}, "shm_size": 2**31}
    header = {"usage": "用于测试", "source_service_id": 0, "running_type": 0, "start_now": True}
    assert client.submit(task(config, resources, **header)) == Accepted("1042")
    assert client.status(["1042"]) == {"1042": Status(State.PENDING, "-1")}
    assert [line.text for line in client.logs("1042", LogQuery())] == ["epoch 1", "epoch 2"]
    client.stop("1042")
    client.stop("1042")
    client.delete("1042")
    with pytest.raises(NoSuchJob):
        client.delete("1042")
    recording.check()
    hosts = [request.url.port for request in recording.sent]
    assert hosts == [31151] + [30887] * (len(hosts) - 1)
    assert [request.headers.get("token") for request in recording.sent[:2]] == [None, "not-a-real-token"]


def test_a_task_of_the_second_edition() -> None:
    """Held, started twice, without a log yet, and not to be stopped."""
    client, recording = played("second-edition", api="v2")
    config = {"env": {"KEY": SecretValue("value")}, "timeout": 3600}
    assert client.submit(task(config, {}, start_now=False)) == Accepted("7")
    client.start("7")
    with pytest.raises(Refused, match="task 7 was started before, and is running"):
        client.start("7")
    assert list(client.logs("7", LogQuery())) == []
    with pytest.raises(Refused, match=r"111006, the task could not be stopped \(任务停止失败\)"):
        client.stop("7")
    recording.check()


@pytest.mark.parametrize(
    ("name", "found"), [("started-in-vain", Accepted("4")), ("lost", None), ("no-resources", OutcomeUnknown)]
)
def test_a_task_of_which_nobody_knows(name: str, found: Any) -> None:
    """It is sent once, and looked up by its mark."""
    client, recording = played(name)
    with pytest.raises(OutcomeUnknown):
        client.submit(task({}, {}))
    if found is OutcomeUnknown:
        with pytest.raises(OutcomeUnknown, match="193003, tasks can not be filtered by that"):
            client.find("01jrecorded")
    else:
        assert client.find("01jrecorded") == found
    recording.check()
