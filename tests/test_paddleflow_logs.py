"""The output of PaddleFlow's jobs: whose it is, put together from what servers of several revisions give of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.paddleflow import ended, lines, submitted
from kit.platforms import client_of
from servers.paddleflow import PaddleFlow, serve
from servers.web import Fault, Server, as_json, serving

from lading.runner.errors import NoSuchJob, NotSupported, RunnerError, Unreachable
from lading.runner.platform import LogLine
from lading.runner.platforms.paddleflow import logs
from lading.runner.platforms.paddleflow.client import Client
from lading.runner.platforms.paddleflow.tasks import role_is
from lading.runner.platforms.paddleflow.text import MISSING, Text

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
def client(service: PaddleFlow, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client of it that looks often."""
    monkeypatch.setattr(logs, "PAUSE", 0.02)
    made = client_of(service, server.url)
    yield made
    made.close()


def distributed(client: Client) -> str:
    """A job of one parameter server and two workers, each of which says what it is."""
    members = [
        {"role": role, "replicas": count, "image": "a/b:1", "command": f"echo {role}", "flavour": {"name": "flavour1"}}
        for role, count in (("pserver", 1), ("pworker", 2))
    ]
    return finished(client, submitted(client, "distributed", framework="paddle", members=members))


def finished(client: Client, native_id: str) -> str:
    """The job, which has ended."""
    ended(client, native_id)
    return native_id


def texts(client: Client, native_id: str, **query: Any) -> list[str]:
    """The same without its sources."""
    return [line.text for line in lines(client, native_id, **query)]


REVISIONS = {
    "by job": {},
    "by pod": {"tells_logs": False},
    "stamped": {"stamps": True},
    "stamped by pod": {"stamps": True, "tells_logs": False},
}


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_task_has_an_output(client: Client, service: PaddleFlow, revision: str) -> None:
    """Whichever way a server names them: lines bear their task, and a role, a replica and a container choose some."""
    for name, value in REVISIONS[revision].items():
        setattr(service, name, value)
    native_id = distributed(client)
    workers = [LogLine("pworker", f"pworker-{index}") for index in (0, 1)]
    assert lines(client, native_id) == [LogLine("pserver", "pserver-0"), *workers]
    assert lines(client, native_id, role="worker") == workers
    assert lines(client, native_id, role="worker", replica=0) == [LogLine("pworker")]
    assert lines(client, native_id, role="pserver", container="main") == [LogLine("pserver")]
    for query in ({"role": "master"}, {"replica": 2}, {"container": "sidecar"}):
        with pytest.raises(NoSuchJob):
            lines(client, native_id, **query)
    with pytest.raises(NotSupported, match="elements of an array"):
        lines(client, native_id, index=1)


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("kind", ["single", "workflow"])
def test_a_job_of_one_pod_has_lines_without_a_source(
    client: Client, service: PaddleFlow, revision: str, kind: str
) -> None:
    """A single job's only container is a worker, and a workflow's steps are pods."""
    for name, value in REVISIONS[revision].items():
        setattr(service, name, value)
    template = {"kind": "Workflow", "apiVersion": "argoproj.io/v1alpha1", "spec": {}}
    body = {"extensionTemplate": template} if kind == "workflow" else {"command": "echo a workflow ran"}
    native_id = finished(client, submitted(client, kind, **body))
    assert lines(client, native_id) == lines(client, native_id, role="worker", replica=0) == [LogLine("a workflow ran")]


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_long_output_is_followed_line_by_line(client: Client, service: PaddleFlow, revision: str) -> None:
    """Beyond what can be had of its beginning, each line comes once and in order."""
    for name, value in {**REVISIONS[revision], "head": 300, "tail": 30}.items():
        setattr(service, name, value)
    native_id = submitted(client, command="for i in $(seq 120); do echo line $i; sleep 0.02; done")
    assert texts(client, native_id, follow=True) == [f"line {number}" for number in range(1, 121)]


def test_what_is_missing_between_both_ends_is_said(client: Client, service: PaddleFlow) -> None:
    """Nothing is left out in silence, and lines that can not be counted are not."""
    service.head, service.tail = 20, 2
    native_id = finished(client, submitted(client, command="seq 100 110; seq 900 905"))
    assert texts(client, native_id) == ["100", "101", "102", "103", MISSING, "904", "905"]
    assert texts(client, native_id, lines=(2, 3)) == ["101", "102"]
    with pytest.raises(RunnerError, match="can not be counted"):
        texts(client, native_id, lines=(3, 9))


