"""A real Slurm runs what lading compiles, and says to lading's client what became of it."""

import hashlib
import json
import os
import re
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kit.slurm import CASES, compiled, compiled_case, log, outgoing, running, wait

from lading.compiler.importing.importer import import_native
from lading.compiler.registry import platform
from lading.compiler.sbatch.lexer import options
from lading.compiler.target import Target
from lading.runner.errors import NoSuchJob, OutcomeUnknown, Refused, RunnerError
from lading.runner.platform import Accepted, Context, LogQuery, Outgoing, Usage
from lading.runner.platforms.slurm.client import Client, connect
from lading.runner.platforms.slurm.command import Commands
from lading.runner.sbatch.answer import Answer
from lading.runner.states import State, Status
from lading.runner.submission.ids import Ids, token

pytestmark = pytest.mark.slurm

CATALOG = {
    "gpus": {"A100": "a100", "H100": "h100"},
    "gpuMemory": {"A100": 80 * 2**30, "H100": 94 * 2**30},
    "queues": {"work": "debug", "big": "big"},
    "priorities": {"high": {"nice": 0}},
}


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """A running cluster."""
    yield from running()


@pytest.fixture
def target() -> Target:
    """The cluster as a site describes it."""
    found = platform("slurm")
    assert found is not None
    return Target("cluster", found, catalog=CATALOG)


@pytest.fixture
def client(home: Path) -> Client:
    """A client of the cluster; what runs without a working directory leaves its output in the test's own home."""
    home.chmod(0o755)
    return connect(Context("cluster"))


def run(client: Client, target: Target, text: str, seconds: float = 60) -> tuple[str, Status]:
    """The job's id, and its status once it has ended."""
    job = client.submit(outgoing(compiled(text, target))).native_id
    return job, wait(client, [job], seconds=seconds)[0]


def known(status: Status) -> tuple[State, int | None]:
    """What a test says of a status: the state and the exit code."""
    return status.state, status.exit_code


def test_a_job_runs_and_its_output_is_read(client: Client, target: Target) -> None:
    """The program's output is in the log, and its success in the status."""
    job, status = run(client, target, "{lading: v1, name: hello, command: [echo, hello]}")
    assert (known(status), log(client, job)) == ((State.SUCCEEDED, 0), ["hello"])
    assert status.started is not None
    assert status.ended is not None
    assert 0 <= status.ended - status.started < 60


def test_the_job_fails_with_its_own_exit_code(client: Client, target: Target) -> None:
    """The exit code is the program's."""
    _, status = run(client, target, "{lading: v1, name: fails, script: exit 7}")
    assert known(status) == (State.FAILED, 7)


def test_a_signal_is_an_exit_code(client: Client, target: Target) -> None:
    """A program that dies of signal n ends the job with 128 + n."""
    _, status = run(client, target, "{lading: v1, name: dies, script: kill -KILL $$}")
    assert known(status) == (State.FAILED, 137)


ARGUMENTS = [
    "",
    " ",
    "it's",
    '"',
    "$HOME $(id) `id`",
    "a\nb",
    "a\r\nb",
    "\t\x1b[0m\x7f",
    "#",
    ";",
    "*",
    "~",
    "日本é",
    "\\",
    "-",
    "a=b",
]


def test_arguments_arrive_byte_for_byte(client: Client, target: Target, tmp_path: Path) -> None:
    """Through sbatch, the batch script and srun, every argument is in the process as it is in the spec."""
    out = tmp_path / "arguments"
    words = f"open({str(out)!r} + os.environ['SLURM_PROCID'], 'wb').write(b'\\0'.join(map(os.fsencode, sys.argv[1:])))"
    script = f"import os, sys; {words}"
    for slots in (1, 2):
        spec = {"lading": "v1", "name": "args", "slots": slots, "command": ["python3", "-c", script, *ARGUMENTS]}
        _, status = run(client, target, yaml(spec))
        assert known(status) == (State.SUCCEEDED, 0)
        for task in range(slots):
            assert Path(f"{out}{task}").read_bytes().split(b"\0") == [word.encode() for word in ARGUMENTS]


