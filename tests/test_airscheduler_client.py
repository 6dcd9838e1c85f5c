"""AirScheduler's client against its server over HTTP: every operation, every code and state, and what goes wrong."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from kit.air import GIB, LOGIN, Air, envelope, outgoing
from kit.cli import Cli
from ruamel.yaml import YAML
from servers.airscheduler import FILLED_IN, TASK, AirschedulerService, WithoutFilter
from servers.web import Fault, Reply, as_json

from lading.runner.errors import (
    Busy,
    LoginMissing,
    LoginRejected,
    NoSuchJob,
    NotSupported,
    OutcomeUnknown,
    Refused,
    RunnerError,
    SecretMissing,
    Unreachable,
)
from lading.runner.http import connection
from lading.runner.http.connection import Call
from lading.runner.platform import Accepted, LogQuery
from lading.runner.platforms.airscheduler import logs as log_module
from lading.runner.platforms.airscheduler import monitor as monitor_module
from lading.runner.platforms.airscheduler.calls import call
from lading.runner.platforms.airscheduler.client import Client
from lading.runner.platforms.airscheduler.protocol import CODES, V1, V2, Kind, States, meaning
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status
from lading.runner.submission.settle import ask

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Make = Callable[..., Air]


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for anything."""
    monkeypatch.setattr(connection, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(log_module, "SOONEST", 0.02)
    monkeypatch.setattr(log_module, "LATEST", 0.05)


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes platforms, which are gone after the test."""
    made: list[Air] = []

    def one(kind: type[AirschedulerService] = AirschedulerService, **settings: Any) -> Air:
        made.append(Air(kind(**{"monitored": False, **settings})))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def lasting() -> Iterator[Air]:
    """A platform of the first edition, without a monitor, for all tests."""
    made = Air(AirschedulerService(monitored=False))
    yield made
    made.close()


@pytest.fixture
def air(lasting: Air) -> Air:
    """The same as if it were new."""
    lasting.renew()
    return lasting


# what is sent


def test_a_task_travels_as_the_manual_wants_it(air: Air) -> None:
    """Inner objects are JSON strings, GPUs three levels deep, and the mark stands after the purpose."""
    resources = {"cpu_count": 1, "mem_size": GIB, "gpu_dict": {"GeForce RTX 2080 Ti": 1}}
    air.submit("run me", usage="训练", resource_info=resources)
    (request,) = [one for one in air.service.seen if one.method == "POST"]
    assert (request.target, request.content_type) == (TASK, "application/json")
    assert request.headers["token"] == air.service.users.given[0]
    assert request.json() == {
        "name": "hello",
        "working_type": 0,
        "namespace": "vision",
        "image_repo_tag": "a/b:1",
        "start_now": True,
        "usage": "训练 [lading:01jtoken]",
        "running_config": '{"command": "run me"}',
        "resource_info": json.dumps({**resources, "gpu_dict": '{"GeForce RTX 2080 Ti": 1}'}),
    }


def test_secrets_are_told_to_the_platform_alone(make: Make) -> None:
    """The second edition has variables; the value is in the string on the wire, and the body keeps hiding it."""
    air = make(api="v2")
    body = outgoing('echo "$KEY"', running_config={"env": {"KEY": SecretValue("s3cr3t")}})
    native_id = air.client.submit(body).native_id
    assert air.ended(native_id).state is State.SUCCEEDED
    assert [line.text for line in air.client.logs(native_id, LogQuery())] == ["s3cr3t"]
    assert "s3cr3t" not in repr(body)


def test_a_platform_that_takes_objects_gets_them(make: Make) -> None:
    """Where the site says so; one that wants strings refuses them."""
    air = make(objects=True)
    assert air.another(encoding="objects").submit(outgoing()) == Accepted("1")
    with pytest.raises(Refused, match="does not take the task: 193000, the input is not valid"):
        make().another(encoding="objects").submit(outgoing())


TWO_VALUES = {"col_name": "usage", "col_values": ["a b", "1,2"]}
LINES = {"start_line": 0, "end_line": -1}


@pytest.mark.parametrize(
    ("route", "arguments", "expected"),
    [
        ("GET /t/{id}?a={start_line}", {"id": 7, "start_line": -1}, Call("GET", "/t/7?a=-1")),
        ("GET /f", TWO_VALUES, Call("GET", "/f?col_name=usage&col_values=a+b&col_values=1%2C2")),
        ("GET /f?v={col_values}", TWO_VALUES, Call("GET", "/f?v=a%20b,1%2C2&col_name=usage")),
        ("GET /{col_name}", {"col_name": "../x?y#z"}, Call("GET", "/..%2Fx%3Fy%23z")),
        ("DELETE /t", {"id": 7}, Call("DELETE", "/t?task_id=7")),
        ("POST /f", TWO_VALUES, Call("POST", "/f", json=TWO_VALUES)),
        ("POST /l/{id}", {"id": 7, **LINES}, Call("POST", "/l/7", json=LINES)),
        ("POST /l", {"id": 7, "start_line": 0}, Call("POST", "/l", json={"task_id": 7, "start_line": 0})),
        ("PUT /t/{id}/stop", {"id": 7}, Call("PUT", "/t/7/stop")),
        ("PUT /t", {"id": 7, "body": {"id": 7}}, Call("PUT", "/t", json={"id": 7})),
    ],
)
def test_where_the_arguments_of_a_route_go(route: str, arguments: Mapping[str, Any], expected: Call) -> None:
    """Where the route has a place for them; else into the query, or the body of a POST or PUT."""
    assert call({"routes": {"logs": route}}, "logs", arguments) == expected


def test_a_route_with_a_place_for_what_there_is_not() -> None:
    """It is the site that is wrong, and the error says where; nothing was sent."""
    with pytest.raises(Refused, match=r"options\.routes\.stop has \{col_name\}, and this operation has no such"):
        call({"routes": {"stop": "PUT /{col_name}/{id}"}}, "stop", {"id": 7})


@pytest.mark.parametrize("operation", ["filter", "logs", "modify", "resources"])
def test_a_route_that_nobody_has_told(air: Air, operation: str) -> None:
    """The error names the option, and nothing is asked."""
    native_id = air.submit("sleep 60")
    client = air.another(routes={name: where for name, where in air.service.routes().items() if name != operation})
    asked: Mapping[str, Callable[[], Any]] = {
        "filter": lambda: client.find("01jtoken"),
        "logs": lambda: client.logs(native_id, LogQuery()),
        "modify": lambda: client.update(air.submit(start_now=False), {"image": "c/d:2"}),
        "resources": lambda: client.usage(native_id),
    }
    error = OutcomeUnknown if operation == "filter" else NotSupported
    with pytest.raises(error, match=rf"not configured: options\.routes\.{operation}$"):
        asked[operation]()


def test_routes_that_want_bodies(air: Air) -> None:
    """Filter and logs by POST: the same answers."""
    routes = {**air.service.routes(), "filter": f"POST {TASK}filter", "logs": f"POST {TASK}logs"}
    client = air.another(routes=routes)
    native_id = air.submit("echo a; echo b", usage="x")
    air.ended(native_id)
    assert client.find("01jtoken") == Accepted(native_id)
    assert client.status([native_id, "9"]) == {native_id: Status(State.SUCCEEDED, "0")}
    assert [line.text for line in client.logs(native_id, LogQuery())] == ["a", "b"]
    assert {line for line in air.asked("POST") if not line.endswith(TASK)} == {f"POST {TASK}filter", f"POST {TASK}logs"}


# found again


def test_a_task_is_found_by_its_mark_and_by_nothing_else(air: Air) -> None:
    """A mark that is the beginning of another, or stands within the text, is none."""
    air.submit(token="01ja-1")
    second = air.submit(token="01ja")
    air.submit(token="01jb", usage="see [lading:01jc] there")
    assert air.client.find("01ja") == Accepted(second)
    assert air.client.find("01jc") is None
    assert air.client.find("01jd") is None


def test_two_tasks_with_one_mark_are_nobody_s_guess(air: Air) -> None:
    """Somebody has copied the task."""
    air.submit(), air.submit()
    with pytest.raises(OutcomeUnknown, match=r"several tasks with the mark \[lading:01jtoken\]: 1, 2"):
        air.client.find("01jtoken")


def test_a_filter_that_nobody_vouches_for_proves_no_absence(make: Make) -> None:
    """It may compare whole texts. What it finds is believed, since it bears the mark."""
    air = make()
    client = air.another(findBy=None)
    native_id = air.submit()
    assert client.find("01jtoken") == Accepted(native_id)
    with pytest.raises(OutcomeUnknown, match="which proves nothing") as raised:
        client.find("01jother")
    assert "options.findBy" in raised.value.help


def test_a_filter_of_whole_texts_lists_all_tasks_of_a_namespace(make: Make) -> None:
    """Among them lading looks for the mark itself."""
    air = make(finds="whole")
    client = air.another(findBy={"column": "namespace", "values": ["vision", "night"]})
    air.submit(token="01ja")
    second = air.submit(token="01jb", namespace="night")
    assert (client.find("01jb"), client.find("01jc")) == (Accepted(second), None)


@pytest.mark.parametrize(
    "reply",
    [
        envelope(193003),
        envelope(0, data=None),
        envelope(0, data={}),
        envelope(0, data=["x"]),
        envelope(0, data=[{"id": True}]),
        envelope(0, data=[{"usage": "[lading:01jtoken]"}]),
        envelope(5, "token"),
        Reply(404, b"<title>gone</title>"),
        Reply(200, b"[" * 100_000),
    ],
)
def test_a_filter_that_answers_oddly_proves_nothing(air: Air, reply: Reply) -> None:
    """No answer of the kind means that there is no task."""
    air.meets(reply, "col_name", times=3)
    with pytest.raises(OutcomeUnknown):
        air.client.find("01jtoken")


# submissions that do not end well


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (envelope(193000, "name 重复"), Refused, "193000, the input is not valid (name 重复)"),
        (envelope(990003), Refused, "990003, the input is not valid"),
        (envelope(193002), OutcomeUnknown, "193002, the resources could not be asked for"),
        (envelope(193004), OutcomeUnknown, "193004, the task could not be started"),
        (envelope(111003), OutcomeUnknown, "111003, the task could not be started"),
        (envelope(17, "没有对应资源"), OutcomeUnknown, "says 17 (没有对应资源)"),
        (envelope(500, status=500), OutcomeUnknown, "says 500 (words)"),
        (envelope(0, data=None), OutcomeUnknown, "does not say which"),
        (envelope(0, data={"id": "7"}), OutcomeUnknown, "does not say which"),
        (envelope(0, data={"id": -7}), OutcomeUnknown, "does not say which"),
        (envelope(0, data={"id": 10**18}), OutcomeUnknown, "does not say which"),
        (envelope(0, data=[{"id": 7}]), OutcomeUnknown, "does not say which"),
        (as_json({"code": "0", "data": {"id": 7}}), OutcomeUnknown, "did not answer as it should"),
        (as_json({"code": False, "data": {"id": 7}}), OutcomeUnknown, "did not answer as it should"),
        (as_json([]), OutcomeUnknown, "did not answer as it should"),
        (as_json({"code": 193000, "message": ["x"]}), Refused, "193000, the input is not valid"),
        (Reply(200, b"<html><title>hi</title>"), OutcomeUnknown, "HTTP 200: hi"),
        (Reply(500, b"boom"), OutcomeUnknown, "HTTP 500: boom"),
        (Reply(503, b"boom"), OutcomeUnknown, "gave no answer of its own"),
        (Reply(404, b"<title>404 Not Found</title>"), OutcomeUnknown, "HTTP 404: 404 Not Found"),
        (Reply(413, b"<title>Too large</title>"), Refused, "does not take it: HTTP 413: Too large"),
        (Reply(408, b""), OutcomeUnknown, "HTTP 408"),
        (Reply(429, b""), Busy, "is busy"),
        (Reply(308, b"", {"location": "/elsewhere"}), OutcomeUnknown, "sends us on to /elsewhere"),
        (Reply(401, b""), LoginRejected, "does not take the token: HTTP 401"),
    ],
)
def test_what_is_known_of_a_task_after_each_answer(air: Air, reply: Reply, error: type[RunnerError], says: str) -> None:
    """Only what was certainly not made is refused; nothing is sent twice but to log in anew."""
    air.meets(reply, "POST", times=2)
    with pytest.raises(error) as raised:
        air.client.submit(outgoing())
    assert type(raised.value) is error
    assert says in str(raised.value)
    assert len(air.asked("POST")) == (2 if error is LoginRejected else 1)


@pytest.mark.parametrize(("keeps", "code", "state"), [(True, 0, "pending"), (False, 3, "")])
def test_a_task_that_could_not_be_started_is_looked_up(
    make: Make, cli: Cli, monkeypatch: pytest.MonkeyPatch, keeps: bool, code: int, state: str
) -> None:
    """It is adopted where the platform keeps it, and known to be absent where it does not."""
    air = make(starts=False, keeps=keeps)
    at(air, monkeypatch)
    monkeypatch.setattr(ask, "__defaults__", ((),))
    answer = cli("submit", "hello.yaml", "--format", "json")
    assert (answer.code, answer.document.get("state", "")) == (code, state)
    assert air.service.made == 1


def test_where_the_platform_can_not_be_asked_the_outcome_stays_unknown(
    make: Make, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 4, one task, and `resolve` says which option is missing."""
    air = make(WithoutFilter)
    at(air, monkeypatch)
    air.service.faults.append(Fault(cut="after", match="POST"))
    assert cli("submit", "hello.yaml").code == 4
    answer = cli("resolve", "--all")
    assert answer.code == 4
    assert "options.routes.filter" in answer.out
    assert air.service.accepted() == ["1"]


@pytest.mark.parametrize(("cut", "made"), [("before", 0), ("during", 1), ("after", 1)])
def test_a_connection_that_is_cut_makes_at_most_one_task(air: Air, cut: str, made: int) -> None:
    """And that one can be found."""
    air.service.faults.append(Fault(cut=cut, match="POST"))
    with pytest.raises(OutcomeUnknown):
        air.client.submit(outgoing())
    assert air.client.find("01jtoken") == (Accepted("1") if made else None)


# logins


@pytest.mark.parametrize(
    "rejection", [(200, 110003, "token无效，请重新登录"), (401, 110003, "no"), (403, 9, "forbidden")]
)
def test_a_token_that_has_run_out_is_got_anew(make: Make, rejection: tuple[int, int, str]) -> None:
    """Once, for questions and for orders; what was turned away was not made."""
    air = make(rejection=rejection)
    native_id = air.submit("sleep 60")
    air.service.expire()
    assert air.client.status([native_id]) == {native_id: Status(State.RUNNING, "1")}
    air.service.expire()
    assert air.submit() == "2"
    assert len(air.service.users.given) == 3


def test_a_token_of_the_site_s_own_is_reported(air: Air) -> None:
    """There is no other one to be had."""
    client = air.another({"token": SecretValue("stale")})
    for action in (lambda: client.submit(outgoing()), lambda: client.status(["1"]), client.check):
        with pytest.raises(LoginRejected, match=r"does not take the token: 110003|did not take the login: token无效"):
            action()
    assert air.service.made == 0


def test_a_message_about_some_other_token_is_no_matter_of_the_login(air: Air) -> None:
    """A task that may be there is never made a second time for a word."""
    air.meets(envelope(77, "registry token expired"), "POST", carried_out=True)
    with pytest.raises(OutcomeUnknown, match="may have made the task, but says 77"):
        air.client.submit(outgoing())
    assert air.service.made == 1


@pytest.mark.parametrize(
    ("auth", "login", "error", "says"),
    [
        ({**LOGIN, "password": SecretValue("wrong")}, "", LoginRejected, "did not take the login: 用户名或密码错误"),
        ({"username": SecretValue("x")}, "", LoginMissing, "wants a login, and the target has no "),
        ({}, "", LoginMissing, "wants a login, and the target has no "),
        (LOGIN, None, LoginMissing, "does not say where air takes a name and a password"),
        (LOGIN, "http://127.0.0.1:1", Unreachable, "can not be reached"),
        ({"token": SecretValue("a\nb")}, "", SecretMissing, "characters that no HTTP header can carry"),
    ],
)
def test_logins_that_can_not_be_had(
    air: Air, auth: Mapping[str, SecretValue], login: str | None, error: type[RunnerError], says: str
) -> None:
    """Nothing is sent to the scheduler."""
    client = air.another(auth, **({} if login == "" else {"login": login}))
    with pytest.raises(error, match=says) as raised:
        client.submit(outgoing())
    assert type(raised.value) is error
    assert air.service.seen == []


@pytest.mark.parametrize(
    "reply",
    [
        envelope(0, data=None),
        envelope(0, data={"token": "x"}),
        envelope(0, data="a\nb"),
        Reply(200, b"hello"),
        Reply(302, b"", {"location": "http://127.0.0.1:1/"}),
        Reply(500, b"oops"),
        as_json([]),
    ],
)
def test_a_user_service_that_answers_oddly(air: Air, reply: Reply) -> None:
    """Nothing was asked of the scheduler, so nothing was submitted."""
    air.service.users.faults.append(Fault(reply=reply, times=3))
    with pytest.raises((Unreachable, Refused, SecretMissing)):
        air.client.submit(outgoing())
    assert air.service.seen == []


# states


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (-1, State.PENDING),
        (0, State.SUCCEEDED),
        (1, State.RUNNING),
        (99, State.RUNNING),
        (1001, State.FAILED),
        (1137, State.FAILED),
        (10**12, State.FAILED),
        *((number, State.UNKNOWN) for number in (-2, 100, 999, 1000)),
    ],
)
def test_what_each_number_means(number: int, state: State) -> None:
    """The table of 2022; the number itself is always told, and one that nobody knows is not final."""
    status = States({}).of(number)
    assert (status.state, status.native) == (state, str(number))
    assert States({}).of(str(number)) == status


