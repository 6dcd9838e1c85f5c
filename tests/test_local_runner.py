"""How jobs on this machine begin, fail, go on and end: real processes and real kills."""

import subprocess
import time

import pytest
from kit.machine import Machine, body, until

from lading.runner.errors import NoSuchJob, Refused
from lading.runner.states import State


def test_the_time_limit_ends_the_whole_tree(machine: Machine) -> None:
    """Children that ignore SIGTERM are killed after the grace period; the exit code is that of timeout(1)."""
    script = "trap '' TERM\n(trap '' TERM; setsid sleep 600) &\nsleep 600 &\necho ready\nwait\nwait"
    began = time.monotonic()
    job = machine.submit({"script": script, "shell": "/bin/bash"}, timeLimit=1, retries=3)
    status = machine.ended(job)
    assert (status.state, status.exit_code, status.reason) == (State.FAILED, 124, "the time limit of 1s was reached")
    assert machine.left(job) == 0
    assert 2 <= time.monotonic() - began < 30


def test_stop_ends_the_whole_tree(machine: Machine) -> None:
    """Daemons with a session of their own, and grandchildren that ignore SIGTERM, end too."""
    script = (
        "(trap '' TERM; setsid -f sleep 600)\n(sleep 600 & sleep 600) &\ntrap '' TERM\necho ready\nsleep 600\nsleep 600"
    )
    job = machine.submit({"script": script, "shell": "/bin/bash", "replicas": 2})
    until(lambda: machine.lines(job) == ["worker-0: ready", "worker-1: ready"])
    machine.client.stop(job)
    assert machine.status(job).state in {State.STOPPING, State.STOPPED}
    status = machine.ended(job)
    assert (status.state, status.exit_code, status.reason) == (State.STOPPED, 143, "stopped on request")
    assert machine.left(job) == 0
    machine.client.stop(job)
    assert machine.status(job) == status


def test_what_a_program_leaves_behind_ends_with_it(machine: Machine) -> None:
    """A job has ended when nothing of it runs any more."""
    job = machine.submit({"argv": ["sh", "-c", "setsid -f sleep 600; sleep 600 & echo done"]})
    assert machine.outcome(job) == ("succeeded 0", ["done"])
    assert machine.left(job) == 0


def test_a_replica_that_is_killed_ends_the_others(machine: Machine) -> None:
    """A gang fails together, with the exit code of the first that failed."""
    argv = ["sh", "-c", "echo $$; sleep 600"]
    job = machine.submit({"argv": argv, "replicas": 3})
    pid = int(until(lambda: machine.lines(job, replica=1))[0].split()[-1])
    until(lambda: machine.status(job).counts == {"running": 3})
    subprocess.run(["kill", "-KILL", str(pid)], check=True)
    status = machine.ended(job)
    assert (status.exit_code, status.reason) == (137, "worker-1 was ended by SIGKILL")
    assert machine.left(job) == 0


COUNT = "echo x >> count; n=$(wc -l < count); echo try $n; [ $n -ge {} ]"


def test_retries_are_attempts_after_the_first(machine: Machine) -> None:
    """The whole job is tried again until it succeeds or no attempt is left."""
    enough = {"argv": ["sh", "-c", COUNT.format(3)]}
    assert machine.run(enough, retries=2) == ("succeeded 0", ["try 1", "try 2", "try 3"])
    (machine.folder / "count").unlink()
    assert machine.run(enough, retries=1) == ("failed 1", ["try 1", "try 2"])


def test_restart_takes_the_same_replica_again(machine: Machine) -> None:
    """One process is started again in place while the others go on."""
    steady = {"role": "ps", "argv": ["sh", "-c", "echo once; sleep 1"]}
    shaky = {"argv": ["sh", "-c", COUNT.format(3)]}
    assert machine.run(steady, shaky, restart="on-failure") == (
        "succeeded 0",
        ["ps-0: once", "worker-0: try 1", "worker-0: try 2", "worker-0: try 3"],
    )


def test_a_service_is_started_again_until_it_is_stopped(machine: Machine) -> None:
    """``always`` means also after success, and never once it was stopped."""
    job = machine.submit({"argv": ["sh", "-c", "echo up"]}, kind="service", restart="always")
    until(lambda: len(machine.lines(job)) >= 3)
    machine.client.stop(job)
    assert machine.ended(job).state is State.STOPPED


def test_an_array_runs_so_many_elements_at_a_time(machine: Machine) -> None:
    """Never more than the parallelism, every index once, and the job's exit code is that of the first failure."""
    script = (
        "touch running.$LADING_ARRAY_INDEX; ls running.* | wc -l; sleep 0.2; rm running.$LADING_ARRAY_INDEX\n"
        "[ $LADING_ARRAY_INDEX != 4 ] || exit 7"
    )
    array = {"indices": [[0, 8, 2], [20, 20, 1]], "parallelism": 2}
    job = machine.submit({"script": script, "shell": "/bin/sh"}, array=array)
    state, lines = machine.outcome(job)
    assert state == "failed 7"
    assert [line.split(": ")[0] for line in lines] == ["0", "2", "4", "6", "8", "20"]
    assert max(int(line.split(": ")[1]) for line in lines) == 2
    status = machine.status(job)
    assert status.counts == {"succeeded": 5, "failed": 1}
    assert status.reason == "1 of 6 elements failed, first 4: the program ended with exit code 7"
    assert machine.lines(job, index=20) == [lines[-1]]


