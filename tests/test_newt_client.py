"""The client of NEWT against a service that behaves as the real one does, over HTTP on loopback; Slurm only counts."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kit.newt_machine import USER
from servers.newt import PASSWORD, NewtService, envelope, serve
from servers.web import Fault, Reply, Server, as_json, serving

from lading.compiler.sbatch.lexer import options
from lading.runner.errors import (
    LoginRejected,
    NoSuchJob,
    NotSupported,
    OutcomeUnknown,
    Refused,
    RunnerError,
    SecretMissing,
    Unreachable,
)
from lading.runner.platform import Accepted, Context, Entry, Executed, LogLine, LogQuery, Outgoing
from lading.runner.platforms.newt.client import Client
from lading.runner.platforms.newt.columns import info, queue
from lading.runner.platforms.newt.protocol import LARGEST_UPLOAD, WORDS
from lading.runner.platforms.newt.submission import with_token
from lading.runner.secrets.vault import SecretValue, looked_up
from lading.runner.states import State, Status
from lading.runner.submission.ids import Ids, token

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SCRIPT = "#!/bin/bash\n#SBATCH --output=%x-%j.out\n\necho hello\n"
WAITS = Status(State.PENDING, "Pending", reason="it waits for nodes")
STOPPED = Status(State.STOPPED, "CANCELLED")
IDS = Ids()


@pytest.fixture
def server() -> Iterator[Server]:
    """A service whose jobs wait for ever."""
    with serving(serve(runs=False)) as started:
        yield started


Connect = Callable[..., Client]
AUTH = {"username": SecretValue(USER), "password": SecretValue(PASSWORD)}


@pytest.fixture
def connect(server: Server, tmp_path: Path) -> Iterator[Connect]:
    """Makes clients of the server that wait for nothing, and keep their notes in the same place."""
    made: list[Client] = []

    def connected(folder: Path = tmp_path, auth: Mapping[str, SecretValue] = AUTH, **options: Any) -> Client:
        settings = {"machine": "ln3", "logs": f"{service(server).home}/logs", **options}
        context = Context("t", settings, f"{server.url}/api", auth, state_dir=folder)
        made.append(Client(context, sleep=lambda _: None))
        return made[-1]

    yield connected
    for client in made:
        client.close()


@pytest.fixture
def client(connect: Connect) -> Client:
    """One of them."""
    return connect()


def service(server: Server) -> NewtService:
    """The service itself."""
    assert isinstance(server.service, NewtService)
    return server.service


def job(script: str = SCRIPT, age: float = 0, **body: Any) -> Outgoing:
    """A small job on its way out, whose token is that many seconds old."""
    name = token(Ids(clock=lambda: time.time() - age).new())
    content = {"jobscript": script, "jobconf": {"job_name": "demo"}, **body}
    return Outgoing(name, "demo", "POST", "job/ln3/", content)


def of_file(server: Server, **body: Any) -> Outgoing:
    """A job that runs a script which is there already."""
    file = service(server).home / "there.sh"
    file.write_text(SCRIPT)
    return replace(job(), body={"jobfile": str(file), "jobconf": {"job_name": "demo"}, **body})


def faults(server: Server, **fault: Any) -> None:
    """The next requests meet this."""
    server.service.faults.append(Fault(**fault))


def asked(server: Server) -> list[str]:
    """Method and path of every request so far, forgetting them; looks at tasks left out."""
    found = [f"{request.method} {request.path.removeprefix('/api/')}" for request in server.service.seen]
    server.service.seen.clear()
    return [line for line in found if not line.startswith("GET async/")]


@pytest.mark.parametrize("protocol", ["illegal", "tame", "sync"])
@pytest.mark.parametrize("pending", [0, 3])
def test_a_job_is_accepted_however_the_service_answers(
    server: Server, client: Client, protocol: str, pending: int
) -> None:
    """By a task that is told in HTTP's status 100, or in an envelope, or at once; the job is there once."""
    service(server).protocol, service(server).pending = protocol, pending
    assert client.submit(job()) == Accepted("4816213")
    assert client.status(["4816213"]) == {"4816213": WAITS}
    assert service(server).accepted() == ["4816213"]
    assert [line for line in asked(server) if line.startswith("POST")] == ["POST auth", "POST job/ln3/"]


def test_one_login_and_one_question_serve_many_jobs(server: Server, client: Client) -> None:
    """500 jobs are asked about by one request for the queue; what is not in it by one command of Slurm."""
    ids = [client.submit(job()).native_id for _ in range(20)]
    asked(server)
    assert client.status(ids) == dict.fromkeys(ids, WAITS)
    assert asked(server) == ["GET job/ln3/"]
    client.stop(ids[3])
    client.stop(ids[4])
    client.status(["99"])  # once it is found out that there is no accounting
    asked(server)
    assert client.status([*ids, "99", "no id"]) == {**dict.fromkeys(ids, WAITS), ids[3]: STOPPED, ids[4]: STOPPED}
    assert asked(server) == ["GET job/ln3/", "POST command/ln3"]
    assert client.status([]) == {}
    assert asked(server) == []


