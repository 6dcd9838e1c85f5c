"""Whatever a spec holds arrives where it belongs, and nowhere else: bash runs the scripts, Slurm's lexer reads them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from kit.ascii_yaml import written
from kit.slurm import compiled, target_of

from lading.compiler.payload import From
from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.compiler.sbatch.directives import Directive
from lading.compiler.sbatch.lexer import options
from lading.compiler.templating import Shell, filled, quoted, sh
from lading.schema.load import load

HOSTILE = [
    "",
    " ",
    "-",
    "it's",
    '"',
    "\\",
    "$HOME",
    "$(id)",
    "`id`",
    "a\nb",
    "\n",
    "\r\n",
    "\t",
    "#",
    ";",
    "&",
    "|",
    "*",
    "?",
    "~",
]
HOSTILE += [
    "{a,b}",
    "!!",
    "\x1b[0m",
    "\x7f",
    "日本",
    "é\n",
    "🙂\r",
    "%j",
    "$'\\x41'",
    "'$(id)'",
    "\u2028",
    "\\\n",
    "a=b",
    "--",
    "\n#SBATCH --exclusive\n",
]
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXT = st.one_of(
    st.sampled_from(HOSTILE), st.text(CHARACTERS, max_size=20), st.text("'\"\\$`\n\r #é", max_size=12)
).filter(lambda text: "${{" not in text)


def is_line(text: str) -> bool:
    """Whether a directive can hold the text."""
    return all(ord(c) >= 32 and ord(c) != 127 for c in text)


LINE = TEXT.filter(bool).filter(is_line)
NAMES = st.one_of(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True),
    st.sampled_from(["PATH", "UID", "IFS", "RANDOM", "LC_ALL", "BASH_ENV", "status", "each", "_"]),
)
ENV = st.dictionaries(
    NAMES.filter(lambda name: not name.upper().startswith(("LADING_", "SLURM", "LD_"))), TEXT, max_size=4
)

SRUN = """#!/bin/bash
# Starts one task as srun would; the options are those that lading gives it, and none takes a second word.
while [[ $1 == -* ]]; do shift; done
SLURM_NODEID=1 SLURM_PROCID=3 SLURM_LOCALID=1 exec "$@"
"""
DUMP = """#!{folder}/python -IS
from pathlib import Path
for name in ("cmdline", "environ"):
    Path("{folder}", name).write_bytes(Path("/proc/self", name).read_bytes())
"""


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an srun, and with a program that writes down what it is given."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "python").symlink_to(sys.executable)  # a #! line knows no quotes, and the checkout may hold a space
    for name, text in (("srun", SRUN), ("dump", DUMP.format(folder=folder))):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


def executed(script: str, stubs: Path) -> tuple[list[bytes], dict[bytes, bytes]]:
    """Arguments and environment of the program that the script ends in, run by bash as Slurm would."""
    env = {
        "PATH": f"{stubs}:{os.environ['PATH']}",
        "HOME": str(stubs),
        "SLURM_JOB_ID": "7",
        "SLURM_NODEID": "0",
        "SLURM_PROCID": "0",
    }
    (stubs / "script").write_bytes(script.encode())
    subprocess.run(["/bin/bash", stubs / "script"], env=env, check=True, timeout=30, stdin=subprocess.DEVNULL)
    _python, _flags, _name, *arguments = (stubs / "cmdline").read_bytes().split(b"\0")[:-1]
    pairs = (pair.partition(b"=") for pair in (stubs / "environ").read_bytes().split(b"\0") if pair)
    return arguments, {name: value for name, _, value in pairs}


SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@SLOW
@given(arguments=st.lists(TEXT, max_size=5), env=ENV, slots=st.sampled_from([1, 2]))
@example(arguments=HOSTILE, env={"A": "\n".join(HOSTILE)}, slots=1)
@example(arguments=HOSTILE, env={"UID": "5", "IFS": "/", "LC_ALL": "zh_CN.GBK"}, slots=2)
def test_arguments_and_environment_arrive_byte_for_byte(
    stubs: Path, arguments: list[str], env: dict[str, str], slots: int
) -> None:
    """The process gets every argument and every variable as the spec has it, with srun and without."""
    spec = {"lading": "v1", "name": "hostile", "slots": slots, "command": [str(stubs / "dump"), *arguments], "env": env}
    text = compiled(written(spec), target_of("bare")).requests[0].body["script"]
    assert "\r\n" not in text
    found, environment = executed(text, stubs)
    assert found == [word.encode() for word in arguments]
    assert {name: environment.get(name.encode()) for name in env} == {n: value.encode() for n, value in env.items()}


@SLOW
@given(lines=st.lists(TEXT, min_size=1, max_size=5), slots=st.sampled_from([1, 2]), is_ended=st.booleans())
@example(lines=["END_OF_SCRIPT", "'", '"$1"'], slots=2, is_ended=True)
@example(lines=["a\r"], slots=1, is_ended=True)
def test_a_script_reaches_its_interpreter_byte_for_byte(
    stubs: Path, lines: list[str], slots: int, is_ended: bool
) -> None:
    """The interpreter of a ``#!`` line reads the script as the spec has it."""
    script = "\n".join(["#!/bin/cat", "the first command", *lines]) + "\n" * is_ended
    text = (
        compiled(written({"lading": "v1", "name": "hostile", "slots": slots, "script": script}), target_of("bare"))
        .requests[0]
        .body["script"]
    )
    assert "\r\n" not in text
    (stubs / "script").write_bytes(text.encode())
    env = {"PATH": f"{stubs}:{os.environ['PATH']}", "HOME": str(stubs), "SLURM_JOB_ID": "7"}
    done = subprocess.run(["/bin/bash", stubs / "script"], env=env, check=True, capture_output=True, timeout=30)
    assert done.stdout == script.encode()