def test_a_site_knows_better_what_numbers_mean() -> None:
    """As those of 2021 did: numbers by themselves before ranges, the site's before the usual ones."""
    states = States({"-1": "failed", "2..3": "failed", "3": "stopped", "-9..-5": "pending", "5..": "running"})
    told = {number: states.of(number).state for number in (-7, -1, 0, 1, 2, 3, 4, 2000)}
    assert told == {
        -7: State.PENDING,
        -1: State.FAILED,
        0: State.SUCCEEDED,
        1: State.RUNNING,
        2: State.FAILED,
        3: State.STOPPED,
        4: State.RUNNING,
        2000: State.RUNNING,
    }


@pytest.mark.parametrize("status", [None, True, 1.5, [], {}, "running", "9" * 40, "٣"])
def test_what_is_no_number_is_no_state(status: Any) -> None:
    """And no traceback."""
    assert States({}).of(status).state is State.UNKNOWN


def test_the_whole_life_of_a_task(air: Air) -> None:
    """Held, running, ended well and badly, stopped, gone."""
    held, good, bad = air.submit(start_now=False), air.submit(), air.submit("exit 3")
    assert (air.ended(good), air.ended(bad)) == (Status(State.SUCCEEDED, "0"), Status(State.FAILED, "1003"))
    assert air.client.status([held])[held] == Status(State.PENDING, "-1")
    air.client.start(held)
    assert air.ended(held).state is State.SUCCEEDED
    running = air.submit("sleep 60")
    with pytest.raises(Refused, match="was started before, and is running"):
        air.client.start(running)
    with pytest.raises(Refused, match="has not ended") as raised:
        air.client.delete(running)
    assert raised.value.help == "stop it first"
    air.client.stop(running)
    assert air.client.status([running])[running] == Status(State.FAILED, "1137")
    air.client.stop(running)  # which has ended
    air.client.delete(running)
    assert air.client.status([held, running]) == {held: Status(State.SUCCEEDED, "0")}


