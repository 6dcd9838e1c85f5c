"""What a NEWT service is sent, and what is said of specs for it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.newt import body, compiled, errors, said, target

from lading.compiler.platforms.newt.wire import unwire, wire
from lading.compiler.sbatch.lexer import options

HEAD = "#!/bin/bash\n# Made by lading from a spec: change that one, and compile it again.\n"
SMALLEST = f"""\
{HEAD}#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --no-requeue
#SBATCH --output=%x-%j.out
#SBATCH --export=NONE

cd "$HOME"
export SLURM_EXPORT_ENV=ALL # every srun passes on what is set here
export LADING_NAME=demo
export LADING_REPLICAS=1
export LADING_REPLICA=0

exec true
"""


def test_the_smallest_job() -> None:
    """One node and one task are in the script, because the service takes 1 for nothing said."""
    (request,) = compiled({"command": ["true"]}).requests
    assert request.as_data() == {
        "method": "POST",
        "path": "job/ln3/",
        "body": {"jobscript": SMALLEST, "jobconf": {"job_name": "demo"}},
    }


def test_nothing_is_stated_twice() -> None:
    """What jobconf says, in minutes, GB per node and tasks, no line of the script repeats."""
    found = body(
        {
            "command": ["true"],
            "workdir": "/HOME/me/run",
            "replicas": 2,
            "slots": 3,
            "resources": {"cpu": 6, "memory": "1500Mi", "gpu": 1},
            "schedule": {"queue": "work", "timeLimit": "90s", "hold": True},
            "native": {"slurm": {"account": "vis"}, "newt": {"jobfilepath": "/HOME/me/run/job.sh"}},
        }
    )
    script = found.pop("jobscript")
    assert found == {
        "jobfilepath": "/HOME/me/run/job.sh",
        "jobconf": {
            "job_wdir": "/HOME/me/run",
            "job_name": "demo",
            "time_limit": 2,
            "partition": "work",
            "scale_cores": 6,
            "scale_memGB": 2,
            "scale_Nodes": 2,
        },
    }
    assert options(script) == [
        "--account=vis",
        "--ntasks-per-node=3",
        "--cpus-per-task=2",
        "--gres=gpu:1",
        "--hold",
        "--no-requeue",
        "--output=%x-%j.tasks.out",
        "--export=NONE",
    ]


def test_rounding_is_upwards_and_shows_both_numbers() -> None:
    """Memory in GB of a node, time in minutes."""
    found = compiled({"command": ["true"], "resources": {"memory": "1Mi"}, "schedule": {"timeLimit": "61s"}})
    assert said(found) == [
        ("LD401", "resources.memory", "1Mi → 1 GiB"),
        ("LD401", "schedule.timeLimit", "1m1s → 2 min"),
    ]


def test_tasks_on_any_nodes_are_all_cores_of_the_service() -> None:
    """Without a number of nodes the script says none, and none for each."""
    found = body({"script": "srun a\n", "launch": "once", "native": {"slurm": {"ntasks": 24}}})
    assert found["jobconf"] == {"job_name": "demo", "scale_cores": 24}
    assert options(found["jobscript"]) == ["--no-requeue", "--output=%x-%j.out", "--export=NONE"]


def test_a_script_that_is_there_is_named() -> None:
    """Its arguments are quoted for the shell of the service, and nothing is written."""
    found = body(
        {
            "args": ["--epochs", "90", "it's", "", "$HOME"],
            "replicas": 2,
            "schedule": {"timeLimit": "1h"},
            "native": {"newt": {"jobfile": "/HOME/me/train.sh"}},
        }
    )
    assert found == {
        "jobfile": "/HOME/me/train.sh",
        "jobconf": {
            "job_name": "demo",
            "time_limit": 60,
            "scale_cores": 2,
            "scale_Nodes": 2,
            "jobfile_args": "--epochs 90 'it'\\''s' '' '$HOME'",
        },
    }


WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5), max_size=4)


@given(WORDS.filter(lambda words: not any("${{" in word for word in words)))
def test_arguments_arrive_through_the_shell_of_the_service(words: list[str]) -> None:
    """``bash -c "sbatch FILE ARGS"`` hands on what the spec says; what would be too long is refused."""
    compilation = compiled({"args": words, "native": {"newt": {"jobfile": "/a.sh"}}})
    if not compilation.is_valid:
        why = "the service keeps 128 characters of them, quotes included"
        assert errors(compilation) == [("LD406", "args", why)]
        return
    text = compilation.requests[0].body["jobconf"].get("jobfile_args", "")
    printed = subprocess.run(["bash", "-c", f"printf '%s\\0' {text}"], capture_output=True, check=True).stdout
    assert printed == ("".join(f"{word}\0" for word in words) or "\0").encode()


THERE = "the script /a.sh is there already, so nothing can be added to it: say it there"


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        pytest.param({"command": ["a"]}, ["command"], id="command"),
        pytest.param({"script": "a"}, ["script"], id="script"),
        pytest.param({"env": {"A": "b", "B": {"secret": "wandb"}}}, ["env.A", "env.B"], id="env"),
        pytest.param({"resources": {"gpu": 1, "cpu": 2}}, ["resources.gpu.count", "resources.cpu"], id="resources"),
        pytest.param({"array": {"indices": "0-3"}}, ["array.indices"], id="array"),
        pytest.param({"schedule": {"hold": True, "retries": 2}}, ["schedule.hold", "schedule.retries"], id="schedule"),
        pytest.param({"native": {"newt": {"jobfile": "/a.sh"}, "slurm": {"qos": "q"}}}, ["native.slurm.qos"], id="qos"),
        pytest.param(
            {"native": {"newt": {"jobfile": "/a.sh", "jobfilepath": "/b.sh"}}}, ["native.newt.jobfilepath"], id="path"
        ),
    ],
)
def test_what_only_a_script_could_say_is_refused_beside_one_that_is_there(
    fields: dict[str, Any], refused: list[str]
) -> None:
    """Each field by itself; what jobconf says is not among them."""
    found = compiled({"native": {"newt": {"jobfile": "/a.sh"}}, "name": "demo", "workdir": "/b", "slots": 2} | fields)
    assert errors(found) == [("LD406", path, THERE) for path in refused]
    assert found.requests == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"launch": "once"},
        {"launch": "each"},
        {"framework": "none"},
        {"schedule": {"retries": 0, "restart": "never", "hold": False, "after": []}},
    ],
    ids=["once", "each", "framework", "schedule"],
)
def test_what_sbatch_does_anyway_may_be_said_beside_a_script_that_is_there(fields: dict[str, Any]) -> None:
    """It changes nothing: the service is told of the file and the name."""
    found = body({"native": {"newt": {"jobfile": "/a.sh"}}, **fields})
    assert found == {"jobfile": "/a.sh", "jobconf": {"job_name": "demo"}}


def test_a_step_of_a_script_that_is_there_loses_nothing_of_its_workflow() -> None:
    """What all steps inherit must be said in the script too."""
    steps = {"a": {"native": {"newt": {"jobfile": "/a.sh"}}}, "b": {"command": ["b"], "after": ["a"]}}
    found = compiled({"steps": steps, "env": {"A": "b"}}, "workflow")
    assert errors(found) == [("LD406", "env.A", THERE)]


UNQUOTED = "a shell of the service reads it unquoted, so it can hold letters, digits and ._/@:=+,- only"


@pytest.mark.parametrize("odd", ["/a b", "/a;id", "/$HOME", "/a'b", "/名", "/`id`", "~/a"])
def test_what_the_shell_of_the_service_would_break_on_is_refused(odd: str) -> None:
    """A working directory, a partition as the catalog spells it, a name of Slurm's own."""
    wrong = {"command": ["a"], "workdir": odd, "schedule": {"queue": "odd"}, "native": {"slurm": {"jobName": odd}}}
    paths = ("workdir", "schedule.queue", "native.slurm.jobName")
    assert errors(compiled(wrong)) == [("LD406", path, UNQUOTED) for path in paths]


