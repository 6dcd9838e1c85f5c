"""The ledger: rows that are added and never changed, by many processes at once, and a file that says what ails it."""

import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import pytest

from lading.compiler.payload import Request
from lading.runner.errors import LedgerUnusable, NoSuchJob, PlanUnusable
from lading.runner.ledger.database import journal_for, telling
from lading.runner.ledger.group import Write
from lading.runner.ledger.ledger import Ledger, state_folder
from lading.runner.ledger.migrations import MIGRATIONS, version
from lading.runner.ledger.record import Event, Kind, Part, Submission, happened, observed
from lading.runner.states import State, Status
from lading.runner.submission.ids import ALPHABET, Ids, token


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger in which it is always the year 2001."""
    return Ledger(tmp_path / "state", clock=lambda: 1e9)


def submission(id_: str = "01A", name: str = "train", *parts: str, **rest: Any) -> Submission:
    """A submission to ``pf`` with parts of these names, else of one part."""
    made = tuple(Part(part, token(id_, part)) for part in parts or ("",))
    return Submission(
        **{"id": id_, "name": name, "kind": "job", "target": "pf", "platform": "toy", "digest": "d"} | rest, parts=made
    )


def begun(ledger: Ledger, id_: str, name: str = "train", *events: Event, **rest: Any) -> Submission:
    """A submission in the ledger to which these things have happened."""
    made = submission(id_, name, **rest)
    ledger.begin(made, [Request("POST", "/jobs", {"id": id_})])
    for event in events:
        ledger.note(made.parts[0].token, event)
    return ledger.get(id_)


def ids(found: list[Submission]) -> list[str]:
    """Their ids, in order."""
    return [one.id for one in found]


ACCEPTED = happened(Kind.ACCEPTED, "native-1")
DONE = observed(Status(State.SUCCEEDED, "CD", 0))


def test_what_was_written_is_read_back(ledger: Ledger) -> None:
    """Every field of a submission, its requests and each event come back as they went in."""
    wanted = submission(
        spec="train.yaml",
        version="0.1.0",
        recorded={"labels": {"team": "vision"}, "description": "größer"},
        losses=({"path": "image", "fidelity": "dropped", "why": "no containers"},),
    )
    request = Request("POST", "/jobs", {"env": {"KEY": {"secret": "wandb"}}}, "a", ("b",))
    ledger.begin(wanted, [request])
    status = Status(State.FAILED, "F", 137, "killed", {"failed": 2}, 1.5, 2.5, {"files": ["a"]})
    ledger.note("01a", ACCEPTED)
    ledger.note("01a", observed(status))
    part = Part("", "01a", Kind.ACCEPTED, "native-1", status)
    expected = Submission(
        **{**{name: getattr(wanted, name) for name in Submission.__slots__}, "created_at": 1e9, "parts": (part,)}
    )
    assert ledger.get("01A") == expected
    assert ledger.requests("01A") == [request.as_data()]
    assert [(name, event.kind, event.native_id, event.at) for name, event in ledger.history("01A")] == [
        ("", Kind.ACCEPTED, "native-1", 1e9),
        ("", Kind.STATE, "", 1e9),
    ]


@pytest.mark.parametrize("statement", ["UPDATE {} SET rowid = 7", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["submission", "event"])
def test_no_row_is_ever_changed_or_removed(ledger: Ledger, table: str, statement: str) -> None:
    """The database itself refuses it, whoever asks."""
    begun(ledger, "01A", "train", ACCEPTED)
    with sqlite3.connect(ledger.folder / "ledger.db") as other, pytest.raises(sqlite3.IntegrityError, match="never"):
        other.execute(statement.format(table))
    assert ledger.get("01A").native_id == "native-1"


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], State.UNKNOWN),
        ([happened(Kind.ACCEPTED, "n")], State.PENDING),
        ([happened(Kind.ADOPTED, "n")], State.PENDING),
        ([happened(Kind.REFUSED)], State.FAILED),
        ([happened(Kind.ABSENT)], State.FAILED),
        ([happened(Kind.UNSENT)], State.FAILED),
        ([happened(Kind.UNKNOWN)], State.UNKNOWN),
        ([ACCEPTED, happened(Kind.STOP_REQUESTED)], State.STOPPING),
        ([ACCEPTED, happened(Kind.NOTE, reason="looked at")], State.PENDING),
        ([ACCEPTED, observed(Status(State.RUNNING))], State.RUNNING),
        ([ACCEPTED, DONE], State.SUCCEEDED),
        ([ACCEPTED, DONE, happened(Kind.STOP_REQUESTED), observed(Status(State.RUNNING))], State.SUCCEEDED),
    ],
)
def test_the_state_is_what_the_events_say_and_a_final_one_stays(
    ledger: Ledger, events: list[Event], state: State
) -> None:
    """The last event that says a state decides, unless a final one came before it."""
    assert begun(ledger, "01A", "train", *events).state is state
    assert ids(ledger.search(states=[state])) == ["01A"]
    assert ledger.search(states=set(State) - {state}) == []


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ([State.SUCCEEDED, State.SUCCEEDED], State.SUCCEEDED),
        ([State.SUCCEEDED, State.FAILED], State.FAILED),
        ([State.STOPPED, State.SUCCEEDED], State.STOPPED),
        ([State.SUCCEEDED, State.PENDING], State.RUNNING),
        ([State.PENDING, State.PENDING], State.PENDING),
        ([State.RUNNING, State.PENDING], State.RUNNING),
        ([State.FAILED, State.STOPPING], State.STOPPING),
        ([State.RUNNING, State.UNKNOWN], State.UNKNOWN),
    ],
)
def test_the_state_of_several_parts_is_one_state(ledger: Ledger, states: list[State], whole: State) -> None:
    """It is the same in Python and in a search."""
    made = submission("01A", "flow", "a", "b")
    ledger.begin(made, [])
    for part, state in zip(made.parts, states, strict=True):
        ledger.note(part.token, observed(Status(state)))
    assert ledger.get("01A").state is whole
    assert ids(ledger.search(states=[whole])) == ["01A"]


def test_an_id_is_found_by_any_unique_prefix_in_any_case(ledger: Ledger) -> None:
    """A whole id, its beginning and its lowercase name the same submission."""
    begun(ledger, "01AB")
    begun(ledger, "01AC")
    assert [ledger.get(text).id for text in ("01AB", "01ab", "01aC")] == ["01AB", "01AB", "01AC"]


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("01A", "several submissions begin with 01A: 01AC (eval), 01AB (train)"),
        ("02", "no submission has the id 02"),
        ("%", "no submission has the id %"),
    ],
)
def test_an_id_that_is_not_one_submission_is_an_error(ledger: Ledger, prefix: str, sentence: str) -> None:
    """Several are named, so that one can be picked."""
    begun(ledger, "01AB")
    begun(ledger, "01AC", "eval")
    with pytest.raises(NoSuchJob) as caught:
        ledger.get(prefix)
    assert str(caught.value) == sentence


def test_a_name_in_place_of_an_id_is_told_the_newest_of_that_name(ledger: Ledger) -> None:
    """People know the names of their jobs; which of several is meant is theirs to say."""
    begun(ledger, "01AB")
    begun(ledger, "01AC")
    begun(ledger, "01AD", "eval")
    with pytest.raises(NoSuchJob) as caught:
        ledger.get("train")
    assert caught.value.help == "the newest of that name is 01AC"


def test_searches_narrow_down_by_everything_that_is_asked(ledger: Ledger) -> None:
    """The newest first; target, name, state, labels and a limit each leave out what does not fit."""
    begun(ledger, "01A", "train", ACCEPTED, recorded={"labels": {"team": "a", "example.com/x": "1"}})
    begun(ledger, "01B", "train", ACCEPTED, DONE, recorded={"labels": {"team": "a"}})
    begun(ledger, "01C", "eval", ACCEPTED, target="hub", recorded={"labels": {"team": "b"}})
    assert ids(ledger.search()) == ["01C", "01B", "01A"]
    assert ids(ledger.search(limit=2)) == ["01C", "01B"]
    assert ids(ledger.search(limit=0)) == []
    assert ids(ledger.search(target="pf")) == ["01B", "01A"]
    assert ids(ledger.search(name="eval")) == ["01C"]
    assert ids(ledger.search(states=[State.PENDING])) == ["01C", "01A"]
    assert ids(ledger.search(states=[State.PENDING, State.SUCCEEDED], target="pf", labels={"team": "a"})) == [
        "01B",
        "01A",
    ]
    assert ids(ledger.search(labels={"team": "a", "example.com/x": "1"})) == ["01A"]
    assert ids(ledger.search(labels={"team": "' OR 1"})) == []


def test_the_newest_of_a_name_is_the_last_that_reached_the_target(ledger: Ledger) -> None:
    """One that was refused, or went to another target, does not count; one that may have arrived does."""
    begun(ledger, "01A", "train", ACCEPTED)
    begun(ledger, "01B", "train", happened(Kind.REFUSED))
    begun(ledger, "01C", "train", ACCEPTED, target="hub")
    assert ledger.newest("pf", "train") == ledger.get("01A")
    assert ledger.requests("01A") == [{"method": "POST", "path": "/jobs", "body": {"id": "01A"}}]
    begun(ledger, "00D", "train", happened(Kind.UNKNOWN))
    assert ledger.newest("pf", "train") == ledger.get("00D")
    assert ledger.newest("pf", "eval") is None


def test_a_native_id_leads_to_its_submission_on_its_own_target_only(ledger: Ledger) -> None:
    """Two platforms may number alike."""
    begun(ledger, "01A", "train", ACCEPTED)
    begun(ledger, "01B", "train", ACCEPTED, target="hub")
    assert [one.id for one in ledger.by_native("pf", "native-1")] == ["01A"]
    assert [one.id for one in ledger.by_native("hub", "native-1")] == ["01B"]
    assert ledger.by_native("pf", "native-2") == []


def test_unsettled_are_those_of_which_nobody_knows(ledger: Ledger) -> None:
    """No outcome yet, or an unknown one; an unknown state of an accepted job is another matter."""
    begun(ledger, "01A")
    begun(ledger, "01B", "train", happened(Kind.UNKNOWN))
    begun(ledger, "01C", "train", happened(Kind.UNKNOWN), happened(Kind.ADOPTED, "n"))
    begun(ledger, "01D", "train", ACCEPTED, observed(Status(State.UNKNOWN)))
    begun(ledger, "01E", "train", happened(Kind.REFUSED))
    assert ids(ledger.unsettled()) == ["01B", "01A"]


def test_ids_grow_also_when_the_clock_jumps_back() -> None:
    """A thousand ids from a clock that runs backwards are all different and sort as they were made."""
    clock = iter(range(1_000_000, 0, -1))
    source = Ids(clock=lambda: next(clock))
    made = [source.new() for _ in range(1000)]
    assert made == sorted(set(made))
    assert {len(one) for one in made} == {26}
    assert set("".join(made)) <= set(ALPHABET)


def test_the_ids_of_one_moment_differ_early() -> None:
    """So that half of one is enough to name it."""
    source = Ids(clock=lambda: 1469918176.385)
    made = [source.new() for _ in range(1000)]
    assert len({one[:14] for one in made}) == len(made)
    assert made == sorted(made)


def test_an_id_is_the_ulid_of_its_moment_and_chance() -> None:
    """The ULID specification has 1469918176385 as 01ARYZ6S41; chance fills the rest."""
    assert Ids(lambda: 0.001, bytes).new() == "00000000010000000000000000"
    assert Ids(lambda: 1469918176.385, lambda n: b"\xff" * n).new() == "01ARYZ6S41ZZZZZZZZZZZZZZZZ"


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("", "01arz3ndektsv4rrffq69g5fav"),
        ("train-2", "01arz3ndektsv4rrffq69g5fav-train-2"),
        ("Train", "01arz3ndektsv4rrffq69g5fav-e99c90db87c0e400"),
        ("t" * 33, "01arz3ndektsv4rrffq69g5fav-ccba4a9802ce31a8"),
    ],
)
def test_a_token_is_what_every_platform_can_carry(part: str, wanted: str) -> None:
    """Lowercase letters, digits and dashes, at most 60 of them, whatever a step is called."""
    assert token("01ARZ3NDEKTSV4RRFFQ69G5FAV", part) == wanted


def test_nobody_else_can_read_the_ledger(tmp_path: Path) -> None:
    """Folder 0700, every file in it 0600, whatever the umask."""
    before = os.umask(0)
    try:
        made = Ledger(tmp_path / "a" / "state")
        begun(made, "01A")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in made.folder.iterdir()}
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert modes == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}


def test_every_commit_reaches_the_disk(ledger: Ledger) -> None:
    """Write-ahead log, full synchronisation."""
    rows = [ledger._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert rows == ["wal", 2]


WRITER = """
import sys, time
from pathlib import Path
from lading.runner.ledger.ledger import Ledger
from lading.runner.ledger.record import Kind, Part, Submission, happened
folder = Path(sys.argv[1])
while not (folder / "go").exists(): time.sleep(0.001)
ledger = Ledger(folder / "state")
for number in range(25):
    id_ = f"{sys.argv[2]}-{number:02}"
    ledger.begin(Submission(id_, "n", "job", "pf", "toy", "d", parts=(Part("", id_.lower()),)), [])
    ledger.note(id_.lower(), happened(Kind.ACCEPTED, id_))