def test_a_job_is_found_by_its_token_and_by_nothing_else(client: Client) -> None:
    """It stands in the comment, before the user's own; names are cut off and say nothing."""
    mine, other = job(), job("#!/bin/sh\n#SBATCH --comment='for me'\ntrue\n")
    for sent in (mine, other):
        client.submit(sent)
    assert (client.find(mine.token), client.find(other.token)) == (Accepted("4816213"), Accepted("4816214"))
    assert client.find(job(age=100).token) is None
    with pytest.raises(OutcomeUnknown, match="may still be told of it"):
        client.find(job().token)
    with pytest.raises(OutcomeUnknown, match="keeps no comments"):
        client.find(job(age=1000).token)


COMMENTS = [
    pytest.param("#!/bin/sh\ntrue\n", [], ["lading:t"], id="none"),
    pytest.param(
        '#!/bin/sh\n#SBATCH --comment="a b"\n\ntrue\n#SBATCH --comment=late\n', ["a b"], ["lading:t a b"], id="one"
    ),
    pytest.param("#!/bin/sh\n#SBATCH --comment two\n#SBATCH --mem=1\n", ["two"], ["lading:t two"], id="apart"),
    pytest.param("#!/bin/sh\n# x\n#SBATCH --com=a\n#SBATCH --comment=b\n", ["a", "b"], ["lading:t b"], id="last"),
    pytest.param("#!/bin/sh", [], ["lading:t"], id="nothing at all"),
]


@pytest.mark.parametrize(("script", "own", "comments"), COMMENTS)
def test_the_token_is_the_beginning_of_the_last_comment(script: str, own: list[str], comments: list[str]) -> None:
    """Of several sbatch takes the last, and the user's own is kept behind the token."""
    found = with_token(script, "t")
    words = [word for word in options(found) if word.startswith("--comment=lading")]
    assert [word.removeprefix("--comment=") for word in words] == comments
    assert options(found)[-1] == words[0]
    assert set(script.split("\n")) <= set(found.split("\n"))


def test_a_script_that_is_there_is_noted_here(server: Server, client: Client, connect: Connect) -> None:
    """It can not carry a token; once it was accepted, this machine knows its task and then its id."""
    sent = of_file(server)
    assert client.submit(sent) == Accepted("4816213")
    assert client.find(sent.token) == Accepted("4816213")
    assert connect().find(sent.token) == Accepted("4816213"), "after a crash"
    faults(server, match="GET /api/async", cut="before", times=1000)
    lost = of_file(server)
    with pytest.raises(OutcomeUnknown):
        client.submit(lost)
    server.service.faults.clear()
    assert client.find(lost.token) == Accepted("4816214")
    service(server).tasks.clear()
    with pytest.raises(OutcomeUnknown, match="Error id or out of date"):
        client.find(lost.token)


def test_a_script_that_is_there_and_may_have_been_sent_is_never_absent(server: Server, client: Client) -> None:
    """Neither found nor known to be absent, however old it is; one that was refused is nothing to be looked for."""
    faults(server, match="POST /api/job", cut="before")
    lost = replace(of_file(server), token=job(age=100).token)
    with pytest.raises(OutcomeUnknown):
        client.submit(lost)
    with pytest.raises(OutcomeUnknown, match="carries nothing by which its job could be found"):
        client.find(lost.token)
    refused = replace(of_file(server, jobconf={"job_name": 7}), token=job(age=100).token)
    with pytest.raises(Refused, match="Error jobconf : job_name is 7"):
        client.submit(refused)
    assert client.find(refused.token) is None


