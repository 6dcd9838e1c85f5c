"""PaddleFlow's client against its server: every operation, every state, every kind of error."""

from collections.abc import Iterator
from typing import Any

import pytest
from kit.machine import until
from kit.platforms import client_of
from servers.paddleflow import PaddleFlow, serve
from servers.web import Fault, Server, as_json, serving

from lading.runner.errors import (
    LoginRejected,
    NoSuchJob,
    NotSupported,
    OutcomeUnknown,
    Refused,
    RunnerError,
    Unreachable,
)
from lading.runner.platform import Accepted, LogLine, LogQuery, Outgoing
from lading.runner.platforms.paddleflow import protocol
from lading.runner.platforms.paddleflow.client import Client, status_of
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status
from lading.runner.submission.ids import Ids, token

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SINGLE = f"{protocol.JOBS}/single"
BODY = {"name": "x", "image": "a/b:1", "command": "true", "schedulingPolicy": {"queue": "vision"}}
IDS = Ids()


@pytest.fixture
def service() -> PaddleFlow:
    """A server that runs what it is given."""
    return serve()


@pytest.fixture
def server(service: PaddleFlow) -> Iterator[Server]:
    """The server at work."""
    with serving(service) as started:
        yield started


@pytest.fixture
def client(service: PaddleFlow, server: Server) -> Iterator[Client]:
    """A client of it."""
    made = client_of(service, server.url)
    yield made
    made.close()


def outgoing(path: str = SINGLE, **body: Any) -> Outgoing:
    """A job on its way out, with a token that no other has."""
    return Outgoing(token(IDS.new()), "x", "POST", path, {**BODY, **body})


def ended(client: Client, native_id: str) -> Status:
    """The job once it has ended."""
    until(lambda: client.status([native_id])[native_id].state.is_final)
    return client.status([native_id])[native_id]


def lines(client: Client, native_id: str, **query: Any) -> list[LogLine]:
    """The job's output."""
    return list(client.logs(native_id, LogQuery(**query)))


def test_a_job_has_the_id_that_was_made_of_its_token(client: Client, service: PaddleFlow) -> None:
    """It starts with a letter and fits into the column; `find` comes back to it, and to nothing else."""
    sent = outgoing()
    native_id = client.submit(sent).native_id
    assert native_id == f"job-{sent.token}"
    found = client.find(sent.token)
    assert found is not None
    assert found.native_id == native_id
    assert client.find(token(IDS.new())) is None
    long = protocol.job_id("01k" + "x" * 57)
    assert (len(long), long == protocol.job_id("01k" + "x" * 56 + "y")) == (60, False)


def test_a_second_request_for_the_same_job_is_not_a_second_job(client: Client, service: PaddleFlow) -> None:
    """The server says that the id is taken, which is no refusal: the job may be this one."""
    sent = outgoing()
    client.submit(sent)
    with pytest.raises(OutcomeUnknown, match="Duplicate entry"):
        client.submit(sent)
    assert len(service.accepted()) == 1


def test_secrets_reach_the_program_as_they_are(client: Client) -> None:
    """Kubernetes reads `$$` and `$(X)` in values of variables, so they are sent such that it gives them back."""
    env = {"A": SecretValue("p$$w$(HOME)"), "B": "plain"}
    native_id = client.submit(outgoing(command='printf "%s" "$A"', env=env)).native_id
    ended(client, native_id)
    assert lines(client, native_id) == [LogLine("p$$$w$$(HOME)")]  # there is no Kubernetes behind this server


@pytest.mark.parametrize("word", [*protocol.STATES, "new-word", None, 7])
def test_every_state_is_told_and_an_unknown_word_is_never_final(word: Any) -> None:
    """The table is the whole alphabet."""
    status = status_of({"status": word, "message": "because"})
    known = protocol.STATES.get(word, State.UNKNOWN)
    assert (status.state, status.native) == (known, word if isinstance(word, str) else "")
    assert status.reason == ("" if known is State.SUCCEEDED else "because")


def test_a_distributed_job_has_an_output_per_task(client: Client) -> None:
    """Each line says which task it is of; a role and a number choose one."""
    members = [
        {"role": role, "replicas": count, "image": "a/b:1", "command": f"echo {role}", "flavour": {"name": "flavour1"}}
        for role, count in (("pserver", 1), ("worker", 2))
    ]
    sent = outgoing(f"{protocol.JOBS}/distributed", framework="paddle", members=members)
    native_id = client.submit(sent).native_id
    assert ended(client, native_id).state is State.SUCCEEDED
    assert lines(client, native_id) == [
        LogLine("pserver", f"{native_id}-pserver-0"),
        LogLine("worker", f"{native_id}-worker-0"),
        LogLine("worker", f"{native_id}-worker-1"),
    ]
    assert lines(client, native_id, role="worker", replica=1) == [LogLine("worker")]
    with pytest.raises(NoSuchJob):
        lines(client, native_id, role="master")
    with pytest.raises(NotSupported):
        lines(client, native_id, container="main")