"""


def test_many_processes_make_and_write_one_ledger_at_once(tmp_path: Path) -> None:
    """Six processes that start with no ledger lose none of each other's rows."""
    names = [f"0{number}" for number in range(6)]
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, name]) for name in names]
    (tmp_path / "go").touch()
    assert [writer.wait() for writer in writers] == [0] * 6
    found = Ledger(tmp_path / "state").search(states=[State.PENDING])
    assert sorted(ids(found)) == [f"{name}-{number:02}" for name in names for number in range(25)]
    assert sorted(path.name for path in (tmp_path / "state").iterdir()) == [
        "ledger.db",
        "ledger.db-shm",
        "ledger.db-wal",
    ]


@pytest.mark.parametrize("seen", range(len(MIGRATIONS)))
def test_a_ledger_of_any_older_version_is_brought_up_to_date(tmp_path: Path, seen: int) -> None:
    """From each version that ever was, the missing migrations run, and rows stay."""
    with sqlite3.connect(tmp_path / "ledger.db") as old:
        for step in MIGRATIONS[:seen]:
            old.executescript(step)
        old.execute(f"PRAGMA user_version = {seen}")
    old.close()
    ledger = Ledger(tmp_path)
    assert version(ledger._connection) == len(MIGRATIONS)
    assert begun(ledger, "01A", "train", ACCEPTED).native_id == "native-1"


