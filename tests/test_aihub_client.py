"""AIHub's client against its services: each kind of work from its beginning to its end."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest
import trustme
from kit.cli import Cli
from kit.machine import until
from kit.odd import ODD, oddly
from kit.platforms import Desk, client_of
from servers.aihub import AIHub, Relay, serve
from servers.web import Fault, Reply, Request, Server, as_json, serving

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
from lading.runner.http.connection import Call
from lading.runner.platform import LogLine, LogQuery, Outgoing
from lading.runner.platforms.aihub.client import Client, status_of
from lading.runner.platforms.aihub.protocol import KINDS
from lading.runner.states import State, Status
from lading.runner.submission.ids import Ids, token

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
IDS = Ids()
TASK = {
    "name": "fit",
    "framework": "PyTorchJob",
    "image": "a/b:1",
    "command": "true",
    "virtual_cluster_id": 35,
    "sku_cnt": 1,
    "instances": 1,
    "category_id": 1,
    "project_id": 12,
}
RUN = {"pipeline_id": 1, "pipeline_version_id": 2, "name": "nightly", "project_id": 12, "params": []}
SEARCH = {"type": 1, "name": "faces", "sql": "select 1"}
DATASET = {"name": "Faces", "description": "", "tags": []}


@pytest.fixture
def service() -> AIHub:
    """A gateway whose tasks run."""
    return serve()


@pytest.fixture
def server(service: AIHub) -> Iterator[Server]:
    """The gateway at work."""
    with serving(service) as started:
        yield started


@pytest.fixture
def client(service: AIHub, server: Server) -> Iterator[Client]:
    """A client of it."""
    made = client_of(service, server.url)
    yield made
    made.close()


def outgoing(kind: str, body: dict[str, Any], **more: Any) -> Outgoing:
    """Work on its way out, with a token that no other has."""
    return Outgoing(token(IDS.new()), "x", "POST", KINDS[kind].create, {**body, **more})


def ended(client: Client, native_id: str) -> Status:
    """The work once it has ended."""
    until(lambda: client.status([native_id])[native_id].state.is_final)
    return client.status([native_id])[native_id]


def lines(client: Client, native_id: str, **query: Any) -> list[LogLine]:
    """What it printed."""
    return list(client.logs(native_id, LogQuery(**query)))


@pytest.mark.parametrize(("kind", "more"), [("training", {}), ("quota", {"priority": 1})])
def test_a_task_from_its_beginning_to_its_end(client: Client, service: AIHub, kind: str, more: dict[str, Any]) -> None:
    """Its description begins with the token; times are seconds; each instance has an output."""
    sent = outgoing(kind, TASK, description="mine", command="echo out", instances=2, **more)
    native_id = client.submit(sent).native_id
    assert native_id == f"{kind}/1"
    assert service.items[kind][1].body["description"] == f"[lading:{sent.token}] mine"
    done = ended(client, native_id)
    assert (done.state, done.native) == (State.SUCCEEDED, "3 success")
    assert 0 < (done.ended or 0) - (done.started or 0) < 60
    assert lines(client, native_id) == [LogLine("out", f"{kind}-1-0"), LogLine("out", f"{kind}-1-1")]
    assert lines(client, native_id, replica=1) == [LogLine("out")]
    with pytest.raises(NoSuchJob):
        lines(client, native_id, replica=7)
    with pytest.raises(NotSupported):
        lines(client, native_id, role="worker")


def test_a_log_is_fetched_without_any_login(client: Client, service: AIHub) -> None:
    """It is at another address, which never sees the token."""
    native_id = client.submit(outgoing("training", TASK, command="echo out")).native_id
    ended(client, native_id)
    lines(client, native_id)
    assert service.store.seen
    assert [one.headers.get("authorization") for one in service.store.seen] == [None] * len(service.store.seen)


@pytest.fixture
def printing(service: AIHub, client: Client) -> Callable[[str], str]:
    """Makes a task that runs, and what it has printed; its id."""

    def make(text: str) -> str:
        native_id = client.submit(outgoing("training", TASK, command="sleep 60")).native_id
        client._services.of(KINDS["training"].items).ask(Call("GET", f"{KINDS['training'].items}/1/pods/1/logs/new"))
        service.items["training"][1].works[0].output = lambda: text  # type: ignore[method-assign]
        return native_id

    return make


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_a_log_that_grows_is_followed_line_by_line(
    client: Client, service: AIHub, printing: Callable[[str], str], takes_ranges: bool
) -> None:
    """A line is told once it has its end, or the task has: nothing is told twice, and little fetched twice."""
    native_id = printing("one\ntw")
    service.store.takes_ranges = takes_ranges
    work = service.items["training"][1].works[0]
    texts = iter(["one\ntwo\nth", "one\ntwo\nth", "one\ntwo\nthree"])

    def sleep(_: float) -> None:
        text = next(texts)
        work.output = lambda: text  # type: ignore[method-assign]
        if text.endswith("three"):
            client.stop(native_id)

    client._sleep = sleep
    assert lines(client, native_id, follow=True) == [LogLine("one"), LogLine("two"), LogLine("three")]
    asked = [one.headers.get("range") for one in service.store.seen]
    assert asked == [None, "bytes=6-", "bytes=10-", "bytes=10-"]
    assert lines(client, native_id, lines=(2, 2)) == [LogLine("two")]


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_a_log_that_breaks_off_is_read_on(
    client: Client, service: AIHub, printing: Callable[[str], str], takes_ranges: bool
) -> None:
    """Each line once, whatever came before the end of the connection."""
    text = "".join(f"line {number}\n" for number in range(50_000))
    native_id = printing(text)
    service.store.takes_ranges = takes_ranges
    service.store.faults = [Fault(cut="during", times=2)]
    client._sleep = lambda _: None
    assert [line.text for line in lines(client, native_id)] == text.splitlines()
    service.store.faults = [
        Fault(reply=Reply(206, b"x", {"content-range": "bytes 9999999-9999999/9"}), skip=1, times=9)
    ]
    service.store.faults.append(Fault(cut="during"))
    with pytest.raises(Unreachable, match="gives the log from byte 9999999 on"):
        lines(client, native_id)


def test_a_log_of_any_size_is_passed_on_as_it_comes(
    client: Client, service: AIHub, printing: Callable[[str], str]
) -> None:
    """Its first line is here long before its last, and a line that has no end is told in parts."""
    native_id = printing("first\n" + "x" * 20 * 2**20)
    service.store.faults = [Fault(drip=0.05, piece=2**20)]
    before = time.monotonic()
    found = client.logs(native_id, LogQuery())
    assert next(found) == LogLine("first")
    assert time.monotonic() - before < 0.5
    sizes = [len(line.text) for line in found]
    assert sum(sizes) == 20 * 2**20
    assert max(sizes) < 2 * 2**20


def test_every_pod_of_many_has_its_log(client: Client) -> None:
    """Pods are on several pages."""
    native_id = client.submit(outgoing("training", TASK, command="echo out", instances=101)).native_id
    ended(client, native_id)
    assert lines(client, native_id, replica=100) == [LogLine("out")]


def test_a_task_that_fails_and_one_that_is_stopped(client: Client) -> None:
    """Stopping what has ended is fine; what can not be started again says so."""
    bad, long = (client.submit(outgoing("training", TASK, command=text)).native_id for text in ("exit 3", "sleep 60"))
    assert ended(client, bad).state is State.FAILED
    client.stop(bad)
    client.stop(long)
    assert ended(client, long).state is State.STOPPED
    with pytest.raises(NotSupported, match="starts a training once"):
        client.start(long)


def test_a_run_is_run_again(client: Client) -> None:
    """Only what failed of one that has failed, all of another; its nodes are what prints."""
    params = [{"key": "exit", "value": "1"}]
    native_id = client.submit(outgoing("run", RUN, params=params)).native_id
    assert ended(client, native_id).state is State.FAILED
    assert lines(client, native_id) == [LogLine("exit=1")]
    assert lines(client, native_id, role="train") == [LogLine("exit=1")]
    assert lines(client, native_id, role="other") == []
    client.start(native_id)
    assert ended(client, native_id).state is State.FAILED


@pytest.fixture
def pipeline(cli: Cli, service: AIHub, server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a run of a pipeline that has failed, as the ledger knows."""
    for name, value in Desk(Path.cwd(), service, server.url).environ.items():
        monkeypatch.setenv(name, value)
    pipeline = "{id: '1', version: '2', params: {exit: '1'}}"
    spec = f"lading: v1\nkind: pipeline\nname: nightly\npipeline: {pipeline}\n"
    Path("p.yaml").write_text(spec)
    id_ = str(cli.good("submit", "p.yaml", "--format", "json").document["id"])
    assert cli("wait", id_).code == 1
    return id_


