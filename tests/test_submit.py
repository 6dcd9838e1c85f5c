"""Submission: every job reaches the platform exactly once, whatever happens to us, and the ledger tells the truth."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from kit.toy import Toy, channel, compilation, request, submitted

from lading.runner.errors import Busy, NoSuchJob, NotSupported, OutcomeUnknown, Refused, RunnerError, Unreachable
from lading.runner.ledger.ledger import Ledger
from lading.runner.ledger.record import Event, Kind, Submission
from lading.runner.platform import Accepted
from lading.runner.states import State, Status
from lading.runner.submission.batch import submit_all
from lading.runner.submission.in_flight import in_flight
from lading.runner.submission.resolve import resolve
from lading.runner.submission.send import RETRY_DELAYS
from lading.runner.submission.settle import PATIENCE
from lading.runner.submission.watch import FORGOTTEN, Look, Pace, at_once, follow, refresh
from lading.runner.targets.channel import Channel

TESTS = Path(__file__).parent
WORKFLOW = (request("prepare"), request("train", ("prepare",)), request("test", ("train",)))


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """A platform without a job."""
    return Toy(tmp_path / "platform")


def outcomes(submission: Submission) -> dict[str, Kind | None]:
    """How sending each part ended."""
    return {part.name: part.outcome for part in submission.parts}


def kinds(ledger: Ledger, submission: Submission) -> list[tuple[str, str]]:
    """All that happened, in order."""
    return [(name, event.kind.value) for name, event in ledger.history(submission.id)]


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A sender in a process of its own."""
    argv = [sys.executable, str(TESTS / "kit" / "sender.py"), str(folder), *arguments]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(TESTS)})


def test_an_accepted_job_is_in_the_ledger_with_its_native_id(tmp_path: Path, toy: Toy) -> None:
    """After submit, the ledger has what submit returned, pending, and the platform has the token once."""
    line = channel(toy, tmp_path / "state")
    found = submitted(compilation("train", request(image="a:1")), line)
    (job,) = toy.folder.iterdir()
    assert (found.state, found.native_id, found.name, found.spec) == (
        State.PENDING,
        job.name,
        "train",
        os.path.abspath("train.yaml"),
    )
    assert toy.jobs() == [found.id.lower()]
    assert line.ledger.get(found.id) == found
    assert line.ledger.requests(found.id) == [{"method": "POST", "path": "/jobs", "body": {"image": "a:1"}}]
    assert kinds(line.ledger, found) == [("", "accepted")]


def test_the_intent_is_durable_before_the_first_byte_leaves(tmp_path: Path, toy: Toy) -> None:
    """While the platform is being told, another connection already sees the submission, without an outcome."""
    seen: list[Submission] = []
    line = channel(toy, tmp_path / "state")
    send = toy.submit
    toy.submit = lambda outgoing: (seen.extend(Ledger(tmp_path / "state").search()), send(outgoing))[1]  # type: ignore[method-assign,func-returns-value]
    found = submitted(compilation(), line)
    assert [(one.id, one.state, outcomes(one)) for one in seen] == [(found.id, State.UNKNOWN, {"": None})]


@pytest.mark.parametrize(
    ("moment", "jobs", "history"),
    [
        ("before intent", 0, None),
        ("after intent", 0, ["absent"]),
        ("die before", 0, ["absent"]),
        ("die after", 1, ["adopted"]),
        ("before outcome", 1, ["adopted"]),
        ("after outcome", 1, ["accepted"]),
    ],
)
def test_a_sender_that_is_killed_leaves_nothing_that_resolve_can_not_settle(
    tmp_path: Path, toy: Toy, moment: str, jobs: int, history: list[str] | None
) -> None:
    """Killed at any point: the platform has the job at most once, and after ``resolve`` the ledger says which."""
    with start(tmp_path, moment) as sender:
        assert sender.wait() == -signal.SIGKILL
    line = channel(toy, tmp_path / "state")
    settled = [resolve(one, line) for one in line.ledger.search()]
    assert len(toy.jobs()) == jobs
    assert [[kind for _, kind in kinds(line.ledger, one)] for one in settled] == ([history] if history else [])
    assert [one.native_id for one in settled if one.is_whole] == [file.name for file in toy.folder.iterdir()]
    assert line.ledger.unsettled() == []
    assert toy.sent == []


