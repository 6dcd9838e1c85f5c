"""Real shells run what `sh -c` is given, and the program finds everything as the spec has it."""

import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from kit.programs import HOSTILE, NAMES, WORD, text_of, view_of

from lading.compiler.payload import From
from lading.compiler.shell import FOLDABLE, shell_argv

SHELLS = [[name] for name in ("dash", "bash") if shutil.which(name)]
SHELLS += [["busybox", "sh"]] if shutil.which("busybox") else []

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def run(shell: list[str], text: str, **rest: Any) -> "subprocess.CompletedProcess[bytes]":
    """What came of the text, run by the shell as platforms run it."""
    return subprocess.run([*shell, "-c", text], capture_output=True, timeout=30, check=False, **rest)


@pytest.mark.parametrize("shell", SHELLS)
@SLOW
@given(arguments=st.lists(WORD, max_size=5), env=st.dictionaries(NAMES, WORD, max_size=3))
@example(arguments=HOSTILE, env={"A": "\n".join(HOSTILE)})
def test_arguments_and_variables_arrive(shell: list[str], arguments: list[str], env: dict[str, str]) -> None:
    """The process gets every argument and every variable byte for byte, also inside of everything that can be said."""
    around = {"workdir": "/usr", "schedule": {"timeLimit": 60, "retries": 1}}
    for spec in ({}, around):
        text = text_of({"command": ["printf", "%s\\0", *arguments], **spec}, env)
        assert run(shell, text).stdout == b"".join(word.encode() + b"\0" for word in arguments or [""])
        variables = run(shell, text_of({"command": ["env", "-0"], **spec}, env)).stdout.split(b"\0")
        assert {f"{name}={value}".encode() for name, value in env.items()} <= set(variables)