def told(cli: Cli, id_: str) -> tuple[str, str]:
    """The state and the native id of the submission."""
    (found,) = cli.good("status", id_, "--format", "json").document["submissions"]
    return found["state"], found["parts"][0]["nativeId"]


@pytest.mark.parametrize("renumbers", [False, True])
def test_a_run_that_has_ended_lives_again(cli: Cli, service: AIHub, pipeline: str, renumbers: bool) -> None:
    """Its old end holds no more, also where it got another number; it can be stopped, and started once more."""
    service.renumbers, service.runs = renumbers, False
    now = "run/2" if renumbers else "run/1"
    answer = cli.good("start", pipeline)
    assert answer.err == f"{pipeline} nightly {'runs again as run/2' if renumbers else 'may run'}\n"
    assert told(cli, pipeline) == ("pending", now)
    refused = cli("start", pipeline)
    assert (refused.code, f"{now} has not ended: it is pending" in refused.err) == (3, True)
    cli.good("stop", pipeline)
    assert told(cli, pipeline) == ("stopped", now)
    service.runs = True
    cli.good("start", pipeline)
    answer = cli("wait", pipeline, "--format", "json")
    assert [one["state"] for one in answer.document["submissions"]] == ["failed"]


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_run_of_which_nobody_knows_if_it_runs_again_is_asked_about(
    cli: Cli, service: AIHub, pipeline: str, cut: str
) -> None:
    """No answer comes: what the platform says afterwards is the truth, whatever the ledger knew."""
    service.runs = False
    service.faults = [Fault(cut=cut, match="^PUT")]
    assert cli("start", pipeline).code == 4
    assert told(cli, pipeline)[0] == ("pending" if cut == "after" else "failed")