def test_a_workflow_whose_sender_is_killed_is_not_left_half_done(tmp_path: Path, toy: Toy) -> None:
    """Killed at its second step: the first is stopped, the second known to be absent, the third was never sent."""
    with start(tmp_path, "workflow") as sender:
        assert sender.wait() == -signal.SIGKILL
    line = channel(toy, tmp_path / "state")
    (found,) = [resolve(one, line) for one in line.ledger.unsettled()]
    assert outcomes(found) == {"prepare": Kind.ACCEPTED, "train": Kind.ABSENT, "test": Kind.UNSENT}
    assert toy.jobs() == [f"{found.id.lower()}-prepare"]
    assert toy.stopped == [found.parts[0].native_id]


def test_of_many_processes_that_submit_the_same_if_absent_one_does(tmp_path: Path, toy: Toy) -> None:
    """Six processes at the same moment name one submission, and the platform has one job."""
    senders = [start(tmp_path, "at once", "if-absent") for _ in range(6)]
    (tmp_path / "go").touch()
    said = {sender.communicate()[0] for sender in senders}
    assert [sender.returncode for sender in senders] == [0] * 6
    assert {text.strip().lower() for text in said} == set(toy.jobs())
    assert len(toy.jobs()) == 1


def test_a_full_disk_before_the_intent_sends_nothing(tmp_path: Path, toy: Toy) -> None:
    """Where the intent can not be written, the platform is not asked, and one thing to do is said."""
    with start(tmp_path, "disk full before intent") as sender:
        assert sender.stdout is not None
        sentence, help_ = sender.stdout.read().splitlines()
        assert sender.wait() == 3
    assert sentence.startswith(f"3 the ledger {tmp_path}/state/ledger.db can not")
    assert help_ == "free some space there, or name another folder in $LADING_STATE"
    assert toy.jobs() == []


def test_a_full_disk_before_the_outcome_says_the_native_id_and_is_settled_later(tmp_path: Path, toy: Toy) -> None:
    """Where the answer can not be written, exit 4 says what the platform accepted; ``resolve`` adopts it."""
    with start(tmp_path, "disk full before outcome") as sender:
        assert sender.stdout is not None
        sentence, help_ = sender.stdout.read().splitlines()
        assert sender.wait() == 4
    (job,) = toy.folder.iterdir()
    assert sentence.startswith(f"4 toy accepted it as {job.name}, but the ledger {tmp_path}/state/ledger.db can not")
    line = channel(toy, tmp_path / "state")
    (found,) = line.ledger.unsettled()
    assert help_.endswith(f"; then run `lading resolve {found.id}`")
    assert resolve(found, line).native_id == job.name
    assert len(toy.jobs()) == 1


def test_what_is_late_is_filled_in_before_it_is_sent(tmp_path: Path, toy: Toy) -> None:
    """A file stands in the body as its path beside the spec, an answer as what the platform said of an earlier job."""
    (tmp_path / "a.zip").write_bytes(b"PK")
    first = request("data", file={"file": "a.zip"})._replace(late={"/file": {"file": "a.zip"}})
    second = request("version", ("data",), id={"answer": "data#/id"})._replace(late={"/id": {"answer": "data#/id"}})
    found = submitted(compilation("train", first, second), channel(toy, tmp_path / "state", spec_dir=tmp_path))
    assert [outgoing.body for outgoing in toy.sent] == [
        {"file": tmp_path / "a.zip"},
        {"id": found.parts[0].native_id},
    ]


