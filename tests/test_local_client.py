"""What people ask of this machine: submissions that happen once, secrets that stay secret, logs, usage."""

import signal
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kit.machine import Machine, body, python, until

from lading.runner.errors import NoSuchJob, NotSupported, Refused, RunnerError
from lading.runner.platform import Accepted, LogQuery
from lading.runner.platforms.local import supervisor
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State


def test_a_secret_is_in_the_process_and_in_no_file(machine: Machine) -> None:
    """Its value goes through a pipe; what is kept does not hold it."""
    canary = "canary-4711"
    code = "import os; print(os.environ['KEY'] == 'canary-' + str(4711))"
    job = machine.submit({"argv": python(code), "env": {"KEY": SecretValue(canary), "PLAIN": "x"}}, hold=True)
    supervisor = machine.dir(job).state()["supervisor"][0]
    assert canary.encode() not in Path(f"/proc/{supervisor}/cmdline").read_bytes()
    assert canary.encode() not in Path(f"/proc/{supervisor}/environ").read_bytes()
    machine.client.start(job)
    assert machine.outcome(job) == ("succeeded 0", ["True"])
    files = [path for path in machine.folder.rglob("*") if path.is_file()]
    assert {"job.json", "state.json", ".worker.0.0.log"} <= {path.name for path in files}
    assert [path for path in files if canary.encode() in path.read_bytes()] == []


def test_only_the_user_can_read_a_jobs_folder(machine: Machine) -> None:
    """Folders are 0700 and files 0600, whatever the umask."""
    job = machine.submit({"script": "true", "shell": "/bin/sh"})
    machine.ended(job)
    modes = {path.name: path.stat().st_mode & 0o777 for path in [machine.jobs, *machine.jobs.rglob("*")]}
    expected = {"local": 0o700, job: 0o700, "logs": 0o700, "scripts": 0o700, "worker": 0o700}
    files = dict.fromkeys(("job.json", "state.json", "supervisor.log", ".worker.0.0.log"), 0o600)
    assert modes == expected | files


def test_two_submissions_of_one_token_are_one_job(machine: Machine) -> None:
    """However close together: one is accepted, the other is refused, and the program runs once."""
    outgoing = machine.outgoing(body({"argv": ["sh", "-c", "echo ran >> ran"]}), token="same")

    def submit(_: int) -> str:
        try:
            return machine.client.submit(outgoing).native_id
        except Refused as refused:
            return str(refused)

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(submit, range(4)))
    assert answers == ["a job with the token same was accepted before"] * 3 + ["same"]
    machine.ended("same")
    assert (machine.folder / "ran").read_text() == "ran\n"
    assert [path.name for path in machine.jobs.iterdir()] == ["same"]


def test_find_is_whether_the_job_was_accepted(machine: Machine) -> None:
    """The token is the native id; what can not be a folder's name is no job."""
    job = machine.submit({"argv": ["true"]})
    assert [machine.client.find(token) for token in (job, "other", "../local", "", ".")] == [
        Accepted(job),
        None,
        None,
        None,
        None,
    ]
    assert set(machine.client.status([job, "other", "../local"])) == {job}


def test_a_job_outlives_the_process_that_submitted_it(machine: Machine) -> None:
    """A client that is killed right after the acceptance takes nothing with it."""
    code = (
        "import os, sys; from pathlib import Path; from kit.machine import Machine, body\n"
        "payload = body({'argv': ['sh', '-c', 'sleep 0.5; echo alive']})\n"
        "machine = Machine(Path(sys.argv[1]))\n"
        "machine.client.submit(machine.outgoing(payload, token=sys.argv[2]))\n"
        "os.kill(0, 9)"
    )
    client = subprocess.run(
        [sys.executable, "-c", code, str(machine.folder), "job-that-lives-on"],
        env={"PYTHONPATH": str(Path(__file__).parent)},
        start_new_session=True,
        check=False,
    )
    assert client.returncode == -signal.SIGKILL
    assert machine.outcome("job-that-lives-on") == ("succeeded 0", ["alive"])


def test_a_message_that_is_cut_short_is_no_job(machine: Machine) -> None:
    """A client that dies while it hands the job over has submitted nothing."""
    machine.jobs.mkdir(parents=True)
    argv = [sys.executable, "-P", supervisor.__file__, str(machine.jobs), "cut"]
    done = subprocess.run(argv, input=b'{"job": {"body": {"na', capture_output=True, check=False)
    assert (done.returncode, done.stdout, list(machine.jobs.iterdir())) == (1, b"", [])


def test_a_supervisor_that_can_not_be_started_has_accepted_nothing(machine: Machine) -> None:
    """The client says why, and that nothing was submitted."""
    machine.jobs.mkdir(parents=True)
    (machine.jobs / "worse").touch()
    with pytest.raises(RunnerError, match=r"^no supervisor could be started: NotADirectoryError: "):
        machine.client.submit(machine.outgoing(body({"argv": ["true"]}), token="worse"))
    (machine.jobs / "worse").unlink()
    assert list(machine.jobs.iterdir()) == []


