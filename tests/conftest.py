"""What every test gets: a home of its own, and the option that rewrites golden files."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from kit.cli import Cli, quiet_environment
from kit.machine import Machine

from lading.runner.invocation.options import Settings
from lading.runner.output.screen import Screen
from lading.runner.secrets.vault import looked_up
from lading.schema.diagnostics import Diagnostic

# A slow machine is no failure, and CI tries the same examples each time: a new find belongs to whoever goes looking.
settings.register_profile("lading", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("lading"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "lading")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes what the code says now into the golden files, to be reviewed as a diff."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    """What one test has looked up is no secret to the next: a process does not know so many."""
    yield
    looked_up.clear()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees or touches the home of the person who runs it."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return folder


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """This machine as a platform, with a state folder of its own; nothing of a test is left running."""
    made = Machine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def cli(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """The command line, started in an empty folder."""
    quiet_environment(monkeypatch)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return Cli(capsysbinary, monkeypatch)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> "Golden":
    """Compares a text with a committed file."""
    return Golden(update=request.config.getoption("--update-golden"))


Say = Callable[[Sequence[Diagnostic], Mapping[str, Sequence[str]]], str]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """What a command says of diagnostics, and of the lines of the files that they are about, on standard error."""
    monkeypatch.setenv("COLUMNS", "100")

    def said(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Sequence[str]]) -> str:
        screen = Screen(Settings())
        screen.sources.update(sources)
        screen.diagnostics(diagnostics)
        return capsys.readouterr().err

    return said


class Golden:
    """Committed files that hold what the code is expected to say."""

    def __init__(self, *, update: bool) -> None:
        self._update = update

    def compare(self, file: Path, text: str) -> None:
        """The file holds exactly this text; with ``--update-golden`` it does from now on."""
        if self._update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        assert file.exists(), f"{file} is missing: run pytest --update-golden and review what it writes"
        assert text == file.read_bytes().decode()