def test_a_ledger_of_a_newer_lading_is_left_alone(tmp_path: Path) -> None:
    """It is refused with one thing to do, and not a byte of it changes."""
    Ledger(tmp_path).close()
    with sqlite3.connect(tmp_path / "ledger.db") as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = (tmp_path / "ledger.db").read_bytes()
    with pytest.raises(LedgerUnusable) as caught:
        Ledger(tmp_path)
    assert str(caught.value) == f"the ledger {tmp_path}/ledger.db was made by a newer lading"
    assert caught.value.help == "upgrade lading, or name another folder in $LADING_STATE"
    assert (tmp_path / "ledger.db").read_bytes() == before


def test_a_damaged_ledger_says_so(tmp_path: Path) -> None:
    """What is no database is an error with one thing to do, and stays as it is."""
    (tmp_path / "ledger.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(LedgerUnusable) as caught:
        Ledger(tmp_path)
    assert str(caught.value) == f"the ledger {tmp_path}/ledger.db is damaged: file is not a database"
    assert caught.value.help == "move it away and go on with a new one; jobs are not touched by that"
    assert (tmp_path / "ledger.db").read_bytes() == b"no database at all" * 100


def test_a_ledger_with_a_hole_says_so(tmp_path: Path) -> None:
    """Damage further inside is found when it is met, and told in the same words."""
    ledger = Ledger(tmp_path)
    for number in range(50):
        begun(ledger, f"01{number:02}")
    ledger.close()
    file = tmp_path / "ledger.db"
    data = file.read_bytes()
    file.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))
    with pytest.raises(LedgerUnusable, match=r"is damaged: database disk image is malformed$"):
        Ledger(tmp_path).search()