def test_an_old_end_is_waited_out(service: AIHub, server: Server) -> None:
    """The platform tells it for a moment after it was told to run again; not for ever."""
    pauses: list[float] = []
    client = client_of(service, server.url)
    client._sleep = pauses.append
    native_id = client.submit(outgoing("run", RUN, params=[{"key": "exit", "value": "1"}])).native_id
    ended(client, native_id)
    before = service.get_run(service.seen[-1], "1")
    service.runs = False
    service.faults = [Fault(reply=before, match="GET /workflow-center", times=3)]
    client.start(native_id)
    assert pauses == [0.0, 0.5, 1.5]
    assert client.status([native_id])[native_id].state is State.PENDING
    client.close()


def test_the_result_of_a_search_is_a_file(client: Client) -> None:
    """None until the search has succeeded; then its CSV, of a known size, and its address."""
    native_id = client.submit(outgoing("search", SEARCH)).native_id
    assert client.result(native_id) is None
    done = ended(client, native_id)
    assert done.state is State.SUCCEEDED
    download = client.result(native_id)
    assert download is not None
    content = b"".join(download.chunks)
    assert content == b"url,score\nhttp://img.example.org/1.jpg,0.9\n"
    assert download.size == len(content)
    assert done.result["url"].endswith("/search-1.csv")
    with pytest.raises(NotSupported, match="prints nothing"):
        client.logs(native_id, LogQuery())
    with pytest.raises(NotSupported, match="can not stop a search"):
        client.stop(native_id)