@pytest.mark.parametrize("lists", [False, True])
def test_one_task_is_told_as_an_object_or_as_a_list_of_one(make: Make, lists: bool) -> None:
    """The server of 2021 had it as a list."""
    air = make(lists=lists, runs=False)
    assert air.client.status([air.submit()]) == {"1": Status(State.PENDING, "-1")}


def test_many_tasks_are_asked_about_in_one_question(make: Make) -> None:
    """As far as the query of an URL reaches; what the platform does not know is left out."""
    air = make(runs=False)
    ids = [air.submit(token=f"t{place}") for place in range(450)]
    air.service.seen.clear()
    assert set(air.client.status([*ids, "9999"])) == set(ids)
    assert [line.partition("&")[0] for line in air.asked()] == [f"GET {TASK}?col_name=id"] * 3 + [f"GET {TASK}9999"]


@pytest.mark.parametrize("reply", [envelope(193003), envelope(0, data={}), Reply(404, b""), envelope(0, data=[])])
def test_tasks_that_the_filter_does_not_tell_are_asked_about_one_by_one(make: Make, reply: Reply) -> None:
    """Whatever is wrong with it."""
    air = make(runs=False)
    ids = [air.submit(), air.submit()]
    air.meets(reply, "col_name")
    assert air.client.status(ids) == dict.fromkeys(ids, Status(State.PENDING, "-1"))