JOB, ASYNC = "POST /api/job", "GET /api/async"
ILLEGAL = Reply(200, b"{}", {"connection": "close"}, "HTTP/1.1 100 Continue")
LOST_ANSWERS = [
    pytest.param({"match": JOB, "cut": "before"}, 0, id="cut before"),
    pytest.param({"match": JOB, "cut": "during"}, 1, id="cut during"),
    pytest.param({"match": JOB, "cut": "after"}, 1, id="cut after"),
    pytest.param({"match": JOB, "reply": Reply(502, b"<title>Bad gateway</title>")}, 0, id="proxy"),
    pytest.param({"match": JOB, "reply": Reply(500, b"<h1>Oops</h1>")}, 0, id="page"),
    pytest.param({"match": JOB, "reply": Reply(408, b"late")}, 0, id="late"),
    pytest.param({"match": JOB, "reply": Reply(404, b"<title>Not Found</title>"), "carried_out": True}, 1, id="404"),
    pytest.param({"match": JOB, "reply": envelope("", 500, "what?"), "carried_out": True}, 1, id="500"),
    pytest.param({"match": JOB, "reply": Reply(200, b"garbage"), "carried_out": True}, 1, id="garbage"),
    pytest.param({"match": JOB, "reply": Reply(200, b"[" * 99999), "carried_out": True}, 1, id="deep"),
    pytest.param({"match": JOB, "reply": envelope({"jobid": 7}), "carried_out": True}, 1, id="wrong type"),
    pytest.param({"match": JOB, "reply": envelope({"jobid": "7 8"}), "carried_out": True}, 1, id="no id"),
    pytest.param({"match": JOB, "reply": envelope({}), "carried_out": True}, 1, id="nothing"),
    pytest.param(
        {"match": JOB, "reply": envelope("../../auth", 201, word="ACCEPT"), "carried_out": True},
        1,
        id="path",
    ),
    pytest.param(
        {
            "match": JOB,
            "reply": ILLEGAL,
            "carried_out": True,
        },
        1,
        id="100 to an order",
    ),
    pytest.param({"match": ASYNC, "reply": envelope("", 500, "async task failure : x ")}, 1, id="failed task"),
    pytest.param(
        {"match": ASYNC, "reply": envelope("", 500, "Could not got such a AsyncResult . ")},
        1,
        id="forgotten",
    ),
    pytest.param({"match": ASYNC, "reply": envelope("", 550, "Error : Not Your task. ")}, 1, id="not ours"),
    pytest.param({"match": ASYNC, "reply": Reply(500, b"<h1>Oops</h1>"), "times": 99}, 1, id="broken service"),
    pytest.param({"match": ASYNC, "reply": Reply(200, b"garbage"), "times": 99}, 1, id="garbage for a task"),
    pytest.param({"match": ASYNC, "cut": "before", "times": 999}, 1, id="cut for ever"),
]


@pytest.mark.parametrize(("fault", "accepted"), LOST_ANSWERS)
def test_an_answer_that_tells_nothing_leaves_the_outcome_unknown(
    server: Server, client: Client, fault: dict[str, Any], accepted: int
) -> None:
    """The job was sent once, and whoever asks for its token hears the truth."""
    client.status(["1"])
    faults(server, **fault)
    sent = job()
    with pytest.raises(OutcomeUnknown):
        client.submit(sent)
    server.service.faults.clear()
    assert len(service(server).accepted()) == accepted
    if accepted:
        assert client.find(sent.token) == Accepted("4816213")


@pytest.mark.parametrize(
    "fault",
    [
        {"cut": "before", "times": 4},
        {"reply": Reply(503, b"busy"), "times": 4},
        {"reply": Reply(500, b"<h1>Oops</h1>"), "times": 4},
        {"reply": as_json({"status": "PENDING", "status_code": 100, "output": "x"}), "times": 30},
    ],
    ids=["cut", "busy", "broken", "pending"],
)
def test_a_task_is_asked_about_until_there_is_a_result(server: Server, client: Client, fault: dict[str, Any]) -> None:
    """What goes wrong in between changes nothing: the id of the task is in hand."""
    faults(server, match="GET /api/async", **fault)
    assert client.submit(job()) == Accepted("4816213")


REFUSALS = [
    pytest.param(envelope("", 400, "Invalid machine name: ln9"), Refused, "Invalid machine name: ln9", id="machine"),
    pytest.param(envelope("", 400, "No data received"), Refused, "No data received", id="no data"),
    pytest.param(envelope("", 403, "Error jobconf : x"), Refused, "Error jobconf : x", id="jobconf"),
    pytest.param(envelope("", 500, "Cannot find tmpfile : /x"), Refused, "Cannot find tmpfile : /x", id="tmpfile"),
    pytest.param(envelope("", 401, "no"), LoginRejected, "no", id="401"),
]


CASES = [
    *(pytest.param(*case.values, False, id=f"{case.id} at once") for case in REFUSALS),
    *(pytest.param(*case.values, True, id=f"{case.id} by a task") for case in REFUSALS[:4]),
]


@pytest.mark.parametrize(("reply", "error", "says", "is_task"), CASES)
def test_what_the_service_refuses_is_refused(
    server: Server, client: Client, reply: Reply, error: type[RunnerError], says: str, is_task: bool
) -> None:
    """With its own words; nothing was accepted."""
    faults(server, match="GET /api/async" if is_task else "POST /api/job", reply=reply, times=2)
    with pytest.raises(error, match=says) as raised:
        client.submit(job())
    assert type(raised.value) is error


COMPLAINTS = [
    ("sbatch: error: Batch job submission failed: Invalid partition name specified\n", Refused),
    ("welcome\nsbatch: error: This does not look like a batch script.\n", Refused),
    ("sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n", OutcomeUnknown),
    ("sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)\n", Unreachable),
    ("Segmentation fault\n", OutcomeUnknown),
    ("", OutcomeUnknown),
]


