"""What is in flight is its sender's alone, in this process and in others, until it is given back or the sender dies."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lading.runner.errors import LedgerUnusable
from lading.runner.submission.in_flight import in_flight

HOLDER = """
import sys
from pathlib import Path
from lading.runner.submission.in_flight import in_flight
with in_flight(Path(sys.argv[1]), sys.argv[2]) as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""


def holder(folder: Path, submission: str) -> subprocess.Popen[str]:
    """A process that is at the submission until its input ends, or that was told it may not be."""
    argv = [sys.executable, "-c", HOLDER, str(folder), submission]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> str:
    """Whether the submission is its."""
    assert process.stdout
    return process.stdout.readline().strip()


def test_another_process_may_not_until_the_sender_is_dead(tmp_path: Path) -> None:
    """It may be at another submission meanwhile; a killed sender holds nothing."""
    with holder(tmp_path, "01A") as sender:
        assert told(sender) == "True"
        with in_flight(tmp_path, "01A") as is_ours:
            assert not is_ours
        with in_flight(tmp_path, "01B") as is_ours:
            assert is_ours
        sender.kill()
        sender.wait()
        with in_flight(tmp_path, "01A") as is_ours:
            assert is_ours


def test_one_that_is_given_back_takes_no_other_along(tmp_path: Path) -> None:
    """Of two submissions one ends, is asked for again and is refused to somebody: the other is still ours."""
    with in_flight(tmp_path, "01A") as first:
        with in_flight(tmp_path, "01B"), in_flight(tmp_path, "01A") as again:
            assert (first, again) == (True, False)
        with holder(tmp_path, "01A") as other:
            assert told(other) == "False"
        with holder(tmp_path, "01B") as other:
            assert told(other) == "True"


def test_nothing_stays_open_and_nobody_else_can_use_the_file(tmp_path: Path) -> None:
    """The folder is made, the file is its owner's, and as many files are open afterwards as before."""
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    for submission in ("01A", "01A", "01B"):
        with in_flight(tmp_path / "state", submission) as is_ours:
            assert is_ours
    (file,) = (tmp_path / "state").iterdir()
    assert (file.stat().st_mode & 0o777, file.stat().st_size) == (0o600, 0)
    assert len(os.listdir("/proc/self/fd") if before else []) == len(before)


def test_a_file_that_can_not_be_had_is_one_sentence(tmp_path: Path) -> None:
    """Like everything that is wrong with the ledger's folder."""
    (tmp_path / "in-flight.lock").mkdir()
    with pytest.raises(LedgerUnusable), in_flight(tmp_path, "01A"):
        pass
