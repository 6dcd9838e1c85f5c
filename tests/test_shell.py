"""What `sh -c` is given for a program, and how it is read back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.programs import CHARACTERS, NAMES, WORD, text_of, view_of

from lading.compiler.payload import From
from lading.compiler.shell import FOLDABLE, Unfolded, shell_argv, shell_text, unfolded, unfolded_argv
from lading.compiler.templating import Shell

LOOP = 'trap "kill \\$!; wait \\$!; exit \\$?" TERM; '
IN_A_FILE = 'LADING_SCRIPT=$(mktemp) && printf %s "$1" >"$LADING_SCRIPT" && shift && exec "$@" "$LADING_SCRIPT"'
TEXTS: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("python train.py --lr 0.1", {"command": ["python", "train.py", "--lr", "0.1"]}, {}),
    ("python -c 'print(\"it'\\''s\")'", {"command": ["python", "-c", 'print("it\'s")']}, {}),
    ("exec echo 'a\\nb'", {"command": ["echo", "a\\nb"]}, {}),
    ("'-x' -y", {"command": ["-x", "-y"]}, {}),
    ("sh -c 'exec \"$@\"' sh A=b", {"command": ["A=b"]}, {}),
    ("bash -c 'a; b'", {"command": ["bash", "-c", "a; b"]}, {}),
    ("a | b\n", {"script": "a | b\n", "shell": "/bin/sh"}, {}),
    ("/bin/sh -c -- '-x; y'", {"script": "-x; y", "shell": "/bin/sh"}, {}),
    ("/bin/bash -c 'set -e\na\n'", {"script": "set -e\na\n"}, {}),
    ("/usr/bin/zsh -c a", {"script": "a", "shell": "/usr/bin/zsh"}, {}),
    ("/bin/bash -l -c '#!/bin/bash -l\na'", {"script": "#!/bin/bash -l\na"}, {}),
    ("/usr/bin/env bash -c '#!/usr/bin/env bash\na'", {"script": "#!/usr/bin/env bash\na"}, {}),
    ("cd /w && python a.py", {"command": ["python", "a.py"], "workdir": "/w"}, {}),
    ("cd 'my code' && exec test -f a", {"command": ["test", "-f", "a"], "workdir": "my code"}, {}),
    ("cd /w && /bin/sh -c 'a; b'", {"script": "a; b", "shell": "/bin/sh", "workdir": "/w"}, {}),
    ("env A=1 B='x y' C='' a b", {"command": ["a", "b"]}, {"A": "1", "B": "x y", "C": ""}),
    ("exec timeout -k 10 36h a", {"command": ["a"], "schedule": {"timeLimit": 129600}}, {}),
    ("exec timeout -k 10 61s a", {"command": ["a"], "schedule": {"timeLimit": 61}}, {}),
    (
        f"exec sh -c '{LOOP}until (exec \"$@\") & wait $!; do sleep 1; done' sh a",
        {"command": ["a"], "schedule": {"restart": "on-failure"}},
        {},
    ),
    (
        f"cd /w && exec timeout -k 10 2d sh -c '{LOOP}while :; do (exec \"$@\") & wait $!; sleep 1; done' sh env A=1 a",
        {"command": ["a"], "workdir": "/w", "schedule": {"timeLimit": 172800, "restart": "always"}},
        {"A": "1"},
    ),
    (
        f"exec sh -c '{LOOP}while [ $((LADING_ATTEMPT+=1)) -le 4 ]; do (exec \"$@\") & wait $! && break; done' sh a b",
        {"command": ["a", "b"], "schedule": {"retries": 3}},
        {},
    ),
    (
        f"sh -c '{IN_A_FILE}' sh '#!/usr/bin/env python3\nprint()' /usr/bin/env python3",
        {"script": "#!/usr/bin/env python3\nprint()"},
        {},
    ),
]


def spec_of(said: Unfolded) -> dict[str, Any]:
    """The spec that has these fields."""
    spec: dict[str, Any] = {}
    for name, value in said.fields.items():
        *above, last = name.split(".")
        (spec.setdefault(above[0], {}) if above else spec)[last] = value
    return spec


@pytest.mark.parametrize(("text", "spec", "env"), TEXTS)
def test_texts_and_specs_say_the_same(text: str, spec: dict[str, Any], env: dict[str, str]) -> None:
    """Each spec becomes its text, and the text is read back as the spec."""
    assert text_of(spec, env) == text
    said = unfolded(text)
    assert (spec_of(said), said.env) == (spec, env)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"command": ["sh", "-c", "a; b"]}, "a; b"),
        ({"command": ["python"], "args": ["a.py"]}, "python a.py"),
        ({"script": "#!/bin/sh\na"}, "#!/bin/sh\na"),
        ({"command": ["a"], "workdir": "-w"}, "cd ./-w && a"),
        ({"command": ["a"], "schedule": {"retries": 0, "restart": "never"}}, "a"),
    ],
)
def test_what_is_shorter_in_another_way(spec: dict[str, Any], text: str) -> None:
    """A shell at hand needs no second one, and what asks for nothing is not there."""
    assert text_of(spec) == text


@pytest.mark.parametrize(
    "text",
    [
        "echo hello",
        "export A=1; B=2 cmd",
        "A=1 python a.py",
        "cd /w; python a.py",
        "cd /w && python a.py && python b.py",
        "python a.py | tee log",
        "python a.py > log 2>&1",
        "python a.py $HOME *.txt ~/x",
        'sh -c "a; b"',
        "sh -c 'a; b'",
        'python "a.py"',
        "'python' a.py",
        "python  a.py",
        "python a.py ",
        "python a.py\n",
        "exec python a.py",
        "exec timeout -k 10 60s a",
        "set -e\ncd /w\npython a.py\n",
        "python it's",
        "cd 'a\nb' && python a.py",
        "cd  && a",
        "",
    ],
)
def test_what_people_write_stays_their_script(text: str) -> None:
    """What the shell does more about than splitting words is a script for /bin/sh, with the text itself."""
    assert unfolded(text) == Unfolded({"script": text, "shell": "/bin/sh"}, {})


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("env A=1", ["env", "A=1"]),
        ("env A=1 A=2 a", ["env", "A=1", "A=2", "a"]),
        ("env -i A=1 a", ["env", "-i", "A=1", "a"]),
        ("timeout 3600 a", ["timeout", "3600", "a"]),
        ("timeout -k 10 1h a", ["timeout", "-k", "10", "1h", "a"]),
        ("timeout -k 10 0s a", ["timeout", "-k", "10", "0s", "a"]),
        ("timeout -k 10 1h", ["timeout", "-k", "10", "1h"]),
        ("./run.sh -c x", ["./run.sh", "-c", "x"]),
        ("/usr/bin/python3 -c x", ["/usr/bin/python3", "-c", "x"]),
    ],
)
def test_what_looks_like_ours_and_is_not_is_a_command(text: str, command: list[str]) -> None:
    """Words that lading would not have written this way are the program's."""
    assert unfolded(text) == Unfolded({"command": command}, {})