def yaml(spec: dict[str, Any]) -> str:
    """The spec as YAML, of which JSON is a part."""
    return json.dumps(spec).replace("\x7f", "\\u007f")


def test_scripts_reach_their_own_interpreter(client: Client, target: Target) -> None:
    """A ``#!`` line is the shell, also where each of several tasks needs the script."""
    script = "#!/usr/bin/env python3\nimport os\nprint(f\"it's {os.environ['LADING_REPLICA']}\")\n"
    job, status = run(client, target, yaml({"lading": "v1", "name": "own", "replicas": 2, "script": script}))
    assert known(status) == (State.SUCCEEDED, 0)
    assert sorted(log(client, job)) == ["worker-0| it's 0", "worker-1| it's 1"]


def test_pytorch_ranks_find_each_other(client: Client, target: Target) -> None:
    """Each of replicas × slots tasks knows its rank, its place on its node, and where all of them meet."""
    script = (
        'echo "$LADING_REPLICA $RANK $LOCAL_RANK $WORLD_SIZE $MASTER_ADDR $((MASTER_PORT > 1024)) $LADING_REPLICAS"'
    )
    spec = {"lading": "v1", "name": "ranks", "framework": "pytorch", "replicas": 2, "slots": 2, "script": script}
    job, status = run(client, target, yaml(spec | {"resources": {"cpu": 4, "gpu": "A100:2"}}))
    assert known(status) == (State.SUCCEEDED, 0)
    assert sorted(log(client, job)) == [
        "worker-0.0| 0 0 0 4 n1 1 2",
        "worker-0.1| 0 1 1 4 n1 1 2",
        "worker-1.0| 1 2 0 4 n1 1 2",
        "worker-1.1| 1 3 1 4 n1 1 2",
    ]
    assert sorted(log(client, job, replica=1)) == ["worker-1.0| 1 2 0 4 n1 1 2", "worker-1.1| 1 3 1 4 n1 1 2"]


def test_gpus_are_visible(client: Client, target: Target) -> None:
    """The job sees as many GPUs as it asked for."""
    job, _ = run(
        client,
        target,
        "{lading: v1, name: gpus, resources: {gpu: {count: 2, memory: 60Gi}}, script: 'echo $CUDA_VISIBLE_DEVICES'}",
    )
    assert log(client, job) == ["0,1"]


def test_an_array_runs_every_element(client: Client, target: Target) -> None:
    """Each element sees its index, has its own output, and counts in the status of the whole."""
    script = "echo $LADING_ARRAY_INDEX; exit $((LADING_ARRAY_INDEX == 8))"
    array = {"indices": "1-5:2,8", "parallelism": 2}
    spec = yaml({"lading": "v1", "name": "sweep", "array": array, "script": script})
    job, status = run(client, target, spec)
    assert known(status) == (State.FAILED, 1)
    assert status.counts == {"succeeded": 3, "failed": 1}
    assert sorted(log(client, job)) == ["1| 1", "3| 3", "5| 5", "8| 8"]
    assert log(client, job, index=3) == ["3| 3"]
    assert known(client.status([f"{job}_5"])[f"{job}_5"]) == (State.SUCCEEDED, 0)


def test_waiting_elements_are_counted(client: Client, target: Target) -> None:
    """What has not started yet is in one line of squeue, whatever its number."""
    spec = "{lading: v1, name: many, array: {indices: '0-9999:2'}, schedule: {hold: true}, command: ['true']}"
    job = client.submit(outgoing(compiled(spec, target))).native_id
    status = client.status([job, f"{job}_4"])
    assert status[job].counts == {"pending": 5000}
    assert (status[f"{job}_4"].state, status[f"{job}_4"].counts) == (State.PENDING, {})
    client.stop(job)
    assert known(wait(client, [job])[0]) == (State.STOPPED, None)