def test_without_a_filter_each_task_is_asked_about(make: Make) -> None:
    """A few at a time."""
    air = make(WithoutFilter, runs=False)
    ids = [air.submit() for _ in range(30)]
    assert air.client.status([*ids, "99", "x", "-1"]) == dict.fromkeys(ids, Status(State.PENDING, "-1"))


@pytest.mark.parametrize("data", [None, [], [None], "x", {"id": "1"}, {"status": 0}])
def test_a_task_that_is_told_oddly_is_an_error(air: Air, data: Any) -> None:
    """But for an empty list, which is no task."""
    air.meets(envelope(0, data=data), "GET")
    if data == []:
        assert air.client.status(["1"]) == {}
        return
    with pytest.raises(RunnerError, match="does not say what task 1 is"):
        air.client.status(["1"])


# orders


ALL_CODES = sorted({*V1, *V2} - {2, 3})
FINE = {
    "start": set[int](),
    "stop": {193008, 111006},
    "delete": set[int](),
}


@pytest.mark.parametrize("operation", FINE)
@pytest.mark.parametrize("code", [*ALL_CODES, 42])
def test_what_each_code_means_to_an_order(air: Air, operation: str, code: int) -> None:
    """No such task is one error, what is so already is none, and all else says the platform's words."""
    native_id = air.submit()
    air.ended(native_id)
    air.meets(envelope(code), f"PUT .*/{operation}|DELETE")
    order = getattr(air.client, operation)
    if code in FINE[operation]:
        order(native_id)
        return
    with pytest.raises(RunnerError) as raised:
        order(native_id)
    if operation == "start" and code in {193007, 111005}:
        assert str(raised.value) == f"task {native_id} was started before, and is succeeded"
        return
    is_unknown = CODES.get(code, (None,))[0] is Kind.NO_TASK
    assert isinstance(raised.value, NoSuchJob) is is_unknown
    assert is_unknown or f"answers to `{operation}` of task {native_id}: {code}" in str(raised.value)