def test_an_event_of_nothing_says_that_the_ledger_is_damaged(ledger: Ledger) -> None:
    """Of whichever kind: a part to which something happens was begun."""
    for event in (ACCEPTED, DONE, happened(Kind.NOTE)):
        with pytest.raises(LedgerUnusable, match=r"is damaged"):
            ledger.note("01a", event)


def test_a_folder_that_can_not_be_made_says_so(tmp_path: Path) -> None:
    """A file in the way is an error with one thing to do."""
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(LedgerUnusable) as caught:
        Ledger(tmp_path / "state" / "deeper")
    assert str(caught.value) == f"the ledger {tmp_path}/state/deeper/ledger.db can not be used: Not a directory"
    assert caught.value.help == "make its folder writable, or name another one in $LADING_STATE"


def test_a_ledger_that_can_only_be_read_says_so(ledger: Ledger) -> None:
    """A write is an error that names the file and one thing to do."""
    ledger._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(LedgerUnusable) as caught:
        begun(ledger, "01A")
    assert str(caught.value) == (
        f"the ledger {ledger.folder}/ledger.db can not be used: attempt to write a readonly database"
    )
    assert caught.value.help == "make its folder writable, or name another one in $LADING_STATE"


def test_a_failed_write_leaves_nothing_of_itself(ledger: Ledger) -> None:
    """A submission whose second part can not be written is not there at all, and the ledger goes on."""
    begun(ledger, "01A")
    clash = Submission(
        **{
            **{n: getattr(submission("01B"), n) for n in Submission.__slots__},
            "parts": (Part("a", "x"), Part("b", "01a")),
        }
    )
    with pytest.raises(LedgerUnusable):
        ledger.begin(clash, [])
    assert ids(ledger.search()) == ["01A"]
    assert begun(ledger, "01B").id == "01B"


