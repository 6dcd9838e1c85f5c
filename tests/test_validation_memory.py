"""Verdicts from before: whatever was changed meanwhile, the answer is the one of a lading that remembers nothing."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest
from kit.cli import Answer, Cli

from lading.runner.specs import circumstances, memory, validation
from lading.runner.specs.checked import Checked
from lading.runner.specs.files import Candidate
from lading.runner.specs.memory import Memory
from lading.runner.version import LADING
from lading.schema.diagnostics import Finding, diagnose
from lading.schema.load import load

HELLO = "lading: v1\nname: hello\ncommand: [echo]\n"
FLOW = "lading: v1\nkind: workflow\nname: flow\nsteps: {one: {uses: step.yaml}, two: {uses: step.yaml, after: [one]}}\n"
SPECS = (
    HELLO,
    HELLO + "resources: {memory: 1500Ki}\n",
    HELLO + "image: ubuntu\n",
    HELLO + "schedule: {queue: gpu}\n",
    HELLO + "resources: {gpu: {model: A100, count: 2}}\n",
    HELLO + "mounts: [{volume: data, path: /data}]\n",
    HELLO + "overrides: {there: {workdir: /tmp}}\n",
    HELLO + "params: {n: 1}\nenv: {N: '${{ n }}'}\n",
    HELLO + "resources: {gpus: 8}\n",
    HELLO + "---\n" + HELLO.replace("hello", "again"),
    FLOW,
    "lading: v1\nkind: workflow\nname: flow\nsteps: {one: {uses: b/step.yaml}}\n",
    "kind: Deployment\n",
    "",
)
STEPS = (
    HELLO,
    HELLO + "resources: {memory: 1Gi}\n",
    HELLO + "resources: {nodes: x}\n",
    "matrix: {a: [1, 2]}\n" + HELLO,
)
SITE = "lading: v1\nkind: site\ndefault: here\ntargets:\n  here: {platform: local, accept: [image, schedule.queue]}\n"
CLUSTER = "  there: {platform: slurm, catalog: {gpus: {A100: a100}, volumes: {data: {path: /data}}}}\n"
SITES = (
    *(SITE, SITE + CLUSTER, SITE, SITE + CLUSTER),
    SITE + CLUSTER.replace("a100", "A100"),
    SITE + CLUSTER.replace("volumes", "images: {ubuntu: {module: ubuntu}}, volumes"),
    SITE + CLUSTER.replace(", volumes: {data: {path: /data}}", ""),
    SITE.replace(", accept: [image, schedule.queue]", ""),
    SITE.replace("here:", "there:").replace("default: here\n", ""),
    SITE.replace("local", "lokal"),
)
LOCK = "lading: v1\nkind: lock\ntargets:\n  there: {platform: slurm, catalog: {volumes: {data: {path: /data}}}}\n"
LOCKS = (LOCK, LOCK.replace("data", "other"), LOCK.replace("slurm", "local"), LOCK.replace("there", "gone"), "{")
FOLDERS = (".", "a", "a/b")
NAMES = ("one.yaml", "two.yml")
BEFORE = {
    "lading.site.yaml": SITE.replace("local, accept", "slurm, accept").replace("here", "there"),
    "lading.lock": LOCK,
    "own/site.yaml": SITE,
    **{f"{folder}/step.yaml": HELLO for folder in FOLDERS},
    **{f"{folder}/one.yaml": HELLO + "mounts: [{volume: data, path: /data}]\n" for folder in FOLDERS},
    **{f"{folder}/two.yml": FLOW for folder in FOLDERS},
}
"""What is right, and would not be without the lock and the files that it uses."""
OPTIONS: tuple[tuple[str, ...], ...] = (
    *((), (), (), (), ("-v",), ("--no-targets",), ("-t", "here"), ("-t", "there"), ("--accept", "image")),
    *(("--set", "n=2"), ("--set", "resources.memory=1Gi"), ("--format", "json"), ("--format", "github"), ("-q",)),
)


class Changes:
    """A folder of specs in which anything may change, by the numbers of a seed."""

    def __init__(self, seed: int, patch: pytest.MonkeyPatch) -> None:
        self.any, self.patch = random.Random(seed), patch
        self.strictness = 0
        self.back()

    def back(self) -> None:
        """All is as it was in the beginning, but the version, the environment and the cache."""
        for name in ("one.yaml", "two.yml", "step.yaml", "lading.site.yaml", "lading.lock", ".git"):
            for folder in FOLDERS:
                file = Path(folder, name)
                file.rmdir() if file.is_dir() else file.unlink(missing_ok=True)
        for name, text in BEFORE.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text)

    def one(self) -> None:
        """One change, more often of what people change more often."""
        changes: Sequence[Callable[[str], None]] = (
            *(self.spec, self.spec, self.spec, self.byte, self.move, self.step, self.step, self.site, self.site),
            *(self.lock, self.lock, self.checkout, self.variable, self.rules, self.damage),
        )
        self.any.choice(changes)(self.any.choice(FOLDERS))

    def spec(self, folder: str) -> None:
        """Another text of a spec, or none."""
        self._write(self._spec(folder), SPECS)

    def byte(self, folder: str) -> None:
        """One byte of a spec is another one."""
        file = self._spec(folder)
        data = bytearray(file.read_bytes() if file.exists() else b"")
        if data:
            data[self.any.randrange(len(data))] = self.any.choice(b"aZ01:{}[]-\n #\"'\0\xff")
            file.write_bytes(data)

    def move(self, folder: str) -> None:
        """A spec is at home elsewhere, as it is."""
        file = self._spec(folder)
        if file.exists():
            file.rename(self._spec(self.any.choice(FOLDERS)))

    def step(self, folder: str) -> None:
        """Another text of a file that workflows use, or none."""
        self._write(Path(folder, "step.yaml"), STEPS)

    def site(self, folder: str) -> None:
        """Another site, or none."""
        self._write(Path(folder, "lading.site.yaml"), SITES, here=1 if folder == "." else 0.4)

    def lock(self, folder: str) -> None:
        """Another lock, none, or one that can not be read."""
        file = Path(folder, "lading.lock")
        if file.is_dir():
            file.rmdir()
        self._write(file, LOCKS, here=0.6)
        if not file.exists() and self.any.random() < 0.2:
            file.mkdir()

    def checkout(self, folder: str) -> None:
        """A folder is the root of a checkout, or is it no more."""
        root = Path(folder, ".git")
        root.rmdir() if root.exists() else root.mkdir()

    def variable(self, folder: str) -> None:
        """The site of the environment is another, or none."""
        if "LADING_SITE" in os.environ:
            self.patch.delenv("LADING_SITE")
        else:
            self.patch.setenv("LADING_SITE", "own/site.yaml")
        self._write(Path("own/site.yaml"), SITES, here=1)

    def rules(self, folder: str) -> None:
        """Another version, which has other rules."""
        self.strictness = self.any.randrange(3)
        self.patch.setattr(circumstances, "LADING", f"0.1.{self.strictness}")

    def damage(self, folder: str) -> None:
        """The cache is not what was written, or gone."""
        place = Path(memory.cache_folder(), "verdicts")
        for file in sorted(place.iterdir()) if place.exists() else ():
            data = bytearray(file.read_bytes() or b"?")
            data[self.any.randrange(len(data))] ^= 1 << self.any.randrange(8)
            file.write_bytes(data[: self.any.choice((0, 20, 50, len(data), len(data)))])
        if self.any.random() < 0.2:
            shutil.rmtree(memory.cache_folder(), ignore_errors=True)

    def _spec(self, folder: str) -> Path:
        return Path(folder, self.any.choice(NAMES))

    def _write(self, file: Path, texts: Sequence[str], here: float = 0.85) -> None:
        if self.any.random() < here:
            file.write_text(self.any.choice(texts))
        else:
            file.unlink(missing_ok=True)


@pytest.fixture
def recalled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were known from before, as they are recalled."""
    names: list[str] = []
    recall = Memory.recall

    def noting(self: Memory, candidates: Sequence[Candidate], jobs: int = 1) -> dict[Candidate, Checked]:
        known = recall(self, candidates, jobs)
        names.extend(candidate.name for candidate in known)
        return known

    monkeypatch.setattr(Memory, "recall", noting)
    return names