def test_a_job_waits_for_another(client: Client, target: Target, tmp_path: Path) -> None:
    """``after: {ok}`` starts the job when the other has succeeded."""
    gate = tmp_path / "gate"
    first = client.submit(
        outgoing(
            compiled(
                yaml({"lading": "v1", "name": "first", "script": f"until [ -e {gate} ]; do sleep 0.1; done"}), target
            )
        )
    ).native_id
    then = compiled("{lading: v1, name: then, command: ['true'], schedule: {after: [first]}}", target)
    second = client.submit(outgoing(then, first=first)).native_id
    wait(client, [first], lambda status: status.state is State.RUNNING)
    status = client.status([second])[second]
    assert (status.state, status.reason) == (State.PENDING, "it waits for another job")
    gate.touch()
    assert [known(s) for s in wait(client, [first, second])] == [(State.SUCCEEDED, 0)] * 2


def test_a_condition_that_can_never_hold_cancels_the_job(client: Client, target: Target) -> None:
    """``ok`` of a job that fails ends the one that waits; ``notOk`` starts it."""
    failing = client.submit(
        outgoing(compiled("{lading: v1, name: failing, script: sleep 1; exit 1}", target))
    ).native_id
    specs = {
        word: f"{{lading: v1, name: waits, command: ['true'], schedule: {{after: {{{word}: ['{failing}']}}}}}}"
        for word in ("ok", "notOk", "any")
    }
    jobs = [client.submit(outgoing(compiled(text, target))).native_id for text in specs.values()]
    ends = [status.state for status in wait(client, jobs, seconds=90)]
    assert ends == [State.STOPPED, State.SUCCEEDED, State.SUCCEEDED]


def test_nothing_waits_for_a_job_that_slurm_has_forgotten(client: Client, target: Target) -> None:
    """To Slurm a condition on a job that it does not know holds; lading refuses it."""
    spec = compiled("{lading: v1, name: waits, command: ['true'], schedule: {after: ['999999']}}", target)
    with pytest.raises(Refused, match="Slurm knows no job 999999 any more"):
        client.submit(outgoing(spec))


def test_a_script_with_an_unresolved_name_is_refused_by_sbatch(target: Target) -> None:
    """``lading compile | sbatch`` does not start a job whose ``after`` nobody has looked up."""
    spec = compiled("{lading: v1, name: waits, command: ['true'], schedule: {after: [other]}}", target)
    answer = sbatch(spec.requests[0].body["script"])
    assert (answer.returncode, answer.stderr) == (
        1,
        "sbatch: error: Batch job submission failed: Job dependency problem\n",
    )