@pytest.mark.parametrize(("complaint", "error"), COMPLAINTS, ids=[text[-30:-1] for text, _ in COMPLAINTS])
def test_what_sbatch_complains_about_decides(
    server: Server, client: Client, complaint: str, error: type[RunnerError]
) -> None:
    """Refused, not reached, or nobody knows: never the one for the other."""
    client.status(["1"])
    faults(server, match="GET /api/async", reply=envelope("", 500, f"qsub failed with error: {complaint}"))
    with pytest.raises(error) as raised:
        client.submit(job())
    assert type(raised.value) is error


def test_a_script_that_sbatch_would_not_read_is_refused(client: Client) -> None:
    """The words are sbatch's."""
    with pytest.raises(Refused, match="Slurm refused the job: This does not look like a batch script"):
        client.submit(job("echo\n"))


def test_a_wrong_password_is_a_refused_login(server: Server, connect: Connect) -> None:
    """The service answers 200; nothing is sent."""
    with pytest.raises(LoginRejected, match="did not take the login"):
        connect(auth={**AUTH, "password": SecretValue("wrong")}).submit(job())
    assert set(asked(server)) == {"POST auth"}


def test_a_login_that_the_site_lacks_is_said_to_be_missing(server: Server, connect: Connect) -> None:
    """Nothing is sent; a session that no header can carry is not either."""
    with pytest.raises(LoginRejected, match="the site has no username for t"):
        connect(auth={}).submit(job())
    faults(server, match="POST /api/auth", reply=envelope({"auth": True, "newt_sessionid": "a\nb"}))
    with pytest.raises(SecretMissing):
        connect().submit(job())
    assert "POST job/ln3/" not in asked(server)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>"),
        envelope({"auth": "yes"}),
        envelope([]),
        envelope({"auth": True}),
        envelope({"auth": True, "newt_sessionid": 7}),
        Reply(500, b"oops"),
    ],
)
def test_a_login_that_makes_no_sense_sends_nothing(server: Server, client: Client, reply: Reply) -> None:
    """Whatever is answered, no job was sent, and that is said."""
    faults(server, match="POST /api/auth", reply=reply, times=9)
    with pytest.raises(Unreachable, match="gave no login"):
        client.submit(job())
    assert service(server).accepted() == []


def test_a_session_that_has_ended_is_replaced(server: Server, client: Client) -> None:
    """Once, for orders and for tasks alike; the session is hidden as a secret is."""
    client.submit(job())
    service(server).expire()
    client.submit(job())
    service(server).pending = 2
    faults(server, match="GET /api/async", reply=envelope('{"login_url": "/api/auth/"}', 403, "You must be logged in"))
    client.submit(job())
    assert len(service(server).accepted()) == 3
    assert asked(server).count("POST auth") == 3
    assert {value.reveal() for value in looked_up} >= set(service(server).given_out)


def test_other_jobs_are_waited_for_by_their_ids(server: Server, client: Client) -> None:
    """What Slurm still knows is its affair; without commands the service's own word settles what has ended."""
    first = client.submit(job()).native_id
    script = "#!/bin/sh\n#SBATCH --dependency=afterok:first,afterany:4816213\ntrue\n"
    after = [{"type": "afterok", "job": "first"}, {"type": "afterany", "job": first}]

    def sent() -> str:
        waiting = job(script)
        client.submit(replace(waiting, body={**waiting.body, "after": after}, after={"first": first}))
        form = [one.form() or {} for one in server.service.seen if one.path == "/api/job/ln3/" and one.method == "POST"]
        return next(word for word in options(form[-1]["jobscript"]) if word.startswith("--dependency"))

    assert sent() == f"--dependency=afterok:{first},afterany:{first}"
    service(server).has_commands = False
    client._commands.are_there = False
    assert sent() == f"--dependency=afterok:{first},afterany:{first}"
    client.stop(first)
    faults(server, match=f"GET /api/job/ln3/{first}", reply=envelope({"status": {first: "Success"}}))
    assert sent() == "--dependency="
    faults(server, match=f"GET /api/job/ln3/{first}", reply=envelope({"status": {first: "FAILED"}}))
    with pytest.raises(Refused, match=f"job {first} ended as FAILED"):
        sent()


QUEUED = {
    "7": "Success",
    "8": "TO",
    "9": "Running",
    "10_[0-3%2]": "Pending",
    "10_4": "Running",
    "11": "odd",
}


def test_what_the_queue_holds_has_not_ended() -> None:
    """A job that is completing is told as a success, and one whose time is over by a short word."""
    told = queue({"status": QUEUED, "nodelist": {"7": "n1", "10_[0-3%2]": "(Priority)"}})
    assert [line.reason for line in told if line.reason] == ["Priority"]
    found = {line.id: line.state for line in told}
    assert found == {
        "7": State.STOPPING,
        "8": State.STOPPING,
        "9": State.RUNNING,
        "10_[0-3%2]": State.PENDING,
        "10_4": State.RUNNING,
        "11": State.UNKNOWN,
    }
    assert (queue({}), queue({"status": {}})) == ([], [])


