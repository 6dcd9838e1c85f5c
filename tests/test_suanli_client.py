"""Suanli's client against its server: signatures, marks, names, and how a task has ended."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from kit.machine import until
from kit.platforms import client_of
from servers.suanli import Suanli, key, private_text, serve
from servers.web import Fault, Server, as_json, serving

from lading.runner.errors import LoginRejected, NoSuchJob, NotSupported, OutcomeUnknown, Refused, SecretMissing
from lading.runner.platform import LogLine, LogQuery, Outgoing
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.client import Client, status_of
from lading.runner.platforms.suanli.machines import Machines
from lading.runner.platforms.suanli.signing import Signer
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status
from lading.runner.submission.ids import Ids, token

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
IDS = Ids()
WANTED = {"device_name": "cpu-16", "region": "north-1", "gpu_count": 0, "memory": 32768, "cpu_cores": 16}


@pytest.fixture
def service() -> Suanli:
    """An account whose tasks run."""
    return serve()


@pytest.fixture
def server(service: Suanli) -> Iterator[Server]:
    """The platform at work."""
    with serving(service) as started:
        yield started


@pytest.fixture
def client(service: Suanli, server: Server) -> Iterator[Client]:
    """A client of it."""
    made = client_of(service, server.url)
    yield made
    made.close()


def body(client: Client, *commands: str, points: int = 1) -> dict[str, Any]:
    """A task with a container for each command."""
    services = [
        {
            "service_name": f"part-{place}",
            "service_image": "a/b:1",
            "resource_weight": {"cpu_weight": 1, "mem_weight": 1, "gpu_weight": 0 if place else 1},
            "start_script": {"command": ["sh", "-c", command], "args": []},
        }
        for place, command in enumerate(commands)
    ]
    support = {
        "parallelism": points,
        "timeout_sec": 60,
        "mod_param": {"default": {"backoff_limit": 0, "restart_policy": "Never"}},
    }
    mark = client.look_up(WANTED)
    more: dict[str, Any] = {"points": points, "job_support": support, "services": services}
    return {"task_name": "fit", "resources": [{"mark": mark}], **more}


def outgoing(payload: dict[str, Any]) -> Outgoing:
    """A task on its way out, with a token that no other has."""
    return Outgoing(token(IDS.new()), "fit", "POST", protocol.CREATE, payload)


def submitted(client: Client, *commands: str, points: int = 1) -> str:
    """The number of a task with these commands."""
    return client.submit(outgoing(body(client, *commands, points=points))).native_id


def ended(client: Client, native_id: str) -> Status:
    """The task once it has ended."""
    until(lambda: client.status([native_id])[native_id].state.is_final)
    return client.status([native_id])[native_id]


@pytest.mark.parametrize("form", ["pem", "base64"])
def test_a_request_is_signed_over_exactly_what_is_sent(form: str) -> None:
    """Path with its query, version, time, token and body, without a newline at the end; anew for each attempt."""
    text = private_text()
    if form == "pem":
        forms = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        text = key().private_bytes(*forms).decode()
    times = iter([1767225600.0, 1767225601.0])
    signer = Signer({"token": SecretValue("TOKEN"), "privateKey": SecretValue(text)}, lambda: next(times))
    request = httpx.Request("POST", "http://x/api/task/job/create?a=%2F", content=b'{"task_name":"a"}')
    signatures = []
    for stamp in ("1767225600000", "1767225601000"):
        signer.sign(request)
        signatures.append(request.headers["sign_str"])
        said = f'/api/task/job/create?a=%2F\n1.0.0\n{stamp}\nTOKEN\n{{"task_name":"a"}}'.encode()
        signature = base64.b64decode(request.headers["sign_str"])
        key().public_key().verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
        assert (request.headers["timestamp"], len(signature)) == (stamp, 256)
    assert signatures[0] != signatures[1]


def test_a_simple_key_signs_nothing() -> None:
    """Its requests bear the token, the time and the version."""
    request = httpx.Request("GET", "http://x/api")
    Signer({"token": SecretValue("TOKEN")}).sign(request)
    assert "sign_str" not in request.headers
    service = serve(rsa=False)
    with serving(service) as server:
        client = client_of(service, server.url)
        assert client.check()[0] == ("key", "simple mode, and taken")
        client.close()


@pytest.mark.parametrize("text", ["nonsense", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "AAAA"])
def test_a_key_that_is_none_is_one_sentence(text: str) -> None:
    """And nothing of it is repeated."""
    signer = Signer({"token": SecretValue("t"), "privateKey": SecretValue(text)})
    with pytest.raises(SecretMissing, match=r"^Suanli's private key can not be read$"):
        signer.sign(httpx.Request("GET", "http://x/"))
    with pytest.raises(LoginRejected):
        Signer({}).sign(httpx.Request("GET", "http://x/"))


def test_a_retried_question_is_signed_again(client: Client, server: Server) -> None:
    """The second attempt bears another time and another signature, and is taken."""
    server.service.faults = [Fault(cut="after")]
    assert client.status(["4000"]) == {}
    stamps = [one.headers["timestamp"] for one in server.service.seen]
    assert len(set(stamps)) == len(stamps) > 1


def test_the_mark_is_that_of_the_machine_that_was_compiled_for(client: Client, service: Suanli) -> None:
    """A task gets the mark of this moment; a thousand tasks do not ask for it a thousand times."""
    native_id = submitted(client, "true")
    assert service.tasks[int(native_id)].body["resources"][0]["mark"] in service.marks
    before = len(service.seen)
    client.look_up(WANTED)
    assert len(service.seen) == before


def test_a_mark_is_not_believed_for_long(client: Client) -> None:
    """After half a minute the platform is asked again."""
    now = [0.0]
    machines = Machines(client._api, lambda: now[0])
    first = machines.mark(WANTED)
    now[0] = 29.0
    assert machines.mark(WANTED) == first
    now[0] = 31.0
    assert machines.mark(WANTED) != first


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ({"memory": 65536}, "Suanli's cpu-16 has memory 32768 now, and the catalog says 65536"),
        ({"region": "west-9"}, "Suanli has no cpu-16 in west-9 now"),
        ({"device_name": "tpu"}, "Suanli has no tpu in north-1 now"),
    ],
)
def test_a_machine_that_is_not_what_the_catalog_says_is_refused(
    client: Client, what: dict[str, Any], words: str
) -> None:
    """Before anything is sent, and with what to do about it."""
    with pytest.raises(Refused, match=f"^{words}$") as raised:
        client.look_up({**WANTED, **what})
    assert "catalog pull" in raised.value.help


def test_a_machine_that_is_taken_is_refused(client: Client, service: Suanli) -> None:
    """Inventory 0: nothing is sent for it."""
    service.inventory = 0
    with pytest.raises(Refused, match="free"):
        client.look_up(WANTED)


@pytest.mark.parametrize("search", ["part", "whole"])
def test_a_task_is_found_by_the_end_of_its_name(search: str) -> None:
    """However the platform searches names; and absence is proven by looking at all of them."""
    service = serve(runs=False, search=search)
    with serving(service) as server:
        client = client_of(service, server.url)
        sent = outgoing(body(client, "true"))
        native_id = client.submit(sent).native_id
        for _ in range(120):
            client.submit(outgoing(body(client, "true")))
        assert service.tasks[int(native_id)].body["task_name"] == f"fit-{sent.token}"
        found = client.find(sent.token)
        assert found is not None
        assert found.native_id == native_id
        assert client.find(token(IDS.new())) is None
        client.close()


def test_how_a_task_has_ended_is_read_where_the_platform_says_it(client: Client) -> None:
    """`End` alone says nothing: complete, failed with the code of the pod, stopped by hand."""
    good, bad, long = submitted(client, "true"), submitted(client, "exit 7"), submitted(client, "sleep 60")
    assert ended(client, good) == Status(State.SUCCEEDED, "End/Complete")
    assert ended(client, bad) == Status(State.FAILED, "End/Failed", 7)
    client.stop(long)
    assert ended(client, long) == Status(State.STOPPED, "End/Manual")
    client.stop(long)
    assert status_of({"status": "End"}) == Status(State.UNKNOWN, "End")
    assert status_of({"status": "Paused"}).state is State.RUNNING
    assert status_of({"status": "New"}) == Status(State.UNKNOWN, "New")
    queued = status_of({"status": "Pending", "schedule_status": "Queued"})
    assert queued == Status(State.PENDING, "Pending", reason="it waits for a machine to become free")


def test_why_a_task_still_waits_is_what_was_said_last_of_its_pod() -> None:
    """Nothing before it has one."""
    service = serve(runs=False)
    with serving(service) as server:
        client = client_of(service, server.url)
        native_id = submitted(client, "true")
        assert client.status([native_id]) == {native_id: Status(State.PENDING, "Pending")}
        service.waiting[int(native_id)] = "pod-x"
        assert client.status([native_id]) == {native_id: Status(State.PENDING, "Pending", reason="pulling a/b:1")}
        client.close()


def test_many_tasks_are_asked_about_in_few_requests() -> None:
    """A hundred to a page, whatever their number."""
    service = serve(runs=False)
    with serving(service) as server:
        client = client_of(service, server.url)
        ids = [submitted(client, "true") for _ in range(150)]
        before = len(service.seen)
        assert set(client.status(ids)) == set(ids)
        assert len(service.seen) - before == 2
        client.close()
    assert Client.least_pause == 10.0


def test_the_output_of_each_pod_and_container(client: Client) -> None:
    """Two pods of two containers are four texts; a replica and a container choose one."""
    native_id = submitted(client, "echo main $JOB_COMPLETION_INDEX", "echo side", points=2)
    ended(client, native_id)

    def lines(**query: Any) -> list[LogLine]:
        return list(client.logs(native_id, LogQuery(**query)))

    assert lines() == [
        LogLine("main 0", "0/part-0"),
        LogLine("side", "0/part-1"),
        LogLine("main 1", "1/part-0"),
        LogLine("side", "1/part-1"),
    ]
    assert lines(replica=1, container="part-0") == [LogLine("main 1")]
    for query in ({"container": "none"}, {"replica": 9}):
        with pytest.raises(NoSuchJob):
            lines(**query)
    with pytest.raises(NotSupported):
        lines(index=1)


def test_the_catalog_has_every_machine_in_every_region(client: Client) -> None:
    """Under names that are the same at the next search, in base units."""
    catalog = client.catalog()
    assert sorted(catalog["resources"]) == ["4090-1x-north-1", "4090-1x-south-2", "cpu-16-north-1", "cpu-16-south-2"]
    assert catalog["resources"]["4090-1x-north-1"] == {
        "deviceName": "4090",
        "region": "north-1",
        "regionName": "Hebei 1",
        "cpu": 16000,
        "memory": 64512 * 2**20,
        "gpuCount": 1,
        "gpuModel": "4090",
        "gpuMemory": 24560 * 2**20,
    }
    assert catalog["volumes"] == {"imagenet": {"storage": 2038}}


def test_a_code_is_shown_as_it_is_and_refuses(client: Client, service: Suanli) -> None:
    """What the codes mean is published nowhere; a signature with a wrong time is one of them."""
    service.expire_marks()
    payload = body(client, "true")
    service.expire_marks()
    with pytest.raises(Refused, match=r"^Suanli says no, with code C006: mark is wrong$"):
        client.submit(outgoing(payload))
    late = Signer(
        {"token": SecretValue(service.token), "privateKey": SecretValue(private_text())}, lambda: time.time() - 400
    )
    client._api.line.sign = late.sign
    with pytest.raises(Refused, match="timestamp is wrong"):
        client.submit(outgoing(payload))


def test_a_success_without_a_number_is_no_success(client: Client, server: Server) -> None:
    """Nobody knows what became of the task."""
    payload = body(client, "true")
    for data in (None, {}, {"task_id": "7"}, {"task_id": True}):
        server.service.faults = [Fault(reply=as_json({"code": "0000", "data": data}))]
        with pytest.raises(OutcomeUnknown):
            client.submit(outgoing(payload))