@pytest.mark.parametrize("seed", range(4))
def test_the_answer_is_always_the_one_of_a_lading_that_remembers_nothing(
    seed: int, cli: Cli, monkeypatch: pytest.MonkeyPatch, recalled: list[str]
) -> None:
    """After each of 250 changes of specs, used files, sites, locks, versions, options and of the cache itself."""
    changes = Changes(seed, monkeypatch)

    def stricter(*args: object, **rest: object) -> object:
        found = load(*args, **rest)  # type: ignore[arg-type]
        odd = [spec for spec in found.specs if len(str(spec.base.value)) % 3 < changes.strictness]
        return found._replace(
            diagnostics=(*found.diagnostics, *(diagnose(Finding("LD454", (), {"why": "odd"}), {}) for _ in odd))
        )

    monkeypatch.setattr(validation, "load", stricter)
    answers: set[Answer] = set()
    for _ in range(250):
        if changes.any.random() < 0.6:
            changes.back()
        changes.one()
        asked = ("validate", changes.any.choice(FOLDERS), *changes.any.choice(OPTIONS))
        cold = cli(*asked, "--no-cache")
        assert [cli(*asked) for _ in range(2)] == [cold, cold], asked
        answers.add(cold)
    assert len(answers) > 40
    assert len(recalled) > 150


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("a/step.yaml", STEPS[2]), ("a/step.yaml", ""), ("a/one.yaml", HELLO + "gpus: 1\n")),
        *(("lading.lock", LOCKS[1]), ("lading.lock", "{}"), ("lading.site.yaml", SITES[-1])),
    ],
)
def test_a_change_of_one_file_is_noticed(
    name: str, text: str, cli: Cli, monkeypatch: pytest.MonkeyPatch, recalled: list[str]
) -> None:
    """All was right; with that file it is not; and once it is back, all is known to be right again."""
    changes = Changes(0, monkeypatch)
    right = cli.good("validate", ".")
    Path(name).write_text(text)
    wrong = cli("validate", ".")
    assert (wrong.code, wrong) == (1, cli("validate", ".", "--no-cache"))
    changes.back()
    recalled.clear()
    assert (cli("validate", "."), len(recalled)) == (right, 9)