def test_an_id_is_begun_once(ledger: Ledger) -> None:
    """A plan that two processes send at the same moment: the second is told so, and adds no part of its own."""
    begun(ledger, "01A")
    again = Submission(
        **{**{n: getattr(submission("01A"), n) for n in Submission.__slots__}, "parts": (Part("", "x"),)}
    )
    with pytest.raises(PlanUnusable, match=r"^the plan was used already: 01A$"):
        ledger.begin(again, [])
    assert [part.token for one in ledger.search() for part in one.parts] == ["01a"]


def test_the_state_folder_is_the_users_own_unless_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``$LADING_STATE`` wins over the state folder of the desktop's standard."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder({}) == tmp_path / "lading"
    assert state_folder({"LADING_STATE": "/srv/state"}) == Path("/srv/state")


def test_rows_hold_plain_json(ledger: Ledger) -> None:
    """Anything can read the ledger without lading."""
    begun(ledger, "01A", "train", recorded={"description": "größer"})
    (row,) = ledger._connection.execute("SELECT recorded, requests FROM submission")
    assert [json.loads(text) for text in row] == [
        {"description": "größer"},
        [{"method": "POST", "path": "/jobs", "body": {"id": "01A"}}],
    ]


MOUNTS = """\
22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw,relatime shared:2 - nfs4 server:/home rw
31 30 0:41 / /home/me/scratch rw - xfs /dev/sdb1 rw
"""


@pytest.mark.parametrize(
    ("folder", "journal"), [("/var/x", "WAL"), ("/home/me/.local", "DELETE"), ("/home/me/scratch/x", "WAL")]
)
def test_a_folder_that_machines_share_gets_no_shared_memory(tmp_path: Path, folder: str, journal: str) -> None:
    """Two login nodes with one home folder may write the same ledger; the nearest mount decides."""
    (tmp_path / "mountinfo").write_text(MOUNTS)
    assert journal_for(Path(folder), tmp_path / "mountinfo") == journal
    assert journal_for(Path(folder), tmp_path / "no such file") == "WAL"