def test_a_search_through_the_command_line(
    service: AIHub, server: Server, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`submit --wait -o` leaves the CSV, whole."""
    desk = Desk(Path.cwd(), service, server.url)
    for name, value in desk.environ.items():
        monkeypatch.setenv(name, value)
    Path("s.yaml").write_text('lading: v1\nkind: search\nname: faces\nsql: "select 1"\n')
    answer = cli("submit", "s.yaml", "--wait", "-o", "found.csv")
    assert answer.code == 0, answer.err
    assert Path("found.csv").read_text() == "url,score\nhttp://img.example.org/1.jpg,0.9\n"


def test_a_data_set_with_files_and_its_version(
    service: AIHub, server: Server, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files go first, the data set gets the cover's address, the version the file's and the data set's number."""
    desk = Desk(Path.cwd(), service, server.url)
    for name, value in desk.environ.items():
        monkeypatch.setenv(name, value)
    Path("faces.zip").write_bytes(b"PK\3\4")
    Path("cover.png").write_bytes(b"PNG")
    spec = "lading: v1\nkind: dataset\nname: Faces\ncover: cover.png\nfrom: {zip: faces.zip}\n"
    Path("d.yaml").write_text(spec)
    answer = cli("submit", "d.yaml", "--wait", "--format", "json")
    assert answer.code == 0, answer.err
    assert answer.document["state"] == "succeeded"
    assert service.accepted() == ["dataset/1", "version/1"]
    assert service.items["dataset"][1].body["cover_img"].endswith("/cover.png")
    assert service.items["version"][1].body["upload_path"].endswith("/faces.zip")
    Path("faces.zip").unlink()
    answer = cli("submit", "d.yaml")
    assert (answer.code, service.accepted()) == (3, ["dataset/1", "version/1"])
    assert "faces.zip is no file" in answer.err


def test_a_version_is_done_when_it_can_be_used(client: Client) -> None:
    """Loading its metadata and building its index are not the end."""
    client.submit(outgoing("dataset", DATASET))
    version = client.submit(outgoing("version", {"upload_type": 3, "upload_path": "/x", "dataset_id": 1})).native_id
    seen = [client.status([version])[version] for _ in range(3)]
    assert [(one.state, one.native) for one in seen] == [
        (State.RUNNING, "5 running"),
        (State.RUNNING, "6 running"),
        (State.SUCCEEDED, "3 success"),
    ]
    assert client.look_up({"datasetVersion": "Faces/V1"}) == 1
    with pytest.raises(Refused, match="has no version Faces/V9"):
        client.look_up({"datasetVersion": "Faces/V9"})


def test_an_evaluation_is_handed_in_as_a_form(client: Client, tmp_path: Path) -> None:
    """Two files and texts; it can not be asked about afterwards, which is said and not guessed."""
    files = {name: tmp_path / name for name in ("model_file", "pred_file")}
    for file in files.values():
        file.write_bytes(b"data")
    names = ("model_name", "model_type", "epoch", "dataset_name", "id_dataset_name", "gallery_dataset_name", "user_id")
    sent = outgoing("evaluation", {**dict.fromkeys(names, "3"), **files})
    assert client.submit(sent).native_id == "evaluation/1"
    with pytest.raises(OutcomeUnknown):
        client.find(sent.token, sent.path)
    assert client.status(["evaluation/1"])["evaluation/1"].state is State.SUCCEEDED


@pytest.mark.parametrize("newest_first", [True, False])
def test_work_is_found_by_its_description(newest_first: bool) -> None:
    """However lists are sorted: of a thousand the last, the first and none."""
    service = serve(runs=False, newest_first=newest_first)
    with serving(service) as server:
        client = client_of(service, server.url)
        sent = [outgoing("training", TASK) for _ in range(230)]
        for one in sent:
            client.submit(one)
        for place in (0, 150, 229):
            found = client.find(sent[place].token, sent[place].path)
            assert found is not None
            assert found.native_id == f"training/{place + 1}"
            assert found.answer["data"]["id"] == place + 1
        assert client.find(token(IDS.new()), sent[0].path) is None
        client.close()


def made(client: Client, service: AIHub, count: int = 0) -> Outgoing:
    """A search, and so many more after it."""
    sent = outgoing("search", SEARCH)
    client.submit(sent)
    for _ in range(count):
        client.submit(outgoing("search", SEARCH))
    return sent


def found(client: Client, sent: Outgoing) -> str | None:
    """The native id of the work, None where there is certainly none."""
    there = client.find(sent.token, sent.path)
    return there.native_id if there else None


@pytest.mark.parametrize("skew", [0.0, -400 * 86400.0, 400 * 86400.0])
def test_old_work_is_not_looked_through(client: Client, service: AIHub, skew: float) -> None:
    """A list that goes back from number to number ends where it is older than the token by the platform's own clock."""
    service.skew = skew
    made(client, service, 250)
    for item in service.items["search"].values():
        item.created -= 3 * 86400_000
    before = len(service.seen)
    assert found(client, outgoing("search", SEARCH)) is None
    assert len(service.seen) - before == (1 if skew <= 0 else 3)


@pytest.mark.parametrize("days", [1, 400])
def test_a_clock_that_is_behind_hides_no_work(client: Client, service: AIHub, days: int) -> None:
    """What is there is never called absent, however much was made since."""
    service.skew = -days * 86400.0
    assert found(client, made(client, service, 120)) == "search/1"


def test_without_a_clock_all_of_a_list_is_read(client: Client, service: AIHub) -> None:
    """Nothing tells how far the platform's clock is behind."""
    sent = made(client, service, 120)
    for item in service.items["search"].values():
        item.created = 1
    service.faults = [Fault(reply=without_clock(service), times=9)]
    assert found(client, sent) == "search/1"


def without_clock(service: AIHub) -> Callable[[Request], Reply | None]:
    """What the service answers, without a date."""

    def answer(request: Request) -> Reply:
        reply = service.answer(request)
        return reply._replace(headers={name: text for name, text in reply.headers.items() if name != "date"})

    return answer


def test_of_copies_the_first_is_the_work(client: Client, service: AIHub) -> None:
    """People copy work with its description; what they write around the token does no harm."""
    sent = made(client, service, 3)
    text = service.items["search"][1].body["description"]
    service.items["search"][4].body["description"] = text
    service.items["search"][1].body["description"] = f"see {text}, done"
    assert found(client, sent) == "search/1"


def test_a_description_that_is_cut_keeps_the_token(client: Client, service: AIHub) -> None:
    """It stands before what the user wrote."""
    sent = outgoing("search", SEARCH, description="long " * 100)
    client.submit(sent)
    body = service.items["search"][1].body
    body["description"] = body["description"][:64]
    assert found(client, sent) == "search/1"


def changing(service: AIHub, change: Callable[[dict[int, Any]], None]) -> Callable[[Request], Reply | None]:
    """The list of searches has changed before the second page is read."""

    def answer(request: Request) -> Reply | None:
        if "page_num=2" in request.target:
            change(service.items["search"])
        return None

    return answer


def test_a_list_that_changes_while_it_is_read_hides_nothing(client: Client, service: AIHub) -> None:
    """New work pushes old work down, which is seen twice; where some was taken away, one may have been skipped."""

    def add(items: dict[int, Any]) -> None:
        for _ in range(7):
            made(client, service)

    def take(items: dict[int, Any]) -> None:
        items.popitem()

    sent = made(client, service, 240)
    service.faults = [Fault(reply=changing(service, add), match="/searches\\?", times=9)]
    assert found(client, sent) == "search/1"
    service.faults = [Fault(reply=changing(service, add), match="/searches\\?", times=9)]
    assert found(client, outgoing("search", SEARCH)) is None
    service.faults = [Fault(reply=changing(service, take), match="/searches\\?", times=9)]
    with pytest.raises(OutcomeUnknown, match="took some away"):
        found(client, outgoing("search", SEARCH))


ROW = {"id": 1, "description": "", "created_at": 1}
NOT_ALL: dict[str, Any] = {
    "no total": {"data": [ROW]},
    "a total of less": {"total": 0, "data": [ROW]},
    "a total of more": {"total": 2, "data": [ROW]},
    "no rows": {"total": 2, "data": None},
    "no descriptions": {"total": 1, "data": [{"id": 1}]},
    "an odd description": {"total": 1, "data": [{**ROW, "description": ["x"]}]},
    "no number": {"total": 1, "data": [{**ROW, "id": None}]},
}


@pytest.mark.parametrize("name", NOT_ALL)
def test_a_list_that_may_lack_some_proves_nothing(client: Client, service: AIHub, name: str) -> None:
    """It counts other than it lists, has an end before its end, or does not tell what we look for."""
    service.faults = [Fault(reply=as_json({"code": 0, "data": NOT_ALL[name]}), match="/searches", times=9)]
    with pytest.raises((OutcomeUnknown, Unreachable)):
        found(client, outgoing("search", SEARCH))
    service.faults = [Fault(reply=as_json({"code": 0, "data": {"total": 1, "data": [ROW]}}), match="/searches")]
    assert found(client, outgoing("search", SEARCH)) is None


def test_many_are_asked_about_in_few_requests(client: Client, service: AIHub) -> None:
    """Each kind by its list."""
    trainings = [client.submit(outgoing("training", TASK, command="sleep 9")).native_id for _ in range(8)]
    searches = [client.submit(outgoing("search", SEARCH)).native_id for _ in range(30)]
    before = len(service.seen)
    assert set(client.status([*trainings, *searches, "training/99", "no/1", "training/x"])) == {*trainings, *searches}
    assert len(service.seen) - before <= 3 + 1


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.states])
def test_every_number_means_something_and_an_unknown_one_is_never_final(kind: str) -> None:
    """The tables are those of the platform; 6 is a quota task that is stopping, and a version that is not ready."""
    states = {number: status_of({"status": number}, KINDS[kind]).state for number in range(-1, 9)}
    usual = {1: State.PENDING, 2: State.RUNNING, 3: State.SUCCEEDED, 4: State.FAILED, 5: State.STOPPED}
    special = {
        "quota": {6: State.STOPPING},
        "version": {5: State.RUNNING, 6: State.RUNNING},
    }
    known = {**usual, **special.get(kind, {})}
    assert states == {number: known.get(number, State.UNKNOWN) for number in range(-1, 9)}