def tried(cli: Cli, recalled: list[str], *arguments: str) -> list[str]:
    """The files that a command knows from before."""
    recalled.clear()
    cli("validate", *(arguments or (".",)))
    return list(recalled)


def test_what_is_right_and_has_nothing_to_tell_is_known(cli: Cli, recalled: list[str]) -> None:
    """Notes are counted as they were; what is wrong, and sites and locks themselves, is looked at again."""
    Path("good.yaml").write_text(HELLO + "description: a greeting\n")
    Path("bad.yaml").write_text(HELLO + "gpus: 1\n")
    Path("lading.site.yaml").write_text(SITE)
    first = cli("validate", ".")
    assert recalled == []
    assert (cli("validate", "."), recalled) == (first, ["good.yaml"])
    assert "1 note, shown with -v" in cli("validate", "good.yaml").err
    assert tried(cli, recalled, ".", "--no-cache") == []
    assert tried(cli, recalled, "good.yaml", "-v") == []


def test_the_cache_is_where_it_was_said(cli: Cli, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """In LADING_CACHE, else in the user's cache folder; nothing but digests and the names of targets is in it."""
    Path("a.yaml").write_text(HELLO)
    cli("validate", "a.yaml")
    (file,) = (home / "cache" / "lading" / "verdicts").iterdir()
    mark, text = file.read_text().split("\n")
    assert (len(mark), list(json.loads(text))) == (32, ["targets", "verdicts"])
    monkeypatch.setenv("LADING_CACHE", "elsewhere")
    cli("validate", "a.yaml")
    assert [one.name for one in Path("elsewhere/verdicts").iterdir()] == [file.name]


@pytest.mark.parametrize("folder", ["/dev/null", "/dev/full", "/proc/none", "a.yaml"])
def test_where_nothing_can_be_written_nothing_is_said(folder: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict is the same, as often as one asks."""
    Path("a.yaml").write_text(HELLO)
    monkeypatch.setenv("LADING_CACHE", folder)
    answers = {cli("validate", "a.yaml") for _ in range(2)}
    assert answers == {Answer(0, "", "valid: 1 spec for 1 target\n")}


def test_a_full_disk_is_no_matter(tmp_path: Path) -> None:
    """Nothing is kept, no draft is left, and nobody is told."""
    (tmp_path / "a.yaml").write_text(HELLO)
    command = f"trap '' XFSZ; ulimit -f 0; exec '{sys.executable}' -B -m lading validate a.yaml"
    environ = os.environ | {"LADING_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environ, stderr=PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "valid: 1 spec for 1 target\n")
    assert list((tmp_path / "cache" / "verdicts").iterdir()) == []


def test_many_at_once_and_killed_do_no_harm(cli: Cli, recalled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Some end by themselves, others by force; in the end all is known."""
    for number in range(60):
        Path(f"{number}.yaml").write_text(HELLO.replace("hello", f"hello-{number}"))
    command = [sys.executable, "-m", "lading", "validate", "."]
    running = [subprocess.Popen(command, stderr=DEVNULL) for _ in range(6)]
    for process in running[::2]:
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            process.kill()
    assert {process.wait() for process in running} <= {0, -9}
    cli.good("validate", ".")
    assert len(tried(cli, recalled)) == 60


def test_the_cache_stays_small(cli: Cli, recalled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest goes: verdicts of a file, and files of the folder, what killed commands left there too."""
    monkeypatch.setattr(memory, "MOST_VERDICTS", 5)
    monkeypatch.setattr(memory, "MOST_FILES", 3)
    place = Path(memory.cache_folder(), "verdicts")
    place.mkdir(parents=True)
    (place / ".lading-draft").write_text("half")
    os.utime(place / ".lading-draft", (0, 0))
    for number in range(9):
        Path(f"{number}.yaml").write_text(HELLO.replace("hello", f"hello-{number}"))
        cli.good("validate", f"{number}.yaml")
    assert tried(cli, recalled) == ["4.yaml", "5.yaml", "6.yaml", "7.yaml", "8.yaml"]
    for number in range(5):
        cli("validate", "--set", f"description={number}", "0.yaml")
    assert len(list(place.iterdir())) == 3
    monkeypatch.setattr(memory, "MOST_BYTES", 0)
    cli("validate", "1.yaml")
    assert list(place.iterdir()) == []


def test_a_pipe_is_read_once(cli: Cli, recalled: list[str]) -> None:
    """What can not be read again is not looked at for a digest; standard input neither."""
    os.mkfifo("pipe.yaml")
    for _ in range(2):
        with subprocess.Popen(["sh", "-c", f"printf '{HELLO}' > pipe.yaml"]):
            cli.good("validate", "pipe.yaml")
        assert cli("validate", "-", stdin=HELLO.encode()).code == 0
    assert recalled == []


def test_a_site_that_changes_while_specs_are_checked_is_noticed(
    cli: Cli, recalled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict belongs to neither of the two, and is not kept."""
    Path("a.yaml").write_text(HELLO)
    Path("lading.site.yaml").write_text(SITE)

    def slow(*args: object, **rest: object) -> object:
        Path("lading.site.yaml").write_text(SITE + CLUSTER)
        return load(*args, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(validation, "load", slow)
    cli("validate", "a.yaml")
    Path("lading.site.yaml").write_text(SITE)
    monkeypatch.setattr(validation, "load", load)
    assert tried(cli, recalled) == []


def test_a_package_with_platforms_counts_with_its_files(
    cli: Cli, recalled: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another version or build is another lading; while one is edited in place, nothing is taken for known."""
    Path("a.yaml").write_text(HELLO)
    package = tmp_path / "packages" / "board-1.0.dist-info"
    package.mkdir(parents=True)
    monkeypatch.syspath_prepend(str(package.parent))
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: board\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[lading.platforms]\nboard = board\n")

    def known_again() -> bool:
        assert tried(cli, recalled) == []
        return tried(cli, recalled) == ["a.yaml"]

    assert not known_again()
    (package / "RECORD").write_text("board/table.py,sha256=1,1\n")
    assert known_again()
    (package / "RECORD").write_text("board/table.py,sha256=2,1\n")
    assert known_again()
    package = package.rename(package.with_name("board-1.1.dist-info"))
    assert known_again()
    (package / "direct_url.json").write_text('{"dir_info": {"editable": true}, "url": "file:///board"}')
    assert not known_again()


def test_every_file_of_lading_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of a checkout by when it was written; of what is installed by the list of digests that lies beside it."""
    monkeypatch.setattr(sys.modules["lading"], "__path__", [str(tmp_path / "lading")])
    (tmp_path / "lading" / "a").mkdir(parents=True)
    seen = [list(circumstances._programs())]
    file = tmp_path / "lading" / "a" / "b.py"
    for text in ("x = 1", "x = 12", "x = 13"):
        file.write_text(text)
        os.utime(file, ns=(len(seen), len(seen)))
        seen.append(list(circumstances._programs()))
    record = tmp_path / f"lading-{LADING}.dist-info" / "RECORD"
    record.parent.mkdir()
    for text in ("b.py,sha256=1", "b.py,sha256=2"):
        record.write_text(text)
        seen.append(list(circumstances._programs()))
    assert all(one != other for place, one in enumerate(seen) for other in seen[:place])