def test_stopping_an_array_starts_no_more_of_it(machine: Machine) -> None:
    """Elements that have not begun never do."""
    job = machine.submit({"argv": ["sleep", "600"]}, array={"indices": [[0, 9, 1]], "parallelism": 2})
    until(lambda: machine.status(job).counts == {"pending": 8, "running": 2})
    machine.client.stop(job)
    assert machine.ended(job).counts == {"pending": 8, "stopped": 2}


def test_a_job_comes_after_others(machine: Machine) -> None:
    """``ok`` waits for success, ``any`` for an end, ``notOk`` for a failure; until then it is pending."""
    good = machine.submit({"argv": ["sh", "-c", "sleep 0.5; touch good"]})
    bad = machine.submit({"argv": ["false"]})
    after = {"ok": ["prepare"], "any": [bad], "notOk": [bad]}
    payload = body({"argv": ["ls", "good"]}, after=after)
    job = machine.client.submit(machine.outgoing(payload, after={"prepare": good})).native_id
    assert (machine.status(job).state, machine.status(job).native) == (State.PENDING, "waiting")
    assert machine.outcome(job) == ("succeeded 0", ["good"])


def test_a_condition_that_can_never_hold_ends_the_job(machine: Machine) -> None:
    """It is stopped without having run, and says which condition it was."""
    ends = {"true": machine.submit({"argv": ["true"]}), "false": machine.submit({"argv": ["false"]})}
    reasons = {}
    for condition, name in (("ok", "false"), ("notOk", "true")):
        payload = body({"argv": ["echo", "ran"]}, after={condition: [name]})
        job = machine.client.submit(machine.outgoing(payload, after=ends)).native_id
        reasons[condition] = (machine.outcome(job), machine.status(job).reason)
    assert reasons == {
        "ok": (("stopped None", []), '"false" failed, so its condition after.ok can never hold'),
        "notOk": (("stopped None", []), '"true" succeeded, so its condition after.notOk can never hold'),
    }


def test_a_job_after_one_that_is_not_there_is_refused(machine: Machine) -> None:
    """Nothing is submitted."""
    with pytest.raises(NoSuchJob, match=r"^this machine knows no job prepare$"):
        machine.submit({"argv": ["true"]}, after={"ok": ["prepare"]})
    assert list(machine.jobs.glob("*")) == []


def test_a_held_job_runs_when_it_is_started(machine: Machine) -> None:
    """Until then it is pending; starting what is not held is refused; a held job can be stopped."""
    job, other = (machine.submit({"argv": ["echo", "now"]}, hold=True) for _ in range(2))
    assert (machine.status(job).state, machine.status(job).native) == (State.PENDING, "held")
    machine.client.start(job)
    assert machine.outcome(job) == ("succeeded 0", ["now"])
    with pytest.raises(Refused, match=f"^{job} is not held$"):
        machine.client.start(job)
    machine.client.stop(other)
    assert machine.outcome(other) == ("stopped None", [])


def test_a_killed_supervisor_is_noticed_and_its_processes_can_be_stopped(machine: Machine) -> None:
    """What runs on is known and said; stop ends it, also what left its process group and ignores SIGTERM."""
    script = "(trap '' TERM; setsid -f sleep 600)\ntrap '' TERM\necho ready\nsleep 600\nsleep 600"
    job = machine.submit({"script": script, "shell": "/bin/bash"})
    machine.said(job, "ready")
    until(lambda: machine.left(job) == 3)
    machine.kill_supervisor(job)
    status = machine.status(job)
    reason = "its supervisor was killed and 3 of its processes still run: `lading stop` ends them"
    assert (status.state, status.native, status.reason) == (State.RUNNING, "abandoned", reason)
    machine.client.stop(job)
    assert machine.left(job) == 0
    assert machine.status(job).state is State.STOPPED


def test_a_killed_supervisor_leaves_a_failed_job(machine: Machine) -> None:
    """Once its processes have ended as well, nobody knows how."""
    job = machine.submit({"argv": ["sh", "-c", "echo begun; sleep 1"]})
    machine.said(job, "begun")
    machine.kill_supervisor(job)
    status = machine.ended(job)
    assert (status.state, status.exit_code, status.reason) == (
        State.FAILED,
        None,
        "its supervisor was killed, so nobody knows how it ended",
    )


def test_a_restart_of_the_machine_is_noticed(machine: Machine) -> None:
    """A job that was alive in another boot has failed, whatever has its pid now; one that had ended is as it was."""
    ended, alive = machine.submit({"argv": ["true"]}), machine.submit({"argv": ["sleep", "600"]})
    machine.ended(ended)
    until(lambda: machine.left(alive) == 1)
    machine.kill_supervisor(alive)
    machine.client.stop(alive)
    (machine.dir(alive).path / "stop").unlink()
    for job in (ended, alive):
        machine.dir(job).write_state(machine.dir(job).state() | {"boot": "another"})
    assert machine.status(ended).state is State.SUCCEEDED
    status = machine.status(alive)
    assert (status.state, status.exit_code, status.reason) == (State.FAILED, None, "the machine restarted")


def test_a_pid_that_was_given_again_is_not_the_supervisor(machine: Machine) -> None:
    """The supervisor is its pid with its start time; a process that only has its pid is never signalled."""
    job = machine.submit({"argv": ["sleep", "1"]}, hold=True)
    machine.kill_supervisor(job)
    with subprocess.Popen(["sleep", "600"]) as bystander:
        machine.dir(job).write_state(machine.dir(job).state() | {"supervisor": [bystander.pid, 1]})
        assert machine.status(job).state is State.FAILED
        machine.client.stop(job)
        assert bystander.poll() is None
        bystander.kill()