def test_only_what_is_folded_is_unfolded() -> None:
    """Where a platform has a field of its own for something, the same thing in a text is the program's affair."""
    text = "cd /w && env A=1 a"
    with_env = {"command": ["env", "A=1", "a"], "workdir": "/w"}
    assert unfolded(text) == Unfolded({"command": ["a"], "workdir": "/w"}, {"A": "1"})
    assert unfolded(text, fold=FOLDABLE) == Unfolded(with_env, {})
    assert unfolded(text, fold=["env"]) == Unfolded({"script": text, "shell": "/bin/sh"}, {})
    limited = "exec timeout -k 10 1h a"
    assert unfolded(limited, fold=["workdir"]) == Unfolded({"script": limited, "shell": "/bin/sh"}, {})


@given(st.one_of(WORD, st.lists(WORD).map(" ".join), st.sampled_from([text for text, _, _ in TEXTS])))
def test_every_text_is_read_back_exactly(text: str) -> None:
    """What was read says the text again, byte for byte, whatever it was.

    A shell that runs a text takes a ``#!`` for a comment and a first ``-`` for an option; no spec says that.
    """
    said = unfolded(text)
    is_sayable = not text.startswith(("#!", "-", "+"))
    assert not is_sayable or text_of(spec_of(said), said.env) == text


@given(st.lists(WORD, min_size=1), st.dictionaries(NAMES, WORD), st.text(CHARACTERS, min_size=1))
def test_whatever_is_said_is_read_back(command: list[str], env: dict[str, str], workdir: str) -> None:
    """Command, variables and working directory come back from their text, or another spec of the same text."""
    text = text_of({"command": command, "workdir": workdir}, env)
    said = unfolded(text)
    assert text_of(spec_of(said), said.env) == text


