"""PaddleFlow's server in the tests: what it takes, refuses and shows is what the real one does, by its source."""

from collections.abc import Iterator
from typing import Any

import pytest
from kit.paddleflow import outgoing
from kit.platforms import client_of
from servers.paddleflow import PaddleFlow, serve
from servers.web import serving

from lading.runner.errors import Refused
from lading.runner.platforms.paddleflow.client import Client

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def service() -> PaddleFlow:
    """A server on which jobs stay as they are made."""
    return serve(runs=False)


@pytest.fixture
def client(service: PaddleFlow) -> Iterator[Client]:
    """A client of it."""
    with serving(service) as server:
        made = client_of(service, server.url)
        yield made
        made.close()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"schedulingPolicy": {"queue": "closed"}}, "queue closed is not open"),
        ({"schedulingPolicy": {"queue": "none"}}, "queue none does not exist"),
        ({"schedulingPolicy": {"queue": "vision", "priority": "VERY_HIGH"}}, "priority is invalid"),
        ({"id": "Not a label"}, "id Not a label is invalid"),
        ({"name": "x" * 513}, "the length of name is over 512"),
        ({"image": ""}, "image is required"),
        ({"port": 65535}, "port is invalid"),
        ({"flavour": {"name": "none"}}, "flavour none does not exist"),
        ({"flavour": {"cpu": "a lot"}}, "flavour is no quantity"),
        ({"flavour": {"cpu": "0"}}, "cpu and mem must be greater than 0"),
        ({"flavour": {"cpu": "2000"}}, "request cpu is greater than limit"),
        ({"flavour": {"cpu": 1}}, "cannot unmarshal"),
        ({"env": []}, "cannot unmarshal"),
        ({"fs": {"name": "gone"}}, "fs gone does not exist"),
        ({"fs": {"name": "imagenet-fs", "mountPath": "/"}}, "mountPath / is not allowed"),
        ({"userName": "grace"}, "user ada is not grace"),
    ],
)
def test_what_the_server_refuses_is_refused(
    client: Client, service: PaddleFlow, body: dict[str, Any], words: str
) -> None:
    """In its words, with what its administrators know the request by."""
    with pytest.raises(Refused, match=words) as raised:
        client.submit(outgoing(**body))
    sent = service.seen[-1].headers["x-pf-request-id"]
    assert raised.value.help == f"the server's administrators know it as request {sent}"
    assert service.accepted() == []


def test_a_record_is_shown_as_the_source_has_it(client: Client, service: PaddleFlow) -> None:
    """The server adds variables, forgets the template, writes keys its own way and says ``UserName``."""
    flavour = {"NAME": "customFlavour", "cpu": "1", "scalarresources": {"nvidia.com/gpu": "1"}}
    native_id = client.submit(outgoing(env={"readonly": "1"}, flavour=flavour, Unknown=1)).native_id
    row = next(client.jobs())
    own = {
        "image": "a/b:1",
        "command": "true",
        "args": None,
        "port": None,
        "flavour": {"name": "customFlavour", "cpu": "1", "scalarResources": {"nvidia.com/gpu": "1"}},
        "limitFlavour": None,
        "fs": None,
        "extraFS": None,
        "env": {"readonly": "1", "PF_JOB_ID": native_id, "PF_USER_NAME": "ada"},
    }
    times = {name: row[name] for name in ("acceptTime", "startTime", "finishTime")}
    assert row == {
        "id": native_id,
        "name": "x",
        "labels": None,
        "annotations": None,
        "schedulingPolicy": {"priority": "NORMAL", "queue": "vision"},
        "UserName": "ada",
        **own,
        "extensionTemplate": None,
        "framework": "standalone",
        "members": [{"replicas": 1, "role": "", "name": "x", "queueID": "queue-1", "queueName": "vision", **own}],
        "status": row["status"],
        "message": "",
        **times,
    }


@pytest.mark.parametrize(("version", "first"), [("0.14.2", "fileSystem"), ("0.14.3", "fs")])
def test_file_systems_have_the_names_of_the_servers_version(
    client: Client, service: PaddleFlow, version: str, first: str
) -> None:
    """By the other version's name a file system is overlooked, so that one that is not there is not missed."""
    service.version = version
    for name in ("fileSystem", "fs"):
        body: dict[str, Any] = {name: {"name": "gone"}}
        if name == first:
            with pytest.raises(Refused, match="fs gone does not exist"):
                client.submit(outgoing(**body))
        else:
            client.submit(outgoing(**body))


MEMBER = {"role": "worker", "replicas": 1, "image": "a/b:1", "command": "true", "flavour": {"name": "flavour1"}}


@pytest.mark.parametrize(
    ("framework", "members", "words"),
    [
        ("aitj", [{}], "framework aitj is not supported"),
        ("pytorch", [], "members is required"),
        ("pytorch", [{"replicas": 0}], "replicas must be greater than 0"),
        ("pytorch", [{"replicas": 1}], "the number of workers must be at least 2"),
        ("paddle", [{"role": "pserver"}], "the number of workers must be at least 1"),
        ("paddle", [{"role": "chief"}], "role chief is not one of paddle"),
        ("spark", [{"role": "executor"}], "spark needs a driver"),
        ("mpi", [{"role": "worker"}], "mpi needs a master and a worker"),
        ("pytorch", [{"replicas": 2, "schedulingPolicy": {"queue": "night"}}], "the queue of a member is not"),
        ("pytorch", [{"replicas": 2, "image": ""}], "image is required"),
        (
            "pytorch",
            [{"replicas": 65, "flavour": {"name": "flavour2"}}],
            "nvidia.com/gpu is greater than limit",
        ),
        ("pytorch", [{"replicas": 2}], ""),
        ("paddle", [{"role": "pserver"}, {"role": "pworker"}], ""),
        ("spark", [{"role": "driver"}, {"role": "executor", "replicas": 2}], ""),
        ("ray", [{"role": "master"}, {"role": "worker"}], ""),
    ],
)
def test_members_are_those_of_their_framework(
    client: Client, service: PaddleFlow, framework: str, members: list[dict[str, Any]], words: str
) -> None:
    """Roles, replicas, queue and quota, as the server holds them against each other."""
    sent = outgoing("distributed", framework=framework, members=[{**MEMBER, **one} for one in members])
    if not words:
        client.submit(sent)
        assert service.accepted() == [f"job-{sent.token}"]
        return
    with pytest.raises(Refused, match=words):
        client.submit(sent)


def test_a_workflow_is_an_argo_workflow(client: Client) -> None:
    """Any other object is refused."""
    right = {"kind": "Workflow", "apiVersion": "argoproj.io/v1alpha1"}
    assert client.submit(outgoing("workflow", extensionTemplate=right)).native_id.startswith("job-")
    with pytest.raises(Refused, match="must be an Argo Workflow"):
        client.submit(outgoing("workflow", extensionTemplate={**right, "kind": "Job"}))