def sbatch(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """What sbatch says to the script."""
    return subprocess.run(["sbatch", *words], input=script, capture_output=True, text=True, check=False)


def test_a_workflow_is_a_chain(client: Client, target: Target) -> None:
    """Each step starts after those it needs."""
    spec = compiled(
        """
        {lading: v1, kind: workflow, name: flow, env: {A: outer}, steps: {
          second: {after: [first], script: 'echo "$LADING_NAME $A"', env: {A: inner}},
          first: {script: 'echo "$LADING_NAME $A"'}}}""",
        target,
    )
    ids: dict[str, str] = {}
    for place, request in enumerate(spec.requests):
        ids[request.name] = client.submit(
            outgoing(spec, place, **{need: ids[need] for need in request.needs})
        ).native_id
    wait(client, list(ids.values()))
    assert {name: log(client, job) for name, job in ids.items()} == {
        "first": ["flow-first outer"],
        "second": ["flow-second inner"],
    }


def test_a_failing_job_is_run_again(client: Client, target: Target, tmp_path: Path) -> None:
    """``retries: 2`` makes three attempts at most, and the log keeps them all."""
    spec = {
        "lading": "v1",
        "name": "tries",
        "script": "echo attempt ${SLURM_RESTART_COUNT:-0}; exit 9",
        "schedule": {"retries": 2},
    }
    job = client.submit(outgoing(compiled(yaml(spec), target))).native_id
    status = wait(client, [job], seconds=120)[0]
    attempts = [line for line in log(client, job) if line.startswith("attempt")]
    assert (known(status), attempts) == ((State.FAILED, 9), ["attempt 0", "attempt 1", "attempt 2"])


def test_a_stopped_job_is_not_run_again(client: Client, target: Target) -> None:
    """Stopping wins over retries."""
    job = client.submit(
        outgoing(compiled("{lading: v1, name: stops, schedule: {retries: 3}, command: [sleep, '100']}", target))
    ).native_id
    wait(client, [job], lambda status: status.state is State.RUNNING)
    client.stop(job)
    assert wait(client, [job])[0].state is State.STOPPED
    time.sleep(1)
    assert client.status([job])[job].state is State.STOPPED
    client.stop(job)


def test_a_program_is_restarted_in_place(client: Client, target: Target, tmp_path: Path) -> None:
    """``restart: on-failure`` starts each task's program until it succeeds."""
    for slots in (1, 2):
        seen = tmp_path / f"seen{slots}"
        script = f"test -e {seen}.$SLURM_PROCID && echo again || {{ touch {seen}.$SLURM_PROCID; exit 1; }}"
        spec = {
            "lading": "v1",
            "name": "again",
            "slots": slots,
            "script": script,
            "schedule": {"restart": "on-failure"},
        }
        job, status = run(client, target, yaml(spec))
        expected = ["again"] if slots == 1 else ["worker-0.0| again", "worker-0.1| again"]
        assert (known(status), sorted(log(client, job))) == ((State.SUCCEEDED, 0), expected)


def test_a_held_job_starts_when_told(client: Client, target: Target) -> None:
    """``hold`` keeps it, ``start`` lets it go."""
    job = client.submit(
        outgoing(compiled("{lading: v1, name: held, schedule: {hold: true}, command: ['true']}", target))
    ).native_id
    status = client.status([job])[job]
    assert (status.state, status.native, status.reason) == (State.PENDING, "PENDING", "it is held until `lading start`")
    client.update(job, {"schedule.timeLimit": 90, "schedule.priority": "low"})
    assert (
        "TimeLimit=00:02:00"
        in subprocess.run(["scontrol", "show", "job", job], capture_output=True, text=True, check=True).stdout
    )
    client.start(job)
    assert wait(client, [job])[0].state is State.SUCCEEDED


def test_a_job_ends_at_its_time_limit(client: Client, target: Target) -> None:
    """The platform kills it, and says why."""
    job = client.submit(
        outgoing(compiled("{lading: v1, name: slow, schedule: {timeLimit: 1m}, command: [sleep, '300']}", target))
    ).native_id
    wait(client, [job], lambda status: status.state is State.RUNNING)
    subprocess.run(
        ["scontrol", "update", f"JobId={job}", "EndTime=now+1"], check=True
    )  # a minute is the least, and long
    status = wait(client, [job], seconds=100)[0]
    assert (status.state, status.native, status.exit_code, status.reason) == (
        State.FAILED,
        "TIMEOUT",
        status.exit_code,
        "it reached its time limit",
    )
    assert status.exit_code != 0


def test_a_log_is_followed_until_the_end(client: Client, target: Target, tmp_path: Path) -> None:
    """Lines come while the job runs; the last one needs no newline."""
    gate = tmp_path / "gate"
    script = f"echo first; until [ -e {gate} ]; do sleep 0.1; done; printf last"
    job = client.submit(
        outgoing(compiled(yaml({"lading": "v1", "name": "speaks", "script": script}), target))
    ).native_id
    lines = client.logs(job, LogQuery(follow=True))
    assert next(lines).text == "first"
    assert client.status([job])[job].state is State.RUNNING
    gate.touch()
    assert [line.text for line in lines] == ["last"]
    assert log(client, job, lines=(2, 2)) == ["last"]


class Counting:
    """Runs commands, and remembers their names."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, argv: Sequence[str], stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Answer:
        """The command has run."""
        self.asked.append(argv[0])
        return Commands().run(argv, stdin, env)


def test_two_hundred_jobs_are_asked_for_at_once(client: Client, target: Target) -> None:
    """One question tells the status of two hundred jobs, however they ended."""
    words = ("'true'", "'false'")
    specs = [compiled(f"{{lading: v1, name: one-of-many, command: [{word}]}}", target) for word in words]
    jobs = [client.submit(without_login(outgoing(specs[number % 2]))).native_id for number in range(200)]
    statuses = wait(client, jobs, seconds=200)
    assert [known(status) for status in statuses] == [(State.SUCCEEDED, 0), (State.FAILED, 1)] * 100
    counting = Counting()
    Client(counting).status(jobs)
    assert counting.asked == ["squeue"]


def without_login(sent: Outgoing) -> Outgoing:
    """The same in the environment of the test: slurmd makes a login environment for one job after the other."""
    script = sent.body["script"].replace("--export=NONE", "--export=ALL")
    return replace(sent, body={**sent.body, "script": script})


def test_a_job_is_found_by_its_token(client: Client, target: Target) -> None:
    """Whatever answer got lost, the comment tells the job, a comment of the spec's own beside it."""
    spec = compiled("{lading: v1, name: found, command: ['true'], native: {slurm: {comment: 'x | lading: y'}}}", target)
    sent = outgoing(spec)
    job = client.submit(sent).native_id
    assert client.find(sent.token) == Accepted(job)
    wait(client, [job])
    assert client.find(sent.token) == Accepted(job)


def test_absence_is_claimed_only_where_it_is_proved(client: Client) -> None:
    """A token of a minute ago is certainly not there; a younger job may be on its way, an older one be forgotten."""

    def made(seconds_ago: float) -> str:
        return token(Ids(clock=lambda: time.time() - seconds_ago).new())

    assert client.find(made(100)) is None
    has_accounting = dict(client.check())["accounting"] == "slurmdbd"
    if has_accounting:
        assert client.find(made(400)) is None
    for unsure in (made(0), "no-ulid", *([] if has_accounting else [made(400)])):
        with pytest.raises(OutcomeUnknown):
            client.find(unsure)


def test_a_secret_is_in_the_environment_and_nowhere_else(
    client: Client, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program has it; no file of the cluster that others may read, no command line and no answer has."""
    script = 'printf %s "$KEY" | sha256sum; env | cut -d= -f1'
    env = {"KEY": {"secret": "canary"}, "PLAIN": "1"}
    spec = compiled(yaml({"lading": "v1", "name": "secret", "env": env, "script": script}), target)
    monkeypatch.setenv("LEAK", "leak")
    sent = outgoing(spec)
    job = client.submit(sent).native_id
    wait(client, [job])
    lines = log(client, job)
    assert lines[0].split()[0] == hashlib.sha256(b"value of canary").hexdigest()
    assert {"KEY", "PLAIN"} <= set(lines)
    assert "LEAK" not in lines
    folder = Path(os.environ["SLURM_CONF"]).parent
    holding = [path for path in folder.rglob("*") if path.is_file() and b"value of canary" in path.read_bytes()]
    assert [path for path in holding if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)] == []
    shown = subprocess.run(["scontrol", "show", "job", "-d", job], capture_output=True, text=True, check=True).stdout
    assert "value of canary" not in shown + sent.body["script"]


FITTING = [case for case in CASES if not case.stem.startswith("refused")]


@pytest.mark.parametrize("case", FITTING, ids=lambda case: case.stem)
def test_every_golden_script_is_one_that_slurm_takes(case: Path) -> None:
    """``sbatch --test-only`` finds nodes for it; only names that nobody has looked up are taken out."""
    for request in compiled_case(case).requests:
        answer = sbatch(request.body["script"], "--test-only", "--dependency=")
        assert (answer.returncode, answer.stderr.split(" to start at")[0].rstrip("0123456789 ")) == (0, "sbatch: Job")


LEXED = [
    "a b",
    "it's",
    'say "x"',
    "back\\slash",
    "#1",
    "a #b",
    "日本",
    "$HOME `id` $(id)",
    "%j",
    "\u2028",
    "|",
    "*",
    "\\",
    "'",
]


@pytest.mark.parametrize("value", LEXED, ids=range(len(LEXED)))
def test_slurm_reads_directives_as_our_reader_does(value: str, target: Target) -> None:
    """The comment that Slurm keeps is that of the spec, and that which the tests' own reader of directives finds."""
    native = {"slurm": {"comment": value}}
    spec = {"lading": "v1", "name": "lexed", "command": ["true"], "schedule": {"hold": True}, "native": native}
    script = compiled(yaml(spec), target).requests[0].body["script"]
    job = sbatch(script, "--parsable").stdout.strip()
    kept = subprocess.run(["squeue", "-h", "-j", job, "-o", "%k"], capture_output=True, text=True, check=True).stdout
    subprocess.run(["scancel", job], check=True)
    assert f"--comment={kept.removesuffix(chr(10))}" == f"--comment={value}" == options(script)[-1]


def test_memory_in_use_is_told(client: Client, target: Target) -> None:
    """``usage`` has a line for each step."""
    job = client.submit(outgoing(compiled("{lading: v1, name: uses, command: [sleep, '60']}", target))).native_id
    wait(client, [job], lambda status: status.state is State.RUNNING)
    end = time.monotonic() + 20
    found = used(client, job)
    while not any(use.memory for use in found) and time.monotonic() < end:
        time.sleep(0.5)  # a step is told of before it was first measured
        found = used(client, job)
    client.stop(job)
    assert [(use.source, use.cpu, bool(use.memory)) for use in found] == [(f"{job}.batch", None, True)]


def used(client: Client, job: str) -> Sequence[Usage]:
    """What the job uses, as soon as Slurm says so."""
    try:
        return client.usage(job)
    except RunnerError:
        return []


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        pytest.param("schedule: {queue: nowhere}", "Invalid partition name specified", id="queue"),
        pytest.param("resources: {memory: 900Ti}", "Requested node configuration is not available", id="memory"),
        pytest.param("replicas: 1000", "More processors requested than permitted", id="replicas"),
        pytest.param("native: {slurm: {constraint: nothing}}", "Invalid feature specification", id="constraint"),
    ],
)
def test_what_slurm_refuses_was_not_submitted(client: Client, spec: str, says: str) -> None:
    """Slurm's own sentence is the error."""
    found = platform("slurm")
    assert found is not None
    bare = Target("cluster", found)
    with pytest.raises(Refused, match=f"(?i){says}"):
        client.submit(outgoing(compiled(f"{{lading: v1, name: refused, command: ['true'], {spec}}}", bare)))