def test_a_file_that_is_not_there_is_said_before_anything_is_sent(tmp_path: Path, toy: Toy) -> None:
    """Nothing stands in the ledger, and the platform has nothing."""
    late = request(job="train", data={"file": "a.zip"})._replace(late={"/data": {"file": "a.zip"}})
    line = channel(toy, tmp_path / "state", spec_dir=tmp_path)
    with pytest.raises(RunnerError, match=r"^a.zip is no file$"):
        submitted(compilation("train", late), line)
    assert (toy.jobs(), line.ledger.search()) == ([], [])


def test_an_answer_that_lacks_what_is_needed_ends_the_submission(tmp_path: Path, toy: Toy) -> None:
    """What the platform has already is told to end, and the rest was never sent."""
    second = request("version", ("data",), id=0)._replace(late={"/id": {"answer": "data#/data/id"}})
    line = channel(toy, tmp_path / "state")
    with pytest.raises(RunnerError, match=r"^version: the answer to data lacks /data/id, .*was stopped$"):
        submitted(compilation("train", request("data"), second), line)
    assert [part.outcome for part in line.ledger.search()[0].parts] == [Kind.ACCEPTED, Kind.UNSENT]


def test_what_can_not_be_looked_up_is_a_submission_that_failed(tmp_path: Path, toy: Toy) -> None:
    """The ledger has it like any that could not be sent, with the reason."""
    late = request(mark=0)._replace(late={"/mark": {"lookup": {"gpu": "H20"}}})
    toy.look_up = lambda what: (_ for _ in ()).throw(Unreachable(f"no route to {what}"))  # type: ignore[method-assign]
    line = channel(toy, tmp_path / "state")
    with pytest.raises(Unreachable):
        submitted(compilation("train", late), line)
    (found,) = line.ledger.search()
    assert (toy.jobs(), outcomes(found)) == ([], {"": Kind.UNSENT})
    assert found.parts[0].status.reason == "no route to {'gpu': 'H20'}"


def test_a_request_that_prepares_is_no_part_and_may_go_out_again(tmp_path: Path, toy: Toy) -> None:
    """It is brought until its answer is there; the job that needs it has that in its body."""
    first = request("upload", file="a")._replace(prepares=True)
    second = request("job", ("upload",), path=0)._replace(late={"/path": {"answer": "upload#/path"}})
    toy.brings = [Unreachable("no route"), OutcomeUnknown("no answer"), {"path": "/tmp/a"}]
    line = channel(toy, tmp_path / "state")
    found = submitted(compilation("train", first, second), line)
    assert [part.name for part in found.parts] == ["job"]
    assert toy.sent[-1].body == {"path": "/tmp/a"}


def test_where_nothing_can_be_prepared_nothing_is_submitted(tmp_path: Path, toy: Toy) -> None:
    """The job is known not to have been sent."""
    toy.brings = [OutcomeUnknown("no answer")] * 4
    line = channel(toy, tmp_path / "state")
    with pytest.raises(Unreachable, match="upload: no answer"):
        submitted(
            compilation("train", request("upload", file="a")._replace(prepares=True), request("job", ("upload",))), line
        )
    assert (toy.jobs(), outcomes(line.ledger.search()[0])) == ([], {"job": Kind.UNSENT})


def test_if_absent_returns_what_is_alive_and_sends_what_has_failed(tmp_path: Path, toy: Toy) -> None:
    """A live twin stands in for the submission; one that the platform meanwhile says has failed does not."""
    line = channel(toy, tmp_path / "state")
    first = submitted(compilation(), line)
    assert submitted(compilation(), line, if_absent=True).id == first.id
    toy.states[first.native_id] = Status(State.FAILED, "ERROR", 1)
    second = submitted(compilation(), line, if_absent=True)
    assert second.id != first.id
    assert toy.jobs() == [first.id.lower(), second.id.lower()]


def test_only_what_did_not_arrive_is_sent_again(tmp_path: Path, toy: Toy) -> None:
    """Unreachable twice, then accepted: three times the same token, with growing pauses, one job."""
    pauses: list[float] = []
    toy.plays = ["unreachable", "unreachable"]
    found = submitted(compilation(), channel(toy, tmp_path / "state", sleep=pauses.append))
    assert [outgoing.token for outgoing in toy.sent] == [found.id.lower()] * 3
    assert pauses == list(RETRY_DELAYS[:2])
    assert found.state is State.PENDING


