"""PaddleFlow's client against its server: every operation, every state, every kind of error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from kit.paddleflow import IDS, ended, lines, outgoing
from kit.platforms import client_of
from servers.paddleflow import PaddleFlow, serve
from servers.web import Fault, Reply, Server, as_json, serving

from lading.runner.errors import (
    LoginRejected,
    NoSuchJob,
    NotSupported,
    OutcomeUnknown,
    Refused,
    RunnerError,
    Unreachable,
)
from lading.runner.http import connection
from lading.runner.http.answer import Answer
from lading.runner.platform import LogLine
from lading.runner.platforms.paddleflow import protocol
from lading.runner.platforms.paddleflow.client import Client, status_of
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status
from lading.runner.submission.ids import token

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


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
def idle(service: PaddleFlow, client: Client) -> Client:
    """A client of it, where jobs stay in the state in which they are made."""
    service.runs = False
    return client


@pytest.fixture
def client(service: PaddleFlow, server: Server) -> Iterator[Client]:
    """A client of it."""
    made = client_of(service, server.url)
    yield made
    made.close()


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


def test_a_second_request_for_the_same_job_finds_it(client: Client, service: PaddleFlow) -> None:
    """The server says that the id is taken, which is no refusal: it is this job that has it."""
    sent = outgoing()
    assert client.submit(sent).native_id == client.submit(sent).native_id == f"job-{sent.token}"
    assert len(service.accepted()) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Error 1062: Duplicate entry 'job-x' for key 'job.idx_id'",
        "UNIQUE constraint failed: job.id, job.deleted_at",
        'ERROR: duplicate key value violates unique constraint "idx_id" (SQLSTATE 23505)',
    ],
)
def test_an_id_that_is_taken_by_nobody_who_can_be_seen_is_not_a_refusal(
    client: Client, server: Server, words: str
) -> None:
    """Each of the server's databases says it in its own words. Where the job is not to be found nobody knows."""
    said = {"requestID": "r", "code": "JobCreateFailed", "message": f"create job failed, err: {words}"}
    server.service.faults = [Fault(reply=as_json(said, 400), match="POST .*/job/")]
    with pytest.raises(OutcomeUnknown, match=r"(?i)duplicate|unique"):
        client.submit(outgoing())


def test_a_job_whose_spec_says_an_id_is_found_by_a_label(client: Client, service: PaddleFlow) -> None:
    """The spec's id is the job's, its labels stay, and the token stands among them; another's job is not adopted."""
    sent = outgoing(id="mine", labels={"team": "vision"})
    assert client.submit(sent).native_id == "mine"
    assert service.jobs["mine"].body["labels"] == {"team": "vision", "lading-token": sent.token}
    found = client.find(sent.token)
    assert found is not None
    assert found.native_id == "mine"
    assert client.submit(sent).native_id == "mine"
    with pytest.raises(Refused, match="Duplicate entry 'mine'"):
        client.submit(outgoing(id="mine"))
    assert service.accepted() == ["mine"]


def test_a_server_that_overlooks_the_filter_of_labels_gives_nobody_elses_job(client: Client, server: Server) -> None:
    """Whatever it lists, only what bears the token is believed."""
    rows = [{"id": "job-a", "labels": None}, {"id": "job-b", "labels": {"lading-token": "01other"}}]
    answer = {"maxKeys": 1000, "isTruncated": False, "jobList": rows}
    server.service.faults = [Fault(reply=as_json(answer), match="GET .*labels")]
    assert client.find(token(IDS.new())) is None
    assert server.service.faults[0].times == 0


def test_what_can_not_be_asked_is_not_proven_absent(client: Client, service: PaddleFlow, server: Server) -> None:
    """Another user's job, a page of a proxy, and a list that breaks off."""
    sent = outgoing()
    client.submit(sent)
    service.jobs[f"job-{sent.token}"].owner = "grace"
    with pytest.raises(OutcomeUnknown, match="has no access"):
        client.find(sent.token)
    for match in ("GET .*/job/", "GET .*labels"):
        server.service.faults = [Fault(reply=Reply(404, b"<html>404 page not found"), match=match)]
        with pytest.raises(OutcomeUnknown):
            client.find(token(IDS.new()))


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


