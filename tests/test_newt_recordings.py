"""What the client of NEWT makes of the answers that its documents print, and of those that its source shows."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from kit.recordings import Recording

from lading.runner.errors import LoginRejected, Refused
from lading.runner.http.connection import Call
from lading.runner.platform import Accepted, Context, Entry, Executed, Outgoing
from lading.runner.platforms.newt.client import Client
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status

RECORDINGS = Path(__file__).parent / "recordings" / "newt"


class Illegal(Recording):
    """A recording in which the service may answer with status 100 and a body, of which a client can make nothing."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The next answer."""
        illegal = self._left[0].get("illegal") if self._left else None
        if illegal is None:
            return super().handle_request(request)
        self.sent.append(request)
        assert self._left.pop(0)["asked"] == f"{request.method} {request.url.raw_path.decode()}"
        raise httpx.RemoteProtocolError(illegal, request=request)


Play = Callable[[str], tuple[Client, Recording]]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """A client to which the recording of that name is played."""

    def played(name: str) -> tuple[Client, Recording]:
        recording = Illegal(RECORDINGS / f"{name}.yaml")
        auth = {"username": SecretValue("ada"), "password": SecretValue("not-a-password")}
        endpoint = "https://hpc.example.org/api"
        context = Context("t", {"machine": "ln3"}, endpoint, auth, state_dir=tmp_path, transport=recording)
        return Client(context, sleep=lambda _: None), recording

    return played


def test_the_sample_of_a_submission(play: Play) -> None:
    """Accepted as a task, whose result is asked for until it is there; the session is a cookie."""
    client, recording = play("submit")
    body = {
        "jobscript": "#!/bin/bash\necho hello\n",
        "jobfilepath": "/HOME/ada/project/testjob/job.sh",
        "jobconf": {"job_name": "hello", "time_limit": 10},
    }
    assert client.submit(Outgoing("01jxfake", "hello", "POST", "job/ln3/", body)) == Accepted("4816214")
    cookies = [request.headers.get("cookie") for request in recording.sent]
    assert cookies == [None, *["newt_sessionid=fake-session-1"] * 4]
    recording.check()


def test_the_samples_of_the_queue_and_of_a_job(play: Play) -> None:
    """What waits, what has just been submitted, what ended in a word of Slurm's own, and what came another way."""
    client, recording = play("queue")
    waits = Status(State.PENDING, "Pending", reason="it waits for jobs of higher priority")
    assert client.status(["4816213", "4816214", "4816216", "4816217", "4816218"]) == {
        "4816213": waits,
        "4816214": waits,
        "4816216": Status(State.PENDING, "Pending"),
        "4816217": Status(State.FAILED, "TIMEOUT", 129, "it reached its time limit"),
    }
    recording.check()


def test_the_samples_of_commands(play: Play) -> None:
    """A command that fails is an answer."""
    client, recording = play("command")
    denied = "touch: cannot touch `/private/a': Permission denied\n"
    assert client.execute(["touch", "/private/a"]) == Executed(1, "", denied)
    assert client.execute(["ls", "/private"]) == Executed(
        2, "", "ls: cannot open directory /private: Permission denied\n"
    )
    recording.check()


def test_a_session_that_has_ended(play: Play) -> None:
    """It is logged in once more; where that is refused nothing was done."""
    client, recording = play("session")
    with pytest.raises(LoginRejected, match=r"hpc\.example\.org did not take the login"):
        client._service.ask(Call("DELETE", "job/ln3/4816214"), lambda output: output)
    recording.check()


def test_files(play: Play) -> None:
    """A listing, a download, and what is not there."""
    client, recording = play("files")
    assert client.listing("/HOME/ada/logs") == [Entry("slurm-4816214.out", 6, "2017-06-16 08:00:00 UTC")]
    assert b"".join(client.download("/HOME/ada/logs/slurm-4816214.out").chunks) == b"hello\n"
    with pytest.raises(Refused, match="path is not a directory"):
        client.listing("/HOME/ada/none")
    recording.check()