def test_some_lines_only(client: Client) -> None:
    """Counted from 1, of each task by itself."""
    native_id = finished(client, submitted(client, command="seq 10 19"))
    for wanted, found in (((3, 5), ["12", "13", "14"]), ((9, None), ["18", "19"]), ((20, None), [])):
        assert texts(client, native_id, lines=wanted) == found
    assert texts(client, native_id, lines=(9, None), follow=True) == ["18", "19"]


def test_a_job_that_waits_has_no_output_and_one_whose_pods_are_gone_none_any_more(
    client: Client, service: PaddleFlow
) -> None:
    """No output is not the same as output that was there: the row of an ended job outlives its pods."""
    service.runs = False
    assert lines(client, submitted(client, command="echo never")) == []
    service.runs = True
    native_id = finished(client, submitted(client, command="echo done"))
    service.jobs[native_id].reclaim()
    with pytest.raises(RunnerError, match="is not there, or not any more") as raised:
        lines(client, native_id)
    assert raised.value.help == "PaddleFlow takes pods away ten minutes after a success and an hour after a failure"


def test_a_job_that_says_nothing_has_no_lines(client: Client) -> None:
    """Its pod is there, and silent."""
    assert lines(client, finished(client, submitted(client, command="true"))) == []


def test_a_job_that_is_an_object_runs(client: Client) -> None:
    """A job with a pod of its own says there what it runs."""
    container = {"name": "main", "command": ["sh", "-c", "echo from the pod"]}
    template = {"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [container]}}
    assert texts(client, finished(client, submitted(client, command="", image="", extensionTemplate=template))) == [
        "from the pod"
    ]


HEADS: dict[str, tuple[list[tuple[str, str | None]], list[str]]] = {
    "grows": ([("a\n", None), ("a\nb\n", None), ("a\nb\nb\n", None)], ["a", "b", "b"]),
    "stands still": ([("a\n", None), ("a\n", None)], ["a"]),
    "is replaced": ([("not started\n", None), ("a\nb\n", None)], ["not started", "a", "b"]),
    "starts again": ([("a\nb\n", None), ("c\n", None), ("c\nd\n", None)], ["a", "b", "c", "d"]),
    "empty lines": ([("a\n\n\nb\n", None)], ["a", "", "", "b"]),
    "other bytes": ([("a\x0cb\r\n\u2028c\n", None)], ["a\x0cb\r", "\u2028c"]),
    "cut": ([("a\nb\nc", "b\nccc\nd\n"), ("a\nb\nc", "d\ne\n")], ["a", "b", "ccc", "d", "e"]),
    "nothing at the end": ([("a\nb\nc", ""), ("a\nb\nc", "b\nccc\n")], ["a", "b", "ccc"]),
    "grew too fast": ([("a\nb", "a\nb\n"), ("a\nb", "x\ny\n")], ["a", "b", MISSING, "x", "y"]),
    "one line without end": ([("aaaa", "aaaaaaaa\n")], [MISSING, "aaaaaaaa"]),
}


@pytest.mark.parametrize("name", HEADS)
def test_what_is_new_is_found_by_what_was_there(name: str) -> None:
    """Each look at an output gives its beginning, and its end where that is not all; no line comes twice or never."""
    looks, expected = HEADS[name]
    text = Text(None)
    assert [line for head, tail in looks for line in text.fresh(head, tail)] == expected


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 300), st.integers(1, 60), st.booleans())
def test_however_an_output_grows_no_line_comes_twice_or_in_another_order(
    growth: list[int], head: int, tail: int, is_numbered: bool
) -> None:
    """Whatever can be had of both ends; and unless lines are said to be missing, all have come."""
    whole: list[str] = []
    text, found = Text(None), list[str]()
    for more in growth:
        whole += [f"{len(whole) + at} {'x' * (at % 7)}" if is_numbered else str(at) for at in range(more)]
        log = "\n".join(whole)
        is_cut = len(log) >= head
        begun = log[:head].rstrip("\n") + "\n" if log else ""
        found += text.fresh(begun, "\n".join([*whole[-tail:], ""]) if is_cut else None)
    if is_numbered:
        numbers = [int(line.split()[0]) for line in found if line != MISSING]
        assert numbers == sorted(set(numbers))
        assert MISSING in found or found == whole
    else:
        assert len(found) <= len(whole) + found.count(MISSING)