def test_the_second_edition_means_something_else_by_a_code_of_logs() -> None:
    """111001 is an unknown task, but wrong lines where it is about logs."""
    assert (meaning(111001, "get").kind, meaning(111001, "logs").kind) == (Kind.NO_TASK, Kind.INVALID)


def test_a_held_task_can_not_be_stopped_and_the_error_says_what_can_be_done(air: Air) -> None:
    """It has not ended, and it would run if somebody started it."""
    native_id = air.submit(start_now=False)
    with pytest.raises(Refused, match="193008, the task was not started") as raised:
        air.client.stop(native_id)
    assert "`lading delete`" in raised.value.help


@pytest.mark.parametrize("operation", ["start", "stop", "delete", "usage", "logs"])
@pytest.mark.parametrize("native_id", ["99", "x", "1/stop", "٣", "9" * 30])
def test_an_id_that_is_none(air: Air, operation: str, native_id: str) -> None:
    """Each operation says that there is no such task."""
    with pytest.raises(NoSuchJob):
        getattr(air.client, operation)(native_id, *([LogQuery()] if operation == "logs" else []))


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_waiting_task_is_changed_and_waits_on(make: Make, api: str) -> None:
    """The whole of it is sent, without what is the platform's own; the mark stays, and it starts again if it did."""
    air = make(api=api, runs=False)
    native_id = air.submit("run", usage="old")
    changes = {"description": "new", "resources.cpu": 2500, "resources.memory": 2 * GIB, "workdir": "/x"}
    air.client.update(native_id, changes)
    assert air.service.tasks[1].body == {
        "name": "hello",
        "usage": "new [lading:01jtoken]",
        "working_type": 0,
        "namespace": "vision",
        "image_repo_tag": "a/b:1",
        "start_now": True,
        "running_config": '{"command": "run", "work_dir": "/x"}',
        "resource_info": json.dumps({"cpu_count": 3, "mem_size": 2 * GIB, **FILLED_IN[api]["resource_info"]}),
    }
    assert air.service.tasks[1].started
    assert air.client.find("01jtoken") == Accepted(native_id)


