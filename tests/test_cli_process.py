"""lading as a process: what it imports, pipes that close, signals, bytes that are no text, and our own bugs."""

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kit.cli import Cli

from lading.runner.invocation.session import Session

SPEC = "lading: v1\nname: hello\ncommand: [echo, hello]\nresources: {cpu: 1}\n"
HEAVY = (
    *("asyncio", "difflib", "httpx", "importlib.metadata", "jinja2", "jsonschema", "keyring", "logging"),
    *("multiprocessing", "pickle", "pydantic", "rich", "sqlite3", "subprocess"),
)
"""What no command on the way to a verdict may import."""

NOT_FOR_A_VERDICT = ("hashlib", "pathlib", "platformdirs", "shutil", "tempfile")
"""What the quickest way to a verdict may not import either: each takes as long as checking ten specs."""


@pytest.fixture(autouse=True)
def spec(cli: Cli) -> None:
    """One valid spec in the folder."""
    Path("hello.yaml").write_text(SPEC, encoding="utf-8")


def lading(*arguments: str | bytes) -> list[str | bytes]:
    """The argv of lading in a process of its own."""
    return [sys.executable, "-m", "lading", *arguments]


@pytest.mark.parametrize(
    "arguments", [["--version"], ["validate", "hello.yaml"], ["compile", "hello.yaml"]], ids=" ".join
)
def test_start_up_imports_nothing_heavy(arguments: list[str]) -> None:
    """None of the libraries that only some commands need is there after the command has ended."""
    assert imported_of(HEAVY, arguments) == "[] 0"


def test_one_spec_is_checked_with_few_imports() -> None:
    """The command that editors and hooks start for each file."""
    assert imported_of((*HEAVY, *NOT_FOR_A_VERDICT), ["validate", "--no-cache", "hello.yaml"]) == "[] 0"


