"""Every platform on this machine, to try commands on: ``make platforms``, and Ctrl-C to end it.

A folder holds a site with a target for each, and their logins, so that nothing has to be set up.
"""

import argparse
import importlib
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from servers.platform import PlatformService
from servers.web import Fault, Server

HERE = Path(__file__).parent
SHARED = {"__init__", "__main__", "platform", "web", "work"}
NAMES = sorted(file.stem for file in HERE.glob("*.py") if file.stem not in SHARED)
MANY = 1_000_000
CUTS = ("before", "during", "after")


def services(*, faulty: str = "") -> dict[str, PlatformService]:
    """Every platform; with ``faulty`` each third request of theirs is cut there."""
    made = {name: importlib.import_module(f"servers.{name}").serve() for name in NAMES}
    for service in made.values():
        if faulty:
            service.faults = [Fault(skip=3 * place, cut=faulty) for place in range(MANY // 1000)]
    return made


def running(made: dict[str, PlatformService]) -> dict[str, PlatformService]:
    """Those whose jobs this machine can run."""
    return {name: service for name, service in made.items() if not service.lacks}


def furnish(folder: Path, servers: dict[str, Server]) -> None:
    """The folder holds a site with the servers as its targets, and their logins in files that are its owner's alone."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    targets = {}
    secrets: dict[str, str] = {}
    for name, server in servers.items():
        service = server.service
        assert isinstance(service, PlatformService)
        targets[name] = _in_files(service.target(server.url), secrets)
        secrets |= service.environ
    for variable, value in secrets.items():
        file = folder / variable.lower()
        file.touch(mode=0o600)
        file.write_text(value)
    site = {"lading": "v1", "kind": "site", "default": next(iter(targets)), "targets": targets}
    (folder / "lading.site.yaml").write_text(f"# Written by make platforms.\n{json.dumps(site, indent=1)}\n")


def _in_files(entry: Any, known: dict[str, str]) -> Any:
    """The entry with each value that is looked for in the environment in a file of the folder instead."""
    if isinstance(entry, dict):
        if set(entry) == {"env"} and isinstance(entry["env"], str):
            return {"file": f"./{entry['env'].lower()}"}
        return {key: _in_files(value, known) for key, value in entry.items()}
    return entry


def main() -> int:
    """Serves until it is interrupted."""
    parser = argparse.ArgumentParser(prog="make platforms", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the site is written")
    parser.add_argument("--cut", choices=CUTS, default="", help="cut the connection of each third request there")
    given = parser.parse_args()
    made = services(faulty=given.cut)
    servers = {name: Server(service) for name, service in running(made).items()}
    furnish(given.folder, servers)
    for name, server in servers.items():
        print(f"{name:<14} {server.url}")  # noqa: T201
    for name, service in made.items():
        if service.lacks:
            print(f"{name:<14} left out: {service.lacks}")  # noqa: T201
    print(f"\nTheir site is {given.folder}/lading.site.yaml. Ctrl-C ends them.", flush=True)  # noqa: T201
    ended = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: ended.set())
    ended.wait()
    for server in servers.values():
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
