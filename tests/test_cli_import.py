"""``lading import``, where it reads and writes more than a transcript can show."""

import json
from pathlib import Path

import pytest
from kit.cli import Cli

TASK = {
    "name": "hello",
    "namespace": "vision",
    "image_repo_tag": "registry.example.org/vision/run:1.0",
    "running_type": 0,
    "working_type": 0,
    "start_now": True,
    "running_config": json.dumps({"command": "python hello.py"}),
    "resource_info": json.dumps({"cpu_count": 1, "mem_size": 2**30}),
}

SPEC = """\
# Imported from standard input, a payload of airscheduler.
lading: v1
name: hello
image: registry.example.org/vision/run:1.0
command: [python, hello.py]
resources: {cpu: 1, memory: 1Gi}
schedule: {queue: vision}
"""


def test_standard_input_is_read(cli: Cli) -> None:
    """The spec stands on standard output, and nothing else anywhere."""
    answer = cli("import", "-", "--from", "airscheduler", stdin=json.dumps(TASK).encode())
    assert (answer.code, answer.out, answer.err) == (0, SPEC, "")


def test_the_spec_is_written_whole(cli: Cli) -> None:
    """Into a folder that is made, and over nothing that is there; what it compiles to is what was sent."""
    Path("task.json").write_text(json.dumps(TASK))
    Path("lading.site.yaml").write_text("lading: v1\nkind: site\ntargets: {air: {platform: airscheduler}}\n")
    answer = cli.good("import", "task.json", "--from", "airscheduler", "-o", "specs/hello.yaml")
    assert (answer.out, answer.err) == ("", "wrote specs/hello.yaml\n")
    assert Path("specs/hello.yaml").read_text() == SPEC.replace("standard input", "task.json")
    body = json.loads(cli.good("compile", "specs/hello.yaml", "-q", "--site", "lading.site.yaml").out)["body"]
    assert body == TASK | {name: json.loads(str(TASK[name])) for name in ("running_config", "resource_info")}


def test_what_compile_printed_is_read_back(cli: Cli) -> None:
    """A payload that lading made itself comes back as the spec that it was made of, with what was folded into it."""
    Path("task.json").write_text(json.dumps(TASK))
    Path("lading.site.yaml").write_text("lading: v1\nkind: site\ntargets: {air: {platform: airscheduler}}\n")
    cli.good("import", "task.json", "--from", "airscheduler", "-o", "hello.yaml")
    for form in ("human", "json"):
        printed = cli.good("compile", "hello.yaml", "--format", form, "-q").out
        again = cli("import", "-", "--from", "airscheduler", stdin=printed.encode())
        assert (again.code, again.out, again.err) == (0, SPEC, "")


@pytest.mark.parametrize("is_json", [False, True])
def test_a_spec_with_a_loss_is_still_written(cli: Cli, is_json: bool) -> None:
    """The exit code and one error say that something could not be kept."""
    Path("task.json").write_text(json.dumps({**TASK, "running_config": json.dumps({"command": "x", "port": "y"})}))
    options = ["--format", "json"] if is_json else []
    answer = cli("import", "task.json", "--from", "airscheduler", "-o", "hello.yaml", *options)
    assert answer.code == 1
    assert "command: [x]" in Path("hello.yaml").read_text().splitlines()
    told = [d["code"] for d in answer.document["diagnostics"]] if is_json else answer.err.splitlines()[1][:12]
    assert told == (["LD452"] if is_json else "error[LD452]")
