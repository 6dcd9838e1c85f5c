"""Shell completion, in real shells at a terminal: what a press of Tab writes and lists, and that it never complains."""

import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from kit.cli import Cli

from lading.runner.cli import COMMANDS
from lading.runner.cli import cli as group
from lading.runner.invocation.words import MOST_JOBS, fields
from lading.runner.ledger.glance import glance
from lading.runner.ledger.ledger import FILE

START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(lading completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -Uz compinit; compinit -u -D; eval "$(lading completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "lading completion fish | source"),
}
"""How each shell is started without anybody's settings, and what those who use it write into theirs."""

SHOW = dict.fromkeys(("bash", "zsh"), """show() { printf '<%s>' "$@"; echo '<end>'; }""")
SHOW["fish"] = "function show; printf '<%s>' $argv; echo '<end>'; end"
"""A command that shows its words."""

SHELLS = [
    pytest.param(shell, marks=pytest.mark.skipif(not shutil.which(shell), reason=f"there is no {shell} here"))
    for shell in START
]
SITE = "lading: v1\nkind: site\ndefault: local\ntargets: {local: {platform: local}, cluster: {platform: slurm}}\n"
SPEC = "lading: v1\nname: hello\ncommand: [echo, hello]\n"
ID = "[0-9A-HJKMNP-TV-Z]{26}"
TO_BEGINNING, TAB = "\x01", "\t"
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?>=]*[a-zA-Z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()=>][A-Z0-9]?)|[\x08\r\x00\x0f]")


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, shell: str, folder: Path, environ: Mapping[str, str]) -> None:
        argv, setup = START[shell]
        self.seen = ""
        self._child, self._screen = pty.fork()
        if not self._child:
            os.chdir(folder)
            os.execvpe(argv[0], argv, environ)
        self.type(f"{SHOW[shell]}\n{setup}; printf '%s%s\\n' rea dy\n")
        self.until("ready")

    def type(self, keys: str) -> None:
        """The keys are pressed."""
        os.write(self._screen, keys.encode())

    def until(self, pattern: str) -> str:
        """What the first group of the pattern has, once it is on the screen."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if found := re.search(pattern, ESCAPES.sub("", self.seen)):
                self.seen = ""
                return found[found.re.groups and 1]
            if select.select([self._screen], [], [], 0.1)[0]:
                self.seen += os.read(self._screen, 1 << 16).decode(errors="replace")
        raise AssertionError(f"{pattern!r} did not come:\n{ESCAPES.sub('', self.seen)}")

    def completed(self, line: str) -> list[str]:
        """The words of the line after Tab was pressed at its end."""
        self.type(f"{line}{TAB}{TO_BEGINNING}show \n")
        return re.findall("<([^<>]*)>", self.until("((?:<[^<>%]*>)+)<end>"))

    def close(self) -> None:
        """The shell is gone."""
        os.close(self._screen)
        os.waitpid(self._child, 0)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with specs and a site, in which a job was run."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "sub").mkdir()
    (folder / "sub" / "only.yaml").write_text(SPEC)
    (folder / "sub" / "only.txt").write_text("no spec")
    (folder / "lading.site.yaml").write_text(SITE)
    subprocess.run(["lading", "run", "sub/only.yaml", "-q"], cwd=folder, env=environ_of(folder), check=True)
    return folder


def environ_of(folder: Path) -> dict[str, str]:
    """The environment of somebody whose home the folder is."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name in {"LANG", "LC_ALL", "TMPDIR"}}
    return {**kept, "PATH": path, "HOME": str(folder), "LADING_STATE": str(folder / "state"), "TERM": "xterm"}


@pytest.fixture(params=SHELLS)
def terminal(request: pytest.FixtureRequest, place: Path) -> Iterator[Terminal]:
    """Each of the shells that there are, in that folder."""
    opened = Terminal(request.param, place, environ_of(place))
    yield opened
    opened.close()


def test_tab_writes_what_can_only_be_meant(terminal: Terminal) -> None:
    """Commands, targets of the site, jobs of the ledger, YAML files, folders, fields, codes, platforms, schemas."""
    assert terminal.completed("lading submi") == ["lading", "submit"]
    assert terminal.completed("lading submit -t clu") == ["lading", "submit", "-t", "cluster"]
    assert terminal.completed("lading submit su") == ["lading", "submit", "sub/"]
    assert terminal.completed("lading submit sub/o") == ["lading", "submit", "sub/only.yaml"]
    assert terminal.completed("lading explain resources.gpu.co") == ["lading", "explain", "resources.gpu.count"]
    assert terminal.completed("lading explain registr") == ["lading", "explain", "registries"]
    assert terminal.completed("lading explain LD70") == ["lading", "explain", "LD701"]
    assert terminal.completed("lading import --from suan") == ["lading", "import", "--from", "suanli"]
    assert terminal.completed("lading schema outp") == ["lading", "schema", "output"]
    assert re.fullmatch(ID, terminal.completed("lading status 0")[-1])


