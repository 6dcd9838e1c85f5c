"""The tour of the five platforms: every command that it shows is run, against the servers that it starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.document import ROOT, follow
from servers.__main__ import furnish, running, services
from servers.newt import NO_SLURM
from servers.web import Server

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
TOUR = ROOT / "docs" / "tour.md"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """What `make platforms` makes, with the platforms at work."""
    servers = {name: Server(service) for name, service in running(services()).items()}
    furnish(tmp_path / ".platforms", servers)
    yield tmp_path / ".platforms"
    for server in servers.values():
        server.close()


def test_every_command_of_the_tour_says_what_is_shown(folder: Path) -> None:
    """In one shell, from the first to the last: those with an output say exactly that, and only what fails may fail."""
    follow(TOUR, folder, LADING_STATE=str(folder / "state"))


def test_the_servers_are_those_that_the_tour_speaks_of() -> None:
    """Every platform with a client over HTTP has one."""
    text = TOUR.read_text(encoding="utf-8").lower()
    assert [name for name in services() if name not in text] == []


def test_a_platform_that_is_left_out_says_what_to_do() -> None:
    """Without a Slurm jobs behind NEWT can not run: the commands that make one are those of the tour."""
    assert {service.lacks for service in services().values()} <= {"", NO_SLURM}
    tour = TOUR.read_text(encoding="utf-8")
    assert [line.strip() for line in NO_SLURM.splitlines()[1:] if line.strip() not in tour] == []


def test_a_login_is_in_a_file_that_only_its_owner_can_read(folder: Path) -> None:
    """And the site names the file, never the value."""
    site = (folder / "lading.site.yaml").read_text()
    for file in folder.iterdir():
        if file.is_file() and file.name != "lading.site.yaml":
            assert file.stat().st_mode & 0o077 == 0
            assert len(file.read_text()) < 4 or file.read_text() not in site