def test_what_can_not_be_changed(air: Air) -> None:
    """A running task would be ended by it; a time limit is in the second edition alone; names are not known."""
    held, running = air.submit(start_now=False), air.submit("sleep 60")
    with pytest.raises(Refused, match="ends a task to change it, and 2 is running"):
        air.client.update(running, {"image": "c/d:2"})
    for path in ("schedule.timeLimit", "name"):
        with pytest.raises(NotSupported, match=f"can not change {path} of a task"):
            air.client.update(held, {path: 7})
    air.meets(envelope(0, data={"id": 1, "status": -1, "running_config": "{", "resource_info": "{}"}), "GET")
    with pytest.raises(RunnerError, match="does not say the running_config of task 1"):
        air.client.update(held, {"image": "c/d:2"})
    assert air.asked("PUT") == []


def test_a_time_limit_of_the_second_edition_is_changed(make: Make) -> None:
    """And a held task stays held."""
    air = make(api="v2")
    air.client.update(air.submit("run", start_now=False), {"schedule.timeLimit": 60})
    assert json.loads(air.service.tasks[1].body["running_config"]) == {"command": "run", "timeout": 60}
    assert not air.service.tasks[1].started


# hostile schedulers


GARBAGE: Mapping[str, Reply] = {
    "nothing": Reply(200, b""),
    "a page": Reply(200, b"<html><title>\x1b[31mlogin</title>"),
    "half": Reply(200, b'{"code": 0'),
    "a list": as_json([1]),
    "a text": as_json("x"),
    "no number": Reply(200, b'{"code": NaN}'),
    "a code of text": as_json({"code": "0", "data": {}}),
    "deep": Reply(200, b'{"code": 0, "data": ' + b"[" * 50_000),
    "data of text": envelope(0, data="x"),
    "data of lists": envelope(0, data=[[[]]]),
    "an error": envelope(123456, "\x1b]0;owned\x07"),
    "odd words": as_json({"code": 193001, "message": {"a": 1}}),
    "a server's error": Reply(500, b"boom"),
    "a redirect": Reply(302, b"", {"location": "http://127.0.0.1:1/"}),
    "packed": Reply(200, b"\x1f\x8b", {"content-encoding": "gzip"}),
}
OPERATIONS: Mapping[str, Callable[[Client], Any]] = {
    "submit": lambda client: client.submit(outgoing()),
    "find": lambda client: client.find("01jtoken"),
    "status": lambda client: client.status(["1"]),
    "status of many": lambda client: client.status(["1", "2"]),
    "stop": lambda client: client.stop("1"),
    "start": lambda client: client.start("1"),
    "delete": lambda client: client.delete("1"),
    "update": lambda client: client.update("1", {"image": "c/d:2"}),
    "logs": lambda client: list(client.logs("1", LogQuery())),
    "usage": lambda client: client.usage("1"),
    "check": lambda client: client.check(),
}
TOLD_BY_THE_CODE = {"stop", "start", "check"}
"""Operations that ask for nothing but a code."""


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_garbage_is_a_diagnostic(air: Air, operation: str, garbage: str) -> None:
    """Never a traceback, and nothing in it that a terminal would obey."""
    air.service.runs = False
    air.meets(GARBAGE[garbage], times=99)
    if garbage == "odd words" and operation.startswith("status"):
        assert OPERATIONS[operation](air.client) == {}  # which is what that code means
        return
    is_told = garbage.startswith("data of") and operation in TOLD_BY_THE_CODE
    if is_told or (garbage, operation) == ("odd words", "check"):
        OPERATIONS[operation](air.client)
        return
    with pytest.raises(OutcomeUnknown if operation in {"submit", "find"} else RunnerError) as raised:
        OPERATIONS[operation](air.client)
    assert "\x1b" not in f"{raised.value}{raised.value.help}"