def test_tab_twice_lists_what_there_is_with_what_it_means(terminal: Terminal) -> None:
    """Each target stands beside its platform."""
    terminal.type(f"lading doctor {TAB}{TAB}")
    assert terminal.until(r"cluster[^\n]{1,40}?(slurm)") == "slurm"


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_is_said_of_what_is_broken(shell: str, tmp_path: Path) -> None:
    """A site that is no YAML, a ledger that is none: Tab writes nothing and complains of nothing."""
    (tmp_path / "lading.site.yaml").write_text("lading: v1\nkind: [site\n")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE).write_text("no database")
    terminal = Terminal(shell, tmp_path, environ_of(tmp_path))
    for line in ("lading submit -t clu", "lading status 01"):
        assert terminal.completed(line) == line.split()
    terminal.close()


def test_the_page_says_what_these_shells_were_told() -> None:
    """What the tests write into each shell's settings is what people are told to write there."""
    page = (Path(__file__).parents[1] / "docs" / "shell.md").read_text(encoding="utf-8")
    assert [setup for _, setup in START.values() if setup.rpartition("; ")[2] not in page] == []


def asked(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What a shell is answered when the last of the words is being typed."""
    question = {"_LADING_COMPLETE": "bash_complete", "COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    command = [sys.executable, "-m", "lading"]
    return subprocess.run(
        command, env={**os.environ, **question, **environ}, capture_output=True, text=True, check=False
    )


def test_a_site_with_a_mistake_still_has_targets(cli: Cli) -> None:
    """What can be read is offered, although no command would take it."""
    Path("lading.site.yaml").write_text(SITE + "defalt: x\n")
    assert asked("lading", "submit", "-t", "c").stdout == "plain,cluster\n"


def test_the_site_that_is_named_holds(cli: Cli) -> None:
    """--site and -C mean what they mean to the command."""
    Path("sub").mkdir()
    Path("sub/s.yaml").write_text(SITE)
    assert asked("lading", "-C", "sub", "--site", "s.yaml", "run", "-t", "c").stdout == "plain,cluster\n"
    assert asked("lading", "-C", "sub", "run", "s").stdout == "path,s.yaml\n"


def test_asking_leaves_nothing_behind(cli: Cli, home: Path) -> None:
    """No ledger is made by looking for one, and nobody is told that there is none."""
    done = asked("lading", "status", "0")
    assert (done.stdout.strip(), done.stderr) == ("", "")
    assert not list(home.rglob(FILE))


@pytest.mark.parametrize("instruction", ["bash_complete", "tcsh_complete", "nonsense"])
def test_whatever_is_asked_nothing_is_complained_of(instruction: str) -> None:
    """Not of a folder that is gone, of a shell that is not known, or of words that are missing."""
    python = shlex.quote(sys.executable)
    command = f"d=$(mktemp -d); cd $d; rmdir $d; _LADING_COMPLETE={instruction} {python} -m lading"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_the_newest_jobs_come_first(cli: Cli, home: Path) -> None:
    """Each with its name and state, where bash only lists them; and no more than can be looked through."""
    Path("hello.yaml").write_text(SPEC)
    for _ in range(2):
        cli.good("run", "hello.yaml", "-q")
    (ledger,) = home.rglob(FILE)
    ids = [seen.id for seen in glance(ledger)]
    assert ids == sorted(ids, reverse=True)
    listed = asked("lading", "status", "0", COMP_TYPE=str(ord("?"))).stdout.splitlines()
    assert listed == [f"plain,{id_}  (hello, succeeded, local)" for id_ in ids]
    assert asked("lading", "status", ids[0].lower()).stdout == f"plain,{ids[0]}\n"
    assert len(glance(ledger, most=1)) == 1 < MOST_JOBS


def test_every_place_for_a_job_or_target_is_completed() -> None:
    """A parameter whose metavar is one of these words offers some; a new command's does, too."""
    context = click.Context(group)
    known = {"ID", "TARGET", "SPEC", "SPEC|FIELD|CODE", "PATHS", "PLATFORM", "FILE", "DIR", "FOLDER"}
    commands = {name: group.get_command(context, name) for name in COMMANDS}
    places = [
        (name, parameter)
        for name, command in commands.items()
        for parameter in (command.params if command else ())
        if isinstance(parameter.metavar, str) and parameter.metavar.strip("[].") in known
    ]
    assert len(places) > 40
    assert [(name, found.name) for name, found in places if found._custom_shell_complete is None] == []


def test_fields_are_offered_a_level_at_a_time() -> None:
    """Of all kinds, below a map and below the items of a list."""
    context = click.Context(group)
    anywhere = group.params[0]
    assert [item.value for item in fields(context, anywhere, "sche")] == ["schedule"]
    assert [item.value for item in fields(context, anywhere, "mounts[].n")] == ["mounts[].nfs"]
    assert "steps.train.after" in [item.value for item in fields(context, anywhere, "steps.train.")]
    assert fields(context, anywhere, "nothing.") == []