@pytest.mark.parametrize("plays", [["take over"], ["unreachable", "unreachable", "unreachable", "take over"]])
def test_what_has_arrived_although_it_was_said_not_to_is_not_sent_again(
    tmp_path: Path, toy: Toy, plays: list[str | BaseException]
) -> None:
    """The platform is asked for the token before it is tried again, and before that is given up."""
    toy.plays = list(plays)
    found = submitted(compilation(), channel(toy, tmp_path / "state"))
    assert (len(toy.sent), toy.jobs(), found.state) == (len(plays), [found.id.lower()], State.PENDING)


def test_a_platform_that_stays_unreachable_is_an_error_and_the_ledger_says_unsent(tmp_path: Path, toy: Toy) -> None:
    """After the last try the error is the platform's, and nothing is left to settle."""
    toy.plays = ["unreachable"] * 9
    line = channel(toy, tmp_path / "state")
    with pytest.raises(Unreachable, match=r"no route to toy"):
        submitted(compilation(), line)
    (found,) = line.ledger.search()
    assert len(toy.sent) == len(RETRY_DELAYS) + 1
    assert (found.state, outcomes(found)) == (State.FAILED, {"": Kind.UNSENT})


def test_nobody_waits_again_for_a_platform_that_stays_unreachable(tmp_path: Path, toy: Toy) -> None:
    """Of hundreds of jobs the first finds that out; once one is taken the others are waited for again."""
    pauses: list[float] = []
    line = channel(toy, tmp_path / "state", sleep=pauses.append)
    for plays, waits in ((["unreachable"] * 4, RETRY_DELAYS), (["unreachable"], ())):
        toy.plays = list(plays)
        with pytest.raises(Unreachable):
            submitted(compilation(), line)
        assert (toy.plays, pauses) == ([], list(waits))
        pauses.clear()
    submitted(compilation(), line)
    toy.plays = ["unreachable"]
    submitted(compilation(), line)
    assert pauses == [RETRY_DELAYS[0]]


def test_a_platform_that_is_busy_is_waited_for_each_time(tmp_path: Path, toy: Toy) -> None:
    """It is there, and says itself when it wants to hear of us again."""
    pauses: list[float] = []
    line = channel(toy, tmp_path / "state", sleep=pauses.append)
    toy.plays = ["busy"] * 8
    for _ in range(2):
        with pytest.raises(Busy):
            submitted(compilation(), line)
    assert pauses == [*RETRY_DELAYS] * 2


def test_a_refusal_is_not_repeated(tmp_path: Path, toy: Toy) -> None:
    """The platform's no is the error, with its help, and stands in the ledger."""
    toy.plays = ["refuse"]
    line = channel(toy, tmp_path / "state")
    with pytest.raises(Refused) as caught:
        submitted(compilation(), line)
    (found,) = line.ledger.search()
    assert (str(caught.value), caught.value.help) == ("there is no queue gpu", "name another queue")
    assert found.parts[0].status == Status(State.FAILED, reason="there is no queue gpu")
    assert len(toy.sent) == 1


def test_a_lost_answer_is_settled_by_asking_for_the_token(tmp_path: Path, toy: Toy) -> None:
    """Accepted without an answer: the job is adopted, and the request went out once."""
    toy.plays = ["lose answer"]
    line = channel(toy, tmp_path / "state")
    found = submitted(compilation(), line)
    assert kinds(line.ledger, found) == [("", "adopted")]
    assert toy.jobs() == [found.id.lower()]


def test_a_lost_request_is_known_to_be_absent_only_after_some_patience(tmp_path: Path, toy: Toy) -> None:
    """Nothing arrived: the platform is asked several times before that is believed, and nothing is sent again."""
    pauses: list[float] = []
    toy.plays = ["lose request"]
    line = channel(toy, tmp_path / "state", sleep=pauses.append)
    with pytest.raises(Unreachable, match=r"^no answer came; the platform does not have it$"):
        submitted(compilation(), line)
    (found,) = line.ledger.search()
    assert pauses == [0.0, *PATIENCE]
    assert (outcomes(found), len(toy.sent), toy.jobs()) == ({"": Kind.ABSENT}, 1, [])