def test_many_threads_write_at_once_and_one_failure_is_its_own(ledger: Ledger) -> None:
    """Of 64 threads at the same moment each has its row, but the one whose part is there already; and few flushes."""
    from threading import Barrier, Thread

    begun(ledger, "01A")
    commits: list[str] = []
    ledger._connection.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
    barrier, failed = Barrier(64), list[int]()

    def write(number: int) -> None:
        name = f"02{number:02}"
        part = Part("", "01a" if number == 7 else name.lower())
        one = Submission(**{**{n: getattr(submission(name), n) for n in Submission.__slots__}, "parts": (part,)})
        barrier.wait()
        try:
            ledger.begin(one, [])
        except LedgerUnusable:
            failed.append(number)

    threads = [Thread(target=write, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [7]
    assert len(ledger.search()) == 64
    assert len([text for text in commits if text == "COMMIT"]) < 64


def test_what_is_started_again_has_no_end_any_more(ledger: Ledger) -> None:
    """It is pending under its newest native id, nobody has told it to stop, and states are noted again."""
    stopped = observed(Status(State.STOPPED, "CA"))
    again = happened(Kind.STARTED, "native-2")
    (part,) = begun(ledger, "01A", "train", ACCEPTED, happened(Kind.STOP_REQUESTED), stopped, again).parts
    assert (part.status.state, part.native_id, part.stop_requested) == (State.PENDING, "native-2", False)
    assert part.is_live
    (part,) = begun(ledger, "01B", "train", ACCEPTED, DONE, again, happened(Kind.STOP_REQUESTED), stopped).parts
    assert (part.status.state, part.stop_requested) == (State.STOPPED, True)
    assert ledger.by_native("pf", "native-2") == [ledger.get("01B"), ledger.get("01A")]
    assert ledger.by_native("pf", "native-1") == ledger.by_native("pf", "native-2")


def test_a_full_disk_is_said_to_be_full(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite takes everything back itself then: nothing of ours that wants to do so hides why."""
    full = sqlite3.OperationalError("database or disk is full")

    def fill(*_: object) -> NoReturn:
        ledger._connection.rollback()
        raise full

    before, filling, after = (Write(action) for action in (lambda: 1, fill, lambda: 2))
    ledger._commit([before, filling, after])
    assert (before.result, filling.error, after.result) == (1, full, 2)
    with pytest.raises(LedgerUnusable, match="can not grow"), telling(ledger.folder / "ledger.db"):
        ledger._writing.run(fill)

    def fill_at_first(connection: sqlite3.Connection, _: str) -> NoReturn:
        connection.rollback()
        raise full

    monkeypatch.setattr("lading.runner.ledger.migrations._run", fill_at_first)
    with pytest.raises(LedgerUnusable, match="can not grow") as raised:
        Ledger(tmp_path / "new")
    assert raised.value.help == "free some space there, or name another folder in $LADING_STATE"
    assert list((tmp_path / "new").iterdir()) == []


def test_a_ledger_with_wrong_bytes_says_so_or_is_read(ledger: Ledger, tmp_path: Path) -> None:
    """Whichever bytes are others: text that is none, JSON that is none, states that nobody knows."""
    for number in range(20):
        ledger.begin(submission(f"{number:02}A"), [])
    ledger.close()
    with closing(sqlite3.connect(ledger.folder / "ledger.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole, chance = (ledger.folder / "ledger.db").read_bytes(), random.Random(1)
    damaged = 0
    for number in range(150):
        wrong = bytearray(whole)
        for _ in range(chance.choice([1, 5, 50, 500])):
            wrong[chance.randrange(len(wrong))] = chance.randrange(256)
        folder = tmp_path / f"{number}"
        folder.mkdir()
        (folder / "ledger.db").write_bytes(wrong)
        try:
            with closing(Ledger(folder)) as found:
                for one in found.search():
                    found.history(one.id)
                    found.requests(one.id)
        except (LedgerUnusable, NoSuchJob):
            damaged += 1
    assert damaged > 30