ENDS = {
    "Pending": State.PENDING,
    "Running": State.RUNNING,
    "Suspended": State.RUNNING,
    "Success": State.SUCCEEDED,
    "Failed": State.FAILED,
    "TIMEOUT": State.FAILED,
    "TO": State.FAILED,
    "OUT_OF_MEMORY": State.FAILED,
    "OOM": State.FAILED,
    "BOOT_FAIL": State.FAILED,
    "DEADLINE": State.FAILED,
    "PREEMPTED": State.STOPPED,
    "PR": State.STOPPED,
    "CA": State.STOPPED,
    "CANCELLED by 1000": State.STOPPED,
    "CG": State.STOPPING,
    "brand new": State.UNKNOWN,
}


@pytest.mark.parametrize(("word", "state"), ENDS.items())
def test_both_alphabets_are_read(server: Server, client: Client, word: str, state: State) -> None:
    """The service's words, Slurm's long ones and its short ones; what is not known is never taken for an end."""
    number = client.submit(job()).native_id
    client.stop(number)
    client._commands.are_there = False
    told = {"status": {number: word, f"{number}.batch": "Failed"}, "exitcode": {number: "3:0"}}
    faults(server, match=f"GET /api/job/ln3/{number}", reply=envelope(told))
    found = client.status([number])[number]
    assert (found.state, found.native) == (state, word)
    assert found.exit_code == (3 if state.is_final else None)


def test_every_word_of_slurm_is_known() -> None:
    """Each short word stands for a long one that has a state."""
    assert set(WORDS.values()) <= set(WORDS)


def test_without_commands_a_cancelled_job_is_told_as_failed(server: Server, client: Client) -> None:
    """The runner is told that this is so, and knows better where it was told to end it."""
    number = client.submit(job()).native_id
    client.stop(number)
    assert (client.status([number]), client.tells_stopped) == ({number: STOPPED}, True)
    service(server).has_commands = False
    told = {"status": {number: "Failed"}, "exitcode": {number: "0:15"}}
    faults(server, match=f"GET /api/job/ln3/{number}", reply=envelope(told), times=2)
    failed = Status(State.FAILED, "Failed", 143)
    assert (client.status([number]), client.tells_stopped) == ({number: failed}, False)
    asked(server)
    client.status([number])
    assert asked(server) == ["GET job/ln3/", f"GET job/ln3/{number}"], "that there are no commands is asked once"


def test_an_array_is_one_job_of_many_elements(server: Server, client: Client) -> None:
    """Some in the queue, some ended; where there are no commands both come from the service."""
    client._commands.are_there = False
    faults(server, match="GET /api/job/ln3/$", reply=envelope({"status": {"7_[2-3]": "Pending", "7_1": "Running"}}))
    told = {"status": {"7_0": "Failed", "7_0.batch": "Failed"}, "exitcode": {"7_0": "1:0"}}
    faults(server, match="GET /api/job/ln3/7", reply=envelope(told))
    counts = {"pending": 2, "running": 1, "failed": 1}
    assert client.status(["7"]) == {"7": Status(State.RUNNING, "Running", counts=counts)}


def test_info_is_read_whatever_it_holds() -> None:
    """Huge numbers and other types are nothing."""
    told = {"status": {"7": "Failed", "8": "Failed"}, "exitcode": {"7": "9" * 9999 + ":0", "8": [{}]}}
    assert [line.exit_code for line in info(told)] == [None, None]
    size = [line.size for line in queue({"status": {"7_[0-99999999999999999999]": "Pending"}})]
    assert size == [1]


HOSTILE = [
    Reply(200, b"<html><title>\x1b[31mPortal</title></html>"),
    Reply(200, b"[" * 100_000),
    Reply(200, b"\xff\xfe"),
    envelope([]),
    envelope("text"),
    envelope(7),
    envelope({"status": {"7": 7}}),
    envelope({"status": []}),
    envelope({"location": 7, "retcode": "0", "output": []}),
    as_json({"status": 7}),
    as_json({"status": "OK", "status_code": "200"}),
    envelope("", 500, "\x1b[2Jodd\n" * 1000),
    Reply(302, b"", {"location": "http://127.0.0.1:1/"}),
    Reply(418, b"teapot"),
]
SECRETS = Outgoing(
    token(IDS.new(), "secrets"), "demo", "PUT", "file/ln3/~/.lading/", {"variables": {"KEY": SecretValue("it's")}}
)