def test_a_job_is_stopped_changed_and_deleted(client: Client, service: PaddleFlow) -> None:
    """Two steps to the end; labels at any time, the priority only before it runs; the record of a live job stays."""
    native_id = client.submit(outgoing(command="sleep 60")).native_id
    client.update(native_id, {"labels.team": "vision", "annotations.why": "a test"})
    client.update(native_id, {"labels.kind": ""})
    assert service.jobs[native_id].body["labels"] == {"team": "vision", "kind": ""}
    assert service.jobs[native_id].body["annotations"] == {"why": "a test"}
    client.status([native_id])
    with pytest.raises(Refused, match="its priority can not be changed"):
        client.update(native_id, {"schedule.priority": "high"})
    with pytest.raises(NotSupported, match=r"schedule\.timeLimit"):
        client.update(native_id, {"schedule.timeLimit": 60})
    with pytest.raises(Refused, match="please stop it first"):
        client.delete(native_id)
    client.stop(native_id)
    assert ended(client, native_id) == Status(State.STOPPED, "terminated", reason="job is terminated")
    client.stop(native_id)
    client.delete(native_id)
    assert client.status([native_id]) == {}
    with pytest.raises(NoSuchJob):
        client.stop(native_id)


def test_a_waiting_job_can_change_its_priority_and_ends_at_once(idle: Client, service: PaddleFlow) -> None:
    """Nothing of it has run, so nothing has to end first."""
    native_id = idle.submit(outgoing()).native_id
    idle.update(native_id, {"schedule.priority": "high"})
    assert service.jobs[native_id].body["schedulingpolicy"] == {"queue": "vision", "priority": "HIGH"}
    assert idle.status([native_id]) == {native_id: Status(State.PENDING, "init")}
    idle.stop(native_id)
    assert idle.status([native_id]) == {native_id: Status(State.STOPPED, "terminated")}


def test_a_server_that_takes_an_empty_label_away_is_told_of(idle: Client, service: PaddleFlow) -> None:
    """Manual and source differ; whichever is right, the user hears of what is not there."""
    native_id = idle.submit(outgoing(labels={"team": "a"})).native_id
    service.empties = True
    with pytest.raises(RunnerError, match="took team away from the labels"):
        idle.update(native_id, {"labels.team": ""})


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten rows a page."""
    monkeypatch.setattr(protocol, "LARGEST_PAGE", 10)


def asked(service: PaddleFlow) -> list[str]:
    """The questions about jobs that came since the last time."""
    found = [one.target.removeprefix(protocol.PREFIX) for one in service.seen if one.method == "GET"]
    service.seen.clear()
    return found


@pytest.mark.parametrize("develop", [False, True])
def test_many_jobs_are_asked_about_in_one_request(idle: Client, service: PaddleFlow, develop: bool) -> None:
    """Five hundred rows fit on a page, also where somebody else's newer job makes the server call that page cut."""
    service.develop = develop
    ids = [idle.submit(outgoing()).native_id for _ in range(500)]
    other = idle.submit(outgoing()).native_id
    service.jobs[other].owner = "grace"
    asked(service)
    assert set(idle.status([*ids, "gone", "job-gone"])) == set(ids)
    first, *single = asked(service)
    assert first.startswith("/job?")
    assert single == ["/job/gone", "/job/job-gone"]


def test_jobs_that_were_made_long_before_are_not_listed(idle: Client, service: PaddleFlow) -> None:
    """The ids say when the oldest of the jobs was made; the server's clock may be a day off."""
    ids = [idle.submit(outgoing()).native_id for _ in range(4)]
    asked(service)
    idle.status(ids)
    since = int(protocol.made_at(ids[0]) or 0) - 86_400
    assert asked(service) == [f"/job?timestamp={since}&maxKeys=1000"]
    service.jobs["job-x"] = service.jobs.pop(ids[0])
    service.jobs["job-x"].id = "job-x"
    assert set(idle.status([*ids[1:], "job-x"])) == {*ids[1:], "job-x"}
    assert asked(service) == ["/job?maxKeys=1000"]


@pytest.mark.parametrize(("develop", "pages", "single"), [(False, 3, 0), (True, 2, 15)])
def test_pages_are_followed_as_far_as_they_bring_something(
    idle: Client, service: PaddleFlow, small_pages: None, develop: bool, pages: int, single: int
) -> None:
    """The development branch never comes to the older rows; those are asked for one by one."""
    service.develop = develop
    ids = [idle.submit(outgoing()).native_id for _ in range(25)]
    asked(service)
    assert set(idle.status(ids)) == set(ids)
    questions = asked(service)
    assert [len([one for one in questions if one.startswith(start)]) for start in ("/job?", "/job/")] == [pages, single]