def test_a_name_that_is_taken_is_refused_with_a_way_out() -> None:
    """Code 8."""
    service = serve(runs=False, unique=True)
    with serving(service) as server:
        client = client_of(service, server.url)
        client.submit(outgoing("training", TASK))
        with pytest.raises(Refused, match="with code 8: the name exists already") as raised:
            client.submit(outgoing("training", TASK))
        assert raised.value.help == "give it another `name` in the spec"
        client.close()


@pytest.mark.parametrize(
    ("code", "error"), [(1, RunnerError), (2, NoSuchJob), (3, RunnerError), (8, Refused), (999, Refused)]
)
def test_every_code_means_something(client: Client, server: Server, code: int, error: type[Exception]) -> None:
    """The platform's own trouble is no refusal: nobody knows what it did."""
    server.service.faults = [Fault(reply=as_json({"code": code, "msg": "so it is"}), match="trainings")]
    with pytest.raises(error) as raised:
        client.submit(outgoing("training", TASK))
    assert type(raised.value) is error


@pytest.mark.parametrize("number", [0, -1, 10**18, 10**29, True, "7", None])
def test_a_number_that_is_none_is_no_answer(client: Client, service: AIHub, number: Any) -> None:
    """Nobody could ask about such work again: it is looked for by its token."""
    service.faults = [Fault(reply=as_json({"code": 0, "data": {"id": number}}), carried_out=True, match="^POST /model")]
    sent = outgoing("training", TASK)
    with pytest.raises(OutcomeUnknown):
        client.submit(sent)
    assert found(client, sent) == "training/1"