OPERATIONS: Mapping[str, Callable[[Client], Any]] = {
    "status": lambda client: client.status(["7"]),
    "stop": lambda client: client.stop("7"),
    "start": lambda client: client.start("7"),
    "update": lambda client: client.update("7", {"schedule.timeLimit": 60}),
    "usage": lambda client: client.usage("7"),
    "logs": lambda client: list(client.logs("7", LogQuery())),
    "execute": lambda client: client.execute(["true"]),
    "upload": lambda client: client.upload(Path(__file__), "~/x"),
    "download": lambda client: b"".join(client.download("~/x").chunks),
    "listing": lambda client: client.listing("~/x"),
    "catalog": lambda client: client.catalog(),
    "check": lambda client: client.check(),
    "find": lambda client: client.find(job(age=100).token),
    "bring": lambda client: client.bring(SECRETS),
}
NOT_HOSTILE = [("listing", envelope([])), ("download", envelope("text"))]
"""What these can well be answered: an empty folder, and the name of a copy, of which any bytes may come."""


@pytest.mark.parametrize("protocol", ["tame", "sync"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_is_answered_is_a_diagnostic(server: Server, client: Client, operation: str, protocol: str) -> None:
    """One line that moves no cursor, never a traceback."""
    client.status(["7"])
    service(server).protocol = protocol
    for reply in HOSTILE:
        if (operation, reply) in NOT_HOSTILE:
            continue
        client._commands.are_there = True
        server.service.faults[:] = [Fault(match="async" if protocol == "tame" else "", reply=reply, times=999)]
        with pytest.raises(RunnerError) as raised:
            OPERATIONS[operation](client)
        assert "\x1b" not in str(raised.value)
        assert len(str(raised.value)) < 1500


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_service_that_is_not_there_is_unreachable(server: Server, client: Client, operation: str) -> None:
    """For questions and orders alike; who looks for a job does not know of it."""
    server.close()
    with pytest.raises(OutcomeUnknown if operation == "find" else Unreachable, match="can not be reached"):
        OPERATIONS[operation](client)


def test_a_job_is_stopped_and_that_is_fine_twice(server: Server, client: Client) -> None:
    """Of one that Slurm does not know it is said; scancel's own no is shown, but that it comes too late."""
    number = client.submit(job()).native_id
    client.stop(number)
    client.stop(number)
    with pytest.raises(NoSuchJob, match="knows no job 99"):
        client.stop("99")
    late = "Unable to get queue: scancel: error: Kill job error on job id 7: Job/step already completing or completed\n"
    faults(server, match="DELETE", reply=envelope("", 500, late))
    client.stop(number)
    faults(server, match="DELETE", reply=envelope("", 500, "Unable to get queue: scancel: error: Access denied\n"))
    with pytest.raises(RunnerError, match="Access denied"):
        client.stop(number)


def test_orders_go_through_slurm(server: Server, client: Client) -> None:
    """Released, changed and measured by its commands; without commands that can not be had."""
    number = client.submit(job()).native_id
    client.start(number)
    client.update(number, {"schedule.timeLimit": 61})
    assert client.usage(number) == []
    forms = [(one.form() or {})["command"] for one in server.service.seen if one.path == "/api/command/ln3"]
    assert [f"scontrol release {number})" in forms[0], f"JobId={number} TimeLimit=2)" in forms[1]] == [True, True]
    with pytest.raises(NotSupported, match=r"can not change resources\.cpu"):
        client.update(number, {"resources.cpu": 2})
    with pytest.raises(NotSupported):
        client.delete(number)
    service(server).has_commands = False
    for operation in ("start", "update", "usage", "catalog"):
        with pytest.raises(NotSupported, match="runs no commands"):
            OPERATIONS[operation](client)


def test_commands_run_as_they_are(server: Server, client: Client) -> None:
    """Every argument arrives; what the shell's start-up files print is shown, as the service gives it."""
    done = client.execute(["sh", "-c", 'printf "%s|" "$@" >&2; echo out; exit 3', "sh", "a b", "it's", "$HOME", ""])
    assert done == Executed(3, "Welcome to the machine, ada.\nout\n", "a b|it's|$HOME||")
    assert client.execute(["sh", "-c", "kill -9 $$"]).code == 137
    faults(server, match="POST /api/command", cut="after")
    with pytest.raises(OutcomeUnknown):
        client.execute(["true"])


def test_what_slurm_prints_arrives_whole_or_not_at_all(server: Server, client: Client) -> None:
    """Bytes of any kind, however the shell greets; half an answer is none."""
    assert client._commands.shell("printf 'a\\377\\000b'").raw == b"a\xff\x00b"
    half = {"output": "Welcome\nlading<YWJj", "error": "Killed", "retcode": 0}
    faults(server, match="GET /api/async", reply=envelope(half))
    answer = client._commands.shell("true")
    assert (answer.code, answer.has_started, answer.problem) == (None, False, "Killed")
    faults(server, match="GET /api/async", reply=envelope({**half, "output": "lading<YWJ>gnidal"}))
    with pytest.raises(Unreachable, match="Slurm could not be asked: Killed"):
        client.ask(["squeue"])


def test_files_go_up_and_come_down(server: Server, client: Client, tmp_path: Path) -> None:
    """By their place in the home or an absolute one; the bytes are the same."""
    file = tmp_path / "a b.bin"
    file.write_bytes(bytes(range(256)) * 40)
    home = service(server).home
    assert client.upload(file, "~/ü 1") == "~/ü 1"
    assert client.upload(file, f"{home}/logs/") == f"{home}/logs/a b.bin"
    assert (home / "ü 1").read_bytes() == (home / "logs" / "a b.bin").read_bytes() == file.read_bytes()
    for place in ("~/ü 1", f"{home}/logs/a b.bin"):
        down = client.download(place)
        assert (down.size, b"".join(down.chunks)) == (10240, file.read_bytes())
    assert [(entry.name, entry.size, entry.is_folder) for entry in client.listing("~/")] == [
        (".bash_profile", (home / ".bash_profile").stat().st_size, False),
        ("logs", (home / "logs").stat().st_size, True),
        ("ü 1", 10240, False),
    ]


def test_what_can_not_be_brought_is_refused_beforehand(server: Server, client: Client, tmp_path: Path) -> None:
    """A file that is too large, or not there, or whose place is none, sends nothing."""
    large, right = tmp_path / "large", tmp_path / "right"
    large.write_bytes(b"\0" * (LARGEST_UPLOAD + 1))
    right.write_bytes(b"\0" * LARGEST_UPLOAD)
    for file, place, says in (
        (large, "~/x", "large is larger than the 1048000 bytes"),
        (tmp_path / "no", "~/x", "No such file"),
        (right, "x", "x is no place there"),
    ):
        with pytest.raises(Refused, match=says):
            client.upload(file, place)
    with pytest.raises(Refused, match="for its own copies"):
        client.download("/motd")
    assert asked(server) == []
    assert client.upload(right, "~/x") == "~/x"


def test_what_is_not_there_can_not_be_had(client: Client) -> None:
    """The service's own word says so."""
    for wrong in (
        lambda: client.listing("~/none"),
        lambda: client.download("~/none"),
        lambda: client.listing("/etc"),
    ):
        with pytest.raises(Refused, match=r"not a directory|Can't open|Permission denied"):
            wrong()


def test_a_listing_is_read_as_the_source_writes_it(server: Server, client: Client) -> None:
    """A name that nobody can print is made printable, a file that could not be looked at has no size."""
    odd = {"name": "a\ud800", "date(m)": None, "size(B)": None, "perms": None}
    known = {"name": "b", "date(m)": 0, "size(B)": 7, "perms": "drwx------"}
    told = {"status": "OK", "output": [odd, known, {"name": "c", "date(m)": 1e300, "size": 1}]}
    faults(server, match="GET /api/async", reply=Reply(200, json.dumps(told).encode()))
    assert client.listing("~/") == [
        Entry("a\ufffd", None, "", False),
        Entry("b", 7, "1970-01-01 00:00:00 UTC", True),
        Entry("c", 1, "", False),
    ]


def test_secrets_are_in_a_file_for_nobody_else(server: Server, client: Client) -> None:
    """It is called by the token, made before anything stands in it; no command holds the value."""
    brought = client.bring(SECRETS)
    file = service(server).home / ".lading" / SECRETS.token
    assert brought == {"location": str(file)}
    assert file.read_text() == "export KEY='it'\\''s'\n"
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent)] == [0o600, 0o700]
    client.bring(SECRETS)
    commands = [request.body for request in server.service.seen if request.path.startswith("/api/command")]
    assert [b"export" in body for body in commands] == [False] * 4