def test_logs_are_followed_to_the_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line once, also where several looks are needed."""
    monkeypatch.setattr("lading.runner.platforms.paddleflow.logs.PAUSE", 0.02)
    native_id = client.submit(outgoing(command="for i in 1 2 3; do echo $i; sleep 0.1; done")).native_id
    assert [line.text for line in lines(client, native_id, follow=True)] == ["1", "2", "3"]


def test_a_job_is_stopped_changed_and_deleted(client: Client, service: PaddleFlow) -> None:
    """Two steps to the end; labels at any time, the priority only before it runs; the record of a live job stays."""
    native_id = client.submit(outgoing(command="sleep 60")).native_id
    client.update(native_id, {"labels.team": "vision"})
    assert service.jobs[native_id].body["labels"] == {"team": "vision"}
    client.status([native_id])
    with pytest.raises(Refused, match="its priority can not be changed"):
        client.update(native_id, {"schedule.priority": "high"})
    with pytest.raises(NotSupported, match=r"schedule\.timeLimit"):
        client.update(native_id, {"schedule.timeLimit": 60})
    with pytest.raises(Refused, match="please stop it first"):
        client.delete(native_id)
    client.stop(native_id)
    assert ended(client, native_id) == Status(State.STOPPED, "terminated")
    client.stop(native_id)
    client.delete(native_id)
    assert client.status([native_id]) == {}
    with pytest.raises(NoSuchJob):
        client.stop(native_id)


@pytest.mark.parametrize("develop", [False, True])
def test_many_jobs_are_asked_about_in_few_requests(develop: bool) -> None:
    """A thousand rows a page; what the development branch's paging loses is asked for by its id."""
    service = serve(runs=False, develop=develop)
    with serving(service) as server:
        client = client_of(service, server.url)
        ids = [client.submit(outgoing()).native_id for _ in range(30)]
        protocol_page = protocol.LARGEST_PAGE
        before = len(service.seen)
        assert set(client.status(ids)) == set(ids)
        assert len(service.seen) - before == 1
        try:
            protocol.LARGEST_PAGE = client_module().LARGEST_PAGE = 10
            assert set(client.status(ids)) == set(ids)
            assert {row["id"] for row in client.jobs(queue="vision")} <= set(ids)
        finally:
            protocol.LARGEST_PAGE = client_module().LARGEST_PAGE = protocol_page
        client.close()


def client_module() -> Any:
    """Where the size of a page is read."""
    from lading.runner.platforms.paddleflow import client

    return client


def test_only_the_jobs_that_were_asked_for_are_told_of(client: Client) -> None:
    """An id that is not there, and one that is no id, are left out."""
    native_id = client.submit(outgoing()).native_id
    assert set(client.status([native_id, "job-none", "no such"])) == {native_id}


def test_the_catalog_is_what_the_server_has(client: Client) -> None:
    """Open queues, and flavours in base units."""
    assert client.catalog() == {
        "queues": {"vision": "vision"},
        "flavours": {
            "flavour1": {"cpu": 1000, "memory": 2**30},
            "flavour2": {"cpu": 4000, "memory": 8 * 2**30, "gpu": {"count": 1}},
        },
    }


def test_doctor_compares_the_version(service: PaddleFlow, server: Server) -> None:
    """What the site says is held against what the server says."""
    good, other = (client_of(service, server.url, serverVersion=version) for version in ("v0.14.6", "0.14.2"))
    assert good.check() == [("login", "good"), ("version", "0.14.6"), ("open queues", "1")]
    assert other.check()[1] == ("version", "0.14.6, and options.serverVersion says 0.14.2")
    good.close()
    other.close()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"schedulingPolicy": {"queue": "closed"}}, "queue closed does not exist or is not open"),
        ({"flavour": {"name": "none"}}, "flavour none does not exist"),
        ({"flavour": {"cpu": 1}}, "flavour is no quantity"),
        ({"env": []}, "cannot unmarshal"),
        ({"fs": {"name": "gone"}}, "fs gone does not exist"),
    ],
)
def test_what_the_server_refuses_is_refused(client: Client, body: dict[str, Any], words: str) -> None:
    """In its words, with what its administrators know the request by."""
    with pytest.raises(Refused, match=words) as raised:
        client.submit(outgoing(**body))
    assert raised.value.help.startswith("the server's administrators know it as request ")


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("InternalError", 500, RunnerError),
        ("", 500, RunnerError),
        ("AuthInvalidToken", 400, LoginRejected),
        ("AccessDenied", 403, Refused),
        ("JobCreateFailed", 400, Refused),
        ("SomethingNew", 400, Refused),
    ],
)
def test_every_error_means_something(
    client: Client, server: Server, code: str, status: int, error: type[Exception]
) -> None:
    """What the server itself is sure of is a refusal; its own trouble is not."""
    said = as_json({"requestID": "r", "code": code, "message": "so it is"}, status)
    server.service.faults = [Fault(reply=said, times=9, match="POST .*/job/")]
    with pytest.raises(error) as raised:
        client.submit(outgoing())
    assert type(raised.value) is error


def test_a_wrong_password_is_a_rejected_login(
    service: PaddleFlow, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server says so with HTTP 400."""
    monkeypatch.setattr(PaddleFlow, "environ", {"PF_USER": "ada", "PF_PASSWORD": "wr0ng"})
    wrong = client_of(service, server.url)
    monkeypatch.undo()
    with pytest.raises(LoginRejected, match="password is wrong"):
        wrong.check()
    wrong.close()


def test_an_answer_about_another_job_is_not_believed(client: Client, server: Server) -> None:
    """Neither of one that was created nor of one that was asked about."""
    server.service.faults = [Fault(reply=as_json({"id": "job-other", "status": "running"}), times=9)]
    server.service.faults[0].match = "/job"
    with pytest.raises(OutcomeUnknown):
        client.submit(outgoing())
    with pytest.raises(Unreachable):
        client.status(["job-mine"])
    assert isinstance(Accepted("x"), Accepted)
