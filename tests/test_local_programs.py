"""What a program finds when this machine runs it: its arguments, its environment, its folder, its signals."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from kit.machine import Machine, python

HOSTILE = [
    "a b",
    "'",
    '"',
    "$(id)",
    "`id`",
    "\\",
    "#",
    ";",
    "*",
    "é中🙂",
    "line\nbreak",
    "\r",
    "\t",
    "",
    "--",
    "$HOME",
    "{}",
]


def test_a_job_says_its_lines_and_passes_its_exit_code_on(machine: Machine) -> None:
    """Standard output and standard error keep the order in which they came, the last line needs no newline."""
    argv = ["sh", "-c", "echo one; echo two >&2; echo three; printf four; exit 3"]
    job = machine.submit({"argv": argv})
    assert machine.outcome(job) == ("failed 3", ["one", "two", "three", "four"])
    status = machine.status(job)
    assert (status.reason, status.native) == ("the program ended with exit code 3", "failed")
    assert status.started is not None
    assert status.ended is not None
    assert status.started <= status.ended <= time.time()


def test_a_job_that_succeeds(machine: Machine) -> None:
    """Exit code 0 is success."""
    assert machine.run({"argv": ["true"]}) == ("succeeded 0", [])


def test_arguments_and_variables_arrive_byte_for_byte(machine: Machine) -> None:
    """No shell reads an argument or a value."""
    code = "import sys, os; print(ascii(sys.argv[1:])); print(ascii([os.environ[f'V{i}'] for i in range(17)]))"
    env = {f"V{index}": word for index, word in enumerate(HOSTILE)}
    assert machine.run({"argv": python(code, *HOSTILE), "env": env}) == ("succeeded 0", [ascii(HOSTILE)] * 2)


def test_a_script_reaches_its_shell_byte_for_byte(machine: Machine, tmp_path: Path) -> None:
    """The shell reads the very text; a ``#!`` of its own is its shell."""
    text = "cat \"$0\" | od -An -c | head -1\necho $((1+1)) 'é  x' # comment\nexit 4"
    shown = r"   c   a   t       "
    state, lines = machine.run({"script": text, "shell": "/bin/sh"})
    assert (state, lines[0][: len(shown)], lines[1]) == ("failed 4", shown, "2 é  x")
    (tmp_path / "python").symlink_to(sys.executable)  # a #! line knows no quotes, and the checkout may hold a space
    own = f"#!{tmp_path}/python\nprint('from python', 6 * 7)\n"
    assert machine.run({"script": own, "shell": "/bin/sh"}) == ("succeeded 0", ["from python 42"])


def test_a_job_starts_in_the_folder_of_its_spec(machine: Machine) -> None:
    """A relative workdir starts from there, an absolute one is itself."""
    (machine.folder / "sub").mkdir()
    where = [machine.run({"argv": ["pwd"], **workdir})[1] for workdir in ({}, {"workdir": "sub"}, {"workdir": "/"})]
    assert where == [[str(machine.folder)], [str(machine.folder / "sub")], ["/"]]


def test_a_program_that_can_not_be_started_says_why(machine: Machine) -> None:
    """127 for what is not there, 126 for what can not run; in the log and in the reason."""
    (machine.folder / "plain").touch(0o600)
    expected = {
        "no-such-program": ("failed 127", "no-such-program: command not found"),
        "./plain": ("failed 126", "./plain: permission denied"),
    }
    for command, (state, problem) in expected.items():
        job = machine.submit({"argv": [command]})
        assert machine.outcome(job) == (state, [f"lading: {problem}"])
        assert machine.status(job).reason == problem
    job = machine.submit({"argv": ["true"], "workdir": "/no/such"})
    assert machine.outcome(job) == ("failed 127", ["lading: workdir /no/such: no such file or directory"])


def test_a_signal_is_128_and_its_number(machine: Machine) -> None:
    """A program that a signal ends has the exit code that a shell would give it."""
    job = machine.submit({"argv": ["sh", "-c", "kill -SEGV $$"]})
    assert machine.ended(job).exit_code == 139
    assert machine.status(job).reason == "the program was ended by SIGSEGV"


def test_signals_are_as_a_shell_has_them(machine: Machine) -> None:
    """Nothing is blocked or ignored in the program that is not so in the user's own shell."""
    code = "print([line for line in open('/proc/self/status') if line[:6] in ('SigBlk', 'SigIgn')])"
    expected = subprocess.run(
        ["sh", "-c", 'exec "$@"', "sh", *python(code)], capture_output=True, text=True, check=True
    )
    assert machine.run({"argv": python(code)})[1] == expected.stdout.splitlines()