TOO_MUCH = {
    "cpu": ({"cpu": 3_000_000_000}, "6000000 cores"),
    "memory": ({"memory": 2**60}, "2Ei of memory"),
    "disk": ({"disk": 2**60}, "2Ei of disk"),
    "gpu": ({"gpu": 1000}, "2000 GPUs"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_more_than_this_machine_has_is_refused(machine: Machine, name: str) -> None:
    """All replicas count together; the refusal has both numbers."""
    resources, asked = TOO_MUCH[name]
    with pytest.raises(Refused, match=rf"^the job asks for {asked}, and this machine has [0-9]+"):
        machine.submit({"argv": ["true"], "replicas": 2, "resources": resources})
    assert machine.client.find(machine.tokens[-1]) is None


def test_data_that_is_not_here_is_refused(machine: Machine) -> None:
    """A volume's folder has to be there before anything starts."""
    with pytest.raises(Refused, match=r'^the volume "data" should be at /no/such, and there is nothing$'):
        machine.submit({"argv": ["true"], "mounts": [{"volume": "data", "source": "/no/such"}]})


def test_logs_are_followed_until_the_last_line(machine: Machine) -> None:
    """Lines come while the job runs, each once, several replicas with their names, and the following ends by itself."""
    script = "for i in 1 2 3; do echo line $i; sleep 0.2; done; printf end"
    job = machine.submit({"script": script, "shell": "/bin/sh", "replicas": 2})
    lines, states = [], []
    for line in machine.client.logs(job, LogQuery(follow=True)):
        lines.append(f"{line.source}: {line.text}")
        states.append(machine.status(job).state)
    expected = ["line 1", "line 2", "line 3", "end"]
    assert [line for line in lines if line.startswith("worker-0")] == [f"worker-0: {text}" for text in expected]
    assert [line for line in lines if line.startswith("worker-1")] == [f"worker-1: {text}" for text in expected]
    assert (states[0], states[-1]) == (State.RUNNING, State.SUCCEEDED)


def test_logs_of_some_lines_and_some_sources(machine: Machine) -> None:
    """Lines count from 1 and both ends belong to them; roles and replicas can be chosen."""
    argv = ["sh", "-c", "seq 1 5"]
    job = machine.submit({"role": "ps", "argv": argv}, {"argv": ["echo", "worker"], "replicas": 2})
    machine.ended(job)
    assert machine.lines(job, role="ps", lines=(2, 3)) == ["ps-0: 2", "ps-0: 3"]
    assert machine.lines(job, role="ps", lines=(4, None)) == ["ps-0: 4", "ps-0: 5"]
    assert machine.lines(job, role="worker", replica=1) == ["worker-1: worker"]
    assert machine.lines(job, follow=True, replica=7) == []
    with pytest.raises(NotSupported, match=r"^a job of this machine has no containers$"):
        machine.lines(job, container="side")


def test_a_large_log_is_never_held_in_memory(machine: Machine) -> None:
    """A line of any length is broken into pieces, and what is not text is replaced."""
    job = machine.submit({"argv": ["sh", "-c", "head -c 40000000 /dev/zero; echo; printf '\\377x\\n'"]})
    machine.ended(job)
    tracemalloc.start()
    sizes = [len(line.text) for line in machine.client.logs(job, LogQuery())]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (sum(sizes), max(sizes), sizes[-1]) == (40_000_002, 2**20, 2)
    assert peak < 8 * 2**20


def test_usage_is_that_of_a_process_and_all_it_started(machine: Machine) -> None:
    """A child that computes counts for its replica; one that sleeps uses nothing."""
    script = "if [ $LADING_REPLICA = 0 ]; then (while :; do :; done) & fi; echo ready; sleep 600"
    job = machine.submit({"script": script, "shell": "/bin/sh", "replicas": 2})
    until(lambda: len(machine.lines(job)) == 2)
    busy, idle = machine.client.usage(job)
    assert (busy.source, idle.source, idle.cpu) == ("worker-0", "worker-1", 0.0)
    assert busy.cpu is not None
    assert busy.cpu > 0
    assert busy.memory is not None
    assert busy.memory > 100_000


def test_only_an_ended_job_can_be_deleted(machine: Machine) -> None:
    """Its folder and its logs are gone, and it is no job any more."""
    job = machine.submit({"argv": ["sleep", "600"]})
    with pytest.raises(Refused, match=f"^{job} has not ended$"):
        machine.client.delete(job)
    machine.client.stop(job)
    machine.ended(job)
    machine.client.delete(job)
    assert list(machine.jobs.iterdir()) == []
    with pytest.raises(NoSuchJob, match=f"^this machine knows no job {job}$"):
        machine.client.delete(job)


def test_an_operation_that_this_machine_lacks_says_so(machine: Machine) -> None:
    """A job that runs can not be changed."""
    with pytest.raises(NotSupported, match=r"^`lading update` can not be had on local$"):
        machine.client.update("x", {})


def test_what_doctor_is_told(machine: Machine) -> None:
    """What the machine has and where its jobs are kept."""
    found = dict(machine.client.check())
    assert found["jobs"] == str(machine.jobs)
    assert [part.split(" ", 1)[1] for part in found["machine"].split(", ")] == ["cores", "of memory", "of disk", "GPUs"]


def test_the_supervisor_imports_little_and_stays_small(machine: Machine) -> None:
    """One runs for every job, so it does without what it does not need, and an idle one is below 20 MB."""
    costly = {"dataclasses", "subprocess", "logging", "asyncio", "importlib.metadata", "sqlite3", "shutil", "socket"}
    module = "lading.runner.platforms.local.supervisor"
    code = (
        f"import sys; before = set(sys.modules); import {module}; print(sorted({costly} & (set(sys.modules) - before)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    job = machine.submit({"argv": ["true"]}, hold=True)
    pages = int(Path(f"/proc/{machine.dir(job).state()['supervisor'][0]}/statm").read_text().split()[1])
    assert pages * 4096 < 20 * 2**20