def test_a_working_directory_that_is_not_there_has_a_reason(client: Client, target: Target) -> None:
    """Slurm itself ends such a job without a word."""
    _, status = run(client, target, "{lading: v1, name: nowhere, workdir: /not/there, command: ['true']}")
    assert (status.state, status.reason) == (
        State.FAILED,
        "its output file could not be written: is its working directory there?",
    )


def test_unknown_jobs_are_unknown(client: Client) -> None:
    """An id that Slurm does not know is left out of a status, and is an error anywhere else."""
    assert client.status(["999999", "999998"]) == {}
    assert client.status(["999999"]) == {}
    for order in (client.stop, client.start):
        with pytest.raises(NoSuchJob):
            order("999999")
    with pytest.raises(RunnerError):
        list(client.logs("999999", LogQuery()))


def test_doctor_sees_the_cluster(client: Client) -> None:
    """The version, the partitions, and whether there is accounting."""
    found = dict(client.check())
    assert found["partitions"] == "debug*, short, big"
    assert found["accounting"] in {"none: jobs are forgotten after 300 s", "slurmdbd"}


@pytest.mark.parametrize("via", [("env",), ("sh", "-c", 'echo Welcome!; exec "$@"', "sh")], ids=["plain", "noisy"])
def test_a_prefix_changes_nothing(via: tuple[str, ...], target: Target, home: Path) -> None:
    """Behind a prefix the same happens, also where it has something to say first."""
    home.chmod(0o755)
    client = Client(Commands(via, folder=home, hidden="SBATCH_").run)
    spec = compiled(
        f"{{lading: v1, name: behind, workdir: {home}, env: {{KEY: {{secret: it}}}}, script: 'echo \"$KEY\"'}}", target
    )
    job = client.submit(outgoing(spec)).native_id
    assert wait(client, [job])[0].state is State.SUCCEEDED
    assert log(client, job) == ["value of it"]