def test_a_login_that_is_wrong(service: AIHub, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP 401, here and later."""
    monkeypatch.setattr(AIHub, "environ", {"HUB_USER": "ada", "HUB_PASSWORD": "wr0ng"})
    wrong = client_of(service, server.url)
    monkeypatch.undo()
    with pytest.raises(LoginRejected):
        wrong.check()
    wrong.close()


def test_a_service_that_the_site_does_not_name(service: AIHub) -> None:
    """Without a gateway each has its own address, or can not be asked."""
    client = client_of(service, "", services={"training": "http://127.0.0.1:9"})
    with pytest.raises(NotSupported, match="does not say where AIHub's search service is"):
        client.submit(outgoing("search", SEARCH))
    client.close()


def test_services_at_addresses_of_their_own(service: AIHub, server: Server) -> None:
    """A service that the site names is asked there, and the login is that of the users' service."""
    client = client_of(service, "http://127.0.0.1:9", services={"users": server.url, "training": server.url})
    assert client.submit(outgoing("training", TASK)).native_id == "training/1"
    with pytest.raises(Unreachable):
        client.submit(outgoing("search", SEARCH))
    client.close()


def test_the_catalog_is_what_the_user_sees(client: Client, service: AIHub) -> None:
    """Clusters with their SKUs, and storages by name; nobody is asked about the GPUs of one that has none."""
    assert client.catalog() == {
        "clusters": {"vc-cpu": {"id": 35, "sku": {"cpu": 4000, "memory": 16 * 2**30}}},
        "volumes": {"imagenet": {"storage": 12, "path": "/data", "readOnly": True}},
    }
    assert [one.target.partition("?")[2] for one in service.seen] == ["", "module_type=1&user_id=4", ""]
    assert client.check() == [("login", "good"), ("storages", "1"), ("clusters", "1"), ("projects", "1")]


def test_tasks_tell_of_the_gpus_of_clusters(client: Client, service: AIHub) -> None:
    """How many a SKU has, and of what model where the manual does not know it; however long ago the task was.

    Clusters of the same name are told apart.
    """
    service.has_gpus = True
    client.submit(outgoing("training", {**TASK, "virtual_cluster_id": 31}))
    client.submit(outgoing("quota", {**TASK, "virtual_cluster_id": 29, "priority": 1}))
    for _ in range(120):
        client.submit(outgoing("training", TASK))
    sku = {"cpu": 4000, "memory": 16 * 2**30}
    known = client.catalog()
    assert known["clusters"] == {
        "vc-cpu": {"id": 35, "sku": sku},
        "vc-gpu": {"id": 29, "gpuModel": "A800", "gpuMemory": 80 * 2**30, "sku": {**sku, "gpu": 8}},
        "vc-gpu-30": {"id": 30, "gpuModel": "4090", "gpuMemory": 24 * 2**30, "sku": sku},
        "vc-gpu-31": {"id": 31, "gpuModel": "H100", "gpuMemory": 80 * 2**30, "sku": {**sku, "gpu": 8}},
    }
    assert known["gpus"] == {"RTX4090": "4090"}


def test_the_relay_is_trusted_by_its_authority_only(
    service: AIHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file goes through TLS that is verified, with a token of its own."""
    authority, context = trustme.CA(), SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    file = tmp_path / "model.pt"
    file.write_bytes(b"weights")
    with serving(Relay(), tls=context) as relay:
        options = {"endpoint": relay.url, "token": {"secret": "relay"}}
        monkeypatch.setattr(AIHub, "environ", {**AIHub.environ, "relay": Relay.token})
        trusting = client_of(service, relay.url, s3={**options, "caFile": str(tmp_path / "ca.pem")})
        other = client_of(service, relay.url, s3=options)
        assert trusting.upload(file, "models/resnet/model.pt") == "s3://models/resnet/model.pt"
        with pytest.raises(Unreachable, match="nobody vouches for"):
            other.upload(file, "models/resnet/model.pt")
        with pytest.raises(NotSupported, match="no relay"):
            client_of(service, relay.url).upload(file, "a/b")


def test_nothing_of_it_can_be_deleted_or_changed(client: Client) -> None:
    """The platform has no such operations, and who has them is named."""
    with pytest.raises(NotSupported, match="can not be had on AIHub") as raised:
        client.delete("training/1")
    assert "paddleflow" in raised.value.help


ODD_ADDRESSES = [
    *("http://", "http://[::1", "file:///etc/passwd", "x", "http://127.0.0.1:99999/x", "http://127.0.0.1:x/"),
    *("http://a\x1b[2J/", "http://127.0.0.1:1/\n\x1b[2J", "http://" + "x" * 70_000, "http://\ufffd/", "//127.0.0.1/x"),
    *("http://ada:pw@127.0.0.1:1/x", "http://%00/", "https://127.0.0.1:1/\u202e"),
]


@pytest.mark.parametrize("address", ODD_ADDRESSES, ids=range(len(ODD_ADDRESSES)))
def test_an_address_that_is_none_is_said_to_be(
    client: Client, service: AIHub, printing: Callable[[str], str], address: str
) -> None:
    """Of a log and of a result: one sentence, which moves no cursor."""
    native_id = printing("x")
    search = client.submit(outgoing("search", SEARCH)).native_id
    client._sleep = lambda _: None
    logs = {"logs": [{"name": "main", "url": address}]}
    row = {"id": 1, "status": 3, "result_url": address}
    service.faults = [
        Fault(reply=as_json({"code": 0, "data": logs}), match="/logs/new", times=9),
        Fault(reply=as_json({"code": 0, "data": row}), match="/searches/1", times=9),
    ]
    for act in (lambda: lines(client, native_id), lambda: client.result(search)):
        with pytest.raises(RunnerError) as raised:
            act()
        assert not {"\x1b", "\u202e", "\n"} & set(str(raised.value))
        assert len(str(raised.value)) < 1000


@pytest.mark.parametrize("odd", ODD)
def test_what_a_relay_says_is_read_with_care(
    tmp_path: Path, odd: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each field of its answer in turn is something else: no traceback, and an error moves no cursor."""
    (tmp_path / "model.pt").write_bytes(b"weights")
    monkeypatch.setenv("RELAY", Relay.token)
    monkeypatch.setattr(connection, "PAUSES", (0.0,))
    relay = Relay()
    with serving(relay) as server:
        options = {"s3": {"endpoint": server.url, "token": {"secret": "relay"}}}
        target = {"platform": "aihub", "endpoint": server.url, "options": options, "auth": {"token": {"env": "RELAY"}}}
        site = {"lading": "v1", "kind": "site", "secrets": {"relay": {"env": "RELAY"}}, "targets": {"hub": target}}
        Path("lading.site.yaml").write_text(json.dumps(site))
        for path in ((), ("code",), ("data",), ("data", "path")):
            relay.faults = [Fault(reply=oddly(relay, path, odd), times=9)]
            answer = cli("upload", str(tmp_path / "model.pt"), "hub:models/model.pt")
            assert answer.code in {0, 3, 4}, answer.err
            assert not set("\x1b\x07\x9b\u202e") & set(answer.err)