def test_a_list_that_is_too_long_to_be_read_is_done_without(
    idle: Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jobs with long scripts: each is asked for by itself."""
    monkeypatch.setattr(connection, "PAUSES", ())
    ids = [idle.submit(outgoing()).native_id for _ in range(4)]
    server.service.faults = [Fault(reply=Reply(200, b" " * (connection.LARGEST_ANSWER + 1)), match=r"GET .*/job\?")]
    assert set(idle.status(ids)) == set(ids)
    assert server.service.faults[0].times == 0


def test_every_filter_of_the_list(client: Client, service: PaddleFlow) -> None:
    """Status, queue, labels, when it began and when it last changed, and all of them together."""
    service.queues["night"] = {**service.queues["vision"], "name": "night"}
    bodies: dict[str, dict[str, Any]] = {
        "old": {"labels": {"a": "1", "b": "2"}},
        "new": {"labels": {"a": "1"}, "command": "sleep 60"},
        "night": {"schedulingPolicy": {"queue": "night"}},
    }
    for name, body in bodies.items():
        client.submit(outgoing(id=name, **body))
        ended(client, name) if name != "new" else client.status([name])
    service.jobs["old"].begun = service.jobs["old"].changed = 1_700_000_000.0

    def names(**filters: Any) -> list[str]:
        return [str(row["id"]) for row in client.jobs(**filters)]

    assert names() == ["old", "new", "night"]
    assert names(status="running") == ["new"]
    assert names(queue="night") == ["night"]
    assert names(labels={"a": "1"}) == ["old", "new"]
    assert names(labels={"a": "1", "b": "2"}) == ["old"]
    assert names(started="2024-01-01 00:00:00") == ["new", "night"]
    assert names(changed=1_700_000_001) == ["new", "night"]
    assert names(queue="vision", labels={"a": "1"}, changed=1_700_000_001, status="running") == ["new"]
    with pytest.raises(Refused, match="queue none does not exist"):
        names(queue="none")


def test_a_user_sees_own_jobs_and_root_sees_all(
    client: Client, service: PaddleFlow, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed and asked for; what belongs to somebody else is refused and not said to be gone."""
    native_id = client.submit(outgoing()).native_id
    for user, sees in (("grace", False), ("root", True)):
        monkeypatch.setattr(PaddleFlow, "environ", {**PaddleFlow.environ, "PF_USER": user})
        one = client_of(service, server.url)
        assert [row["id"] for row in one.jobs()] == ([native_id] if sees else [])
        if sees:
            assert set(one.status([native_id])) == {native_id}
        else:
            with pytest.raises(Refused, match="has no access"):
                one.status([native_id])
        one.close()


@pytest.mark.parametrize(
    "native_id", ["", ".", "..", "../queue/vision", "a/b", "x?action=stop", "a b", "é", "x" + "\n"]
)
def test_what_can_be_no_id_reaches_nothing_else(client: Client, service: PaddleFlow, native_id: str) -> None:
    """No path is made of it, so that it can lead nowhere."""
    assert client.status([native_id]) == {}
    for order in (client.stop, client.delete, lambda name: client.update(name, {"labels.a": "b"})):
        with pytest.raises(NoSuchJob, match="has no job"):
            order(native_id)
    with pytest.raises(NoSuchJob):
        lines(client, native_id)
    assert service.seen == []


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


def test_the_catalog_has_what_is_on_later_pages(client: Client, service: PaddleFlow, small_pages: None) -> None:
    """A server with more queues and flavours than a page holds."""
    for number in range(25):
        service.queues[f"q{number}"] = {**service.queues["vision"], "name": f"q{number}"}
        service.flavours[f"f{number}"] = {"name": f"f{number}", "cpu": "1", "mem": "1Gi"}
    catalog = client.catalog()
    assert (len(catalog["queues"]), len(catalog["flavours"])) == (26, 27)


def test_amounts_that_nobody_has_are_left_out_of_the_catalog(service: PaddleFlow, client: Client) -> None:
    """A server may write what it likes as text."""
    counts = {"nvidia.com/gpu": "9" * 5000}
    odd = {"name": "odd", "cpu": "1e9999999", "mem": "1e9999999Gi", "scalarResources": counts}
    service.flavours = {"odd": odd}
    assert client.catalog()["flavours"] == {"odd": {}}


def test_doctor_compares_the_version(service: PaddleFlow, server: Server) -> None:
    """What the site says is held against what the server says."""
    good, other = (client_of(service, server.url, serverVersion=version) for version in ("v0.14.6", "0.14.2"))
    assert good.check() == [("login", "good"), ("version", "0.14.6"), ("open queues", "1")]
    assert other.check()[1] == ("version", "0.14.6, and options.serverVersion says 0.14.2")
    good.close()
    other.close()


REFUSALS = {
    "MalformedJSON": 400,
    "InvalidURI": 400,
    "InvalidMarker": 400,
    "InvalidArguments": 400,
    "JobInvalidField": 400,
    "JobCreateFailed": 400,
    "RequiredFieldEmpty": 400,
    "AuthIllegalUser": 400,
    "QueueNameNotFound": 400,
    "AccessDenied": 403,
    "ActionNotAllowed": 403,
    "OnlyRootAllowed": 403,
    "FlavourNotFound": 404,
    "PathNotFound": 404,
    "MethodNotAllowed": 405,
    "SomethingNew": 400,
}
LOGINS = dict.fromkeys(("AuthWithoutToken", "AuthInvalidToken", "AuthFailed", "UserNotExist"), 400)
MEANINGS: list[tuple[str, int, str, type[RunnerError]]] = [
    *((code, status, "so it is", Refused) for code, status in REFUSALS.items()),
    *((code, status, "so it is", LoginRejected) for code, status in LOGINS.items()),
    ("JobNotFound", 404, "job is not found", NoSuchJob),
    ("InternalError", 500, "database is locked", protocol.Trouble),
    ("SomethingNew", 500, "so it is", protocol.Trouble),
    ("", 500, "stop job failed, err: no cluster", protocol.Trouble),
    ("", 500, "stop job failed, err: job x status is already failed, and job cannot be stopped", protocol.HasEnded),
    ("JobCreateFailed", 400, "Error 1062: Duplicate entry", protocol.AlreadyThere),
    ("JobCreateFailed", 400, "queue q status is already closed", Refused),
]


@pytest.mark.parametrize(("code", "status", "message", "error"), MEANINGS)
def test_every_error_means_something(code: str, status: int, message: str, error: type[Exception]) -> None:
    """What the server itself is sure of is a refusal; its own trouble is not."""
    said = {"requestID": "r-1", "code": code, "message": message}
    with pytest.raises(RunnerError) as raised:
        protocol.judge(Answer(status, {}, json.dumps(said).encode()))
    assert type(raised.value) is error
    assert str(raised.value) == f"PaddleFlow says no: {message}"
    assert ("r-1" in raised.value.help) == (error is not LoginRejected)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (as_json({"requestID": "r", "code": "JobCreateFailed", "message": "no room"}, 400), Refused),
        (as_json({"requestID": "r", "code": "InternalError", "message": "no room"}, 500), protocol.Trouble),
        (as_json({"code": 7, "message": "no room"}, 400), OutcomeUnknown),
        (as_json({"error": "no room"}, 400), OutcomeUnknown),
        (as_json({"id": 7}), OutcomeUnknown),
        (as_json({"message": "made"}), OutcomeUnknown),
        (Reply(200), OutcomeUnknown),
    ],
)
def test_a_submission_is_refused_by_the_server_itself_or_not_at_all(
    client: Client, server: Server, said: Reply, error: type[RunnerError]
) -> None:
    """Whatever else comes back, nobody knows if the job is there."""
    server.service.faults = [Fault(reply=said, match="POST .*/job/")]
    with pytest.raises(error) as raised:
        client.submit(outgoing())
    assert isinstance(raised.value, Refused) == (error is Refused)


def test_a_server_in_trouble_is_asked_again_by_whoever_waits(client: Client, server: Server) -> None:
    """Its database was locked for a moment, which is not the end of a `lading wait`."""
    said = as_json({"requestID": "r", "code": "InternalError", "message": "database is locked"}, 500)
    server.service.faults = [Fault(reply=said, match="GET")]
    with pytest.raises(Unreachable, match="database is locked"):
        client.status(["job-a"])
    assert client.status(["job-a"]) == {}


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