def test_a_working_directory_that_the_service_has_no_room_for_is_refused() -> None:
    """One of 100 characters goes through; in a container it goes to the runtime, which takes any."""
    fits, long = f"/{'a' * 99}", f"/{'a' * 100}"
    assert body({"command": ["a"], "workdir": fits})["jobconf"]["job_wdir"] == fits
    why = "the service has room for 100 characters of it"
    assert errors(compiled({"command": ["a"], "workdir": long})) == [("LD406", "workdir", why)]
    assert body({"command": ["a"], "workdir": long, "image": "a/b:1"})["jobconf"] == {"job_name": "demo"}


def test_in_a_container_a_working_directory_is_quoted() -> None:
    """It goes to the runtime, and never to the shell of the service."""
    found = body({"command": ["a"], "image": "a/b:1", "workdir": "/my code"})
    assert found["jobconf"] == {"job_name": "demo"}
    assert found["jobscript"].splitlines()[-2:] == ["exec apptainer exec --pwd '/my code' /HOME/me/b.sif \\", "  a"]


def test_nothing_to_run_is_missing() -> None:
    """A native section alone is no program."""
    found = compiled({"native": {"slurm": {"account": "vis"}}})
    assert errors(found) == [("LD421", "command", "there is nothing to run")]


def test_secrets_come_in_a_file_of_their_own() -> None:
    """It is put there first; the script gets its path, reads it and removes it. No script holds a name or a value."""
    upload, job = compiled({"command": ["a"], "env": {"KEY": {"secret": "wandb"}, "A": "b"}}).requests
    assert upload.as_data() == {
        "method": "PUT",
        "path": "file/ln3/~/.lading/",
        "name": "secrets",
        "body": {"variables": {"KEY": {"secret": "wandb"}}},
        "secrets": {"/variables/KEY": "wandb"},
    }
    assert (job.needs, job.late, job.secrets) == (
        ("secrets",),
        {"/jobconf/jobfile_args": {"answer": "secrets#/location"}},
        {},
    )
    assert job.body["jobscript"].splitlines()[-5:] == [
        "export A=b",
        'secrets=$1; shift; source "$secrets" || exit',
        'rm -f "$secrets"',
        "",
        "exec a",
    ]