def test_credentials_go_nowhere_else(make: Make) -> None:
    """Neither token nor password follows a redirect of the scheduler or of the user service."""
    air, other = make(), make()
    away = Reply(307, b"", {"location": f"{other.server.url}{TASK}"})
    air.meets(away, "POST")
    with pytest.raises(OutcomeUnknown):
        air.client.submit(outgoing())
    air.service.users.faults.append(Fault(reply=away, times=3))
    with pytest.raises(Refused):
        air.another().submit(outgoing())
    assert other.service.seen == []


# doctor and the command line


def test_doctor_says_who_we_are_and_what_is_missing(make: Make) -> None:
    """With a monitor and without, with a login of our own and the site's."""
    air = make(WithoutFilter, monitored=True, api="v2")
    assert air.client.check() == [
        ("AirScheduler", "edition v2, answers 111001 for task 0"),
        ("login", "user 7"),
        ("routes", "not configured: options.routes.filter"),
        ("monitor", "answers, in Engine.IO 4"),
    ]
    own = air.another({"token": SecretValue(air.service.users.given[0])}, login=None, monitor=None, routes=None)
    all_four = ("modify", "filter", "logs", "resources")
    assert own.check() == [
        ("AirScheduler", "edition v2, answers 111001 for task 0"),
        ("login", "a token of the site's own"),
        ("routes", f"not configured: {', '.join(f'options.routes.{name}' for name in all_four)}"),
        ("monitor", f"not configured: {monitor_module.TO_CONFIGURE}"),
    ]


