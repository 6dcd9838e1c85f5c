"""The servers of all platforms, and a folder from which people work with one of them."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from servers.platform import PlatformService
from servers.web import serving

from lading.compiler.registry import default_options
from lading.runner.http import connection
from lading.runner.ledger.ledger import Ledger
from lading.runner.ledger.record import Submission
from lading.runner.platform import Context
from lading.runner.sbatch import search
from lading.runner.secrets.vault import SecretValue
from lading.runner.submission import resolve, send, settle
from lading.runner.targets.registry import connect

SERVERS = Path(__file__).parents[1] / "servers"
SHARED = {"__init__", "__main__", "platform", "web", "work"}
NAMES = sorted(file.stem for file in SERVERS.glob("*.py") if file.stem not in SHARED)
"""The platforms that have a server."""

TARGET = "there"


def service_of(name: str, *, runs: bool = True) -> PlatformService:
    """The platform, with nothing in it."""
    service: PlatformService = importlib.import_module(f"servers.{name}").serve(runs=runs)
    return service


def client_of(service: PlatformService, url: str, **options: Any) -> Any:
    """The client of the platform at the address, with these options more."""
    entry = service.target(url)
    given = {**default_options(entry["platform"]), **entry.get("options", {}), **options}
    auth = {name: SecretValue(service.environ[source["env"]]) for name, source in entry["auth"].items()}
    return connect(entry["platform"], Context(TARGET, given, entry["endpoint"], auth, secret=_secret(service)))


def _secret(service: PlatformService) -> Callable[[str], SecretValue]:
    return lambda name: SecretValue(service.environ[name])


class Desk:
    """A folder with a site whose target ``there`` is the server at the address, and a state folder of its own."""

    def __init__(self, folder: Path, service: PlatformService, url: str, **more: Any) -> None:
        self.folder, self.service = folder, service
        self.state = folder / "state"
        target = {**service.target(url), **more}
        site = {"lading": "v1", "kind": "site", "default": TARGET, "targets": {TARGET: target}}
        (folder / "lading.site.yaml").write_text(json.dumps(site))  # JSON is YAML
        self.spec("hello")

    def spec(self, name: str, **fields: Any) -> str:
        """A spec that any platform can carry, and the name of its file."""
        spec = {"lading": "v1", "name": name, "command": ["sh", "-c", "echo hello"], **fields}
        (self.folder / f"{name}.yaml").write_text(json.dumps(spec))
        return f"{name}.yaml"

    @property
    def environ(self) -> Mapping[str, str]:
        """What the command line needs to know."""
        return {**self.service.environ, "LADING_STATE": str(self.state), "HOME": str(self.folder)}

    def start(self, *arguments: str, program: str = "") -> subprocess.Popen[bytes]:
        """A ``lading`` command in a process of its own; with ``program`` that script of the kit, in its place."""
        argv = [sys.executable, str(SERVERS.parent / "kit" / program)] if program else [sys.executable, "-m", "lading"]
        environ = {**os.environ, **self.environ, "PYTHONPATH": str(SERVERS.parent)}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([*argv, *arguments], cwd=self.folder, env=environ, **streams)  # type: ignore[call-overload,no-any-return]

    def ledger(self) -> list[Submission]:
        """All that the ledger believes."""
        ledger = Ledger(self.state)
        try:
            return ledger.search()
        finally:
            ledger.close()

    def believed(self) -> list[str]:
        """The native ids that the ledger has."""
        return sorted(part.native_id for one in self.ledger() for part in one.parts if part.native_id)


def at_work(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk in the folder that the test is in, while the platform answers; it runs nothing."""
    service = service_of(name, runs=False)
    with serving(service) as server:
        made = Desk(Path.cwd(), service, server.url)
        for variable, value in made.environ.items():
            monkeypatch.setenv(variable, value)
        yield made


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line waits for nobody: before it asks again, or believes that something is absent."""
    monkeypatch.setattr(settle.ask, "__defaults__", ((0.0,),))
    monkeypatch.setattr(resolve, "PATIENCE", (0.0,))
    monkeypatch.setattr(send, "RETRY_DELAYS", (0.0,))
    monkeypatch.setattr(connection, "PAUSES", (0.0,))
    monkeypatch.setattr(search, "SETTLED", 0)