def imported_of(names: tuple[str, ...], arguments: list[str]) -> str:
    """Which of the modules are there after the command, and its exit code."""
    program = (
        "import sys; from lading.runner.cli import main; code = main(sys.argv[1:]);"
        f"print([name for name in {names!r} if name in sys.modules], code)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def test_a_reader_that_goes_away_is_no_error() -> None:
    """``lading schema | head -1``: silence, and the status of a program that SIGPIPE ended."""
    with subprocess.Popen(lading("schema"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 141)


def test_a_full_disk_is_told() -> None:
    """Output that can not be written is an error in a sentence, not a traceback."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(lading("schema"), stdout=full, stderr=subprocess.PIPE, check=False)
    assert (
        done.stderr.decode().splitlines()[0] == "error[LD601]: the output can not be written: no space left on device"
    )
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("validate - <&-", 1),
        ("validate hello.yaml >&-", 0),
        ("validate hello.yaml 2>&-", 0),
        ("validate missing.yaml 2>/dev/full", 2),
        ("compile hello.yaml >&-", 3),
        ("compile hello.yaml >/dev/full 2>/dev/full", 3),
        ("--help >/dev/full", 3),
    ],
)
def test_a_stream_that_is_closed_or_full_changes_no_verdict(command: str, code: int) -> None:
    """What can not be said is not said; the exit code is what it would be, or says that the output is lost."""
    line = f"{shlex.quote(sys.executable)} -m lading {command}"
    done = subprocess.run(line, shell=True, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, b"bug" in done.stderr) == (code, False)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """Its relative paths mean nothing any more."""
    (tmp_path / "gone").mkdir()
    argv = ["sh", "-c", 'cd gone; rmdir ../gone; exec "$@"', "sh", *map(str, lading("validate", "hello.yaml"))]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        ["error[LD701]: the current folder is no longer there", "  = help: go to one that is"],
    )


def test_bytes_that_are_no_text_pass_through(tmp_path: Path) -> None:
    """In names of files and folders, arguments and the environment; the job gets them as they are."""
    folder = os.fsencode(tmp_path) + b"/\xff"
    os.mkdir(folder)
    program = "import os, sys; sys.stdout.buffer.write(os.environb[b'ODD'] + b' ' + os.path.basename(os.getcwdb()))"
    spec = {"lading": "v1", "name": "odd", "command": [sys.executable, "-c", program]}
    Path(os.fsdecode(folder), "a\udcfe.yaml").write_text(json.dumps(spec))
    environ = {**os.environb, b"ODD": b"\xfd"}
    done = subprocess.run(lading("run", b"a\xfe.yaml"), cwd=folder, env=environ, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"\xfd \xff\n")
    for asked in ([b"list", b"--name", b"\xff"], [b"list", b"--label", b"a=\xff"]):
        assert subprocess.run(lading(*asked), stdout=subprocess.PIPE, check=True).stdout == b""
    assert subprocess.run(lading(b"status", b"\xff"), stderr=subprocess.DEVNULL, check=False).returncode == 3


def test_an_interrupt_leaves_the_job_running() -> None:
    """Ctrl-C during ``run`` ends the following with 130, says how to go on, and the job goes on."""
    Path("slow.yaml").write_text("lading: v1\nname: slow\ncommand: [sh, -c, 'echo begun; sleep 300']\n")
    process = subprocess.Popen(lading("run", "slow.yaml"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    id_ = told.split()[0]
    hint = f"the job goes on; `lading logs -f {id_}` shows it, `lading stop {id_}` ends it"
    assert (process.returncode, told.splitlines()[-1]) == (130, hint)
    seen = subprocess.run(lading("status", id_, "--format", "json"), capture_output=True, check=True)
    subprocess.run(lading("stop", id_), check=True, capture_output=True)
    subprocess.run(lading("wait", id_, "--timeout", "20s"), check=False, capture_output=True)
    assert json.loads(seen.stdout)["submissions"][0]["state"] == "running"


def test_a_name_that_is_no_text_is_shown_and_not_obeyed() -> None:
    """A file name that is not UTF-8, missing or there, is dealt with as any other."""
    missing = subprocess.run(lading("validate", b"no\xff.yaml"), capture_output=True, check=False)
    assert (missing.returncode, missing.stderr.splitlines()[0]) == (2, rb"error[LD701]: there is no file no\udcff.yaml")
    os.rename("hello.yaml", b"h\xff.yaml")
    there = subprocess.run(lading("validate", b"h\xff.yaml", "--format", "json"), capture_output=True, check=False)
    assert (there.returncode, json.loads(there.stdout)["files"][0]["file"]) == (0, "h\udcff.yaml")


def test_output_of_a_job_passes_byte_for_byte() -> None:
    """Into a pipe goes what the job has printed, also what is no text."""
    Path("bytes.yaml").write_text("""lading: v1\nname: bytes\ncommand: [printf, 'a\\033[31m\\r\\377\\n']\n""")
    done = subprocess.run(lading("run", "bytes.yaml"), capture_output=True, check=True)
    assert done.stdout == b"a\x1b[31m\r\xff\n"


def on_a_terminal(*arguments: str) -> str:
    """What the command shows to a person."""
    far, near = pty.openpty()
    environment = os.environ | {"COLUMNS": "80", "TERM": "xterm-256color"}
    process = subprocess.Popen(lading(*arguments), stdout=near, stderr=near, stdin=near, env=environment)
    os.close(near)
    shown = b""
    while True:
        try:
            shown += (chunk := os.read(far, 65536))
        except OSError:
            break
        if not chunk:
            break
    os.close(far)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_never_obeys_a_job() -> None:
    """For a person control characters are written out; tabs stay."""
    Path("bytes.yaml").write_text("""lading: v1\nname: bytes\ncommand: [printf, 'a\\tb\\033[31m\\007\\n']\n""")
    assert on_a_terminal("-q", "run", "bytes.yaml") == "a\tb\\e[31m\\x07\n"


def test_colour_is_for_terminals_and_for_those_who_ask() -> None:
    """``auto`` colours a terminal and no pipe; ``always`` and ``never`` mean what they say."""
    Path("bad.yaml").write_text("lading: v1\nname: bad\ncomand: [x]\n")
    plain = subprocess.run(lading("validate", "bad.yaml"), capture_output=True, check=False, text=True)
    asked = subprocess.run(
        lading("validate", "bad.yaml", "--color=always"), capture_output=True, check=False, text=True
    )
    assert ["\x1b[" in text for text in (plain.stderr, asked.stderr)] == [False, True]
    shown = [on_a_terminal("validate", "bad.yaml", f"--color={when}") for when in ("auto", "never")]
    assert ["\x1b[" in text for text in shown] == [True, False]


def test_a_table_fits_a_narrow_terminal() -> None:
    """At 80 columns no line of ``list`` is longer, and the id is as long as it must be."""
    made = subprocess.run(lading("submit", "hello.yaml", "-q", "--wait"), capture_output=True, check=True, text=True)
    shown = on_a_terminal("list", "--color", "never").splitlines()
    assert max(map(len, shown)) <= 80
    assert shown[-1].split()[0] == made.stdout[:12]


def test_our_bug_is_one_paragraph_and_a_file(cli: Cli, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Never a traceback on the screen: it is in a file that only its owner may read."""

    def broken(_: Session) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(Session, "site", broken)
    answer = cli("targets")
    (report,) = (home / "state" / "lading").glob("crash-*.txt")
    assert (answer.code, answer.out) == (70, "")
    told = "Nothing in your files caused this, and nothing was submitted that `lading list` does not show."
    where = f"What happened is written in {report}; please file it as an issue."
    assert answer.err == f"lading has a bug and can not go on: ZeroDivisionError. {told} {where}\n"
    assert "ZeroDivisionError: of ours" in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600


def test_every_command_closes_the_ledger(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that has opened the ledger closes it, also after a failure."""
    closed: list[Session] = []
    monkeypatch.setattr(Session, "close", lambda session: closed.append(session))  # noqa: PLW0108 - a method
    cli("list")
    cli("status", "01NOSUCH")
    assert len(closed) == 2


def test_waiting_can_be_interrupted() -> None:
    """Ctrl-C ends any command with 130 and one word."""
    Path("slow.yaml").write_text("lading: v1\nname: slow\ncommand: [sleep, '300']\n")
    id_ = subprocess.run(lading("submit", "slow.yaml", "-q"), capture_output=True, check=True, text=True).stdout.strip()
    process = subprocess.Popen(lading("wait", id_), stderr=subprocess.PIPE, text=True)
    assert process.stderr
    process.stderr.readline()
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    subprocess.run(lading("stop", id_), check=True, capture_output=True)
    subprocess.run(lading("wait", id_, "--timeout", "20s"), check=False, capture_output=True)
    said = f"the job goes on; `lading logs -f {id_}` shows it, `lading stop {id_}` ends it"
    assert (process.returncode, told.splitlines()[-1]) == (130, said)