def test_a_platform_that_can_not_be_reached_for_a_moment_is_asked_again(tmp_path: Path, toy: Toy) -> None:
    """No answer and nobody to ask, but the platform is back within the patience: the job is adopted."""
    toy.plays, find = ["lose answer"], toy.find
    line = channel(toy, tmp_path / "state", sleep=lambda _: None)
    away = [Unreachable("no route to toy")] * len(PATIENCE)

    def found_later(token: str, path: str = "") -> Accepted | None:
        if away:
            raise away.pop()
        return find(token, path)

    toy.find = found_later  # type: ignore[method-assign]
    found = submitted(compilation(), line)
    assert (kinds(line.ledger, found), away) == ([("", "adopted")], [])


def test_what_the_platform_can_not_tell_stays_unknown(tmp_path: Path, toy: Toy) -> None:
    """No answer and nobody to ask: exit 4 names the command that settles it, and later it does."""
    toy.plays, toy.blind = ["lose answer"], True
    line = channel(toy, tmp_path / "state")
    with pytest.raises(OutcomeUnknown) as caught:
        submitted(compilation(), line)
    (found,) = line.ledger.unsettled()
    assert (caught.value.exit_code, caught.value.help) == (4, f"settle it with `lading resolve {found.id}`")
    assert resolve(found, line).state is State.UNKNOWN
    toy.blind = False
    assert resolve(found, line).state is State.PENDING
    assert kinds(line.ledger, found) == [("", "unknown"), ("", "unknown"), ("", "adopted")]


def test_an_answer_that_nobody_can_read_is_settled_like_one_that_did_not_come(tmp_path: Path, toy: Toy) -> None:
    """The job is adopted where the platform can be asked; where it can not, the exit code says unknown."""
    toy.plays = [RunnerError("it answered with 100000000 bytes"), RunnerError("it answered with 100000000 bytes")]
    line = channel(toy, tmp_path / "state")
    assert outcomes(submitted(compilation(), line)) == {"": Kind.ADOPTED}
    toy.blind = True
    with pytest.raises(OutcomeUnknown, match=r"^it answered with 100000000 bytes$"):
        submitted(compilation(), line)


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), ValueError("a bug of ours")])
def test_an_interrupt_or_a_bug_while_sending_is_settled_and_still_raised(
    tmp_path: Path, toy: Toy, problem: BaseException
) -> None:
    """Whatever ends the sending, the ledger knows what the platform has before it is raised."""
    toy.plays = [problem]
    line = channel(toy, tmp_path / "state")
    with pytest.raises(type(problem)):
        submitted(compilation(), line)
    (found,) = line.ledger.search()
    assert kinds(line.ledger, found) == [("", "adopted")]
    assert toy.jobs() == [found.id.lower()]


def test_the_parts_of_a_workflow_are_sent_in_order_with_the_ids_of_those_they_need(tmp_path: Path, toy: Toy) -> None:
    """Each step has a token of its own and is told the native ids of the steps before it."""
    found = submitted(compilation("flow", *WORKFLOW), channel(toy, tmp_path / "state"))
    ids = {part.name: part.native_id for part in found.parts}
    token = found.id.lower()
    assert [(one.token, one.after) for one in toy.sent] == [
        (f"{token}-prepare", {}),
        (f"{token}-train", {"prepare": ids["prepare"]}),
        (f"{token}-test", {"train": ids["train"]}),
    ]
    assert (found.state, found.native_id, found.is_whole) == (State.PENDING, "", True)


