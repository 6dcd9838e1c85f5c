"""What runs on Suanli: how a pod learns its number, and that every word arrives as it was written."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from kit.suanli import body, compiled, said, target

from lading.compiler.platforms.suanli.counting import element, index_of, size
from lading.runner.secrets.vault import Vault
from lading.runner.targets.sites import read_site

HOSTILE = (
    *(
        "",
        " ",
        "'",
        '"',
        "\\",
        "$HOME",
        "$(id)",
        "$$(id)",
        "$$",
        "`id`",
        "a\nb",
        "\t",
        "-n",
        "--",
        "*",
        "~",
        "!",
        "é中🙂",
    ),
    *("$(NAME)", "${NAME}", "a'b\"c", "\\n", "%s", "&& exit 1", "\x1b[31m", "a=b"),
)


# -- numbers


@pytest.mark.parametrize(
    "indices",
    [
        [[0, 4, 1]],
        [[7, 7, 1]],
        [[0, 98, 2]],
        [[5, 20, 5]],
        [[0, 0, 1], [2, 2, 1], [9, 9, 1]],
        [[1, 5, 2], [8, 8, 1], [10, 30, 10], [100, 101, 1]],
        [[3 * n, 3 * n, 1] for n in range(100)],
    ],
)
def test_the_shell_finds_each_index(indices: list[list[int]]) -> None:
    """The pod with number N has the N-th index."""
    expected = [index for first, last, step in indices for index in range(first, last + 1, step)]
    text = f"N=0; while [ $N -lt {size(indices)} ]; do echo {index_of('N', indices)}; N=$((N + 1)); done"
    done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True)
    assert [int(line) for line in done.stdout.split()] == expected
    command = f"cd /x && exec env LADING_ARRAY_INDEX={index_of('N', indices)} true"
    for kept in (command, command.replace("$(", "$$(")):
        assert [element(kept, number) for number in range(size(indices))] == expected


@pytest.mark.parametrize(
    "text", ["true", 'LADING_ARRAY_INDEX="3"', 'LADING_ARRAY_INDEX="$((7 / N))"', 'LADING_ARRAY_INDEX="$((N < 1 ? 4))"']
)
def test_a_command_that_lading_did_not_write_says_no_index(text: str) -> None:
    """Nobody guesses at it."""
    assert element(text, 5) is None


def test_an_array_counts_pods() -> None:
    """Its elements are points; the time limit is that of the whole task, and is multiplied by the turns they take."""
    compilation = compiled(
        {"array": {"indices": "0-9", "parallelism": 4}, "schedule": {"timeLimit": "1h", "retries": 2}}
    )
    (request,) = compilation.requests
    support = {"parallelism": 4, "timeout_sec": 10800, "mod_param": {"index": {"index_backoff_limit": 2}}}
    assert (request.body["points"], request.body["job_support"]) == (10, support)
    assert request.body["services"][0]["start_script"] == {
        "command": ["sh", "-c"],
        "args": ['exec env LADING_ARRAY_INDEX="$JOB_COMPLETION_INDEX" true'],
    }
    assert said(compilation) == [
        ("LD401", "schedule.timeLimit", "1h → 3h for the whole array (10 elements, 4 at a time)"),
        ("LD402", "schedule.retries", "counted for each pod by itself"),
        ("LD402", "array.indices", "numbered pods: LADING_ARRAY_INDEX is made from $JOB_COMPLETION_INDEX"),
    ]


def test_replicas_are_numbered_pods() -> None:
    """All at the same time; the variable with the number is an option, because no document names it."""
    native = {"suanli": {"maxFailedIndex": 0}}
    found = body({"replicas": 3, "native": native}, target(options={"indexVariable": "POD_INDEX"}))
    assert found["points"] == 3
    assert found["job_support"] == {
        "parallelism": 3,
        "timeout_sec": 3600,
        "mod_param": {"index": {"index_backoff_limit": 0, "max_failed_index": 0}},
    }
    assert found["services"][0]["start_script"]["args"] == ['exec env LADING_REPLICA="$POD_INDEX" true']


@pytest.mark.parametrize("work", [{"replicas": 3}, {"array": {"indices": "0-2"}}])
def test_pods_need_not_be_numbered(work: dict[str, Any]) -> None:
    """Then all are alike, fail together and know no number."""
    found = body({**work, "native": {"suanli": {"indexed": False}}, "schedule": {"retries": 1, "timeLimit": "1h"}})
    assert found["job_support"]["mod_param"] == {"default": {"backoff_limit": 1, "restart_policy": "Never"}}
    assert found["services"][0]["start_script"] == {"command": ["true"], "args": []}


def test_numbered_pods_are_restarted_by_the_command() -> None:
    """The platform does it itself for others."""
    one, several = ({"replicas": n, "schedule": {"restart": "on-failure", "timeLimit": "1h"}} for n in (1, 2))
    assert body(one)["job_support"]["mod_param"] == {"default": {"backoff_limit": 0, "restart_policy": "OnFailure"}}
    assert body(one)["services"][0]["start_script"] == {"command": ["true"], "args": []}
    (loop,) = body(several)["services"][0]["start_script"]["args"]
    assert re.search(r"\bwhile\b|\buntil\b", loop)
    assert ("LD402", "schedule.restart", "a loop in the command: the platform restarts no numbered pods") in said(
        compiled(several)
    )


# -- programs


def run(service: Mapping[str, Any], *, expand: bool = False) -> Any:
    """What the program that the service starts has been given: its own report."""
    variables = {each["name"]: each["value"] for each in service["env"]}
    words = [*service["start_script"]["command"], *service["start_script"]["args"]]
    if expand:
        words = [expanded(word, variables) for word in words]
        variables = {name: expanded(value, variables) for name, value in variables.items()}
    environ = {"PATH": "/usr/bin:/bin", **variables}
    done = subprocess.run(words, env=environ, capture_output=True, check=True)
    return json.loads(done.stdout)


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """The text as Kubernetes hands it on: `$(NAME)` is the variable's value if there is one, and `$$` is `$`."""

    def value(found: re.Match[str]) -> str:
        return "$" if found[0] == "$$" else variables.get(found[1], found[0])

    return re.sub(r"\$\$|\$\(([^)]*)\)", value, text)