WRITTEN_BY_HAND = [
    "-J made -p debug -N 2 -n 8 -c 2 -t 90:30 --mem 2G",
    "--job-name=made --ntasks-per-node=4 --mem-per-cpu=100 --cpus-per-task=3 --time=1-2",
    "-J Made_By_Hand -n 3 --mem-per-cpu=1G -t UNLIMITED --comment='a b' --nice",
    "-J made -p big --gpus-per-node=h100:2 -N 3 --exclusive=user -C 'ib&h100' -x b1,b2",
    "-J made -p big -G h100:6 -N 3 --gres=lustre:1 --mem=0 --begin=now+1hour",
    "-J made -p big -n4 -N1 --gpus-per-task=h100:1 --signal=B:USR1@60 -w b7",
    "-J made -a 9,1-5:2%2 -o out-%A_%a -e err-%a --open-mode=append --requeue",
    "-J made -N 1-2 --ntasks-per-node=2 --mail-type=END,FAIL --mail-user=ada@example.com -d singleton",
]
NAMES = (
    *("JobName", "Partition", "Comment", "Nice", "TimeLimit", "NumNodes", "NumTasks", "CPUs/Task", "TRES", "Features"),
    *("OverSubscribe", "ReqNodeList", "ExcNodeList", "Requeue", "Dependency", "StdErr", "StdOut", "MailUser"),
)
"""What Slurm keeps of a job that must not change by importing it; resources as their sum, however they were said."""


