"""Every byte of a command arrives: through the server, which wraps it, through Kubernetes, which expands it, and sh."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.specs import HOSTILE_WORDS

from lading.compiler.pipeline import compile_spec
from lading.compiler.platforms.paddleflow.expansion import escaped, expanded
from lading.compiler.registry import default_options, language, platform
from lading.compiler.target import Target
from lading.schema.load import load

ECHO = [sys.executable, "-c", "import json, os, sys; print(json.dumps([sys.argv[1:], os.environ.get('VALUE')]))"]
DOLLARS = ("$(VALUE)", "$$(VALUE)", "$(date)", "$$", "$(echo $$)", "$(", "bash -c", "名 $(PF_WORK_DIR)")
WORDS = [*(word for word in HOSTILE_WORDS if "${{" not in word), *DOLLARS]
ALPHABET = st.text(alphabet="$()AbX_ \n'", max_size=12)


def by_kubernetes(text: str, variables: Mapping[str, str]) -> str:
    """What the kubelet makes of a text: ``Expand`` of k8s.io/kubernetes/third_party/forked/golang/expansion."""
    made, at = "", 0
    while at < len(text):
        rest = text[at + 1 :]
        if text[at] != "$" or not rest:
            made, at = made + text[at], at + 1
        elif rest[0] == "$":
            made, at = made + "$", at + 2
        elif rest[0] == "(" and ")" in rest:
            name = rest[1 : rest.index(")")]
            made, at = made + variables.get(name, f"$({name})"), at + len(name) + 3
        else:
            made, at = made + text[at] + rest[0], at + 2
    return made


def by_the_server(command: str, first_mount: str = "") -> list[str]:
    """What the server makes of a command: ``generateContainerCommand`` of pkg/job/runtime_v2."""
    text = command.removeprefix("bash -c").removeprefix("sh -c")
    return ["sh", "-c", f"cd {first_mount}; {text}" if first_mount else text]


def body_of(command: list[str], value: str, **more: object) -> dict[str, object]:
    """The body of a job that runs the command with the variable VALUE."""
    spec = {
        "lading": "v1",
        "name": "fit",
        "image": "busybox:1",
        "command": command,
        "env": {"VALUE": value},
        "schedule": {"queue": "work"},
        **more,
    }
    found = platform("paddleflow")
    assert found is not None
    (one,) = load("spec.yaml", json.dumps(spec, ensure_ascii=False).encode(), language=language()).specs
    (request,) = compile_spec(one, Target("pf", found, default_options("paddleflow")), verify=True).requests
    return dict(request.body)


def seen(argv: list[str], variables: Mapping[str, str]) -> object:
    """What the process sees that Kubernetes starts, of its arguments and of VALUE."""
    values: dict[str, str] = {}
    for name, text in variables.items():
        values[name] = by_kubernetes(text, values)
    words = [by_kubernetes(word, {**values, "PF_WORK_DIR": "/wrong"}) for word in argv]
    done = subprocess.run(words, env=values, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("more", [{}, {"workdir": "/"}, {"schedule": {"queue": "work", "retries": 1}}], ids=str)
def test_words_arrive_through_a_command(more: dict[str, object]) -> None:
    """One text for sh, whatever stands around the program."""
    body = body_of([*ECHO, *WORDS], "$(HOME) $$", **more)
    assert seen(by_the_server(str(body["command"])), body["env"]) == [WORDS, "$(HOME) $$"]  # type: ignore[arg-type]


def test_words_arrive_through_a_pod() -> None:
    """Words, which no shell reads."""
    body = body_of([*ECHO, *WORDS], "$$(VALUE)", resources={"shm": "1Gi"})
    (runs,) = body["extensionTemplate"]["spec"]["containers"]  # type: ignore[index]
    env = {variable["name"]: variable["value"] for variable in runs["env"]}
    assert seen(runs["command"], env) == [WORDS, "$$(VALUE)"]


@pytest.mark.parametrize("shell", ["bash", "sh", "/bin/sh"])
def test_a_shell_of_the_specs_own_arrives(shell: str) -> None:
    """The server takes `bash -c` off a command that begins with it."""
    body = body_of([shell, "-c", 'printf \'[["%s"], null]\' "$*"', "sh", "a  b"], "x")
    assert seen(by_the_server(str(body["command"]), "/"), {}) == [["a  b"], None]


@given(ALPHABET, st.lists(st.sampled_from(["A", "b", "X_", "A b"])))
def test_kubernetes_makes_the_text_of_what_is_escaped(text: str, names: list[str]) -> None:
    """Whatever variables of the job's own there are, and of any that may be injected."""
    variables = dict.fromkeys([*names, "A", "X", "AX", "X_", "_"], "wrong")
    assert by_kubernetes(escaped(text, names), variables) == text


@given(ALPHABET)
def test_expanding_is_what_kubernetes_does_without_variables(text: str) -> None:
    """The importer reads a payload as its container would."""
    assert expanded(text) == by_kubernetes(text, {})
