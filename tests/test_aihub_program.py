"""What runs a program on AIHub: frameworks and their launchers, scripts, and all that stands in the command."""

import pytest
from kit.aihub import JOB, body, compiled, errors, field, notes, options, refusals


@pytest.mark.parametrize(
    ("lines", "native", "command"),
    [
        ("framework: none", "PyTorchJob", "fit"),
        ("framework: pytorch", "PyTorchJob", "fit"),
        ("framework: pytorch\nslots: 1", "PyTorchJob", "fit"),
        ("framework: pytorch\nslots: 4", "PyTorchJob", "torchrun --standalone --nproc-per-node=4 --no-python fit"),
        ("framework: pytorch\nslots: 4\nlaunch: once", "PyTorchJob", "fit"),
        ("framework: mpi", "MpiJobMpiRun", "mpirun -np 1 fit"),
        ("framework: mpi\nreplicas: 3\nslots: 4", "MpiJobMpiRun", "mpirun -np 12 fit"),
        ("framework: mpi\nreplicas: 3\nlaunch: once", "MpiJobMpiRun", "fit"),
        ("framework: deepspeed\nreplicas: 3\nlaunch: once", "MpiJobDeepspeed", "fit"),
        ("launch: once", "PyTorchJob", "fit"),
        ("launch: each\nreplicas: 2", "PyTorchJob", "fit"),
    ],
)
def test_a_framework_and_what_starts_its_processes(lines: str, native: str, command: str) -> None:
    """Where AIHub runs the command once and the spec says what each process runs, its launcher is added."""
    found = body(f"{JOB}{lines}\n")
    assert (found["framework"], found["command"]) == (native, command)


def test_the_command_of_an_mpi_job_may_be_a_rank() -> None:
    """A setting of the site; then nothing is added, and what only a launcher could do is refused."""
    rank = options(mpiCommand="rank")
    assert field("command", "framework: mpi\nreplicas: 3\n", rank) == "fit"
    assert field("framework", "framework: deepspeed\nreplicas: 3\n", rank) == "MpiJobDeepspeed"
    assert refusals("framework: mpi\nlaunch: once\nslots: 2\n", rank) == [
        ("LD406", "launch", "AIHub runs the command in every instance, and not in one of them alone"),
    ]
    assert refusals("framework: mpi\nslots: 2\n", rank) == [
        ("LD406", "slots", "an instance runs its program once: start more processes from the program")
    ]


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        (
            "framework: deepspeed\nlaunch: once",
            "MpiJobDeepspeed is taken to run the command once, as the launcher; see options.mpiCommand",
        ),
        ("framework: none", "AIHub has no plain jobs: it becomes a PyTorchJob, which only sets more variables"),
        (
            "framework: mpi",
            "MpiJobMpiRun is taken to run the command once, so mpirun is added; see options.mpiCommand",
        ),
    ],
)
def test_what_is_taken_for_granted_of_a_framework_is_told(lines: str, note: str) -> None:
    """As a note at the framework."""
    assert notes(lines + "\n", "framework") == [("LD402", "framework", note)]


@pytest.mark.parametrize(
    ("lines", "path", "why"),
    [
        (
            "framework: ray",
            "framework",
            "AIHub starts jobs of PyTorch, MPI and DeepSpeed: start it from the program, with `none`",
        ),
        (
            "framework: deepspeed",
            "framework",
            "AIHub runs the command once, as the launcher: say `launch: once`, and `deepspeed` in the command",
        ),
        (
            "replicas: 2\nlaunch: once",
            "launch",
            "AIHub runs the command in every instance, and not in one of them alone",
        ),
        ("slots: 2", "slots", "an instance runs its program once: start more processes from the program"),
        (
            "framework: pytorch\nroles: {worker: {replicas: 2}}",
            "roles",
            "AIHub makes the roles itself, of instances that are alike: say replicas",
        ),
        (
            "containers: {redis: {image: redis}}",
            "containers",
            "an instance is one container, so nothing can stand beside it",
        ),
    ],
)
def test_what_can_not_be_started_is_refused(lines: str, path: str, why: str) -> None:
    """The sentence says what to do instead, where there is something."""
    assert refusals(lines + "\n") == [("LD406", path, why)]


@pytest.mark.parametrize(
    ("lines", "rank"),
    [("framework: pytorch", "0"), ("framework: pytorch\nslots: 2", None), ("framework: none", None)],
)
def test_pytorch_finds_its_local_rank(lines: str, rank: str | None) -> None:
    """A PyTorchJob sets all its variables but this one; torchrun sets this one too."""
    variables = {one["key"]: one["value"] for one in body(f"{JOB}{lines}\n")["envs"]}
    assert variables.get("LOCAL_RANK") == rank


@pytest.mark.parametrize(
    ("lines", "told"),
    [("framework: mpi", "1"), ("framework: mpi\nlaunch: once", None), ("framework: pytorch\nslots: 2", None)],
)
def test_mpirun_may_start_ranks_as_root(lines: str, told: str | None) -> None:
    """Containers run as root, which Open MPI must be told to put up with; no other MPI knows an option for it."""
    variables = {one["key"]: one["value"] for one in body(f"{JOB}{lines}\n")["envs"]}
    found = [variables.get(name) for name in ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM")]
    assert found == [told, told]


def test_a_script_goes_through_its_shell() -> None:
    """Byte for byte: one for /bin/sh is the command itself, any other an argument of its shell."""
    head = "name: fit\nimage: a/b:1\n"
    assert body(f"{head}shell: /bin/sh\nscript: 'a | b'\n")["command"] == "a | b"
    assert body(f"{head}script: 'a | b'\n")["command"] == "/bin/bash -c 'a | b'"


def test_an_image_may_bring_its_own_program() -> None:
    """Then there is no command."""
    assert "command" not in body("name: fit\nimage: a/b:1\n")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("args: [x]", "args"),
        ("workdir: /x", "workdir"),
        ("schedule: {timeLimit: 1h}", "schedule.timeLimit"),
        ("schedule: {retries: 1}", "schedule.retries"),
        ("schedule: {restart: always}", "schedule.restart"),
    ],
)
def test_what_stands_in_the_command_needs_one(lines: str, said: str) -> None:
    """Nothing can be said around the program of an image, which is not known."""
    found = errors(compiled(f"name: fit\nimage: a/b:1\n{lines}\n"))
    assert found == [("LD421", "command", f"{said} stands in it, and the image's own is not known")]


def test_a_launcher_needs_a_command() -> None:
    """It can not start the program of an image."""
    found = errors(compiled("name: fit\nimage: a/b:1\nframework: mpi\n"))
    assert found == [("LD421", "command", "the launcher starts it, and the image's own is not known")]


def test_what_goes_without_saying_needs_no_command() -> None:
    """Neither restart nor retries at their defaults stand in it."""
    assert "command" not in body("name: fit\nimage: a/b:1\nschedule: {restart: never, retries: 0}\n")


@pytest.mark.parametrize(("pull", "native"), [("always", True), ("if-not-present", False)])
def test_when_an_image_is_pulled(pull: str, native: bool) -> None:
    """Always, or where the node has not got it."""
    assert field("always_pull_image", f"pull: {pull}\n") is native