def kept(script: str) -> dict[str, str]:
    """What Slurm knows of a job once it has the script."""
    job = sbatch(script, "--hold", "--parsable").stdout.strip()
    shown = subprocess.run(["scontrol", "show", "job", job], capture_output=True, text=True, check=True).stdout
    subprocess.run(["scancel", job], check=True)
    found = dict(re.findall(r"(?:^|\s)([A-Z][\w/:]*)=(.*?)(?=\s+[A-Z][\w/:]*=|$)", shown, re.MULTILINE))
    nodes = re.sub(r"^(\d+)-\1$", r"\1", found["NumNodes"])  # where GPUs are asked for, Slurm writes 1 as 1-1
    known = {name: found[name] for name in NAMES if name in found} | {"NumNodes": nodes}
    return {name: value.replace(f"-{job}", "-JOB") for name, value in known.items()}


@pytest.mark.parametrize("options", WRITTEN_BY_HAND, ids=range(len(WRITTEN_BY_HAND)))
def test_an_imported_script_asks_slurm_for_the_same(options: str, target: Target) -> None:
    """What is compiled of the spec made of a script is, to Slurm itself, the job that the script was."""
    script = f"#!/bin/bash\n#SBATCH {options}\ntrue\n"
    made = import_native(script.encode(), "job.sh", Target("slurm", target.platform))
    assert [problem.message for problem in made.problems if problem.is_error] == []
    again = compiled(made.text, target._replace(catalog={}), bare=True).requests[0].body["script"]
    found = kept(script)
    assert found == kept(again)
    assert len(found) > 10