@pytest.mark.parametrize("schedule", [{}, {"retries": 1}], ids=["at once", "at the end"])
def test_the_job_reads_the_file_and_removes_it(schedule: dict[str, Any], tmp_path: Path) -> None:
    """The script, as bash runs it with the path of the file as its argument; without the file nothing runs."""
    command = ["sh", "-c", 'printf "%s %s" "$KEY" "$#"']
    _, job = compiled({"command": command, "env": {"KEY": {"secret": "k"}}, "schedule": schedule}).requests
    file, script = tmp_path / "secrets", tmp_path / "job.sh"
    file.write_text(wire({"variables": {"KEY": "it's"}}, {}))
    script.write_text(job.body["jobscript"])
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SLURM_JOB_ID": "7"}
    first, second = (
        subprocess.run(["bash", script, file], env=env, capture_output=True, text=True, check=False) for _ in range(2)
    )
    assert (first.returncode, first.stdout, first.stderr, file.exists()) == (0, "it's 0", "", False)
    assert (second.returncode, second.stdout) == (1, "")


def test_the_file_stays_until_no_attempt_needs_it() -> None:
    """A job that Slurm may run again reads it again."""
    _, job = compiled({"command": ["a"], "env": {"KEY": {"secret": "k"}}, "schedule": {"retries": 1}}).requests
    assert job.body["jobscript"].partition("(exec a)\n")[2] == (
        "status=$?\n\n"
        "# Slurm runs the job again when it is asked to; SLURM_RESTART_COUNT tells how often it has.\n"
        "if (( status != 0 && ${SLURM_RESTART_COUNT:-0} < 1 )); then\n"
        '  scontrol requeue "$SLURM_JOB_ID"\n'
        "else\n"
        '  rm -f "$secrets"\n'
        "fi\n"
        'exit "$status"\n'
    )


@pytest.mark.parametrize(
    ("fields", "others"),
    [({"array": {"indices": "0-3"}}, "each element"), ({"native": {"slurm": {"requeue": True}}}, "a second run")],
    ids=["array", "requeue"],
)
def test_a_file_is_there_for_one_run(fields: dict[str, Any], others: str) -> None:
    """The first one would remove it."""
    found = compiled({"command": ["a"], "env": {"KEY": {"secret": "k"}}, **fields})
    why = f"{others} would not find the secret's file any more: read it from a file of your own"
    assert errors(found) == [("LD406", "env.KEY", why)]


def test_each_step_has_a_file_of_its_own() -> None:
    """The upload comes right before its step, and no step can be called as it is."""
    steps = {"a": {"command": ["a"]}, "secrets": {"command": ["b"], "after": ["a"], "env": {"KEY": {"secret": "k"}}}}
    found = compiled({"steps": steps}, "workflow").requests
    assert [(request.name, request.needs, request.path) for request in found] == [
        ("a", (), "job/ln3/"),
        ("secrets/secrets", (), "file/ln3/~/.lading/"),
        ("secrets", ("secrets/secrets", "a"), "job/ln3/"),
    ]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
def test_a_file_of_secrets_sets_what_it_should(value: str) -> None:
    """Whatever the value holds, a shell that reads the file has it in its environment."""
    text = wire({"variables": {"KEY": value}}, {})
    shell = ["bash", "-c", 'source /dev/stdin; printf %s "$KEY"']
    assert subprocess.run(shell, input=text.encode(), capture_output=True, check=True).stdout == value.encode()


def test_a_submission_is_a_form() -> None:
    """``jobconf`` is a JSON text in it, and the ids of jobs have taken the place of their names."""
    found = body({"command": ["a"], "schedule": {"after": {"ok": ["prepare"], "any": ["7"]}}})
    assert found["after"] == [{"type": "afterok", "job": "prepare"}, {"type": "afterany", "job": "7"}]
    found["after"][0]["job"] = "4816213"
    form = wire(found, {})
    assert sorted(form) == ["jobconf", "jobscript"]
    assert json.loads(form["jobconf"]) == {"job_name": "demo"}
    assert "--dependency=afterok:4816213,afterany:7" in options(form["jobscript"])
    assert len(options(form["jobscript"])) == len(options(found["jobscript"]))


def test_a_form_is_read_back() -> None:
    """What is no JSON stays the text that it is, for the importer to object to."""
    found = body({"command": ["a"]})
    assert unwire(wire(found, {}), {}) == found
    assert unwire({"jobfile": "/a", "jobconf": "{"}, {}) == {"jobfile": "/a", "jobconf": "{"}


def test_other_kinds_are_refused() -> None:
    """A service has no end, and a batch job has."""
    found = compiled({"command": ["a"], "ports": [{"port": 80}]}, "service")
    why = "the service runs batch jobs, and workflows as jobs that wait for each other"
    assert errors(found) == [("LD406", "kind", why)]


def test_the_name_of_the_machine_is_in_the_path() -> None:
    """It comes from the site."""
    assert target().options["machine"] == "ln3"
    assert {request.path for request in compiled({"command": ["a"]}).requests} == {"job/ln3/"}