REPORT = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), os.environ.get('NAME')]))"


@pytest.mark.parametrize("escape", [False, True])
@pytest.mark.parametrize("workdir", [None, "/"])
def test_words_and_variables_arrive_as_they_are(*, escape: bool, workdir: str | None) -> None:
    """Whatever stands in them, behind a shell too, and where the platform expands references as Kubernetes does."""
    document = {"command": [sys.executable, "-c", REPORT], "args": list(HOSTILE), "env": {"NAME": "$(NAME) $$ '\"\n"}}
    more = {"workdir": workdir} if workdir else {}
    found = body({**document, **more}, target(options={"escapeReferences": escape}))
    words, folder, variable = run(found["services"][0], expand=escape)
    assert (words, variable) == (list(HOSTILE), "$(NAME) $$ '\"\n")
    assert workdir in {None, folder}


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
def test_a_script_arrives_as_it_is(shell: str) -> None:
    """Byte for byte, in the shell that it wants."""
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    script = "printf '[\"%s\"]' \"$NAME\"  # a comment, with 'quotes' and a $(subshell)\n"
    found = body({"script": script, "shell": shell, "env": {"NAME": "né"}})["services"][0]
    assert run(found) == ["né"]
    assert found["start_script"] == {"command": [shell, "-c"], "args": [script]}


def test_what_the_platform_may_expand_is_pointed_out() -> None:
    """Nobody knows whether it does; only names of variables that are set would be replaced, and `$$` always."""
    document = {"args": ["$(NAME)", "$(date)", "run.$$"], "env": {"NAME": "x", "OTHER": "$(NAME)"}}
    may = "as Kubernetes does: options.escapeReferences keeps it from that"
    name, dollars = "the platform may put the value of $(NAME) there", "the platform may put one $ in place of $$"
    assert said(compiled(document)) == [
        ("LD408", "env.OTHER", f"{name}, {may}"),
        ("LD408", "args", f"{dollars}, {may}"),
        ("LD408", "args", f"{name}, {may}"),
    ]
    assert said(compiled(document, target(options={"escapeReferences": True}))) == []


def test_an_image_runs_its_own_program() -> None:
    """Without a command nothing is said of it; then its number is in the platform's variable only."""
    compilation = compiled({"command": None, "image": "redis:7", "replicas": 2})
    assert "start_script" not in compilation.requests[0].body["services"][0]
    assert said(compilation) == [
        ("LD402", "replicas", "numbered pods that run at the same time: LADING_REPLICA is $JOB_COMPLETION_INDEX"),
        ("LD408", "replicas", "without a command, the program finds its number in JOB_COMPLETION_INDEX only"),
    ]


def test_one_process_of_pytorch_is_rank_0() -> None:
    """Its variables are told; what is more has to be started by the command."""
    env = {each["name"]: each["value"] for each in body({"framework": "pytorch"})["services"][0]["env"]}
    assert {name: value for name, value in env.items() if not name.startswith("LADING_")} == {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": "29500",
        "WORLD_SIZE": "1",
        "RANK": "0",
        "LOCAL_RANK": "0",
    }


def test_the_login_of_the_registry_goes_along_by_name() -> None:
    """Only with images of that host, and as names of secrets that no spec can use."""
    login = {"username": {"env": "A"}, "password": {"env": "B"}}
    to = target(registries={"harbor.example.org": login})
    one = compiled({"image": "harbor.example.org/a/b:1"}, to)
    assert one.requests[0].secrets == {
        "/services/0/repository_account/repository_username": "registries/harbor.example.org/username",
        "/services/0/repository_account/repository_password": "registries/harbor.example.org/password",
    }
    assert compiled({"image": "docker.io/a/b:1"}, to).requests[0].secrets == {}


def test_a_vault_finds_the_login(tmp_path: Path) -> None:
    """By the name that the request has it under, at the source that the site says."""
    file = tmp_path / "lading.site.yaml"
    file.write_text(SITE, encoding="utf-8")
    site = read_site(file)
    (request,) = compiled({"image": "harbor.example.org/a/b:1"}, site.target("gongji")).requests
    vault = Vault({**site.secrets, **site.logins}, tmp_path, {"NAME": "robot", "WORD": "a password"})
    assert {name: vault.value(name).reveal() for name in request.secrets.values()} == {
        "registries/harbor.example.org/username": "robot",
        "registries/harbor.example.org/password": "a password",
    }


SITE = """\
lading: v1
kind: site
registries: {harbor.example.org: {username: {env: NAME}, password: {env: WORD}}}
targets:
  gongji:
    platform: suanli
    defaults: {schedule: {timeLimit: 1h}}
    catalog: {resources: {small: {deviceName: small, region: here, cpu: 1, memory: 1Gi}}}
"""