def test_the_environment_is_the_users_own(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job starts from the user's environment without ``LADING_*``; its own values win."""
    monkeypatch.setenv("FROM_USER", "yes")
    monkeypatch.setenv("BOTH", "user")
    monkeypatch.setenv("LADING_SITE", "hidden")
    volume = {"volume": "image-net", "source": str(machine.folder)}
    argv = ["sh", "-c", "env | grep -E '^(FROM_USER|BOTH|LADING_)' | sort"]
    job = machine.submit({"argv": argv, "env": {"BOTH": "job"}, "mounts": [volume]})
    assert machine.outcome(job)[1] == [
        "BOTH=job",
        "FROM_USER=yes",
        f"LADING_MOUNT_IMAGE_NET={machine.folder}",
        "LADING_NAME=hello",
        f"LADING_PROCESS={job}/.worker.0.0",
        "LADING_REPLICA=0",
        "LADING_REPLICAS=1",
    ]


def test_the_ranks_of_pytorch(machine: Machine) -> None:
    """Every process knows its rank among all roles, the first is 0, and they agree on where to meet."""
    told = "$LADING_REPLICA $LADING_REPLICAS $RANK $LOCAL_RANK $WORLD_SIZE $MASTER_ADDR $MASTER_PORT"
    argv = ["sh", "-c", f"echo {told}"]
    master, worker = {"role": "master", "argv": argv, "slots": 2}, {"argv": argv, "replicas": 2}
    state, lines = machine.run(master, worker, framework="pytorch")
    port = lines[0].split()[-1]
    assert (state, sorted(lines)) == (
        "succeeded 0",
        [
            f"master-0.0: 0 1 0 0 4 127.0.0.1 {port}",
            f"master-0.1: 0 1 1 1 4 127.0.0.1 {port}",
            f"worker-0.0: 0 2 2 0 4 127.0.0.1 {port}",
            f"worker-1.0: 1 2 3 0 4 127.0.0.1 {port}",
        ],
    )
    assert 1024 < int(port) < 65536


def test_launch_once_runs_the_first_replica_only(machine: Machine) -> None:
    """The program runs a single time and is told of all replicas."""
    argv = ["sh", "-c", "echo $LADING_REPLICA of $LADING_REPLICAS"]
    assert machine.run({"argv": argv, "replicas": 3}, launch="once") == ("succeeded 0", ["0 of 3"])


def fake(machine: Machine, name: str) -> dict[str, str]:
    """An environment in which a program of this name prints its arguments."""
    program = machine.folder / name
    program.write_text(f'#!/bin/sh\necho {name} "$@"\n')
    program.chmod(0o700)
    return {"PATH": f"{machine.folder}:/usr/bin:/bin"}


def test_mpi_ranks_are_started_by_one_mpirun(machine: Machine) -> None:
    """One launcher for all ranks; with ``launch: once`` the command is the launcher and is left alone."""
    group = {"argv": ["solve", "x y"], "replicas": 2, "slots": 3, "env": fake(machine, "mpirun")}
    assert machine.run(group, framework="mpi") == ("succeeded 0", ["mpirun -n 6 solve x y"])
    own = {**group, "argv": ["mpirun", "-n", "2", "solve"]}
    assert machine.run(own, framework="mpi", launch="once") == ("succeeded 0", ["mpirun -n 2 solve"])


def test_an_image_that_the_site_maps_is_entered(machine: Machine) -> None:
    """Apptainer sees the mounts where the spec wants them, and the script."""
    mount = {"volume": "data", "source": str(machine.folder), "path": "/in", "readOnly": True}
    group = {"image": {"apptainer": "/i.sif"}, "mounts": [mount], "env": fake(machine, "apptainer")}
    expected = f"apptainer exec --bind {machine.folder}:/in:ro"
    assert machine.run({**group, "argv": ["env"]})[1] == [f"{expected} /i.sif env"]
    job = machine.submit({**group, "script": "true", "shell": "/bin/sh"})
    scripts = machine.dir(job).path / "scripts"
    bound = f"--bind {scripts}:{scripts}:ro /i.sif /bin/sh {scripts}/worker"
    assert machine.outcome(job)[1] == [f"{expected} {bound}"]