def test_argv_stays_argv() -> None:
    """Where nothing else is said, the words are the program's or those of the script's shell, each with its path."""
    command, args, script, shell = ((name,) for name in ("command", "args", "script", "shell"))
    assert shell_argv(view_of({"command": ["echo", "a b"], "args": ["$X"], "workdir": "/w"})) == [
        From("echo", (command,)),
        From("a b", (command,)),
        From("$X", (args,)),
    ]
    assert shell_argv(view_of({"script": "a b", "shell": "/bin/sh"})) == [
        From(word, (script, shell)) for word in ("/bin/sh", "-c", "a b")
    ]


def test_argv_of_a_shell_where_more_is_said() -> None:
    """What is said around a program needs a shell, and its words come from all that is said."""
    view = view_of({"command": ["a b"], "workdir": "/w", "schedule": {"timeLimit": 60}})
    env = {"I": From(Shell('"$JOB_INDEX"'), (("array",),))}
    sources = (("command",), ("workdir",), ("schedule", "timeLimit"), ("array",))
    assert shell_argv(view, env=env, fold=["workdir", "schedule.timeLimit"]) == [
        From("sh", sources),
        From("-c", sources),
        From("cd /w && exec timeout -k 10 1m env I=\"$JOB_INDEX\" 'a b'", sources),
    ]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["python", "a.py"], {"command": ["python", "a.py"]}),
        (["sh", "-c", "cd /w && exec python a.py"], {"command": ["python", "a.py"], "workdir": "/w"}),
        (["sh", "-c", "cd /w && python a.py"], {"command": ["sh", "-c", "cd /w && python a.py"]}),
        (["sh", "-c", "python a.py"], {"command": ["sh", "-c", "python a.py"]}),
        (["sh", "-c", "a; b"], {"command": ["sh", "-c", "a; b"]}),
        (["/bin/sh", "-c", "a; b"], {"script": "a; b", "shell": "/bin/sh"}),
        (["/bin/bash", "-c", "a; b"], {"script": "a; b"}),
        (["bash", "-c", "a; b"], {"command": ["bash", "-c", "a; b"]}),
        (["-c"], {"command": ["-c"]}),
    ],
)
def test_argv_is_read_back(argv: list[str], said: dict[str, Any]) -> None:
    """The words of a program are its command, those of a shell what the text says if that makes the same words."""
    assert unfolded_argv(argv) == Unfolded(said, {})
    again = shell_argv(view_of(spec_of(Unfolded(said, {}))), fold=FOLDABLE)
    assert again
    assert [word.value for word in again] == argv


def test_no_program_has_no_text() -> None:
    """An image that runs its own program has neither a text nor argv."""
    view = view_of({"image": "a/b:1", "workdir": "/w"})
    assert shell_text(view, fold=["workdir"]) is None
    assert shell_argv(view, fold=["workdir"]) is None


def test_a_launcher_starts_the_program() -> None:
    """Its words stand right before the program's, also where those are a script's, and shells expand what is theirs."""
    launcher = From(["torchrun", "--no-python", Shell('--node-rank="$RANK"')], (("framework",),))
    around = {"workdir": "/w", "schedule": {"timeLimit": 60}}
    command = shell_text(view_of({"command": ["echo", "a b"], **around}), fold=FOLDABLE, launcher=launcher)
    started = 'torchrun --no-python --node-rank="$RANK"'
    sources = (("command",), ("workdir",), ("schedule", "timeLimit"), ("framework",))
    assert command == From(f"cd /w && exec timeout -k 10 1m {started} echo 'a b'", sources)
    script = view_of({"script": "a; b", "shell": "/bin/sh"})
    of_script = (("script",), ("shell",), ("framework",))
    assert shell_text(script, launcher=launcher) == From(f"{started} /bin/sh -c 'a; b'", of_script)
    assert shell_argv(script, launcher=launcher) == [
        From(word, of_script) for word in ("sh", "-c", f"exec {started} /bin/sh -c 'a; b'")
    ]


def test_a_role_is_run_as_its_job_is_planned() -> None:
    """What the job says of its roles together holds in the text of each."""
    role = {"replicas": 2, "workdir": "/w"}
    view = view_of({"command": ["a"], "roles": {"worker": role}, "schedule": {"timeLimit": 60}})
    (worker,) = view.each("roles")
    found = shell_text(worker, fold=FOLDABLE)
    sources = (("command",), ("roles", "worker", "workdir"), ("schedule", "timeLimit"))
    assert found == From("cd /w && exec timeout -k 10 1m a", sources)