@SLOW
@given(values=st.lists(LINE, min_size=3, max_size=3))
@example(values=['a "b" c', "\\", "'#'"])
@example(values=["--exclusive", "x --exclusive", "\u2028#SBATCH --exclusive"])
def test_directives_are_read_back(values: list[str]) -> None:
    """Slurm finds the options that were meant, with the values of the spec, and no other."""
    account, comment, begin = values
    native = {"account": account, "comment": comment, "directives": {"begin": begin}}
    spec = {"lading": "v1", "name": "hostile", "command": ["true"], "native": {"slurm": native}}
    script = compiled(written(spec), target_of("bare")).requests[0].body["script"]
    assert options(script) == [
        "--job-name=hostile",
        f"--account={account}",
        "--nodes=1",
        "--ntasks-per-node=1",
        "--no-requeue",
        "--output=%x-%j.out",
        "--export=NONE",
        f"--comment={comment}",
        f"--begin={begin}",
    ]


@given(value=TEXT.filter(lambda text: not is_line(text)))
def test_a_value_that_ends_its_line_is_refused(value: str) -> None:
    """A control character in a directive, a newline above all, is an error at its place."""
    spec = {
        "lading": "v1",
        "name": "hostile",
        "command": ["true"],
        "native": {"slurm": {"directives": {"begin": f"x{value}"}}},
    }
    loaded = load("spec.yaml", written(spec).encode(), language=language())
    found = compile_spec(loaded.specs[0], target_of("bare"))
    assert [(d.code, d.path[-1]) for d in found.diagnostics if d.is_error] == [("LD431", "begin")]
    assert found.requests == ()


@given(text=TEXT)
def test_a_directive_value_is_one_argument(text: str) -> None:
    """What `quoted` writes, Slurm reads as it was, whatever it is but a newline."""
    if "\n" not in text:
        assert options(Directive("x", From(text, ())).line()) == [f"--x={text}"]


@given(text=TEXT)
def test_words_stay_readable(text: str) -> None:
    """Only a text that needs it is quoted, and one that is quoted in ASCII only where control characters are."""
    word = quoted(text)
    assert (word == text) == (bool(text) and all(c.isascii() and (c.isalnum() or c in "_@%+=:,./-") for c in text))


def test_a_template_quotes_what_is_not_bash() -> None:
    """A value gets into a template as one word, with what it was made by; only bash itself stands there as it is."""
    assert filled("a {} b {} {}\n", From("; rm", (("name",),)), Shell("$x", (("env", "x"), ("name",))), 5) == (
        "a '; rm' b $x 5\n",
        (("name",), ("env", "x")),
    )
    assert sh(sh("a b")) == "'a b'"