OWN_NAMES = ["echo", "test", "[", "printf", "true", "exit", "cd", "time", "if", "{", "}", "!", "[[", ":", "exec", "."]
OWN_NAMES = [name for name in OWN_NAMES if name != "."] + ["A=b", "-x", "+x", "a b", "é", "$x", "'", "~", "a\nb"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", OWN_NAMES)
def test_the_program_of_that_name_runs(name: str, shell: list[str], tmp_path: Path) -> None:
    """A name that means something to the shell means the program."""
    (tmp_path / name).symlink_to("/usr/bin/printenv")
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin", "FOUND": "it"}
    for spec in ({}, {"workdir": "/"}, {"schedule": {"timeLimit": 60}}):
        assert run(shell, text_of({"command": [name, "FOUND"], **spec}), env=path).stdout == b"it\n"
    assert run(shell, text_of({"command": [name, "FOUND"]}, {"FOUND": "me"}), env=path).stdout == b"me\n"


@pytest.mark.parametrize("shell", SHELLS)
@SLOW
@given(lines=st.lists(WORD, min_size=1, max_size=5), is_ended=st.booleans())
@example(lines=["'", '"$1"', "$0"], is_ended=True)
def test_a_script_reaches_its_interpreter(shell: list[str], lines: list[str], is_ended: bool) -> None:
    """The interpreter of a ``#!`` line reads the script as the spec has it, wherever it runs."""
    script = "\n".join(["#!/bin/cat", *lines]) + "\n" * is_ended
    for spec in ({}, {"workdir": "/", "schedule": {"timeLimit": 60}}):
        done = run(shell, text_of({"script": script, **spec}))
        assert (done.stdout, done.returncode) == (script.encode(), 0)


@pytest.mark.parametrize("shell", SHELLS)
@SLOW
@given(script=WORD.filter(lambda text: not text.startswith("#!")))  # that names an interpreter of its own
@example(script="-x\n")
@example(script="\n\n")
def test_a_script_reaches_its_shell(shell: list[str], script: str, tmp_path: Path) -> None:
    """The shell that a script asks for is given its text as it is."""
    (tmp_path / "bash").unlink(missing_ok=True)
    (tmp_path / "bash").write_text('#!/bin/sh\nfor last; do :; done\nprintf "%s" "$last"\n')
    (tmp_path / "bash").chmod(0o755)
    spec = {"script": script or ":", "shell": str(tmp_path / "bash")}
    assert run(shell, text_of(spec)).stdout == (script or ":").encode()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_run_by_its_shell(shell: list[str]) -> None:
    """bash runs what only bash understands, and a script that begins like an option is none."""
    assert run(shell, text_of({"script": "a=(1 2); printf %s ${#a[@]}; exit 3"})).stdout == b"2"
    assert run(shell, text_of({"script": "-x || exit 3", "shell": "/bin/sh"})).returncode == 3
    assert run(shell, text_of({"script": "+x || exit 3"})).returncode == 3


@pytest.mark.parametrize("shell", SHELLS)
def test_a_missing_working_directory_stops_everything(shell: list[str], tmp_path: Path) -> None:
    """Without its folder the program does not run, and the job fails."""
    done = run(shell, text_of({"command": ["printf", "here"], "workdir": str(tmp_path / "no")}))
    assert (done.stdout, done.returncode != 0) == (b"", True)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("workdir", ["-", "-x", "a b", "it's", "$HOME", "é", "/"])
def test_the_program_starts_in_its_folder(shell: list[str], workdir: str, tmp_path: Path) -> None:
    """The working directory may be called anything."""
    (tmp_path / workdir).mkdir(exist_ok=True)
    done = run(shell, text_of({"command": ["pwd"], "workdir": workdir}), cwd=tmp_path)
    assert done.stdout.decode() == f"{(tmp_path / workdir).resolve()}\n"


def counting(folder: Path, code: int) -> dict[str, Any]:
    """A program that notes each of its runs and ends with the number of the run, but for ``code`` with 0."""
    text = f'echo >>{folder}/runs; n=$(wc -l <{folder}/runs); [ "$n" -ne {code} ] && exit "$n"; exit 0'
    return {"command": ["sh", "-c", text]}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("succeeds_at", "schedule", "runs", "code"),
    [
        (9, {}, 1, 1),
        (9, {"retries": 2}, 3, 3),
        (2, {"retries": 2}, 2, 0),
        (1, {"retries": 2}, 1, 0),
        (2, {"restart": "on-failure"}, 2, 0),
        (9, {"retries": 1, "timeLimit": 60}, 2, 2),
        (1, {"restart": "always", "timeLimit": 2}, 2, 124),
    ],
)
def test_attempts_are_counted(
    shell: list[str], succeeds_at: int, schedule: dict[str, Any], runs: int, code: int, tmp_path: Path
) -> None:
    """A program runs again as often as was said, and the last attempt's exit code is the job's."""
    done = run(shell, text_of({**counting(tmp_path, succeeds_at), "schedule": schedule}))
    assert ((tmp_path / "runs").read_text().count("\n"), done.returncode) == (runs, code)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_time_limit_ends_all_processes(shell: list[str], tmp_path: Path) -> None:
    """When the time is up, the program is ended with what it has started."""
    script = f"sleep 60 & echo $! >{tmp_path}/pid; wait"
    done = run(shell, text_of({"script": script, "schedule": {"timeLimit": 1}}))
    assert done.returncode == 124
    assert not Path("/proc", (tmp_path / "pid").read_text().strip(), "exe").exists()


@pytest.mark.parametrize(
    "schedule", [{}, {"retries": 3}, {"restart": "always"}, {"timeLimit": 60}, {"retries": 1, "timeLimit": 60}]
)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_signal_reaches_the_program(shell: list[str], schedule: dict[str, Any], tmp_path: Path) -> None:
    """SIGTERM of the platform ends the program in its own way, and nothing starts it again."""
    log = tmp_path / "log"
    script = f"trap 'echo ended >>{log}; exit 7' TERM; echo started >>{log}; while :; do sleep .05; done"
    view = view_of({"script": script, "workdir": "/", "schedule": schedule})
    _, _, text = shell_argv(view, env={"A": From("1", ())}, fold=FOLDABLE) or []
    with subprocess.Popen([*shell, "-c", text.value], stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 20
        while not log.exists() and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 7
    assert log.read_text() == "started\nended\n"