def test_a_refused_job_leaves_no_secret_behind(server: Server, client: Client) -> None:
    """What is not known to be refused may still need it; nothing but such a file is ever removed."""
    file = Path(client.bring(SECRETS)["location"])
    faults(server, match="POST /api/job", cut="before")
    with pytest.raises(OutcomeUnknown):
        client.submit(job(jobconf={"jobfile_args": str(file)}))
    assert file.exists()
    with pytest.raises(Refused):
        client.submit(job("no script", jobconf={"jobfile_args": str(file)}))
    assert not file.exists()
    other = service(server).home / "mine"
    other.write_text("")
    with pytest.raises(Refused):
        client.submit(job("no script", jobconf={"jobfile_args": str(other)}))
    assert other.exists()


def test_secrets_stay_here_where_others_could_read_them(server: Server, client: Client) -> None:
    """Without commands no file could be made first; one that the service puts in its place is taken away again."""
    service(server).keeps_mode = False
    with pytest.raises(Refused, match="others could read"):
        client.bring(SECRETS)
    assert list((service(server).home / ".lading").iterdir()) == []
    service(server).has_commands = False
    with pytest.raises(Refused, match="secrets can not be brought there safely"):
        client.bring(SECRETS)
    assert not [one for one in server.service.seen[-3:] if one.method == "PUT"]


