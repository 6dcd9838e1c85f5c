"""Files that are written whole or not at all, and those that can be sent, whatever is there under their names."""

import errno
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.cli import Cli

from lading.runner.errors import Unreachable
from lading.runner.invocation.options import WrongUsage
from lading.runner.jobs.files import existing
from lading.runner.output.files import write_pieces, write_whole


@pytest.fixture
def here(cli: Cli) -> Path:
    """A folder with nothing in it."""
    return Path.cwd()


def mode_of(path: Path) -> int:
    """Who may use it."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_as_any_other_and_an_old_one_stays_as_private_as_it_was(here: Path) -> None:
    """What somebody has hidden from others is not shown to them by being written again."""
    write_whole("new", "a")
    Path("plain").write_text("")
    assert mode_of(here / "new") == mode_of(here / "plain")
    (here / "new").chmod(0o600)
    write_whole("new", "b")
    assert (mode_of(here / "new"), (here / "new").read_text()) == (0o600, "b")


def test_links_are_followed(here: Path) -> None:
    """To a file, and to where one will be; a link in a circle is an error, and stays."""
    Path("file").write_text("old")
    Path("link").symlink_to("file")
    Path("dangling").symlink_to("there/new")
    Path("circle").symlink_to("circle")
    write_whole("link", "a")
    write_whole("dangling", "b")
    assert Path("link").is_symlink()
    assert (Path("file").read_text(), Path("there/new").read_text()) == ("a", "b")
    with pytest.raises(WrongUsage, match="circle can not be written: too many levels of symbolic links"):
        write_whole("circle", "c")
    assert Path("circle").is_symlink()


def test_a_device_or_a_pipe_is_written_to_and_stays_one(here: Path) -> None:
    """Nobody's /dev/null becomes a file."""
    os.mkfifo("pipe")
    came: list[str] = []
    reader = threading.Thread(target=lambda: came.append(Path("pipe").read_text()))
    reader.start()
    assert write_pieces("pipe", [b"a", b"b"]) == 2
    reader.join(10)
    assert came == ["ab"]
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)
    Path("null").symlink_to(os.devnull)
    write_whole("null", "x")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    assert sorted(os.listdir()) == ["null", "pipe"]


def broken(error: Exception) -> Iterator[bytes]:
    """A file of which only the beginning comes."""
    yield b"half"
    raise error


@pytest.mark.parametrize("error", [Unreachable("cut"), KeyboardInterrupt(), OSError(errno.ENOSPC, "full")], ids=repr)
def test_half_a_file_is_none(error: BaseException, here: Path) -> None:
    """What was there stays, and nothing else is left behind."""
    Path("file").write_text("old")
    for name in ("file", "new"):
        with pytest.raises(type(error) if not isinstance(error, OSError) else WrongUsage):
            write_pieces(name, broken(error))  # type: ignore[arg-type]
    assert {name: Path(name).read_text() for name in os.listdir()} == {"file": "old"}


def test_a_full_disk_is_said_to_be_full(here: Path) -> None:
    """No other name helps there."""
    with pytest.raises(WrongUsage) as full:
        write_pieces("file", broken(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    assert (full.value.message, full.value.help) == (
        "file can not be written: no space left on device",
        "free some space there",
    )
    with pytest.raises(WrongUsage) as folder:
        write_whole(".", "x")
    assert folder.value.help == "name a file that you may write to"


@pytest.mark.timeout(20)
def test_only_a_file_can_be_sent(here: Path) -> None:
    """A pipe is not waited for, and a device has no end."""
    os.mkfifo("pipe")
    Path("circle").symlink_to("circle")
    for name in ("pipe", "/dev/zero", "."):
        with pytest.raises(WrongUsage, match=r"is no file$"):
            existing(name)
    for name in ("circle", "nothing"):
        with pytest.raises(WrongUsage, match="can not be read: "):
            existing(name)
    odd = Path("-a\nb\U0001f600")
    odd.write_text("")
    assert existing(str(odd)) == odd