@pytest.mark.parametrize(
    ("text", "may_be_stamped", "expected"),
    [
        ("2024-01-02T15:04:05.000000001Z a\n2024-01-02T15:04:05.000000002Z \n", True, ["a", ""]),
        ("2024-01-02T15:04:05.000000001Z a\n", False, ["2024-01-02T15:04:05.000000001Z a"]),
        ("2024-01-02T15:04:05.001Z a\n", True, ["2024-01-02T15:04:05.001Z a"]),
        ("2024-01-02T15:04:05.000000001Z a\nb\n", True, ["2024-01-02T15:04:05.000000001Z a", "b"]),
    ],
)
def test_a_programs_own_times_are_left_to_it(text: str, may_be_stamped: bool, expected: list[str]) -> None:
    """Only what Kubernetes writes before every line is taken off, and only of a server that has it written."""
    assert list(Text(None, may_be_stamped=may_be_stamped).fresh(text, None)) == expected


@pytest.mark.parametrize(
    ("there", "asked", "framework", "expected"),
    [
        ("worker", "worker", "pytorch", True),
        ("pworker", "worker", "paddle", True),
        ("master", "pserver", "paddle", True),
        ("pserver", "ps", "tensorflow", True),
        ("master", "launcher", "mpi", True),
        ("master", "head", "ray", True),
        ("", "worker", "", True),
        ("worker", "master", "pytorch", False),
        ("", "master", "", False),
        ("driver", "executor", "spark", False),
    ],
)
def test_roles_have_the_languages_names_and_the_servers(there: str, asked: str, framework: str, expected: bool) -> None:
    """Somebody who asks for a role uses the word of the spec."""
    assert role_is(there, asked, framework) is expected


JOB = {"id": "job-a", "status": "running", "schedulingPolicy": {"queue": "q"}, "framework": "paddle"}
QUEUE = {"name": "q", "clusterName": "c"}
TEXTS = {"taskList": [{"taskID": "u_main", "logInfo": {"logContent": "a\n", "hasNextPage": False}}]}


@pytest.mark.parametrize(
    ("job", "queue", "found"),
    [
        ([], QUEUE, TEXTS),
        ({**JOB, "status": 7}, QUEUE, TEXTS),
        ({**JOB, "schedulingPolicy": "q"}, QUEUE, TEXTS),
        ({**JOB, "framework": {}}, QUEUE, TEXTS),
        ({**JOB, "runtime": "here"}, QUEUE, TEXTS),
        ({**JOB, "runtime": {"index": "0"}}, QUEUE, TEXTS),
        ({**JOB, "distributedRuntime": {"runtimes": [7]}}, QUEUE, TEXTS),
        ({**JOB, "workflowRuntime": {"nodes": {"runtimes": []}}}, QUEUE, TEXTS),
        (JOB, [], TEXTS),
        (JOB, {"clusterName": None}, TEXTS),
        (JOB, QUEUE, "a\n"),
        (JOB, QUEUE, {"taskList": {}}),
        (JOB, QUEUE, {"taskList": [{}]}),
        (JOB, QUEUE, {"taskList": [{"taskID": 7}]}),
        (JOB, QUEUE, {"taskList": [{"taskID": "u", "logInfo": []}]}),
        (JOB, QUEUE, {"taskList": [{"taskID": "u", "logInfo": {"logContent": ["a"]}}]}),
        (JOB, QUEUE, {"taskList": [{"taskID": "u", "logInfo": {"truncated": "no"}}]}),
    ],
)
def test_wrong_types_are_a_diagnostic(client: Client, server: Server, job: Any, queue: Any, found: Any) -> None:
    """Wherever they are, and never an error of ours."""
    answers = {"GET .*/job/": job, "GET .*/queue/": queue, "GET .*/log/": found}
    server.service.faults = [Fault(reply=as_json(data), match=match, times=9) for match, data in answers.items()]
    with pytest.raises(Unreachable, match="did not answer as it should"):
        lines(client, "job-a")