def output(server: Server, name: str, text: str) -> Path:
    """An output file in the folder of logs."""
    file = service(server).home / "logs" / name
    file.write_text(text, errors="surrogateescape")
    return file


def test_a_log_is_read_in_pieces(server: Server, client: Client) -> None:
    """By Slurm's word for where it is, and by commands that read a part of a file."""
    number = client.submit(job()).native_id
    output(server, f"{number}.out", "one\n\x1b[31mtwo\n\udcffthree")
    assert list(client.logs(number, LogQuery())) == [
        LogLine("one"),
        LogLine("\x1b[31mtwo"),
        LogLine("\udcffthree"),
    ]
    assert [line.text for line in client.logs(number, LogQuery(lines=(2, 2)))] == ["\x1b[31mtwo"]
    client.stop(number)
    assert next(client.logs(number, LogQuery(follow=True))) == LogLine("one")
    with pytest.raises(NotSupported):
        client.logs(number, LogQuery(container="x"))


def test_a_log_is_found_by_its_name_where_slurm_does_not_know_it(server: Server, client: Client) -> None:
    """In the site's folder, also where there are no commands, then as a whole file."""
    output(server, "demo-99.out", "one\ntwo\n")
    output(server, "other-199.out", "no\n")
    output(server, "array-98_3.out", "third\n")
    for has_commands in (True, False):
        client._commands.are_there = has_commands
        assert [line.text for line in client.logs("99", LogQuery(follow=True))] == ["one", "two"]
        assert list(client.logs("98", LogQuery())) == [LogLine("third", "3")]
    with pytest.raises(RunnerError, match="no output of job 97 is in"):
        list(client.logs("97", LogQuery()))
    with pytest.raises(NotSupported, match="what each task of job 99 printed is not known any more"):
        list(client.logs("99", LogQuery(replica=1)))


def test_without_a_folder_a_forgotten_log_is_lost(connect: Connect) -> None:
    """What to do is said."""
    client = connect(logs=None)
    with pytest.raises(NoSuchJob, match="Slurm has forgotten job 99"):
        list(client.logs("99", LogQuery()))
    client._commands.are_there = False
    with pytest.raises(NotSupported, match="can not be asked where the output is"):
        list(client.logs("99", LogQuery()))


def test_doctor_tells_what_is_there(server: Server, client: Client, connect: Connect) -> None:
    """The machine, Slurm, and the folder of logs; the first thing that is wrong is an error."""
    logs = f"{service(server).home}/logs"
    slurm = [
        ("commands", "answered"),
        ("Slurm", "22.05.8"),
        ("partitions", "work*"),
        ("accounting", "none: jobs are forgotten after 300 s"),
    ]
    known = [("login", "taken"), ("machine", "ln3 (of ln3, ln7)")]
    assert client.check() == [*known, *slurm, ("logs", f"{logs} is there")]
    service(server).has_commands = False
    none = ("commands", "none: jobs of which no answer came can not be found again")
    assert client.check() == [*known, none, ("logs", f"{logs} is there")]
    with pytest.raises(Refused, match="has no machine ln9"):
        connect(machine="ln9").check()
    with pytest.raises(Refused, match="not a directory"):
        connect(logs=f"{logs}/none").check()


def test_the_catalog_is_slurms(client: Client) -> None:
    """Partitions and types of GPUs."""
    assert client.catalog() == {"queues": {"work": "work"}, "gpus": {"A100": "a100"}, "queueGpus": {"work": ["A100"]}}


def test_the_service_is_as_strict_as_the_real_one(server: Server, client: Client) -> None:
    """JSON is no form, a number is no text, and who is not logged in learns where that is done."""
    import httpx

    with httpx.Client(base_url=server.url) as line:
        assert line.get("/api/job/").json() == {
            "status": "ERROR",
            "status_code": 403,
            "output": '{"login_url": "/api/auth/"}',
            "error": "You must be logged in to access this.",
        }
        assert line.post("/api/auth", json={"username": USER, "password": PASSWORD}).json()["output"]["auth"] is False
        login = line.post("/api/auth/", data={"username": USER, "password": PASSWORD}).json()["output"]
        line.cookies.set("newt_sessionid", login["newt_sessionid"])
        sent = {"jobscript": SCRIPT, "jobconf": json.dumps({"scale_memGB": "4"})}
        assert line.post("/api/job/ln3/", json=sent).json()["error"] == "No data received"
        assert line.post("/api/job/ln3/", data=sent).status_code == 403
        assert line.post("/api/job/ln9/", data=sent).json()["error"] == "Invalid machine name: ln9"
        service(server).pending = 99
        task = line.get("/api/job/ln3/").json()["output"]
        with pytest.raises(httpx.RemoteProtocolError):
            line.get(f"/api/async/{task}", headers={"connection": "close"})