def test_a_refused_step_stops_the_steps_before_it(tmp_path: Path, toy: Toy) -> None:
    """The error says which step was refused and what became of the others; nothing is left running."""
    toy.plays = ["accept", "refuse"]
    line = channel(toy, tmp_path / "state")
    with pytest.raises(Refused) as caught:
        submitted(compilation("flow", *WORKFLOW), line)
    (found,) = line.ledger.search()
    first = found.parts[0].native_id
    assert str(caught.value) == f"train: there is no queue gpu; prepare ({first}) was stopped"
    assert kinds(line.ledger, found) == [
        ("prepare", "accepted"),
        ("train", "refused"),
        ("test", "unsent"),
        ("prepare", "stop-requested"),
    ]
    assert toy.stopped == [first]


def test_a_step_that_can_not_be_stopped_is_said(tmp_path: Path, toy: Toy) -> None:
    """Where stopping fails too, the error names the job that may still run."""
    toy.plays = ["accept", "refuse"]
    toy.stop_fails = True
    line = channel(toy, tmp_path / "state")
    with pytest.raises(Refused) as caught:
        submitted(compilation("flow", *WORKFLOW), line)
    (found,) = line.ledger.search()
    first = found.parts[0].native_id
    assert str(caught.value) == f"train: there is no queue gpu; prepare ({first}) could not be stopped: no route"
    assert found.parts[0].is_live


def test_after_is_looked_up_by_name_by_lading_id_and_by_native_id(tmp_path: Path, toy: Toy) -> None:
    """The newest submission of a name, a submission's id, and an id of the platform's own each become native ids."""
    line = channel(toy, tmp_path / "state")
    submitted(compilation("prepare", request(try_=1)), line)
    newest = submitted(compilation("prepare", request(try_=2)), line)
    other = submitted(compilation("other"), line)
    (toy.folder / "toy-77").write_text("not ours")
    entries = {"ok": ["prepare", other.id], "any": ["toy-77"]}
    submitted(compilation("train", schedule={"after": entries}), line)
    wanted = {"prepare": newest.native_id, other.id: other.native_id, "toy-77": "toy-77"}
    assert toy.sent[-1].after == wanted


def test_a_refused_submission_is_not_what_a_name_in_after_means(tmp_path: Path, toy: Toy) -> None:
    """The newest submission of the name that reached the platform counts."""
    line = channel(toy, tmp_path / "state")
    reached = submitted(compilation("prepare"), line)
    toy.plays = ["refuse"]
    with pytest.raises(Refused):
        submitted(compilation("prepare"), line)
    submitted(compilation("train", schedule={"after": {"ok": ["prepare"]}}), line)
    assert toy.sent[-1].after == {"prepare": reached.native_id}


def test_a_job_that_nobody_knows_can_not_be_waited_for(tmp_path: Path, toy: Toy) -> None:
    """An unknown name in ``after`` is an error before anything is written or sent."""
    line = channel(toy, tmp_path / "state")
    with pytest.raises(NoSuchJob, match=r"^toy knows no job prepare, and none was submitted there under that name$"):
        submitted(compilation("train", schedule={"after": {"ok": ["prepare"]}}), line)
    assert (line.ledger.search(), toy.sent) == ([], [])


def test_a_job_can_not_come_after_a_whole_workflow(tmp_path: Path, toy: Toy) -> None:
    """The error names the steps that it can come after."""
    line = channel(toy, tmp_path / "state")
    submitted(compilation("flow", *WORKFLOW), line)
    with pytest.raises(NotSupported, match=r"^flow is a workflow, and a job can only come after one job$"):
        submitted(compilation("train", schedule={"after": {"ok": ["flow"]}}), line)


def test_what_is_being_sent_is_not_resolved(tmp_path: Path, toy: Toy) -> None:
    """While its sender lives, a submission is refused by ``resolve``; afterwards it is not."""
    toy.plays, toy.blind = ["lose answer"], True
    line = channel(toy, tmp_path / "state")
    with pytest.raises(OutcomeUnknown):
        submitted(compilation(), line)
    (found,) = line.ledger.unsettled()
    toy.blind = False
    with (
        in_flight(line.ledger.folder, found.id),
        pytest.raises(RunnerError, match=r"is being submitted at this moment$"),
    ):
        resolve(found, line)
    assert resolve(found, line).is_whole