def at(air: Air, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder has a site with the platform, and a spec."""
    for name, value in air.service.environ.items():
        monkeypatch.setenv(name, value)
    site = {"lading": "v1", "kind": "site", "targets": {"air": air.service.target(air.server.url)}}
    with Path("lading.site.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(site, file)
    Path("hello.yaml").write_text("lading: v1\nname: hello\ncommand: [echo, hello]\n", encoding="utf-8")
    Path("long.yaml").write_text("lading: v1\nname: long\ncommand: [sleep, '60']\n", encoding="utf-8")


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_the_command_line_from_a_spec_to_its_log(
    make: Make, cli: Cli, monkeypatch: pytest.MonkeyPatch, api: str
) -> None:
    """Every command that the platform has, in the order in which people need them."""
    air = make(api=api, monitored=True)
    at(air, monkeypatch)
    assert cli.good("validate", ".").code == 0
    assert "user 7" in cli.good("doctor", "air").out
    made = cli.good("submit", "hello.yaml", "--wait", "--format", "json").document
    assert (made["state"], made["nativeId"]) == ("succeeded", "1")
    assert cli.good("logs", made["id"]).out == "hello\n"
    assert cli.good("run", "hello.yaml").out == "hello\n"
    id_ = cli.good("submit", "long.yaml", "-q").out.strip()
    (seen,) = cli.good("status", id_, "--format", "json").document["submissions"]
    assert (seen["state"], seen["nativeState"]) == ("running", "1")
    usage = cli.good("usage", id_, "--format", "json").document["usage"]
    assert usage == [{"source": None, "cpu": 0.5, "memory": 2**20}]
    cli.good("stop", id_)
    (ended,) = cli("wait", id_, "--format", "json").document["submissions"]
    assert (ended["state"], ended["nativeState"]) == ("stopped", "1137")
    held = cli.good("submit", "long.yaml", "-q", "--set", "schedule.hold=true").out.strip()
    cli.good("update", held, "--set", "resources.memory=2Gi")
    cli.good("start", held)
    cli.good("status")
    assert "stop it first" in cli("delete", held).err
    cli.good("stop", held)
    cli.good("delete", held)
    assert [row.split()[3] for row in cli.good("list").out.splitlines()[1:]] == [
        "stopping",
        "stopped",
        "succeeded",
        "succeeded",
    ]
    catalog = cli("catalog", "pull", "air")
    assert (catalog.code, "can not be had on AirScheduler" in catalog.err) == (3, True)
    assert air.service.accepted() == ["1", "2", "3", "4"]