def test_an_old_submission_is_resolved_without_waiting(tmp_path: Path, toy: Toy) -> None:
    """After an hour no request can still be on its way: the platform is asked once."""
    toy.plays, toy.blind = ["lose request"], True
    with pytest.raises(OutcomeUnknown):
        submitted(compilation(), channel(toy, tmp_path / "state"))
    pauses: list[float] = []
    toy.blind = False
    later = channel(toy, tmp_path / "state", sleep=pauses.append, clock=lambda: 1e12)
    (found,) = later.ledger.unsettled()
    assert outcomes(resolve(found, later)) == {"": Kind.ABSENT}
    assert pauses == [0.0]


def test_many_are_submitted_at_once_and_answered_in_order(tmp_path: Path, toy: Toy) -> None:
    """Sixty jobs by eight workers: one row and one job each, answers in the order of the questions."""
    work = [compilation(f"job-{number}") for number in range(60)]
    line = channel(toy, tmp_path / "state")
    answers = [answer for answer in submit_all(work, lambda _: line) if isinstance(answer, str)]
    found = line.ledger.current(answers)
    assert [one.name for one in found] == [one.name for one in work]
    assert sorted(one.id.lower() for one in found) == toy.jobs()


def test_a_job_of_a_batch_waits_for_those_it_comes_after(tmp_path: Path, toy: Toy) -> None:
    """Of three documents in one file the later come after the first as it is submitted now, not as it once was."""
    line = channel(toy, tmp_path / "state")
    submitted(compilation("prepare"), line)
    after = {"after": {"ok": ["prepare"]}}
    work = [compilation("prepare"), compilation("train", schedule=after), compilation("test", schedule=after)]
    first, *_ = answers = list(submit_all(work, lambda _: line))
    assert all(isinstance(one, str) for one in answers)
    assert [one.after for one in toy.sent[-2:]] == [{"prepare": line.ledger.get(str(first)).native_id}] * 2


def test_a_job_of_a_batch_is_not_sent_if_what_it_comes_after_was_refused(tmp_path: Path, toy: Toy) -> None:
    """An older submission of the same name does not stand in for the one that failed."""
    line = channel(toy, tmp_path / "state")
    submitted(compilation("prepare"), line)
    toy.plays = ["refuse"]
    work = [compilation("prepare"), compilation("train", schedule={"after": {"ok": ["prepare"]}})]
    answers = list(submit_all(work, lambda _: line))
    assert [str(one) for one in answers] == ["there is no queue gpu", "it comes after prepare, which was not submitted"]
    assert len(toy.jobs()) == 1


def both(line: Channel, *names: str) -> list[Submission]:
    """One submission of each name."""
    return [submitted(compilation(name), line) for name in names]


def test_one_question_asks_for_all_the_live_jobs_of_a_target(tmp_path: Path, toy: Toy) -> None:
    """Two live jobs are asked for together, an ended one no more, and what was said is in the ledger."""
    line = channel(toy, tmp_path / "state")
    one, two = both(line, "one", "two")
    toy.states[one.native_id] = Status(State.SUCCEEDED, "DONE", 0, started=1.0, ended=2.0)
    after = refresh(line, [one, two])
    assert [found.state for found in after] == [State.SUCCEEDED, State.PENDING]
    assert after[0].parts[0].status == toy.states[one.native_id]
    assert line.ledger.search() == [after[1], after[0]]
    refresh(line, after)
    assert toy.questions == [[one.native_id, two.native_id], [two.native_id]]


def looking(line: Channel) -> Look:
    """Looks at the toy platform's jobs."""

    def look(current: Sequence[Submission]) -> tuple[Sequence[Submission], Sequence[RunnerError]]:
        try:
            return refresh(line, current), []
        except RunnerError as error:
            return current, [error]

    return look


def test_following_tells_each_change_once_and_ends_with_the_last_job(tmp_path: Path, toy: Toy) -> None:
    """Pauses grow while nothing changes and are short again after a change."""
    line = channel(toy, tmp_path / "state")
    (job,) = both(line, "one")
    script = [Status(State.RUNNING, "R")] * 3 + [Status(State.SUCCEEDED, "CD", 0)]
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        toy.states[job.native_id] = script.pop(0)

    seen = [one.state for one in follow(looking(line), [job], Pace(1.0, 4.0, 2.0), sleep)]
    assert seen == [State.PENDING, State.RUNNING, State.SUCCEEDED]
    assert pauses == [1.0, 1.0, 2.0, 4.0]
    assert kinds(line.ledger, job) == [("", "accepted"), ("", "state"), ("", "state")]


def test_following_ends_when_the_platform_has_forgotten_the_job(tmp_path: Path, toy: Toy) -> None:
    """A job that the platform no longer knows is unknown, says why, and is not waited for for ever."""
    line = channel(toy, tmp_path / "state")
    (job,) = both(line, "one")
    (toy.folder / job.native_id).unlink()
    (seen,) = follow(looking(line), [job], sleep=lambda _: None)
    assert seen.parts[0].status == FORGOTTEN
    assert line.ledger.unsettled() == []


def test_following_survives_some_failures_and_not_all(tmp_path: Path, toy: Toy) -> None:
    """A question that fails is asked again; after too many in a row the error is raised."""
    line = channel(toy, tmp_path / "state")
    (job,) = both(line, "one")
    failures = [Unreachable("no route")] * 2
    answer = toy.status

    def status(ids: list[str]) -> object:
        if failures:
            raise failures.pop()
        return answer(ids)

    toy.status = status  # type: ignore[method-assign,assignment]
    toy.states[job.native_id] = Status(State.FAILED, "F", 3)
    states = [one.state for one in follow(looking(line), [job], Pace(failures=2), lambda _: None)]
    assert states == [State.PENDING, State.FAILED]
    other = submitted(compilation("two"), line)
    failures += [Unreachable("no route")] * 3
    with pytest.raises(Unreachable):
        list(follow(looking(line), [other], Pace(failures=2), lambda _: None))


@pytest.mark.parametrize(
    ("tells_stopped", "said", "seen"),
    [
        (True, State.RUNNING, State.STOPPING),
        (True, State.FAILED, State.FAILED),
        (False, State.FAILED, State.STOPPED),
        (False, State.PENDING, State.STOPPED),
        (True, State.PENDING, State.STOPPING),
        (False, State.SUCCEEDED, State.SUCCEEDED),
        (False, State.UNKNOWN, State.UNKNOWN),
    ],
)
def test_a_job_that_was_told_to_stop_is_judged_by_that(
    tmp_path: Path, toy: Toy, tells_stopped: bool, said: State, seen: State
) -> None:
    """Where a platform has one word for stopped and for failed, the ledger knows which of them it was."""
    line = channel(toy, tmp_path / "state")
    (job,) = both(line, "one")
    toy.tells_stopped = tells_stopped
    toy.states[job.native_id] = Status(State.RUNNING)
    line.ledger.note(job.parts[0].token, Event(Kind.STOP_REQUESTED))
    refresh(line, line.ledger.search())
    toy.states[job.native_id] = Status(said, "its word")
    (found,) = refresh(line, line.ledger.search())
    assert (found.state, found.parts[0].status.native) == (seen, "its word")


def test_targets_are_followed_at_once_and_one_error_ends_it() -> None:
    """A stream that waits for ever keeps no other from telling what it has."""
    go = threading.Event()

    def slow() -> Iterator[str]:
        go.wait(60)
        yield "slow"
        raise Unreachable("gone")

    def quick() -> Iterator[str]:
        yield "quick"
        go.set()

    stream = at_once([slow(), quick()])
    assert [next(stream), next(stream)] == ["quick", "slow"]
    with pytest.raises(Unreachable):
        next(stream)


def test_a_platform_is_not_asked_more_often_than_it_likes() -> None:
    """Its least pause is the shortest, and the longest where that is shorter."""
    assert Pace().not_below(10.0) == Pace(first=10.0)
    assert Pace().not_below(30.0) == Pace(first=30.0, longest=30.0)
